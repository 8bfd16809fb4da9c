"""Rates and percentages from published cells: what is hidden in a count is hidden in its rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from speccomm.foundation.errors import UnknownName
from speccomm.publishing.suppression.dimensions import Dimension
from speccomm.publishing.suppression.rules import Percentages
from speccomm.publishing.suppression.sources import Key, PublishedTable
from speccomm.publishing.suppression.values import PublishedCell, State, to_decimals

HUNDRED = Decimal(100)
# What a rate is where its count or its denominator is no number: the first that either is.
BEFORE_ANY_NUMBER = (
    State.SUPPRESSED,
    State.NOT_COLLECTED,
    State.UNKNOWN,
    State.NOT_APPLICABLE,
)


@dataclass(frozen=True)
class Ratio:
    """A rate to be printed: `per` times the numerator over the denominator.

    The denominator is another table, at the numerator's own categories save those that `at`
    fixes (the total, for a share of it), or numbers that are known from elsewhere. `decimals` is
    None for percentages under the rulebook.
    """

    id: str
    title: str
    numerator: str
    denominator: str = ""
    outside: Mapping[Key, Decimal] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    per: Decimal = HUNDRED
    decimals: int | None = None


def ratio_cells(
    ratio: Ratio, tables: Mapping[str, PublishedTable], percentages: Percentages
) -> tuple[tuple[Dimension, ...], dict[Key, PublishedCell], dict[Key, int]]:
    """The dimensions and cells of a ratio, and each cell's decimals, from what is published only.

    Missing: suppressed where the count or the denominator is; not applicable where the denominator
             is zero; otherwise whatever the one without a number is.
    Raises:  UnknownName where a table or a category it names is not there.
    """
    for name in (ratio.numerator, ratio.denominator):
        if name and name not in tables:
            raise UnknownName("table of this publication", name, list(tables))
    numerator = tables[ratio.numerator]
    cells: dict[Key, PublishedCell] = {}
    decimals: dict[Key, int] = {}
    for key, over in numerator.cells.items():
        under = _denominator(ratio, key, numerator, tables)
        places = ratio.decimals
        if places is None:
            places = percentages.decimals_for(under.number or Decimal(0))
        cells[key] = _divided(over, under, ratio.per, places)
        decimals[key] = places
    return numerator.dimensions, cells, decimals


def _denominator(
    ratio: Ratio, key: Key, numerator: PublishedTable, tables: Mapping[str, PublishedTable]
) -> PublishedCell:
    if not ratio.denominator:
        number = ratio.outside.get(key)
        if number is None:
            return PublishedCell(State.UNKNOWN)
        return PublishedCell(State.ZERO if number == 0 else State.NUMBER, number)
    named = dict(zip((d.name for d in numerator.dimensions), key, strict=True))
    table = tables[ratio.denominator]
    sought = {**named, **ratio.at}
    found = tuple(sought.get(dimension.name, "") for dimension in table.dimensions)
    if found not in table.cells:
        raise UnknownName("cell of the denominator", " / ".join(found), [])
    return table.cells[found]


def _divided(
    over: PublishedCell, under: PublishedCell, per: Decimal, decimals: int
) -> PublishedCell:
    for state in BEFORE_ANY_NUMBER:
        if state in {over.state, under.state}:
            return PublishedCell(state)
    if under.state is State.ZERO or under.number is None or over.number is None:
        return PublishedCell(State.NOT_APPLICABLE)
    if over.state is State.ZERO:
        return PublishedCell(State.ZERO, Decimal(0))
    return PublishedCell(State.NUMBER, to_decimals(over.number * per / under.number, decimals))
