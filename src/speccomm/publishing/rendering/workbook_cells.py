"""What one cell of a workbook holds: a typed value that is the same figure as the file of the table.

A spreadsheet keeps a number as a float of fifteen sure digits. A figure that has more is written as
the nearest number, and its exact digits are said below the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from speccomm.publishing.cells import FORMULA_STARTS, file_cell, page_cell
from speccomm.publishing.model import Cell, Column, Unit

ALL_PERCENT = 100
FIRST_YEAR = 1901  # spreadsheets count days wrongly before, and have none before 1900
LONGEST_TEXT = 32_000  # a cell holds 32,767 characters
CUT = " … (cut here; the CSV file of the table has the whole)"
# What XML cannot hold; line breaks and tabs stay.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
UNSEEN = "\N{REPLACEMENT CHARACTER}"

Value = str | float | int | datetime | None


@dataclass(frozen=True)
class SheetCell:
    """A value and how it is shown.

    `exact` is a figure as the receipt states it, None for what is no figure or has none. `beyond`
    says that it has more digits than a spreadsheet keeps. `quoted` says that the text looks like a
    formula.
    """

    value: Value
    number_format: str = ""
    exact: Decimal | None = None
    missing: bool = False
    beyond: bool = False
    quoted: bool = False


def sheet_cell(column: Column, row: dict[str, Cell]) -> SheetCell:
    """The cell of a column in a row: a number, a moment or a text; words where there is no value."""
    value = row.get(column.name)
    if value is None:
        return text_cell(page_cell(column, row).text, missing=True)
    if isinstance(value, bool):
        return text_cell("yes" if value else "no")
    if isinstance(value, int | Decimal):
        return number_cell(column, Decimal(file_cell(column, value)))
    if isinstance(value, date):
        return _moment_cell(value)
    return text_cell(str(value), missing=column.unit.is_figure)  # a mark where a figure would be


def number_cell(column: Column, exact: Decimal) -> SheetCell:
    """A figure with its unit in its format: £1,234.50, 1,234, 12.3%; percent is kept as a share."""
    kept = exact / ALL_PERCENT if column.unit is Unit.PERCENT else exact
    number = float(kept)
    plain = int(kept) if kept == kept.to_integral_value() and abs(number) < 2**53 else number
    return SheetCell(
        plain,
        number_format(column, exact),
        exact=exact,
        beyond=Decimal(f"{number:.15g}") != kept,
    )


def number_format(column: Column, exact: Decimal) -> str:
    """The British format of a figure: thousands with commas, pence, a sign where the column has one."""
    if column.unit is Unit.GBP:
        digits = "£#,##0.00"
    elif column.unit is Unit.PERCENT:
        digits = "0.0%" if column.places else "0%"
    else:
        places = decimals_of(exact)
        digits = "#,##0" + ("." + "0" * places if places else "")
    return f"+{digits};-{digits};{digits}" if column.signed else f"{digits};-{digits}"


def decimals_of(value: Decimal) -> int:
    """How many decimals a figure has, trailing noughts left out."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def text_cell(text: str, *, missing: bool = False) -> SheetCell:
    """A text that stays a text: never a formula, nothing in it that XML cannot hold."""
    kept = safe_text(text)
    return SheetCell(kept, missing=missing, quoted=kept.startswith(FORMULA_STARTS))


def safe_text(text: str) -> str:
    """The text with what XML cannot hold shown as a replacement character, cut where too long."""
    seen = NOT_IN_XML.sub(UNSEEN, text)
    return seen if len(seen) <= LONGEST_TEXT else seen[:LONGEST_TEXT] + CUT


def _moment_cell(value: date) -> SheetCell:
    if value.year < FIRST_YEAR:
        return text_cell(value.isoformat())
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        whole = moment.replace(tzinfo=None, microsecond=0)
        whole += timedelta(seconds=round(moment.microsecond / 1_000_000))
        return SheetCell(whole, "dd/mm/yyyy hh:mm:ss")
    return SheetCell(datetime(value.year, value.month, value.day), "dd/mm/yyyy")  # noqa: DTZ001 - a day
