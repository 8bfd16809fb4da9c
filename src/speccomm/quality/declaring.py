"""How a register is declared: its columns, what names a statement's subject, and what null means.

A row of a register is one statement: somebody (a role or a body, never a person's name) said on a
day that something holds from a date. A change adds a statement; nothing is overwritten. The
columns of SAYING come with every register, those of PLACE are written by the store.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import pyarrow as pa

TEXT = pa.string()
DAY = pa.date32()
INSTANT = pa.timestamp("us", tz="UTC")
AMOUNT = pa.decimal128(12, 3)
MONEY = pa.decimal128(18, 2)


class Kind(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    SERVICE = "service line code"
    SITE = "site code"
    PROVIDER = "provider code"
    ICB = "ICB code"
    REGION = "region code"
    ICBS = "ICB codes between semicolons, or all"
    DAY = "date"
    FLAG = "flag"
    ROLE = "role or body"
    CHOICE = "one of a list"
    CHOICES = "some of a list, between semicolons"
    YEAR = "financial year"
    WHOLE = "whole number"
    AMOUNT = "number"
    MONEY = "amount of money"
    BODY = "code of an ICB or a region, or the name of a body"


TYPES = {Kind.DAY: DAY, Kind.WHOLE: pa.int64(), Kind.AMOUNT: AMOUNT, Kind.MONEY: MONEY}
NOT_SAID = "nobody said"


@dataclass(frozen=True)
class Column:
    """One column. `missing` says what null means and is empty where null is not allowed.

    `choices` names the list in rulebook quality/spellings. `may_be_future` is true for a date that
    is a plan. `carried_by` names the flag whose own said_by or said_on this column is.
    """

    name: str
    meaning: str
    kind: Kind = Kind.TEXT
    missing: str = ""
    choices: str = ""
    unit: str = ""
    disclosive: bool = False
    source: str = ""
    may_be_future: bool = False
    carried_by: str = ""

    @property
    def type(self) -> pa.DataType:
        return TYPES.get(self.kind, TEXT)

    @property
    def required(self) -> bool:
        return not self.missing


SAYING = (
    Column("entry_state", "holds, or ended: from from_date on the subject has no entry",
           Kind.CHOICE, choices="entry_state"),
    Column("from_date", "from which date it holds; the date it was said where none is given",
           Kind.DAY, may_be_future=True),
    Column("said_by", "the role or body that said so, never a person's name", Kind.ROLE),
    Column("said_on", "when it was said", Kind.DAY),
)  # fmt: skip

PLACE = (
    Column("load_id", "the load the statement came with"),
    Column("recorded_at", "when the store recorded it"),
    Column("file_name", "the file it was read from"),
    Column("sheet_name", "the sheet it was read from", missing="the file has no sheets"),
    Column("row_number", "row of the sheet; the header of a CSV file is 1"),
)
PLACE_TYPES = {"recorded_at": INSTANT, "row_number": pa.int64()}


@dataclass(frozen=True)
class Register:
    """One register. `key` names the columns that say what a statement is about.

    `in_order` lists pairs of dates of which the first may not be after the second.
    """

    name: str
    what: str
    key: tuple[str, ...]
    declared: tuple[Column, ...]
    in_order: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns a spreadsheet has: what is said, each flag with its own sayer, SAYING."""
        spread: list[Column] = []
        for column in self.declared:
            spread.append(column)
            if column.kind is Kind.FLAG:
                spread.append(
                    Column(f"{column.name}_said_by", f"who said {column.name}; else said_by",
                           Kind.ROLE, carried_by=column.name)
                )  # fmt: skip
                spread.append(
                    Column(f"{column.name}_said_on", f"when {column.name} was said; else said_on",
                           Kind.DAY, carried_by=column.name)
                )  # fmt: skip
        return (*spread, *SAYING)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def substance(self) -> list[str]:
        """The columns of what is said, without who said it, when, and from when."""
        return [
            column.name
            for column in self.columns
            if not column.carried_by and column.name not in ("said_by", "said_on", "from_date")
        ]

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.declared if column.kind is Kind.FLAG)

    @property
    def spoken(self) -> pa.Schema:
        """The Arrow schema of what a spreadsheet says."""
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])

    @property
    def stored(self) -> pa.Schema:
        """The Arrow schema of the stored table: PLACE, then what a spreadsheet says."""
        places = [pa.field(c.name, PLACE_TYPES.get(c.name, TEXT)) for c in PLACE]
        return pa.schema([*places, *self.spoken])
