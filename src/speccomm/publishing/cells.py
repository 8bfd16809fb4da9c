"""How one cell is written, on the page and in a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from speccomm.foundation.money import to_pence
from speccomm.publishing.model import Cell, Column, Mark, Unit
from speccomm.publishing.wording import (
    MINUS,
    TENTH,
    rounded,
    say_activity,
    say_day,
    say_percent,
    say_pounds,
)

SIGNS = {
    Mark.CONTRACTED: "●",
    Mark.NO_PLAN: "○",
    Mark.PLAN_NOT_SENT: "○ plan not sent",
    Mark.NEITHER: "–",
    Mark.NOT_SENT: "not sent",
}
ANSWER_SIGNS = {"yes": "●", "no": "○", "not looked at": "?", "not applicable": "–"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_CODE = 12  # a longer text in a column of codes may be broken over lines
TEXTUAL = {Unit.TEXT, Unit.CODE, Unit.HASH}


@dataclass(frozen=True)
class PageCell:
    """Text for the page; `spoken` replaces a sign for those who hear the page."""

    text: str
    kind: str
    spoken: str = ""
    missing: bool = False


def page_cell(column: Column, row: dict[str, Cell]) -> PageCell:
    """A cell of the page: figures with thousands, null in words, a mark or an answer never by its sign alone."""
    value = row.get(column.name)
    kind = "number-cell" if column.unit.is_figure else str(column.unit.name).lower()
    if value is None:
        words = row.get(column.missing_from) if column.missing_from else None
        return PageCell(str(words or column.missing), kind, missing=True)
    if column.unit.is_figure and isinstance(value, str):
        return PageCell(value, kind, missing=True)  # a mark, or words, where a figure would stand
    if column.unit is Unit.MARK:
        mark = Mark(str(value))
        sign = SIGNS[mark]
        return PageCell(sign, kind, spoken="" if mark is Mark.NOT_SENT else str(mark))
    if column.unit is Unit.ANSWER:
        answer = str(value)
        return PageCell(f"{ANSWER_SIGNS[answer]} {answer}", f"answer {answer.replace(' ', '-')}")
    text = _say(column, value)
    return PageCell(text, "path" if kind == "code" and len(text) > LONGEST_CODE else kind)


def _say(column: Column, value: Cell) -> str:
    if isinstance(value, Decimal | int):
        if column.unit is Unit.GBP:
            return say_pounds(Decimal(value), with_sign=column.signed)
        if column.unit is Unit.PERCENT:
            text = say_percent(Decimal(value), places=column.places)
            return f"+{text}" if column.signed and rounded(value, TENTH) > 0 else text
        if column.unit is Unit.ACTIVITY:
            return say_activity(value)
        shown = f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,}"
        return shown.replace("-", MINUS)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return say_day(value)
    return str(value)


def file_cell(column: Column, value: Cell) -> str:
    """A cell of a CSV file: plain figures a program reads; null is empty.

    Money has pence; activity is whole, or to three decimals where it is not whole. A text that a
    spreadsheet would run as a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        if column.unit is Unit.GBP:
            return str(to_pence(value))
        if column.unit is Unit.PERCENT:
            return str(rounded(value, TENTH))
        return f"{value.normalize():f}" if value % 1 else str(int(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if column.unit in TEXTUAL and text.startswith(FORMULA_STARTS):
        return f"'{text}"
    return text
