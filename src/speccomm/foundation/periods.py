"""Financial years and months. A financial year runs from 1 April to 31 March; month 1 is April."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from speccomm.foundation.errors import Refusal

MONTHS_IN_YEAR = 12
APRIL = 4


class NotAPeriod(Refusal):
    """A text that names no financial year or month."""


@dataclass(frozen=True, order=True)
class FinancialYear:
    """The year that starts on 1 April of `start`; written 2023-24."""

    start: int

    @classmethod
    def parse(cls, text: str) -> FinancialYear:
        """Read 2023-24, 2023/24, 202324, 2023-2024 or 20232024. Raises NotAPeriod otherwise."""
        match = re.fullmatch(r"(\d{4})\s*[-/]?\s*(?:\d{2})?(\d{2})", text.strip())
        if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
            raise NotAPeriod(f"{text!r} is not a financial year. Write it as 2023-24.")
        return cls(int(match[1]))

    @classmethod
    def holding(cls, day: date) -> FinancialYear:
        """The financial year a day falls in."""
        return cls(day.year if day.month >= APRIL else day.year - 1)

    @property
    def from_date(self) -> date:
        return date(self.start, APRIL, 1)

    @property
    def to_date(self) -> date:
        """First day after the year: periods are half open."""
        return date(self.start + 1, APRIL, 1)

    def __str__(self) -> str:
        return f"{self.start}-{(self.start + 1) % 100:02d}"


@dataclass(frozen=True, order=True)
class FinancialMonth:
    """Month 1 (April) to 12 (March) of a financial year."""

    year: FinancialYear
    number: int

    @classmethod
    def parse_calendar(cls, text: str) -> FinancialMonth:
        """Read a calendar month written 2023-04. Raises NotAPeriod otherwise."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", text.strip())
        if match is None or not 1 <= int(match[2]) <= MONTHS_IN_YEAR:
            raise NotAPeriod(f"{text!r} is not a month. Write it as 2023-04 for April 2023.")
        return cls.holding(date(int(match[1]), int(match[2]), 1))

    @classmethod
    def holding(cls, day: date) -> FinancialMonth:
        """The financial month a day falls in."""
        return cls(FinancialYear.holding(day), (day.month - APRIL) % MONTHS_IN_YEAR + 1)

    @property
    def from_date(self) -> date:
        month = self.number + APRIL - 1
        if month > MONTHS_IN_YEAR:
            return date(self.year.start + 1, month - MONTHS_IN_YEAR, 1)
        return date(self.year.start, month, 1)

    @property
    def to_date(self) -> date:
        """First day after the month: periods are half open."""
        return self.next().from_date

    def next(self) -> FinancialMonth:
        if self.number == MONTHS_IN_YEAR:
            return FinancialMonth(FinancialYear(self.year.start + 1), 1)
        return FinancialMonth(self.year, self.number + 1)

    def __str__(self) -> str:
        return f"{self.from_date:%Y-%m}"


def months_between(first: FinancialMonth, last: FinancialMonth) -> list[FinancialMonth]:
    """Every month from first to last, both included. Raises NotAPeriod if last is before first."""
    if last < first:
        raise NotAPeriod(f"The period ends ({last}) before it starts ({first}).")
    months = [first]
    while months[-1] < last:
        months.append(months[-1].next())
    return months
