"""A table as a page shows it and as a file holds it: one description for both.

A query or presenter makes a DataTable of plain values; the template draws it with the `data_table`
macro and `exports.py` writes the same columns and values as CSV or XLSX.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from urllib.parse import urlencode

from django.http import QueryDict

from speccomm_web.design import formats
from speccomm_web.design.states import State

Value = str | int | Decimal | date | datetime | State | None


class Kind(StrEnum):
    """What a column holds, which decides how it is written and on which side it stands."""

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    DECIMAL = "decimal"
    POUNDS = "pounds"
    PENCE = "pence"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"
    STATE = "state"


NUMERIC = frozenset({Kind.COUNT, Kind.DECIMAL, Kind.POUNDS, Kind.PENCE, Kind.PERCENT})
WRITERS: dict[Kind, Callable[..., str]] = {
    Kind.COUNT: formats.whole,
    Kind.DECIMAL: formats.decimal,
    Kind.POUNDS: formats.pounds,
    Kind.PENCE: lambda value: formats.pounds(value, pence=True),
    Kind.PERCENT: formats.percent,
    Kind.DAY: formats.day,
    Kind.MOMENT: formats.moment,
}


@dataclass(frozen=True)
class Column:
    """One column: the key of its values, its heading, kind and unit.

    `unit` stands under the heading ("£", "%", "days"). `none` is what the page writes where there
    is no value: say which kind of nothing it is ("Not collected", "Suppressed"). `sortable` makes
    the heading a link that sorts by the key.
    """

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    none: str = formats.NO_VALUE
    sortable: bool = False

    @property
    def numeric(self) -> bool:
        return self.kind in NUMERIC

    @property
    def narrow(self) -> bool:
        """Whether its values stay on one line: codes, days and states."""
        return self.kind in {Kind.CODE, Kind.DAY, Kind.MOMENT, Kind.STATE}

    def written(self, value: Value) -> str:
        """A value as the page writes it."""
        if value is None:
            return self.none
        writer = WRITERS.get(self.kind)
        return writer(value) if writer else str(value)


@dataclass(frozen=True)
class Cell:
    """One value on the page, with the address it leads to, if any."""

    text: str
    numeric: bool = False
    missing: bool = False
    state: State | None = None
    href: str = ""


@dataclass(frozen=True)
class DataTable:
    """A table with its caption, columns and rows of values by key.

    `links` maps a key to a function from a row to an address. `sorted_by` is the key in the
    address, with a minus for descending. `header_key` names the column whose cells head their row.
    `downloads` maps a format ("CSV", "XLSX") to its address.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Value]]
    header_key: str = ""
    links: Mapping[str, Callable[[Mapping[str, Value]], str]] = field(default_factory=dict)
    sorted_by: str = ""
    downloads: Mapping[str, str] = field(default_factory=dict)
    empty: str = "There is nothing to show."

    def cells(self, row: Mapping[str, Value]) -> list[Cell]:
        """The cells of one row, in the order of the columns."""
        return [self._cell(column, row) for column in self.columns]

    def _cell(self, column: Column, row: Mapping[str, Value]) -> Cell:
        value = row.get(column.key)
        link = self.links.get(column.key)
        state = value if isinstance(value, State) else None
        return Cell(
            text=state.words if state else column.written(value),
            numeric=column.numeric,
            missing=value is None,
            state=state,
            href=link(row) if link and value is not None else "",
        )

    def direction(self, column: Column) -> str:
        """ "ascending", "descending" or "none", as a screen reader is told."""
        if self.sorted_by == column.key:
            return "ascending"
        return "descending" if self.sorted_by == f"-{column.key}" else "none"

    def next_sort(self, column: Column) -> str:
        """What following the heading's link would sort by."""
        return f"-{column.key}" if self.sorted_by == column.key else column.key


def sorted_rows(
    rows: Sequence[Mapping[str, Value]], columns: Sequence[Column], sorted_by: str
) -> list[Mapping[str, Value]]:
    """Rows in the order that the address asks for; no value comes last either way.

    An unknown or unsortable key leaves the order as it was.
    """
    key = sorted_by.removeprefix("-")
    if key not in {column.key for column in columns if column.sortable}:
        return list(rows)
    known = [row for row in rows if row.get(key) is not None]
    unknown = [row for row in rows if row.get(key) is None]
    known.sort(key=lambda row: _sort_value(row[key]), reverse=sorted_by.startswith("-"))
    return known + unknown


def _sort_value(value: Value) -> tuple[int, object]:
    return (1, value.casefold()) if isinstance(value, str) else (0, value)


def address_with(query: QueryDict | Mapping[str, str], **changes: str | int | None) -> str:
    """The address's own question with some parts changed; None takes a part out."""
    kept = query.lists() if isinstance(query, QueryDict) else [(k, [v]) for k, v in query.items()]
    pairs = [(key, value) for key, values in kept if key not in changes for value in values]
    pairs += [(key, str(value)) for key, value in changes.items() if value is not None]
    return "?" + urlencode(pairs)
