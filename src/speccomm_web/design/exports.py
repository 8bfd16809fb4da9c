"""A table of a page as a file: CSV or XLSX, in which no cell can run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from re import sub

import xlsxwriter
from django.http import HttpResponse

from speccomm_web.design.formats import LONDON
from speccomm_web.design.states import State
from speccomm_web.design.tables import Column, DataTable, Kind, Value

# What a spreadsheet may take for the beginning of a formula, also after white space or a tab.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.DECIMAL: "#,##0.0",
    Kind.POUNDS: "£#,##0",
    Kind.PENCE: "£#,##0.00",
    Kind.PERCENT: '0.0"%"',
    Kind.DAY: "d mmmm yyyy",
    Kind.MOMENT: "d mmmm yyyy hh:mm",
}


def download(table: DataTable, format_: str, *, name: str) -> HttpResponse:
    """A table as an attachment. `format_` is "csv" or "xlsx"; anything else is CSV."""
    safe_name = sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "table"
    response: HttpResponse
    if format_ == "xlsx":
        response = HttpResponse(as_xlsx(table), content_type=XLSX)
    else:
        format_ = "csv"
        # Whole: under ASGI a plain iterator is gathered before it is sent in any case.
        response = HttpResponse("".join(csv_lines(table)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{safe_name}.{format_}"'
    return response


def csv_lines(table: DataTable) -> Iterator[str]:
    """A table as CSV lines: plain figures that a program reads, and headings with their units.

    What has no value is told in words, as on the page: an empty cell would say less.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([harmless(_heading(column)) for column in table.columns])
    # A spreadsheet reads the file as UTF-8 only where it begins with this mark.
    yield "\ufeff" + buffer.getvalue()
    for row in table.rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_csv_value(column, row.get(column.key)) for column in table.columns])
        yield buffer.getvalue()


def as_xlsx(table: DataTable) -> bytes:
    """A table as a workbook of one sheet, its figures as numbers and its texts as texts."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False, "default_date_format": "d mmmm yyyy"},
    )  # fmt: skip
    sheet = book.add_worksheet(sub(r"[\[\]:*?/\\']", " ", table.name)[:31] or "Table")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    styles = {kind: book.add_format({"num_format": f}) for kind, f in NUMBER_FORMATS.items()}
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, _heading(column), bold)
        sheet.set_column(place, place, max(12, min(48, len(column.heading) + 2)))
    for line, row in enumerate(table.rows, start=1):
        for place, column in enumerate(table.columns):
            _write(sheet, line, place, column, row.get(column.key), styles)
    sheet.freeze_panes(1, 0)
    book.close()
    return file.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe stands before one that begins a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _heading(column: Column) -> str:
    return f"{column.heading} ({column.unit})" if column.unit else column.heading


def _csv_value(column: Column, value: Value) -> str:
    if value is None:
        return harmless(column.none)
    if isinstance(value, State):
        return value.words
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if isinstance(value, int) else harmless(str(value))


def _write(
    sheet: xlsxwriter.worksheet.Worksheet,
    line: int,
    place: int,
    column: Column,
    value: Value,
    styles: dict[Kind, xlsxwriter.format.Format],
) -> None:
    style = styles.get(column.kind)
    if value is None:
        sheet.write_string(line, place, column.none)
    elif isinstance(value, State):
        sheet.write_string(line, place, value.words)
    elif isinstance(value, datetime):
        local = value.astimezone(LONDON).replace(tzinfo=None) if value.tzinfo else value
        sheet.write_datetime(line, place, local, style)
    elif isinstance(value, date):
        midnight = datetime.combine(value, time.min)
        sheet.write_datetime(line, place, midnight, style)
    elif isinstance(value, int | Decimal):
        sheet.write_number(line, place, float(value), style)
    else:
        sheet.write_string(line, place, str(value))
