"""A description is read strictly, because a misspelt entry would quietly switch a check off."""

import pytest

from speccomm.publishing.lint.description_file import BadDescription, read_description
from speccomm.publishing.lint.rules import Answer, Severity, open_lint_rules
from speccomm.publishing.lint.values import first_number, read_financial_year, whole_number
from tests.unit.publishing.lint.linting import described


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[pakc]", "'pakc' is not an entry here. Did you mean 'pack'?"),
        ('[[tables]]\nfile = "a.csv"', "`id` must be a text"),
        ('[[tables]]\nid = "t"\nhearder_row = 2', "Did you mean 'header_row'?"),
        ('[[tables]]\nid = "t"\nheader_row = 0', "above zero"),
        ('[[tables]]\nid = "t"\nheader_row = true', "above zero"),
        ('[[tables]]\nid = "t"\ncomplete = "no"', "true or false"),
        ('[[tables]]\nid = "t"\ncolumns = { A = "activty" }', "Did you mean 'activity'?"),
        ('[[tables]]\nid = "t"\ncolumns = { A = 3 }', "give its kind"),
        ('[[tables]]\nid = "t"\ncolumns = { A = { kind = "provider", pattern = "(" } }', "pattern"),
        ('[[tables]]\nid = "t"\ncolumns = { A = { kind = "provider", pattern = "R.." } }', "group"),
        ('[[tables]]\nid = "t"\nsums = [{ total = "A" }]', "`of` must name"),
        ('[[tables]]\nid = "t"\nsums = [{ of = ["A"] }]', "not an entry"),
        ('[[tables]]\nid = "t"\nsums = [{ columns = ["A"] }]', "`total_row`"),
        ('[[tables]]\nid = "t"\nfrom = "2023-04"', "must be months"),
        ('[[tables]]\nid = "t"\nfrom = "2023-04"\nto = "2023-01"', "before"),
        ('[[tables]]\nid = "t"\n[[tables]]\nid = "t"', "two tables have the id 't'"),
        ('[pack]\ndated = "2024-01-31"', "without quotes"),
        ('[pack.answers]\nmaybe = ["?"]', "'maybe' is not an entry"),
        ('[[ties]]\nsays = "x"\nplaces = []', "at least two places"),
        ('tables = "t"', "must be a list of tables"),
    ],
)
def test_what_is_not_right_is_named_with_what_was_expected(text, words):
    with pytest.raises(BadDescription) as refusal:
        described(text)
    assert words in str(refusal.value)


def test_a_file_that_is_not_toml_is_refused(tmp_path):
    path = tmp_path / "description.toml"
    path.write_text("[pack\n", "utf-8")
    with pytest.raises(BadDescription, match=r"description\.toml"):
        read_description(path)


def test_a_pack_s_entries_hold_for_its_tables_and_a_table_may_differ():
    pack = described(
        """
        [pack]
        from = "2023-04"
        to = "2024-06"
        published = true
        [pack.answers]
        yes = "J"
        [[tables]]
        id = "a"
        [[tables]]
        id = "b"
        published = false
        from = "2022-04"
        to = "2023-03"
        """
    )
    first, second = pack.tables
    assert (first.published, second.published) == (True, False)
    assert first.period is not None
    assert second.period is not None
    assert first.period.years == ("2023-24", "2024-25")
    assert str(second.period) == "April 2022 to March 2023"
    assert pack.answers == {Answer.YES: ("J",)}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Eleven (5 East & 6 West) Midlands Providers", 11),
        ("the 27 main contracts", 27),
        ("1,234 rows", 1234),
        ("twenty-one of them", 21),
        ("Twenty one of them", 21),
        ("one hundred and eighty-nine services", 189),
        ("two thousand three hundred", 2300),
        ("a dozen units", 12),
        ("three and a half", 3),
        ("no number in words", None),
        ("", None),
    ],
)
def test_numbers_in_words(text, number):
    assert first_number(text, open_lint_rules()) == number


def test_none_is_a_number_where_it_is_said_to_be():
    assert whole_number("None", open_lint_rules()) == 0


@pytest.mark.parametrize(
    ("text", "year"),
    [("22/23", "2022-23"), ("2022/23", "2022-23"), ("2022-2023", "2022-23"), ("22/24", None)],
)
def test_financial_years_as_printed(text, year):
    assert read_financial_year(text) == year


def test_every_check_has_its_words_and_the_answers_are_four():
    rules = open_lint_rules()
    assert len(rules.checks) == len(rules.books[0].rules["check"])
    assert {check.severity for check in rules.checks.values()} == set(Severity)
    for check in rules.checks.values():
        assert check.title
        assert check.sentence.endswith((".", "}"))
        assert check.remedy.endswith(".")
    assert [answer.words for answer in Answer] == ["yes", "no", "not looked at", "not applicable"]
    assert list(rules.small) == [1, 2, 3, 4, 5, 6, 7]
