"""What a pack is before anything draws it: sections of words, figures, tables and charts.

Every renderer (HTML now; PDF, documents and workbooks later) takes a `Pack` and adds no figure of
its own. Totals are never given, always summed from the rows, so a printed total cannot disagree
with its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pyarrow as pa

from speccomm.publishing.plots import Drawing
from speccomm.publishing.sourcing import Computed, Key, Source

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")

Cell = str | int | bool | Decimal | date | datetime | None


class Unit(StrEnum):
    """What a column holds, which decides how it is written and whether it lines up right."""

    TEXT = "text"
    CODE = "code"
    MARK = "mark"  # one of the words of `Mark`
    ACTIVITY = "units of activity"
    GBP = "pounds"
    NUMBER = "number"
    WTE = "whole-time equivalents"
    ANSWER = "answer"  # yes, no, not looked at or not applicable
    DATE = "date"
    LINK = "address"  # of a page on the internet, opened only by the reader
    PERCENT = "percent"  # worked out from two other columns, never given
    TIME = "date and time (UTC)"
    HASH = "SHA-256"

    @property
    def is_figure(self) -> bool:
        return self in FIGURE_UNITS


FIGURE_UNITS = frozenset({Unit.ACTIVITY, Unit.GBP, Unit.NUMBER, Unit.WTE, Unit.PERCENT})


class Mark(StrEnum):
    """What the files say of a provider and a service."""

    CONTRACTED = "contracted"
    NO_PLAN = "activity without a plan"
    PLAN_NOT_SENT = "activity, plan not sent"
    NEITHER = "neither"
    NOT_SENT = "not sent"


class Placement(StrEnum):
    """Where a table is shown: open on the page, folded (opened by the reader), or only as CSV."""

    PAGE = "page"
    FOLDED = "folded"
    FILE = "file"


class BadPack(ValueError):
    """A pack put together wrongly: a programmer's mistake, not a user's."""


@dataclass(frozen=True)
class Column:
    """One column of a pack table: its name in files, its title on the page and what it means.

    `missing` is the words shown for null, or `missing_from` names a column that holds them row by
    row. `adds_up` says whether rows of the column may be summed.
    A column that is not `on_page` is in files only.
    A percent has `places` decimals and gives `share_of`, the columns (part, whole) of which it is a
    share. `source` says
    how a figure comes from stored rows; None where its receipt can only repeat the table's making.
    """

    name: str
    title: str
    unit: Unit
    meaning: str
    missing: str = "not known"
    missing_from: str = ""
    group: str = ""
    adds_up: bool = False
    signed: bool = False
    share_of: tuple[str, str] | None = None
    on_page: bool = True
    source: Source | None = None
    places: int = 1

    @property
    def made_from(self) -> Source | None:
        """The source, which of a share is the two columns it is worked out from."""
        if self.share_of and self.source is None:
            part, whole = self.share_of
            return Computed(f"{part} as a percentage of {whole}", self.share_of)
        return self.source


@dataclass(frozen=True)
class Making:
    """How a table's figures were made: the beginning of each figure's receipt."""

    measure: str
    counted_from: tuple[str, ...]
    filter: str


@dataclass(frozen=True)
class Together:
    """That a table stands with others of its kind on one sheet of a workbook.

    `sheet` names the sheet and `title` stands over it; `first` are the columns before the tables'
    own, with the value that tells this table's rows apart.
    """

    sheet: str
    title: str
    first: tuple[tuple[Column, str], ...]


@dataclass(frozen=True)
class PackTable:
    """One table: rows as Arrow, a dictionary of its columns, notes, and how it was made.

    `rows` holds every column of `columns` except the percents, in any order. `row_header` names
    the column that heads each row. With `total_label` a total row is summed from the rows. `keys`
    name each row for good, by columns of `rows` that may not be shown; without them the heading does.
    A table that is one of many of its kind says so in `together`.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: pa.Table
    row_header: str
    making: Making
    notes: tuple[str, ...] = ()
    total_label: str = ""
    placement: Placement = Placement.PAGE
    emphasised: frozenset[str] = field(default_factory=frozenset)
    keys: tuple[Key, ...] = ()
    together: Together | None = None

    def __post_init__(self) -> None:
        if not IDENTIFIER.fullmatch(self.id):
            raise BadPack(f"{self.id!r} is not a table identifier")
        given = set(self.rows.column_names)
        expected = {column.name for column in self.columns if column.share_of is None}
        if missing := expected - given:
            raise BadPack(f"table {self.id} lacks {', '.join(sorted(missing))}")
        if unkeyed := {key.column for key in self.keys} - given:
            raise BadPack(f"table {self.id} lacks its key {', '.join(sorted(unkeyed))}")
        names = {column.name for column in self.columns}
        if self.row_header not in names:
            raise BadPack(f"table {self.id} has no column {self.row_header}")
        for column in self.columns:
            if column.share_of and not set(column.share_of) <= given:
                raise BadPack(f"{self.id}.{column.name} is a share of columns that are not there")
            if column.missing_from and column.missing_from not in given:
                raise BadPack(f"{self.id}.{column.name} has no words for what is missing")

    def records(self) -> list[dict[str, Cell]]:
        """The rows as plain values, percents worked out."""
        return [self._with_shares(row) for row in self.rows.to_pylist()]

    def total(self) -> dict[str, Cell] | None:
        """The total row summed from the rows, or None where the table has none.

        A column whose every row is null has a null total: nothing known adds up to nothing known.
        A share of a whole that every row repeats is a share of that whole.
        """
        if not self.total_label:
            return None
        sums: dict[str, Cell] = {}
        for column in self.columns:
            if column.adds_up:
                values = [v for v in self.rows.column(column.name).to_pylist() if v is not None]
                sums[column.name] = sum(values, start=type(values[0])(0)) if values else None
            elif column.share_of and not self._adds_up(column.share_of[1]):
                repeated = set(self.rows.column(column.share_of[1]).to_pylist())
                sums[column.share_of[1]] = repeated.pop() if len(repeated) == 1 else None
        return self._with_shares(sums)

    def page_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.on_page)

    def _adds_up(self, name: str) -> bool:
        return any(column.adds_up for column in self.columns if column.name == name)

    def _with_shares(self, row: dict[str, Any]) -> dict[str, Cell]:
        shares: dict[str, Cell] = {}
        for column in self.columns:
            if column.share_of:
                part, whole = (row.get(name) for name in column.share_of)
                shares[column.name] = _share(part, whole)
        return {**row, **shares}


def _share(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """Part of whole in percent, exact; None where either is missing or the whole is zero."""
    if part is None or whole is None or whole == 0:
        return None
    return Decimal(part) * 100 / Decimal(whole)


@dataclass(frozen=True)
class Chart:
    """A chart: what it shows and how it is drawn, its title, its description in words and its table.

    `description` says what a person who cannot see the chart should know from it. The table must
    stand in the same section as the chart.
    """

    id: str
    title: str
    description: str
    specification: Drawing
    table_id: str


@dataclass(frozen=True)
class Prose:
    """Paragraphs, each a list of sentences made from figures, or plain explanation."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Points:
    """A list of short statements under one leading sentence."""

    lead: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Definitions:
    """Words and their meanings."""

    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Caution:
    """Something a reader must know before trusting the figures."""

    title: str
    sentences: tuple[str, ...]


EDITOR = "Words of the editor, not of the system"


@dataclass(frozen=True)
class EditorWords:
    """Paragraphs that a person added to a section. They are shown as that person's, in their place,
    and no figure in them has a receipt. `written_by` is a role or a body."""

    paragraphs: tuple[str, ...]
    written_by: str
    written_on: date

    @property
    def heading(self) -> str:
        """Whose words they are and when written, for the line above them in every format."""
        day = f"{self.written_on.day} {self.written_on:%B %Y}"
        return f"{EDITOR}: {self.written_by}, {day}"


@dataclass(frozen=True)
class HeadlineFigure:
    """One large number with its label, a sentence below it and the section it comes from.

    `value` is the number before it was rounded for the page, None where there is none.
    """

    id: str
    label: str
    figure: str
    sentence: str
    section_id: str
    value: Decimal | int | None = None
    unit: Unit = Unit.NUMBER
    source: Source | None = None


@dataclass(frozen=True)
class HeadlineFigures:
    figures: tuple[HeadlineFigure, ...]


@dataclass(frozen=True)
class Legend:
    """What the marks of a table mean."""

    marks: tuple[tuple[Mark, str], ...]


Block = (
    Prose
    | Points
    | Definitions
    | Caution
    | EditorWords
    | HeadlineFigures
    | Legend
    | PackTable
    | Chart
)


@dataclass(frozen=True)
class Section:
    """A section of the pack, with sections of its own one level down at most.

    One of many inner sections is `folded`: opened by the reader, and named in a contents of the
    section above it in place of the pack's. `gist` is the few words beside its name there. One that
    is `alone`, such as a plan on a page, begins a page of its own in print, as a folded one does.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    folded: bool = False
    gist: str = ""
    alone: bool = False

    def walk(self) -> Iterator[Section]:
        yield self
        for section in self.sections:
            yield from section.walk()

    def tables(self) -> Iterator[PackTable]:
        for section in self.walk():
            yield from (block for block in section.blocks if isinstance(block, PackTable))

    def charts(self) -> Iterator[Chart]:
        for section in self.walk():
            yield from (block for block in section.blocks if isinstance(block, Chart))


@dataclass(frozen=True)
class Handling:
    """Who may see the pack: a few words for every page, a sentence, a mark for rows of files, and
    the kind of use for the title of a window."""

    short: str
    sentence: str
    mark: str = ""
    kind: str = "internal use"


@dataclass(frozen=True)
class Pack:
    """A whole pack: what it is about, how it may be handled, its sections and facts for receipts.

    `area` is the code that begins the identifier of every figure. `facts` is what the manifest
    records: plain JSON values only. `counted` is how many stored rows stand behind a figure, by
    table, row key and column, where that was counted. `met` are the clinical reference group,
    service line and provider of every row behind its activity, which protection needs.
    """

    id: str
    title: str
    organisation: str
    period: str
    handling: Handling
    built_at: datetime
    sections: tuple[Section, ...]
    facts: dict[str, Any]
    area: str = ""
    counted: dict[tuple[str, str, str], int] = field(default_factory=dict)
    met: frozenset[tuple[str, str, str]] = frozenset()

    def __post_init__(self) -> None:
        tables = [table.id for table in self.tables()]
        sections = [s.id for top in self.sections for s in top.walk()]
        charts = [chart.id for chart in self.charts()]
        identifiers = tables + sections + charts
        if len(set(identifiers)) != len(identifiers):
            raise BadPack("two parts of the pack have the same identifier")
        for top in self.sections:
            for section in top.walk():
                own = {block.id for block in section.blocks if isinstance(block, PackTable)}
                for block in section.blocks:
                    if isinstance(block, Chart) and block.table_id not in own:
                        raise BadPack(f"chart {block.id} stands apart from its table")

    def tables(self) -> Iterator[PackTable]:
        for section in self.sections:
            yield from section.tables()

    def charts(self) -> Iterator[Chart]:
        for section in self.sections:
            yield from section.charts()

    def headlines(self) -> Iterator[HeadlineFigure]:
        for top in self.sections:
            for section in top.walk():
                for block in section.blocks:
                    if isinstance(block, HeadlineFigures):
                        yield from block.figures
