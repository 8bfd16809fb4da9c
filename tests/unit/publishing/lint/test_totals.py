"""Totals across, down, by group and between tables; rounding told from error."""

import pytest

from tests.unit.publishing.lint.linting import described, found, lint_csv, lint_place, sentences

FLOWS = """
[[tables]]
id = "t"
[tables.columns]
A = "activity"
B = "activity"
"A+B" = "activity"
[[tables.sums]]
total = "A+B"
of = ["A", "B"]
[[tables.sums]]
total_row = "All"
"""


@pytest.mark.parametrize(
    ("total", "code"),
    [("5", None), ("6", "LINT-201"), ("4", "LINT-201"), ("7", "LINT-202"), ("3", "LINT-202")],
)
def test_two_rounded_parts_explain_a_difference_of_one_and_no_more(tmp_path, total, code):
    linted = lint_csv(
        tmp_path, f"Line,A,B,A+B\nRenal,2,3,{total}\n", FLOWS.split("[[tables.sums]]\ntotal_row")[0]
    )
    assert found(linted) == ([(code, "D2")] if code else [])


def test_a_wrong_total_names_row_column_size_and_what_rounding_allows(tmp_path):
    linted = lint_csv(tmp_path, "Line,A,B,A+B\nRenal,2,3,15\nAll,2,3,15\n", FLOWS)
    assert found(linted) == [("LINT-202", "D2"), ("LINT-202", "D3")]
    assert sentences(linted, "LINT-202")[0] == (
        "Renal: A+B is printed as 15, 10 more than A and B come to (5). "
        "Rounding cannot explain more than 1."
    )


def test_a_column_is_added_without_its_total_row(tmp_path):
    linted = lint_csv(tmp_path, "Line,A,B,A+B\nRenal,2,3,5\nHIV,4,0,4\nAll,16,3,19\n", FLOWS)
    assert found(linted) == [("LINT-204", "B4"), ("LINT-204", "D4")]
    assert (
        "A: All is printed as 16, 10 more than the two rows it adds up come to (6)."
        in (sentences(linted, "LINT-204")[0])
    )


def test_whole_counts_cannot_be_off_by_rounding(tmp_path):
    description = '[[tables]]\nid = "t"\ncolumns = { N = "count" }\nsums = [{ total_row = "All" }]'
    linted = lint_csv(tmp_path, "Place,N\nX,2\nY,3\nAll,6\n", description)
    assert found(linted) == [("LINT-204", "B4")]
    assert "Nothing here is rounded" in sentences(linted, "LINT-204")[0]


def test_the_precision_is_that_of_the_printing(tmp_path):
    description = '[[tables]]\nid = "t"\ncolumns = { M = "money" }\nsums = [{ total_row = "All" }]'
    near = lint_csv(tmp_path, "P,M\nX,£1.25m\nY,£2.50m\nAll,£3.76m\n", description)
    far = lint_csv(tmp_path, "P,M\nX,£1.25m\nY,£2.50m\nAll,£3.85m\n", description)
    assert (found(near), found(far)) == ([("LINT-203", "B4")], [("LINT-204", "B4")])
    assert "£" not in sentences(near, "LINT-203")[0]


def test_noughts_dropped_after_the_point_are_still_precision(tmp_path):
    description = '[[tables]]\nid = "t"\ncolumns = { M = "money" }\nsums = [{ total_row = "All" }]'
    linted = lint_csv(tmp_path, "P,M\nX,3\nY,4.75\nAll,8\n", description)
    assert found(linted) == [("LINT-204", "B4")]
    assert "0.25 more than" in sentences(linted, "LINT-204")[0]


def test_figures_rounded_to_five_may_be_off_by_more(tmp_path):
    text = FLOWS.replace('id = "t"', 'id = "t"\nrounded_to = 5')
    within = lint_csv(tmp_path, "Line,A,B,A+B\nRenal,10,10,25\nAll,10,10,25\n", text)
    assert found(within) == [("LINT-201", "D2"), ("LINT-201", "D3")]
    noted = lint_csv(
        tmp_path,
        "Line,A,B,A+B\nRenal,10,10,25\nAll,10,10,25\n",
        text.replace("rounded_to = 5", "rounded_to = 5\nrounding_noted = true"),
    )
    assert found(noted) == []


def test_a_note_on_rounding_excuses_no_error(tmp_path):
    text = FLOWS.replace('id = "t"', 'id = "t"\nrounding_noted = true')
    linted = lint_csv(tmp_path, "Line,A,B,A+B\nRenal,10,10,21\nHIV,10,10,30\nAll,20,20,51\n", text)
    assert found(linted) == [("LINT-202", "D3"), ("LINT-202", "D4")]


def test_totals_of_groups_and_of_their_totals(tmp_path):
    description = """
    [[tables]]
    id = "t"
    label = "Place"
    columns = { N = "count" }
    sums = [
      { by = "Area", total_row = "Total" },
      { total_row = { Area = "All" }, of_rows = { Place = "Total" } },
    ]
    """
    right = "Area,Place,N\nEast,X,1\nEast,Y,2\nEast,Total,3\nWest,Z,4\nWest,Total,4\nAll,Total,7\n"
    assert found(lint_csv(tmp_path, right, description)) == []
    wrong = lint_csv(tmp_path, right.replace("East,Y,2", "East,Y,3"), description)
    assert found(wrong) == [("LINT-204", "C4")]
    assert "Total of East" in sentences(wrong, "LINT-204")[0]


def test_a_difference_is_a_sum_with_a_part_taken_away(tmp_path):
    description = """
    [[tables]]
    id = "t"
    columns = { Plan = "money", Actual = "money", Variance = "money" }
    sums = [{ total = "Variance", of = ["Actual", "-Plan"] }]
    """
    linted = lint_csv(tmp_path, "P,Plan,Actual,Variance\nX,10,7,−3\nY,10,17,(3)\n", description)
    assert found(linted) == [("LINT-202", "D3")]
    assert "10 less than Actual less Plan come to (7)" in sentences(linted, "LINT-202")[0]


@pytest.mark.parametrize(
    ("cell", "codes"), [("*", []), ("[c]", []), ("oops", [("LINT-107", "B2"), ("LINT-107", "B3")])]
)
def test_nothing_is_said_of_a_sum_whose_parts_are_not_all_there(tmp_path, cell, codes):
    linted = lint_csv(tmp_path, f"Line,A,B,A+B\nRenal,{cell},3,50\nAll,{cell},3,50\n", FLOWS)
    assert found(linted) == codes


def test_a_blank_counts_as_none_and_the_finding_says_so(tmp_path):
    linted = lint_csv(tmp_path, "Line,A,B,A+B\nRenal,,3,30\nAll,-,3,3\n", FLOWS)
    assert found(linted) == [("LINT-108", "B2"), ("LINT-202", "D2"), ("LINT-204", "D3")]
    assert sentences(linted, "LINT-202")[0].endswith("One cell without a figure counted as none.")


def test_a_table_not_typed_in_whole_is_not_added_up(tmp_path):
    text = FLOWS.replace('id = "t"', 'id = "t"\ncomplete = false')
    assert found(lint_csv(tmp_path, "Line,A,B,A+B\nRenal,1,1,2\nAll,50,50,100\n", text)) == []


def test_a_missing_total_row_or_column_is_said_and_the_rest_is_checked(tmp_path):
    linted = lint_csv(tmp_path, "Line,A,b,Sum\nRenal,1,1,9\n", FLOWS)
    assert found(linted) == [("LINT-105", None), ("LINT-111", None)]
    assert "'A+B'" in sentences(linted, "LINT-105")[0]


def test_a_printed_share_is_held_to_its_figures(tmp_path):
    description = """
    [[tables]]
    id = "t"
    columns = { N = "count", All = "count", "%" = "percent" }
    shares = [{ percent = "%", part = "N", whole = "All" }]
    """
    linted = lint_csv(
        tmp_path, "P,N,All,%\nX,1,3,33%\nY,1,3,33.3%\nZ,1,3,34%\nW,1,0,0%\n", description
    )
    assert found(linted) == [("LINT-221", "D4")]
    assert sentences(linted, "LINT-221") == ["% of Z is printed as 34%; 1 of 3 is 33%."]


TIES = """
[[tables]]
id = "income"
columns = { "£k" = "money" }
totals = ["Total"]
[[tables]]
id = "spending"
columns = { "£k" = "money" }
[[ties]]
says = "Income and spending are one sum."
places = [{ table = "income", column = "£k", row = "Total" }, { table = "spending", column = "£k" }]
"""


@pytest.mark.parametrize(
    ("spent", "codes"), [("338,000", []), ("338,001", ["LINT-206"]), ("348,000", ["LINT-205"])]
)
def test_two_tables_that_give_one_figure(tmp_path, spent, codes):
    (tmp_path / "income.csv").write_text('Whence,£k\nNorth,"500,838"\nTotal,"500,838"\n', "utf-8")
    (tmp_path / "spending.csv").write_text(f'On,£k\nX,"162,838"\nY,"{spent}"\n', "utf-8")
    linted = lint_place(tmp_path, described(TIES))
    assert [code for code, _ in found(linted)] == codes
    for code in codes:
        assert "£k of Total in income (500,838)" in sentences(linted, code)[0]
