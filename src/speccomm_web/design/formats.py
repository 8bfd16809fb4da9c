"""How numbers, money and dates are written on a page: British, with true minus signs.

What is not known is never written as nothing: pass None and the words for "no value" come back.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

MINUS = "\N{MINUS SIGN}"
NO_VALUE = "No value"
LONDON = ZoneInfo("Europe/London")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
Number = int | Decimal


def whole(value: Number | None) -> str:
    """1,234; a Decimal is rounded half up."""
    if value is None:
        return NO_VALUE
    return _signed(f"{_rounded(value, 0):,}")


def counted(number: int, one: str, several: str = "") -> str:
    """1 row, 2 rows, 1,234 rows; `several` where more is not the same with an s."""
    return f"{whole(number)} {one if number == 1 else several or one + 's'}"


def decimal(value: Number | None, places: int = 1) -> str:
    """1,234.5, to `places`."""
    if value is None:
        return NO_VALUE
    return _signed(f"{_rounded(value, places):,.{places}f}")


def pounds(value: Number | None, *, pence: bool = False, signed: bool = False) -> str:
    """£1,234, or £1,234.56 with pence; signed shows the plus of an increase."""
    if value is None:
        return NO_VALUE
    amount = _rounded(value, 2 if pence else 0)
    text = f"£{abs(amount):,.{2 if pence else 0}f}"
    if amount < 0:
        return MINUS + text
    return f"+{text}" if signed and amount > 0 else text


def percent(value: Number | None, places: int = 1) -> str:
    """12.3%; the value is already in percent."""
    return NO_VALUE if value is None else f"{decimal(value, places)}%"


def day(value: date | datetime | None) -> str:
    """1 April 2026; a moment is told by its day in London."""
    if value is None:
        return NO_VALUE
    if isinstance(value, datetime):
        value = _in_london(value).date()
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime | None) -> str:
    """1 April 2026 at 3:05pm, in London."""
    if value is None:
        return NO_VALUE
    local = _in_london(value)
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{day(local)} at {hour}:{local.minute:02}{half}"


def month(value: date | None) -> str:
    """April 2026."""
    return NO_VALUE if value is None else f"{MONTHS[value.month - 1]} {value.year}"


def _in_london(value: datetime) -> datetime:
    return value.astimezone(LONDON) if value.tzinfo else value


def _rounded(value: Number, places: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def exact(value: float) -> Decimal:
    """A float of a file as the decimal that it prints as."""
    return Decimal(repr(value))
