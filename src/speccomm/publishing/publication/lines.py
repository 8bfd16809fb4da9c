"""The rows of a pack's table as lines: what each is of, and its figures as the door takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from speccomm.publishing.model import Cell, PackTable
from speccomm.publishing.receipts.figures import values_of
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.sourcing import ALL, Of, Position
from speccomm.publishing.suppression import NOT_COLLECTED, CellValue, value_of


@dataclass(frozen=True)
class Line:
    """One row of a pack's table: its key, what its key columns say, and its figures."""

    key: str
    values: Mapping[Of, str]
    cells: Mapping[str, Cell]


def lines_of(table: PackTable) -> list[Line]:
    """The rows of a table and its total."""
    lines = []
    for key, record in zip(row_keys(table), table.records(), strict=True):
        said = {entry.column: _text(record.get(entry.column)) for entry in table.keys}
        values = {of: value or "" for of, value in values_of(table.keys, said).items()}
        values.pop(Of.NOTHING, None)
        lines.append(Line(key, values, record))
    total = table.total()
    if total is not None and lines:
        lines.append(Line(ALL, {}, total))
    return lines


def finest(numbers: Iterable[Cell]) -> int:
    """The power of ten that makes every number of some cells whole."""
    digits = 0
    for number in numbers:
        if isinstance(number, Decimal):
            digits = max(digits, -int(number.normalize().as_tuple().exponent))
    return int(10**digits)


def cell_value(value: Cell, units: int) -> CellValue:
    """A cell as the door takes it; what does not exist adds nothing."""
    return value_of(value * units) if isinstance(value, Decimal | int) else NOT_COLLECTED


def pairs_of(tables: Iterable[PackTable]) -> frozenset[tuple[str, str]]:
    """Every service line and provider that a table of the contract position sets side by side."""
    found = set()
    for table in tables:
        of = {key.of for key in table.keys}
        if of == {Of.PROVIDER, Of.SERVICE} and any(
            isinstance(column.source, Position) for column in table.columns
        ):
            for line in lines_of(table):
                if line.key != ALL:
                    found.add((line.values[Of.SERVICE], line.values[Of.PROVIDER]))
    return frozenset(found)


def _text(value: Cell) -> str | None:
    return None if value is None else str(value)
