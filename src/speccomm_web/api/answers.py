"""What an answer is made of: its columns, its rows, and what is said beside them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pyarrow as pa

from speccomm.activity.tables import ColumnMeaning

Row = Mapping[str, Any]


class Kind(StrEnum):
    """How a value is written. A decimal is written as text in JSON, so that none is rounded."""

    TEXT = "text"
    DECIMAL = "decimal"
    WHOLE = "whole"
    FLAG = "flag"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True)
class Field:
    """One column of an answer. `says` tells its unit, and what null means where it can be null."""

    name: str
    kind: Kind
    says: str
    optional: bool = False


@dataclass(frozen=True)
class Answer:
    """Rows under their columns. `facts` is what is said beside them, ready for JSON.

    `row_count` is how many rows there are where `rows` holds only those that were asked for.
    """

    fields: tuple[Field, ...]
    rows: Sequence[Row]
    facts: Mapping[str, Any] = field(default_factory=dict)
    row_count: int | None = None


@dataclass(frozen=True)
class Window:
    """The rows wanted: `size` of them after the first `first`."""

    first: int
    size: int


@dataclass(frozen=True)
class Asked:
    """A question that may be answered. `mark` changes whenever its answer may have changed.

    `work` answers it; it is given the rows wanted, None for every row.
    """

    mark: str
    work: Callable[[Window | None], Answer]


def field_of(meaning: ColumnMeaning, *, optional: bool = False) -> Field:
    """A column of the library's tables as one of an answer."""
    said = [meaning.unit]
    if meaning.source:
        said.append(meaning.source)
    if meaning.missing:
        said.append(f"null: {meaning.missing}")
    return Field(meaning.name, kind_of(meaning.type), "; ".join(said), optional)


def kind_of(type_: pa.DataType) -> Kind:
    """How values of a stored type are written."""
    if pa.types.is_boolean(type_):
        return Kind.FLAG
    if pa.types.is_integer(type_):
        return Kind.WHOLE
    if pa.types.is_decimal(type_) or pa.types.is_floating(type_):
        return Kind.DECIMAL
    if pa.types.is_timestamp(type_):
        return Kind.MOMENT
    return Kind.DAY if pa.types.is_date(type_) else Kind.TEXT


class KeptTables:
    """Tables worked out lately, as many as hold some number of rows together.

    One question at a time is worked out in a process, so that the memory it takes is bounded; two
    who ask the same wait for one answer.
    """

    def __init__(self, most_rows: int) -> None:
        self._most = most_rows
        self._kept: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._turn = threading.Lock()

    def table(self, key: Any, work: Callable[[], tuple[Any, int]]) -> Any:
        """What is kept under a key, or what `work` answers, with how many rows it has."""
        found = self._kept.get(key)
        if found is not None:
            return found[0]
        with self._turn:
            found = self._kept.get(key)
            if found is None:
                found = work()
                self._kept[key] = found
                while len(self._kept) > 1 and sum(n for _, n in self._kept.values()) > self._most:
                    self._kept.popitem(last=False)
        return found[0]

    def clear(self) -> None:
        """Forget every table."""
        with self._turn:
            self._kept.clear()


KEPT = KeptTables(most_rows=200_000)
