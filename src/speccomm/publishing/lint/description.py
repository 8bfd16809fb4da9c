"""What a pack's tables are meant to be: which columns hold what, and what should add up to what.

Written by a person as TOML (docs/how-to/lint-a-pack.md) or made from one of our own packs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from speccomm.foundation.periods import FinancialMonth
from speccomm.publishing.lint.rules import Answer

# Which rows: each named column holds one of the values given for it.
Where = Mapping[str, tuple[str, ...]]
LABEL = ""  # in a Where: the column that names the rows


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    SERVICE_NAME = "service_name"
    SERVICE_CODE = "service_code"
    PROVIDER = "provider"
    SITE = "site"
    COMMISSIONER = "commissioner"
    FLAG = "flag"
    PEOPLE = "people"  # people: whole, and protected where small
    ACTIVITY = "activity"  # care given: may be sums of fractions, and protected where small
    COUNT = "count"  # other things that are counted, whole
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"  # a share of a whole
    CHANGE = "change"  # a percentage that may be below 0 or over 100
    DATE = "date"  # of something that has happened
    PLANNED_DATE = "planned_date"
    YEAR = "year"

    @property
    def is_figure(self) -> bool:
        return self in FIGURES

    @property
    def adds_up(self) -> bool:
        return self in FIGURES - {Kind.PERCENT, Kind.CHANGE, Kind.NUMBER}

    @property
    def is_whole(self) -> bool:
        return self in {Kind.PEOPLE, Kind.COUNT}

    @property
    def is_protected(self) -> bool:
        return self in {Kind.PEOPLE, Kind.ACTIVITY}

    @property
    def is_organisation(self) -> bool:
        return self in {Kind.PROVIDER, Kind.COMMISSIONER}


FIGURES = {
    Kind.PEOPLE,
    Kind.ACTIVITY,
    Kind.COUNT,
    Kind.NUMBER,
    Kind.MONEY,
    Kind.PERCENT,
    Kind.CHANGE,
}


@dataclass(frozen=True)
class Period:
    """The months that figures are of, both included."""

    first: FinancialMonth
    last: FinancialMonth

    @property
    def years(self) -> tuple[str, ...]:
        """The financial years touched: 2023-24."""
        starts = range(self.first.year.start, self.last.year.start + 1)
        return tuple(f"{start}-{(start + 1) % 100:02d}" for start in starts)

    def __str__(self) -> str:
        first, last = f"{self.first.from_date:%B %Y}", f"{self.last.from_date:%B %Y}"
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class ColumnSpec:
    """What one column holds.

    `pattern` takes the code out of a longer text. `blank` says what an empty cell means, where
    that is explained. `in_reference` holds names of services to the published ones.
    """

    kind: Kind
    pattern: str = ""
    blank: str = ""
    in_reference: bool = False


@dataclass(frozen=True)
class AcrossSum:
    """In each row, one column is the sum of others; a name after - is taken away."""

    total: str
    of: tuple[str, ...]
    exact: bool = False


@dataclass(frozen=True)
class DownSum:
    """One row is the sum of others, in each column of figures or in those named.

    `of_rows` empty means every row that is not a total. `by` makes one sum for each value of a
    column.
    """

    total_row: Where
    of_rows: Where = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    by: str = ""
    exact: bool = False


@dataclass(frozen=True)
class Share:
    """A column of percentages that two others give."""

    percent: str
    part: str
    whole: str


@dataclass(frozen=True)
class Statement:
    """Words above a table that state a count of its rows, or of a column's different values.

    `says` are the words that are the number, the first found where empty; `parts` are numbers in
    the words that should come to it.
    """

    text: str
    counts: str = "rows"
    says: str = ""
    parts: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)


@dataclass(frozen=True)
class TableSpec:
    """What is known of one table.

    `organisations_on` is the day whose organisations the table is drawn on, where it is not that
    of its own months.
    `named_on_last_line` says that a heading ends with the name of its column on a line of its own.
    `complete` false says that not every row was typed in, so that nothing can be said of what
    rows come to. `rounding_noted` says that the pack itself tells readers about rounding.
    """

    id: str
    file: str = ""
    sheet: str = ""
    header_row: int = 0
    named_on_last_line: bool = False
    last_row: int = 0
    label: str = ""
    columns: Mapping[str, ColumnSpec] = field(default_factory=dict)
    totals: tuple[str, ...] = ()
    one_row_per: tuple[str, ...] = ()
    across: tuple[AcrossSum, ...] = ()
    down: tuple[DownSum, ...] = ()
    shares: tuple[Share, ...] = ()
    statements: tuple[Statement, ...] = ()
    notes: tuple[str, ...] = ()
    period: Period | None = None
    organisations_on: date | None = None
    published: bool = False
    complete: bool = True
    rounded_to: int = 0
    rounding_noted: bool = False
    unknown_measure: str = ""


@dataclass(frozen=True)
class Place:
    """A figure somewhere in the pack: a column's cell in a row, or its sum where no row is named."""

    table: str
    column: str
    row: Where = field(default_factory=dict)


@dataclass(frozen=True)
class Tie:
    """Places that give one figure, and what that figure is."""

    says: str
    places: tuple[Place, ...]
    exact: bool = False


@dataclass(frozen=True)
class PackSpec:
    """What is known of a whole pack.

    `answers` are the spellings this pack uses for an answer in place of our own. An `optional`
    description may name tables and columns that a pack leaves out.
    """

    title: str = ""
    source: str = ""
    dated: date | None = None
    tables: tuple[TableSpec, ...] = ()
    ties: tuple[Tie, ...] = ()
    hidden_marks: tuple[str, ...] = ()
    missing_marks: tuple[str, ...] = ()
    not_legible: tuple[str, ...] = ()
    answers: Mapping[Answer, tuple[str, ...]] = field(default_factory=dict)
    unknown_explained_by: str = ""
    optional: bool = False
    given: bool = True
