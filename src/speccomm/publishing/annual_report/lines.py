"""Lines of money: those named, those gathered as one, and the pence of each pound they make up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from speccomm.foundation.periods import FinancialYear

NOTHING = Decimal(0)
MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Line:
    """One line: its words, the key its rows are found by (None: no code was sent), its amount.

    `covers` is how many organisations or services it holds, None where the accounts do not say;
    `step` to what the amount was rounded when printed, in pounds; `gathered` the keys of the lines
    it stands for, where it stands for several of ours. `is_kept` lines always stand
    by themselves. `units` is the care it paid for, None where that is not held.
    """

    label: str
    key: str | None
    amount: Decimal
    code: str | None = None
    covers: int | None = 1
    step: Decimal = NOTHING
    gathered: tuple[str, ...] = ()
    is_kept: bool = False
    units: Decimal | None = None


def total_of(lines: Sequence[Line]) -> Decimal:
    """The exact sum, in pounds."""
    return sum((line.amount for line in lines), NOTHING)


def slack_of(lines: Sequence[Line]) -> Decimal:
    """By how much a total printed apart may differ only because each line was rounded."""
    return sum((line.step / 2 for line in lines), NOTHING)


def named_and_other(
    lines: Sequence[Line], *, named_from: Decimal, fewest: int, other: str, key: str
) -> list[Line]:
    """Lines of at least `named_from` by themselves, largest first; the rest as one, last.

    Lines that hold several already, or must be kept, follow the named ones under their own words.
    Nothing is lost: the amounts add up to those given.
    """
    ordered = sorted(lines, key=lambda line: (-line.amount, line.label))
    small = [x for x in ordered if x.covers == 1 and not x.is_kept and x.amount < named_from]
    if len(small) < fewest:
        small = []
    kept = [line for line in ordered if line not in small]
    named = [line for line in kept if line.covers == 1 and not line.is_kept]
    others = [line for line in kept if not (line.covers == 1 and not line.is_kept)]
    if not small:
        return [*named, *others]
    together = Line(
        label=other,
        key=key,
        amount=total_of(small),
        covers=len(small),
        step=sum((line.step for line in small), NOTHING),
        gathered=tuple(line.key for line in small if line.key is not None),
        units=_units_of(small),
    )
    return [*named, *others, together]


def _units_of(lines: Sequence[Line]) -> Decimal | None:
    known = [line.units for line in lines if line.units is not None]
    return sum(known, NOTHING) if known else None


def pence_of(amounts: Sequence[Decimal], *, of: int = 100) -> list[int] | None:
    """Whole pence of each pound of the total, which add up to exactly `of`.

    Method:  largest remainder: shares are cut to whole pence and the pence left over go to the
             largest parts cut off, then to the larger amount, then to the one that stands first.
    Missing: None where the total is nothing or less: no pound was spent to divide.
    """
    total = sum(amounts, NOTHING)
    if total <= 0:
        return None
    whole = [_floor(amount * of, total) for amount in amounts]
    left = [amount * of - pence * total for amount, pence in zip(amounts, whole, strict=True)]
    order = sorted(range(len(amounts)), key=lambda n: (-left[n], -amounts[n], n))
    for place in order[: of - sum(whole)]:
        whole[place] += 1
    return whole


def _floor(part: Decimal, whole: Decimal) -> int:
    """Part over whole, cut down to a whole number without rounding on the way."""
    quotient, rest = divmod(part, whole)
    return int(quotient) - (1 if rest < 0 else 0)


def say_level(gbp: Decimal) -> str:
    """A level as a sentence says it: £5 million, £500,000."""
    if gbp >= MILLION and gbp % MILLION == 0:
        return f"£{gbp / MILLION:,.0f} million"
    return f"£{gbp:,.0f}"


def say_year(year: FinancialYear | str) -> str:
    """2023-24 as a reader meets it: 2023/24."""
    return str(year).replace("-", "/")
