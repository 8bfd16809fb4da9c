"""How figures are written for a reader: pounds, activity, shares, counts and lists of names.

Zero is written 0; a missing figure is written in words. The two never look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from speccomm.foundation.periods import FinancialMonth

BUILT = "Built"  # the time of building tells two buildings apart, not their words
MINUS = "\N{MINUS SIGN}"
WHOLE = Decimal(1)
TENTH = Decimal("0.1")
MILLION = Decimal(1_000_000)
ALL_PERCENT = 100
SMALLEST_NUMERAL = 10
SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def rounded(value: Decimal | int, to: Decimal = WHOLE) -> Decimal:
    """Halves away from zero, as a person rounds."""
    return Decimal(value).quantize(to, rounding=ROUND_HALF_UP)


def say_activity(value: Decimal | int | None, *, missing: str = "not known") -> str:
    """Whole units with thousands: 274,597. Activity above none but under a half says so."""
    if value is None:
        return missing
    whole = rounded(value)
    if whole == 0 and value != 0:
        return "under 1"
    return _signed(f"{abs(whole):,}", negative=whole < 0)


def say_pounds(
    value: Decimal | None, *, missing: str = "not known", with_sign: bool = False
) -> str:
    """Whole pounds with thousands: £1,234; with_sign puts + before what is above zero."""
    if value is None:
        return missing
    whole = rounded(value)
    if whole == 0 and value != 0:
        return "under £1" if value > 0 else "under £1 below"
    text = _signed(f"£{abs(whole):,}", negative=whole < 0)
    return f"+{text}" if with_sign and whole > 0 else text


def say_millions(value: Decimal, *, with_sign: bool = False) -> str:
    """A large sum for a headline: £41.3 million; under a million in whole pounds."""
    if abs(value) < MILLION:
        return say_pounds(value, with_sign=with_sign)
    text = f"£{abs(rounded(value / MILLION, TENTH)):,} million"
    return f"+{text}" if with_sign and value > 0 else _signed(text, negative=value < 0)


def say_percent(value: Decimal | None, *, missing: str = "not known", places: int = 1) -> str:
    """One decimal, 12.3%, or none, 12%."""
    if value is None:
        return missing
    if not places:
        return _signed(f"{abs(rounded(value)):,}%", negative=rounded(value) < 0)
    tenth = rounded(value, TENTH)
    if tenth == 0 and value != 0:
        return "under 0.1%" if value > 0 else "under 0.1% below"
    return _signed(f"{abs(tenth):,}%", negative=tenth < 0)


def say_share(part: Decimal | int, whole: Decimal | int) -> str:
    """A share in whole percent for a sentence; never 0% of something nor 100% of less than all."""
    if whole == 0:
        return "none"
    share = Decimal(part) * ALL_PERCENT / Decimal(whole)
    if 0 < share < WHOLE:
        return "under 1%"
    if ALL_PERCENT - 1 < share < ALL_PERCENT:
        return "over 99%"
    return f"{rounded(share)}%"


def say_count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: one row, 2,345 rows, no rows. Numbers up to nine as words."""
    noun = one if number == 1 else (many or f"{one}s")
    if 0 <= number < SMALLEST_NUMERAL:
        return f"{SMALL_NUMBERS[number]} {noun}"
    return f"{number:,} {noun}"


def say_numeral(number: int) -> str:
    """The number alone: none, one, 2,345."""
    if number == 0:
        return "none"
    return SMALL_NUMBERS[number] if number < SMALLEST_NUMERAL else f"{number:,}"


def say_verb(number: int, one: str, many: str) -> str:
    """The verb that agrees with a number: say_verb(1, "was", "were") is "was"."""
    return one if number == 1 else many


def capital(sentence: str) -> str:
    """The sentence with its first letter as a capital, the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def say_list(names: Sequence[str]) -> str:
    """a, b and c."""
    if not names:
        return "none"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def say_time(moment: datetime) -> str:
    """A moment in UTC for a reader: 5 February 2024, 09:30 UTC."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def say_day(day: date) -> str:
    """A day for a reader: 5 February 2024."""
    return f"{day.day} {day:%B %Y}"


def say_month(month: FinancialMonth) -> str:
    """April 2023."""
    return f"{month.from_date:%B %Y}"


def say_written_months(months: Sequence[str]) -> str:
    """November 2023 and December 2023, of months written 2023-11."""
    return say_list([say_month(FinancialMonth.parse_calendar(month)) for month in months])


def say_short_month(month: FinancialMonth) -> str:
    """Apr 2023."""
    return f"{month.from_date:%b %Y}"


def say_period(first: FinancialMonth, last: FinancialMonth) -> str:
    """April to December 2023, March 2023 to April 2024, or April 2023 alone."""
    if first == last:
        return say_month(first)
    if first.from_date.year == last.from_date.year:
        return f"{first.from_date:%B} to {say_month(last)}"
    return f"{say_month(first)} to {say_month(last)}"


def say_financial_months(first: FinancialMonth, last: FinancialMonth) -> str:
    """Months 1 to 9 of 2023/24; both years where the period crosses one."""
    if first == last:
        return f"month {first.number} of {_slashed(first)}"
    if first.year == last.year:
        return f"months {first.number} to {last.number} of {_slashed(first)}"
    return f"month {first.number} of {_slashed(first)} to month {last.number} of {_slashed(last)}"


def _slashed(month: FinancialMonth) -> str:
    return str(month.year).replace("-", "/")


def _signed(text: str, *, negative: bool) -> str:
    return f"{MINUS}{text}" if negative else text
