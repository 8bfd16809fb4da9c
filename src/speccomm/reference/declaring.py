"""How a reference table is declared: its columns, their types, and the columns that many share."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

TEXT = pa.string()
DAY = pa.date32()
FLAG = pa.bool_()
DEGREES = pa.float64()
WHOLE = pa.int32()


@dataclass(frozen=True)
class Column:
    """One column. `missing` says what null means and is empty where null is not allowed.

    `optional` columns may be left out of a user's file; they are then null throughout. Texts of
    which a large table `repeats` a few are held dictionary coded.
    """

    name: str
    meaning: str
    type: pa.DataType = TEXT
    missing: str = ""
    unit: str = ""
    disclosive: bool = False
    optional: bool = False
    repeats: bool = False

    @property
    def held_as(self) -> pa.DataType:
        """The type the column has in memory."""
        return pa.dictionary(pa.int32(), self.type) if self.repeats else self.type

    @property
    def required(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class TableSpec:
    """One table. `key` is unique; where `period` is given, unique on each day of it.

    `file` is the file of the user's reference folder that holds or adds to the table; `shipped`
    says that the rulebook folder holds a first version.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    period: tuple[str, str] | None = None
    file: str | None = None
    shipped: bool = True
    inclusive_end: bool = field(default=False)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(column.name, column.held_as) for column in self.columns])

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def code_column(name: str, meaning: str, missing: str = "", *, repeats: bool = False) -> Column:
    return Column(name, meaning, missing=missing, repeats=repeats)


def flag_column(name: str, meaning: str, missing: str = "") -> Column:
    return Column(name, meaning, type=FLAG, missing=missing)


def day_column(name: str, meaning: str, missing: str = "") -> Column:
    return Column(name, meaning, type=DAY, missing=missing, unit="date")


FROM = day_column("from_date", "first day in force", "from before the table begins")
TO = day_column("to_date", "first day no longer in force", "still in force")
PERIOD = ("from_date", "to_date")
OPEN_CLOSE = (
    day_column("open_date", "first day open, as in the directory", "not recorded"),
    day_column("close_date", "last day open, as in the directory", "still open"),
)
POSTCODE = code_column("postcode", "with one space before the last three characters", "not known")
PLACE = (
    Column("latitude", "north of the equator, WGS84", DEGREES, "not known", "degrees"),
    Column("longitude", "east of Greenwich, WGS84", DEGREES, "not known", "degrees"),
)
ONS = code_column(
    "ons_code", "nine-character code of the Office for National Statistics", "not known"
)
