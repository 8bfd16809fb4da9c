"""What may stand in a cell: a number, a zero, a hidden number, or one of three kinds of nothing.

None of them looks like another, on a page or in a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class State(StrEnum):
    """What a cell holds. Only NUMBER and ZERO have a number to print."""

    NUMBER = "number"
    ZERO = "zero"
    SUPPRESSED = "suppressed"
    NOT_COLLECTED = "not collected"
    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "not known"

    @property
    def has_number(self) -> bool:
        return self in {State.NUMBER, State.ZERO}


NOTHING = frozenset({State.NOT_COLLECTED, State.NOT_APPLICABLE, State.UNKNOWN})


@dataclass(frozen=True)
class CellValue:
    """One cell of a table before it is published. A hidden number is never one of these."""

    state: State
    number: Decimal | None = None

    def __post_init__(self) -> None:
        if self.state is State.SUPPRESSED:
            raise ValueError("only the door hides a number")
        if self.state.has_number != (self.number is not None):
            raise ValueError(f"a cell that is {self.state} and holds {self.number}")
        if self.number is not None and (self.number == 0) != (self.state is State.ZERO):
            raise ValueError("a zero is not a number like the others, and no other number is zero")


def value_of(number: Decimal | int) -> CellValue:
    """The cell of a known number; zero has a state of its own."""
    number = Decimal(number)
    return CellValue(State.ZERO if number == 0 else State.NUMBER, number)


NOT_COLLECTED = CellValue(State.NOT_COLLECTED)
NOT_APPLICABLE = CellValue(State.NOT_APPLICABLE)
UNKNOWN = CellValue(State.UNKNOWN)


@dataclass(frozen=True)
class PublishedCell:
    """One cell as everyone sees it, and what anyone may conclude from it alone.

    `number` is what is printed (rounded where the method rounds, a rate where the table shows
    rates), None where nothing is. The count or amount behind it is at least `low` and at most
    `high`; None is no limit. A cell that says nothing of a number has neither.
    """

    state: State
    number: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether nothing follows from the cell; a hidden one says that there is a number."""
        return self.low is None and self.high is None and self.state is not State.SUPPRESSED

    def __post_init__(self) -> None:
        if self.state.has_number != (self.number is not None):
            raise ValueError(f"a published cell that is {self.state} and prints {self.number}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("a published cell that no number fits")


@dataclass(frozen=True)
class Marks:
    """The printed form of everything that is not an ordinary number, from the rulebook."""

    zero: str
    suppressed: str
    not_collected: str
    not_applicable: str
    unknown: str
    rounds_to_zero: str

    def __post_init__(self) -> None:
        forms = [form.casefold().strip() for form in vars(self).values()]
        if len(set(forms)) != len(forms) or not all(forms):
            raise ValueError("two of the marks look alike, or one is empty")
        if any(form.replace(".", "").replace(",", "").isdigit() for form in forms if form != "0"):
            raise ValueError("a mark looks like a number")


def printed(cell: PublishedCell | CellValue, marks: Marks, *, decimals: int = 0) -> str:
    """The cell as printed in a file: plain digits, or its mark. Pages may add thousands commas."""
    if cell.state is State.NUMBER and cell.number is not None:
        text = f"{to_decimals(cell.number, decimals):f}"
        return marks.rounds_to_zero if Decimal(text) == 0 else text
    return {
        State.ZERO: marks.zero,
        State.SUPPRESSED: marks.suppressed,
        State.NOT_COLLECTED: marks.not_collected,
        State.NOT_APPLICABLE: marks.not_applicable,
    }.get(cell.state, marks.unknown)


def to_decimals(number: Decimal, decimals: int) -> Decimal:
    """The number to so many decimals, halves away from zero."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
