"""A table before the door: true numbers, what they count, and what each cell covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import product

import pyarrow as pa

from speccomm.foundation.errors import Refusal
from speccomm.publishing.suppression.dimensions import Dimension
from speccomm.publishing.suppression.values import (
    CellValue,
    PublishedCell,
    State,
    value_of,
)

Key = tuple[str, ...]


class BadTable(Refusal):
    """A table that cannot be protected as it stands, with the reason in words."""

    def __init__(self, table: str, reason: str) -> None:
        self.table = table
        super().__init__(f"Table {table} cannot be published: {reason}")


class Kind(StrEnum):
    """What the numbers of a table are."""

    COUNT = "count"  # whole numbers of people or of what was done for them
    AMOUNT = "amount"  # money, hours: anything that stands beside a count and may be fractional


@dataclass(frozen=True)
class Rate:
    """A table that prints rates instead of its counts; its denominators are known to everyone."""

    denominators: Mapping[Key, Decimal]
    per: Decimal
    decimals: int


@dataclass(frozen=True)
class SourceTable:
    """A table of true numbers that asks to be published.

    Tables with the same `measure` count the same things; a cell of one and a cell of another that
    cover the same parts are the same cell. `scope` narrows a dimension the table is not broken
    down by (a period, a point of delivery); a dimension neither broken down nor narrowed is
    covered whole. An AMOUNT table names, in `beside`, the COUNT table whose counts stand beside its
    amounts: both hide the same cells. `must_show` cells may not be hidden to protect others.
    """

    id: str
    title: str
    measure: str
    dimensions: tuple[Dimension, ...]
    cells: Mapping[Key, CellValue]
    scope: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kind: Kind = Kind.COUNT
    beside: str = ""
    must_show: frozenset[Key] = frozenset()
    rate: Rate | None = None

    def __post_init__(self) -> None:
        names = [dimension.name for dimension in self.dimensions]
        if len(set(names) | set(self.scope)) != len(names) + len(self.scope):
            raise BadTable(self.id, "a dimension is named twice.")
        grid = set(product(*(dimension.codes for dimension in self.dimensions)))
        if grid != set(self.cells):
            raise BadTable(self.id, "it has cells missing, or cells that no category names.")
        if not self.must_show <= grid:
            raise BadTable(self.id, "a cell that must be shown is not one of its cells.")
        if (self.kind is Kind.AMOUNT) != bool(self.beside):
            raise BadTable(self.id, "amounts stand beside a table of counts, and only amounts do.")
        if self.kind is Kind.COUNT:
            self._demand_counts()
        if self.rate is not None:
            self._demand_denominators(self.rate)

    def _demand_counts(self) -> None:
        for cell in self.cells.values():
            if cell.number is not None and (cell.number < 0 or cell.number % 1):
                raise BadTable(
                    self.id, "a count is negative or not whole; make it a table of amounts."
                )

    def _demand_denominators(self, rate: Rate) -> None:
        for key, cell in self.cells.items():
            if cell.number is not None and rate.denominators.get(key, Decimal(0)) <= 0:
                raise BadTable(self.id, "a rate has no denominator above zero.")

    def national(self, key: Key) -> bool:
        """Whether any category of the cell is at national level."""
        named = zip(self.dimensions, key, strict=True)
        return any(dimension.category(code).national for dimension, code in named)


@dataclass(frozen=True)
class PublishedTable:
    """A table as it went out, or is about to: nothing in it that everyone may not see.

    This is evidence for whoever attacks, not something to print: only the door makes what is
    printed. Earlier releases, and anyone's published figures, are handed to the door as these.
    """

    release: str
    id: str
    measure: str
    dimensions: tuple[Dimension, ...]
    cells: Mapping[Key, PublishedCell]
    scope: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kind: Kind = Kind.COUNT


@dataclass(frozen=True)
class Earlier:
    """An earlier release's table, with the true numbers of hidden cells where they are still held.

    Without them every hidden cell is protected as if its number were small.
    """

    published: PublishedTable
    numbers: Mapping[Key, Decimal] = field(default_factory=dict)


def source_table(
    rows: pa.Table,
    *,
    id: str,  # noqa: A002 the field's own name
    title: str,
    measure: str,
    dimensions: tuple[Dimension, ...],
    value: str,
    absent: CellValue,
    scope: Mapping[str, frozenset[str]] | None = None,
    kind: Kind = Kind.COUNT,
    beside: str = "",
) -> SourceTable:
    """Add rows up into every category of every dimension.

    Shape:   `rows` has one column for each dimension, holding its smallest parts, and `value`.
    Missing: a combination without a row is `absent`, which the caller must say; a row whose value
             is null is not known. A wider cell is the sum of what is known within it.
    Raises:  BadTable where a row names a part that no category covers.
    """
    names = [dimension.name for dimension in dimensions]
    summed = rows.select([*names, value]).group_by(names).aggregate([(value, "sum")])
    known: dict[Key, CellValue] = {}
    for row in summed.to_pylist():
        key = tuple(str(row[name]) for name in names)
        number = row[f"{value}_sum"]
        known[key] = CellValue(State.UNKNOWN) if number is None else value_of(number)
    parts = [sorted(dimension.parts()) for dimension in dimensions]
    if not set(known) <= set(product(*parts)):
        raise BadTable(id, "a row names a part that no category covers.")
    cells = {key: known.get(key, absent) for key in product(*parts)}
    for place, dimension in enumerate(dimensions):
        cells = _added_up(cells, place, dimension)
    return SourceTable(
        id, title, measure, dimensions, cells, scope or {}, kind, beside, frozenset(), None
    )


def _added_up(
    cells: Mapping[Key, CellValue], place: int, dimension: Dimension
) -> dict[Key, CellValue]:
    """Replace the parts at one place of the key by the categories that cover them."""
    gathered: dict[Key, list[CellValue]] = {}
    for category in dimension.categories:
        for key, cell in cells.items():
            if key[place] in category.parts:
                wider = (*key[:place], category.code, *key[place + 1 :])
                gathered.setdefault(wider, []).append(cell)
    return {key: _sum(found) for key, found in gathered.items()}


def _sum(cells: Iterable[CellValue]) -> CellValue:
    cells = list(cells)
    numbers = [cell.number for cell in cells if cell.number is not None]
    if numbers:
        return value_of(sum(numbers, start=Decimal(0)))
    states = {cell.state for cell in cells}
    return CellValue(states.pop() if len(states) == 1 else State.UNKNOWN)
