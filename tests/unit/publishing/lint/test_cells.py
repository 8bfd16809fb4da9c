"""What stands in single cells: unknowns, percentages, dates, small numbers; and stated counts."""

import pytest

from tests.unit.publishing.lint.linting import found, lint_csv, sentences

ACTIVITY = '[[tables]]\nid = "t"\ncolumns = { N = "activity" }\n'


def test_an_unknown_row_that_nothing_explains(tmp_path):
    linted = lint_csv(tmp_path, "Group,N\nRenal,990\nUnknown,10\n", ACTIVITY)
    assert found(linted) == [("LINT-501", "A3")]
    assert "with 10 in N (1.0% of 1,000)" in sentences(linted, "LINT-501")[0]


@pytest.mark.parametrize("note", ["N.B. unknown: no group", "(Unknown) units lead to no group."])
def test_a_note_explains_a_little_that_is_unknown_but_not_much(tmp_path, note):
    rows = f'Group,N\nRenal,990\nUnknown,10\n,\n"{note}",\n'
    assert found(lint_csv(tmp_path, rows, ACTIVITY)) == []
    much = lint_csv(tmp_path, rows.replace("990", "90"), ACTIVITY)
    assert found(much) == [("LINT-502", "A3")]
    assert "above the 5% up to which" in sentences(much, "LINT-502")[0]


def test_notes_may_stand_in_the_description_or_be_another_table(tmp_path):
    noted = ACTIVITY + 'notes = ["What is unknown is on the next page."]'
    assert found(lint_csv(tmp_path, "Group,N\nRenal,990\nUnknown,10\n", noted)) == []
    elsewhere = '[pack]\nunknown_explained_by = "why"\n' + ACTIVITY
    linted = lint_csv(tmp_path, "Group,N\nRenal,990\nUnknown,10\n", elsewhere)
    assert found(linted) == [("LINT-501", "A3")]


def test_percentages_above_the_whole_and_below_nothing(tmp_path):
    description = '[[tables]]\nid = "t"\ncolumns = { Share = "percent", Change = "change" }'
    rows = "P,Share,Change\nX,100%,120%\nY,100.5%,-3%\nZ,-1,0\n"
    assert found(lint_csv(tmp_path, rows, description)) == [("LINT-601", "B3"), ("LINT-602", "B4")]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("2024-03-01", []),
        ("01/03/2024", []),
        ("1st March 2024", []),
        ("Mar 24", []),
        ("2 March 2024", ["LINT-611"]),
        ("02/03/24", ["LINT-611"]),
        ("Jan 2025", ["LINT-611"]),
        ("31/02/2024", ["LINT-612"]),
        ("soon", ["LINT-612"]),
        ("not applicable", []),
        ("", []),
    ],
)
def test_dates_up_to_the_pack_s_own(tmp_path, cell, codes):
    description = '[pack]\ndated = 2024-03-01\n[[tables]]\nid = "t"\ncolumns = { On = "date" }'
    linted = lint_csv(tmp_path, f"What,On,By\nX,{cell},me\n", description)
    assert [code for code, _ in found(linted)] == codes
    planned = description.replace('"date"', '"planned_date"')
    still = [code for code, _ in found(lint_csv(tmp_path, f"What,On,By\nX,{cell},me\n", planned))]
    assert still == [code for code in codes if code == "LINT-612"]


def published(more=""):
    return f"""
[pack]
published = true
[[tables]]
id = "t"
columns = {{ A = "activity", B = "people", "A+B" = "activity", Sites = "count", "£" = "money" }}
{more}
"""


def test_small_numbers_of_people_and_their_care_in_a_published_table(tmp_path):
    rows = "P,A,B,A+B,Sites,£\nX,1,7,8,3,5\nY,0,8,8,3,5\nZ,7.5,0.5,8,3,5\n"
    linted = lint_csv(tmp_path, rows, published())
    assert found(linted) == [("LINT-701", "B2"), ("LINT-701", "C2")]
    assert not any("shows 1 " in sentence for sentence in sentences(linted, "LINT-701"))
    internal = published().replace("true", "false")
    assert found(lint_csv(tmp_path, rows, internal)) == []


def test_a_single_hidden_number_beside_its_total_is_not_hidden(tmp_path):
    sums = """
    [[tables.sums]]
    total = "A+B"
    of = ["A", "B"]
    [[tables.sums]]
    total_row = "All"
    """
    given = lint_csv(
        tmp_path, "P,A,B,A+B,Sites,£\nX,*,10,12,3,5\nAll,*,10,12,3,5\n", published(sums)
    )
    assert found(given) == [("LINT-702", "B2"), ("LINT-702", "B3")]
    assert "the sum in row 2" in sentences(given, "LINT-702")[0]
    assert "12" not in sentences(given, "LINT-702")[0]
    kept = "P,A,B,A+B,Sites,£\nX,*,*,22,3,5\nY,*,*,20,3,5\nAll,21,21,42,6,10\n"
    assert found(lint_csv(tmp_path, kept, published(sums))) == []


COUNTED = """
[[tables]]
id = "t"
totals = ["All"]
columns = { Code = "text" }
[[tables.statements]]
text = "STATED"
"""


@pytest.mark.parametrize(
    ("stated", "codes"),
    [
        ("Three providers", []),
        ("There are 3 providers", []),
        ("The three of them", []),
        ("Eleven providers", ["LINT-211"]),
        ("4 providers", ["LINT-211"]),
        ("One hundred and three providers", ["LINT-211"]),
        ("Several providers", ["LINT-213"]),
    ],
)
def test_a_count_in_words_is_held_to_the_rows_without_totals(tmp_path, stated, codes):
    rows = "Code,Area\nRKB,West\nRWE,East\nRX1,East\nAll,\n"
    linted = lint_csv(tmp_path, rows, COUNTED.replace("STATED", stated))
    assert [code for code, _ in found(linted)] == codes


def test_a_count_of_different_values_of_some_rows_and_of_parts(tmp_path):
    rows = "Code,Area\nRKB,West\nRWE,East\nRX1,East\nAll,\n"
    areas = COUNTED.replace("STATED", "Two areas") + 'counts = "Area"'
    assert found(lint_csv(tmp_path, rows, areas)) == []
    east = COUNTED.replace("STATED", "2 in the East") + 'where = { Area = "East" }'
    assert found(lint_csv(tmp_path, rows, east)) == []
    parts = COUNTED.replace("STATED", "Three (1 West, 3 East)") + 'parts = ["1", "3"]'
    linted = lint_csv(tmp_path, rows, parts)
    assert found(linted) == [("LINT-212", None)]
    assert "say 3, and the parts they name come to 4" in sentences(linted, "LINT-212")[0]
    chosen = COUNTED.replace("STATED", "Of 40 trusts, three") + 'says = "three"'
    assert found(lint_csv(tmp_path, rows, chosen)) == []
