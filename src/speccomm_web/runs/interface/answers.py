"""What an answer is made of: its columns, its rows, and what is said beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

import pyarrow as pa

from speccomm.activity.tables import ColumnMeaning
from speccomm.foundation.errors import Refusal

Row = Mapping[str, Any]
DECIMAL_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"


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


class NothingHeld(Refusal):
    """There is no store yet, or nothing in it that was asked for."""

    def __init__(self) -> None:
        super().__init__("Nothing is loaded yet, so there is nothing to ask about.")


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


def marked(rows: Sequence[Row], facts: Mapping[str, Any]) -> str:
    """The mark of an answer that is at hand: what it says."""
    return sha256(
        repr(([sorted(row.items()) for row in rows], sorted(facts.items()))).encode()
    ).hexdigest()
