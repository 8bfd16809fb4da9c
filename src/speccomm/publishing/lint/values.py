"""What a printed cell says: a number with its precision, a sign, a date, a count in words."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from speccomm.publishing.lint.grid import Cell, folded
from speccomm.publishing.lint.rules import LintRules

NUMBER = re.compile(
    r"""(?P<open>\()?\s*(?P<sign>[+\-\u2212\u2013]?)\s*£?\s*(?P<minus>[\-\u2212]?)
    (?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<decimals>\d+))?
    \s*(?P<scale>k|thousand|m|million|bn|billion)?\s*(?P<percent>%)?\s*(?P<close>\))?""",
    re.VERBOSE | re.IGNORECASE,
)
SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})")
DAY_MONTH = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?[ -])?([a-z]+)[ -](\d{2}|\d{4})")
MONTHS = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
CENTURY = 2000
WORD_OR_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d+|[a-z]+(?:-[a-z]+)*", re.IGNORECASE)
YEAR_SHORT = re.compile(r"(?:20)?(\d{2})\s*[/\-]\s*(?:20)?(\d{2})")
HUNDRED, THOUSAND, DECADE = 100, 1000, 10


class State(StrEnum):
    """What stands in a cell of figures."""

    NUMBER = "number"
    BLANK = "blank"
    HIDDEN = "hidden"
    MISSING = "missing"
    NOT_LEGIBLE = "not legible"
    FAULT = "fault"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Figure:
    """A cell of figures read: `unit` is the smallest step its printing can show."""

    state: State
    value: Decimal = Decimal(0)
    unit: Decimal = Decimal(1)

    @property
    def is_number(self) -> bool:
        return self.state is State.NUMBER

    @property
    def counts_as_none(self) -> bool:
        """Blank, or a sign for a figure that does not exist: nothing to add."""
        return self.state in {State.BLANK, State.MISSING}


@dataclass(frozen=True)
class Marks:
    """The signs a pack uses among figures, compared without case."""

    hidden: frozenset[str]
    missing: frozenset[str]
    not_legible: frozenset[str]


def read_figure(cell: Cell, marks: Marks) -> Figure:
    """The number, sign or blank that a cell of figures holds."""
    text = folded(cell.text)
    if cell.fault:
        return Figure(State.FAULT)
    for state, signs in (
        (State.NOT_LEGIBLE, marks.not_legible),
        (State.HIDDEN, marks.hidden),
        (State.MISSING, marks.missing),
    ):
        if text in signs:
            return Figure(state)
    if not text:
        return Figure(State.BLANK)
    if cell.figure is not None:
        return Figure(State.NUMBER, cell.figure, step_of(cell.figure))
    return read_number(cell.text) or Figure(State.UNREADABLE)


def read_number(text: str) -> Figure | None:
    """A printed number: £1,234.50, −3, (3), 12%, £41.3 million; None for anything else."""
    match = NUMBER.fullmatch(text.strip())
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    decimals = match["decimals"] or ""
    scale = Decimal(10) ** SCALES.get((match["scale"] or "").lower(), 0)
    value = Decimal(match["whole"].replace(",", "") + "." + (decimals or "0")) * scale
    negative = match["open"] or match["minus"] or match["sign"] not in {"", "+"}
    unit = scale.scaleb(-len(decimals))
    return Figure(State.NUMBER, -value if negative else value, unit)


def step_of(value: Decimal) -> Decimal:
    """The smallest step a decimal as written can show: 0.01 for 1.25 and 1.00, 1 for 300."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(min(int(exponent), 0))


def read_date(cell: Cell) -> date | None:
    """The day a cell names, days first; a month alone is its first day; None for anything else."""
    if cell.day is not None:
        return cell.day
    text = folded(cell.text)
    if match := YEAR_FIRST.fullmatch(text.upper()):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := DAY_FIRST.fullmatch(text):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    if (match := DAY_MONTH.fullmatch(text)) and match[2] in MONTHS:
        return _day(int(match[3]), MONTHS[match[2]], int(match[1] or 1))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year + CENTURY if year < HUNDRED else year, month, day)
    except ValueError:
        return None


def read_financial_year(text: str) -> str | None:
    """2022-23 for 22/23, 2022/23, 2022-23 or 2022-2023; None for anything else."""
    match = YEAR_SHORT.fullmatch(text.strip())
    if match is None or (int(match[1]) + 1) % HUNDRED != int(match[2]):
        return None
    return f"{CENTURY + int(match[1])}-{match[2]}"


def first_number(text: str, rules: LintRules) -> int | None:
    """The first count that words state, in digits or in words; a no or none is not looked for."""
    words = [word.casefold() for word in WORD_OR_DIGITS.findall(text)]
    for place, word in enumerate(words):
        if word[0].isdigit() or rules.number_words.get(word, 0) > 0:
            return number_at(words[place:], rules)
    return None


def whole_number(text: str, rules: LintRules) -> int | None:
    """The number that words are, such as Eleven, 11 or none; None where they are something else."""
    words = [word.casefold() for word in WORD_OR_DIGITS.findall(text)]
    return number_at(words, rules) if words else None


def number_at(words: list[str], rules: LintRules) -> int | None:
    """The number that a list of words begins with: one hundred and eighty-nine is 189."""
    if words[0][0].isdigit():
        return int(words[0].replace(",", ""))
    total, part, read = 0, 0, False
    for word in words:
        if word in rules.number_words and (part % DECADE == 0 or not read):
            part += rules.number_words[word]
        elif word == "hundred" and read:
            part *= HUNDRED
        elif word == "thousand" and read:
            total, part = (total + part) * THOUSAND, 0
        elif not (word == "and" and read):
            break
        read = True
    return total + part if read else None
