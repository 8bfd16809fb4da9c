"""Files of a table: the figures as figures, and no cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speccomm_web.design import samples
from speccomm_web.design.exports import as_xlsx, csv_lines, harmless
from speccomm_web.design.tables import Column, DataTable, address_with, sorted_rows

TABLE = samples.table()
HOSTILE = ["=2+5", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1"]


def written() -> list[list[str]]:
    text = "".join(csv_lines(TABLE)).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


def test_csv_holds_plain_figures_and_says_what_is_missing() -> None:
    head, first, second, *_ = written()
    assert head[2:4] == ["Activity (units)", "Price (£)"]
    assert first == ["Adult specialist renal services", "NCBPS11T", "58902", "12345678.90", "-2.4",
                     "2026-04-01", "Yes"]  # fmt: skip
    assert second[2:] == ["Suppressed", "Not collected", "No value", "Never", "Not looked at"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_begins_a_formula_is_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"


@given(st.text(max_size=12))
def test_no_text_of_a_csv_begins_a_formula(text: str) -> None:
    table = DataTable("t", "T", (Column("a", "A"),), [{"a": text}])
    lines = "".join(csv_lines(table)).removeprefix("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(lines, newline="")) for cell in row]
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_workbook_holds_numbers_dates_and_no_formula() -> None:
    content = as_xlsx(TABLE)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2))
    assert rows[0][2].value == 58902
    assert rows[0][5].value.date() == date(2026, 4, 1)
    assert rows[3][0].value == TABLE.rows[3]["service"]
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d"}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in b"".join(parts.read(name) for name in parts.namelist())


def test_rows_without_a_value_come_last_either_way() -> None:
    for order in ("activity", "-activity"):
        names = [row["service_code"] for row in sorted_rows(TABLE.rows, TABLE.columns, order)]
        assert names[-1] == "NCBPS03X"
    assert sorted_rows(TABLE.rows, TABLE.columns, "service_code") == list(TABLE.rows)
    assert sorted_rows(TABLE.rows, TABLE.columns, "no such column") == list(TABLE.rows)


def test_an_address_keeps_its_question() -> None:
    assert address_with({"icb": "QWU", "page": "3"}, page=None, sort="-price") == (
        "?icb=QWU&sort=-price"
    )
