"""Files as people send them: merged headers, notes, blank rows, other separators, hidden sheets."""

from datetime import date
from decimal import Decimal
from textwrap import dedent

import openpyxl
import pytest

from speccomm.publishing.lint.description import PackSpec
from speccomm.publishing.lint.reading import NoTables
from speccomm.publishing.lint.text_file import NotATextFile
from speccomm.publishing.lint.workbook import NotAWorkbook, _number
from tests.unit.publishing.lint.linting import (
    described,
    found,
    lint_csv,
    lint_place,
    lint_workbook,
    put,
    sentences,
)

FLOWS = """
[[tables]]
id = "t"
columns = { A = "activity", B = "activity", "A+B" = "activity" }
sums = [{ total = "A+B", of = ["A", "B"] }, { total_row = "All" }]
"""


def test_a_header_merged_over_columns_is_a_finding_and_its_rows_are_still_checked(tmp_path):
    def fill(sheet):
        put(sheet, ["Line", "Activity", None, "A+B"], ["Renal", 2, 3, 9], ["HIV", 1, 1, 2])
        sheet.merge_cells("B1:C1")

    linted = lint_workbook(tmp_path, fill, FLOWS)
    assert found(linted)[0] == ("LINT-101", "B1:C1")
    assert (
        "(Activity) are merged, so the columns under them share one name"
        in (sentences(linted, "LINT-101")[0])
    )
    renamed = FLOWS.replace("A = ", '"Activity" = ').replace(" B = ", ' "Activity (C)" = ')
    renamed = renamed.replace('["A", "B"]', '["Activity", "Activity (C)"]')
    again = lint_workbook(tmp_path, fill, renamed)
    assert ("LINT-202", "D2") in found(again)
    assert "LINT-105" not in [code for code, _ in found(again)]


def test_a_header_of_two_rows_gives_each_column_its_own_name(tmp_path):
    def fill(sheet):
        put(
            sheet,
            ["Line", "Activity", None, "Totals"],
            [None, "A", "B", "A+B"],
            ["Renal", 2, 3, 9],
            ["All", 2, 3, 9],
        )
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("A1:A2")

    linted = lint_workbook(tmp_path, fill, FLOWS)
    assert found(linted) == [
        ("LINT-101", "A1:A2"),
        ("LINT-101", "B1:C1"),
        ("LINT-202", "D3"),
        ("LINT-202", "D4"),
    ]
    assert "stand in more than one row" in sentences(linted, "LINT-101")[0]


def test_merged_cells_among_the_rows_hold_for_every_row_they_cover(tmp_path):
    def fill(sheet):
        put(sheet, ["Area", "Place", "N"], ["East", "X", 1], [None, "Y", 2], ["East", "Total", 4])
        sheet.merge_cells("A2:A3")

    description = """
    [[tables]]
    id = "t"
    label = "Place"
    columns = { N = "count" }
    sums = [{ by = "Area", total_row = "Total" }]
    """
    linted = lint_workbook(tmp_path, fill, description)
    assert found(linted) == [("LINT-102", "A2:A3"), ("LINT-204", "C4")]
    assert "4, 1 more than the two rows" in sentences(linted, "LINT-204")[0]


def test_titles_above_and_notes_below_are_words_and_not_rows(tmp_path):
    def fill(sheet):
        put(
            sheet,
            ["Activity of the year"],
            [],
            ["Line", "A", "B", "A+B"],
            ["Renal", 2, 3, 5],
            ["Unknown", 1, 0, 1],
            ["All", 3, 3, 6],
            [],
            ["Unknown is activity whose code leads to no group."],
        )
        sheet.merge_cells("A1:D1")
        sheet.merge_cells("A8:D8")

    text = FLOWS.replace('id = "t"', 'id = "t"\nstatements = [{ text = "Two lines" }]')
    linted = lint_workbook(tmp_path, fill, text)
    assert [code for code, _ in found(linted)] == ["LINT-502"]
    assert found(linted)[0][1] == "A5"
    assert linted.rows == 3


def test_headings_between_rows_are_no_rows(tmp_path):
    rows = "Line,A,B,A+B\nInternal medicine,,,\nRenal,2,3,5\nCancer,,,\nSurgery,1,1,2\nAll,3,4,7\n"
    text = FLOWS.replace('id = "t"', 'id = "t"\nstatements = [{ text = "Two lines" }]')
    assert found(lint_csv(tmp_path, rows, text)) == []


def test_columns_without_a_name_or_with_one_name_twice(tmp_path):
    linted = lint_csv(tmp_path, "Line,N,N,,\nRenal,1,2,3,\n", '[[tables]]\nid = "t"')
    assert found(linted) == [("LINT-103", "B1"), ("LINT-103", "D1")]
    assert "2 columns are named “N”" in sentences(linted, "LINT-103")[0]


def test_a_row_longer_than_its_header_is_kept_and_said(tmp_path):
    linted = lint_csv(tmp_path, "Line,A,B,A+B\nRenal,2,3,9,77\nAll,2,3,9\n", FLOWS)
    assert found(linted) == [("LINT-104", "E2"), ("LINT-202", "D2"), ("LINT-202", "D3")]
    assert "Row 2 has 5 cells and the header 4" in sentences(linted, "LINT-104")[0]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_separators_and_encodings(tmp_path, sign, encoding):
    rows = 'Line,A,B,A+B\n"Pædiatric",2,3,"1,009"\nAll,2,3,"1,009"\n'.replace('"1,009"', "@")
    text = rows.replace(",", sign).replace("@", "1,009" if sign != "," else '"1,009"')
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    linted = lint_place(tmp_path / "t.csv", described(FLOWS))
    assert found(linted) == [("LINT-202", "D2"), ("LINT-202", "D3")]
    assert "Pædiatric: A+B is printed as 1,009" in sentences(linted, "LINT-202")[0]


def test_a_workbook_is_read_as_it_is_shown(tmp_path):
    def fill(sheet):
        put(sheet, ["P", "Share", "On", "A", "B", "A+B"])
        put(sheet, ["X", 1.01, date(2024, 5, 1), 0.1, 0.2, 0.1 + 0.2])
        put(sheet, ["Y", 0.994, date(2024, 2, 1), 1.26, 1.26, 2.52])
        for row in (2, 3):
            sheet.cell(row, 2).number_format = "0%"
        for column in (4, 5, 6):
            sheet.cell(3, column).number_format = "#,##0.0"

    description = """
    [pack]
    dated = 2024-03-01
    [[tables]]
    id = "t"
    columns = { Share = "percent", On = "date", A = "activity", B = "activity", "A+B" = "activity" }
    sums = [{ total = "A+B", of = ["A", "B"] }]
    """
    linted = lint_workbook(tmp_path, fill, description)
    assert found(linted) == [("LINT-201", "F3"), ("LINT-601", "B2"), ("LINT-611", "C2")]
    assert (
        "printed as 2.5, 0.1 less than A and B come to (2.6)" in (sentences(linted, "LINT-201")[0])
    )
    assert "2024-05-01" in sentences(linted, "LINT-611")[0]


def test_errors_of_the_spreadsheet_are_found_with_or_without_a_description(tmp_path):
    def fill(sheet):
        put(sheet, ["P", "N"], ["X", "=1/0"], ["Y", 2])
        sheet["B3"].value = "#REF!"
        sheet["B3"].data_type = "e"

    bare = lint_workbook(tmp_path, fill)
    assert found(bare) == [("LINT-109", "B2"), ("LINT-109", "B3")]
    assert "never calculated" in sentences(bare, "LINT-109")[0]
    assert bare.not_checked["why"].to_pylist() == ["no description was given"]
    known = lint_workbook(tmp_path, fill, '[[tables]]\nid = "t"\ncolumns = { N = "count" }')
    assert found(known) == found(bare)


def test_every_sheet_is_a_table_and_hidden_ones_of_a_published_workbook_are_said(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Shown"
    put(book.active, ["P", "N"], ["X", 9])
    book.active.row_dimensions[2].hidden = True
    put(book.create_sheet("Workings"), ["P", "N"], ["X", 9])
    book["Workings"].sheet_state = "hidden"
    book.create_sheet("Empty")
    book.save(tmp_path / "pack.xlsx")
    description = """
    [pack]
    published = true
    [[tables]]
    id = "Shown"
    [[tables]]
    id = "more"
    sheet = "Workings"
    """
    linted = lint_place(tmp_path / "pack.xlsx", described(description))
    assert [row["table"] for row in linted.findings.to_pylist()] == ["Shown", "more"]
    assert sentences(linted, "LINT-110")[1].startswith("Sheet Workings of a published workbook")
    assert linted.tables == 2


def test_a_folder_is_matched_to_its_description(tmp_path):
    (tmp_path / "a.csv").write_text("P,N\nX,1\n", "utf-8")
    (tmp_path / "b.csv").write_text("P,N\nX,1\n", "utf-8")
    text = '[[tables]]\nid = "one"\nfile = "a.csv"\n[[tables]]\nid = "two"\nfile = "c.csv"\n'
    linted = lint_place(tmp_path, described(text))
    assert found(linted) == [("LINT-106", None)]
    assert "two in c.csv" in sentences(linted, "LINT-106")[0]
    assert linted.not_checked["table"].to_pylist() == ["b"]
    alone = lint_place(tmp_path / "a.csv", described(text))
    assert found(alone) == []
    assert alone.not_checked["why"].to_pylist() == ["c.csv was not given"]


def test_some_rows_of_a_sheet_may_be_the_table(tmp_path):
    rows = "Line,A,B,A+B\nRenal,2,3,5\nAll,2,3,5\nOther,words,here,too\nmore,1,2,3\n"
    text = FLOWS.replace('id = "t"', 'id = "t"\nheader_row = 1\nlast_row = 3')
    assert found(lint_csv(tmp_path, rows, text)) == []


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("t.csv", b"\x00\x01\x02\x00", NotATextFile),
        ("t.csv", b'a,b\n"never closed,1\n', NotATextFile),
        ("t.xlsx", b"not a workbook", NotAWorkbook),
        ("t.docx", b"", NoTables),
    ],
)
def test_files_that_cannot_be_read_are_refused_by_name(tmp_path, name, content, refusal):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(refusal, match=name):
        lint_place(tmp_path / name, PackSpec(given=False))


def test_places_without_a_table_are_refused(tmp_path):
    for place in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(NoTables):
            lint_place(place, PackSpec(given=False))


@pytest.mark.parametrize("content", ["", "\n\n", "one cell\n", "P,N\n"])
def test_tables_with_nothing_in_them_say_nothing_untrue(tmp_path, content):
    (tmp_path / "t.csv").write_text(content, "utf-8")
    text = dedent(FLOWS).split("sums")[0].replace('"t"', '"t"\ncomplete = false')
    codes = {code for code, _ in found(lint_place(tmp_path, described(text)))}
    assert codes <= {"LINT-105", "LINT-106"}


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1234.5678, "General", "1234.5678"),
        (1234.5678, "#,##0", "1235"),
        (2.5, "0", "3"),
        (1234.5678, "£#,##0.00", "1234.57"),
        (1234567, "#,##0,", "1235"),
        (1234567, '0.0,,"m"', "1.2"),
        (0.1234, "0.0%", "12.3%"),
        (-3.456, "#,##0.0;[Red]-#,##0.0", "-3.5"),
        (1e-7, "General", "0.0000001"),
        (12345678, "0.00E+00", "12345678"),
    ],
)
def test_numbers_are_taken_as_their_format_shows_them(value, number_format, shown):
    cell = _number(value, number_format)
    assert cell.text == shown
    assert cell.figure == Decimal(shown.removesuffix("%"))
