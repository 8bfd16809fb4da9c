"""Every figure of a pack, table by table: its identifier, its value and where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from speccomm.publishing.cells import PageCell, file_cell, page_cell
from speccomm.publishing.model import Cell, Column, Making, Pack, PackTable, Unit
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.receipts.saying import Values
from speccomm.publishing.sourcing import ALL, Key, Of

HEADLINES = "headlines"
UNSAID = PageCell("", "unsaid")
Say = Callable[[Column, dict[str, Cell]], PageCell]
HEADLINES_MADE = Making("The headline figures of the pack", ("pack",), "as each says")


@dataclass(frozen=True)
class Figure:
    """One figure: its exact value as text (None where there is none), as printed, and its rows."""

    value: str | None
    printed: str
    rows: int | None


@dataclass(frozen=True)
class FigureRow:
    """The figures of one row of a table, by column; `values` are those of its key columns."""

    key: str
    label: str
    values: dict[str, str | None]
    figures: dict[str, Figure]
    is_total: bool = False


def figure_columns(table: PackTable) -> tuple[Column, ...]:
    """The columns whose cells are figures and so have receipts."""
    return tuple(column for column in table.columns if column.unit.is_figure)


def tables_with_figures(pack: Pack) -> Iterator[PackTable]:
    """The headline figures as a table of one row, and every table that holds a figure."""
    headlines = headline_table(pack)
    if headlines is not None:
        yield headlines
    yield from (table for table in pack.tables() if figure_columns(table))


def headline_table(pack: Pack) -> PackTable | None:
    """The headline figures as a table: a column each, in one row that stands for the whole pack."""
    figures = list(pack.headlines())
    if not figures:
        return None
    columns = [
        Column(
            figure.id,
            figure.label,
            figure.unit,
            figure.sentence,
            missing=figure.figure,
            source=figure.source,
        )
        for figure in figures
    ]
    whole = Column("pack", "Pack", Unit.TEXT, "The pack as a whole")
    values = {figure.id: pa.array([figure.value]) for figure in figures}
    return PackTable(
        id=HEADLINES,
        title="Headline figures",
        columns=(whole, *columns),
        rows=pa.table({"pack": ["whole pack"], "name": ["pack"], **values}),
        row_header="pack",
        making=HEADLINES_MADE,
        keys=(Key("name", Of.NOTHING),),
    )


def figure_rows(
    table: PackTable, counted: Mapping[tuple[str, str, str], int], *, in_words: bool = True
) -> Iterator[FigureRow]:
    """The figures of each row of a table, the total last.

    Without `in_words` neither rows nor figures are said as printed, which takes most of the time.
    """
    say = page_cell if in_words else _unsaid
    columns = figure_columns(table)
    heading = next(column for column in table.columns if column.name == table.row_header)
    for key, record in zip(row_keys(table), table.records(), strict=True):
        yield FigureRow(
            key,
            say(heading, record).text,
            {entry.column: _text(record.get(entry.column)) for entry in table.keys},
            {c.name: _figure(table, c, key, record, counted, say) for c in columns},
        )
    total = table.total()
    if total is not None and table.rows.num_rows:
        shown = [c for c in columns if c.adds_up or c.share_of]
        yield FigureRow(
            ALL,
            table.total_label,
            _said_by_every_row(table),
            {c.name: _figure(table, c, ALL, total, counted, say) for c in shown},
            is_total=True,
        )


def _said_by_every_row(table: PackTable) -> dict[str, str | None]:
    """The key values that all rows of a table share: what its total is of, such as one service."""
    shared: dict[str, str | None] = {}
    for key in table.keys:
        met = set(table.rows.column(key.column).to_pylist())
        value = met.pop() if len(met) == 1 else None
        if value is not None:
            shared[key.column] = _text(value)
    return shared


def values_of(keys: tuple[Key, ...], values: Mapping[str, str | None]) -> Values:
    """What the values of key columns say of the rows behind a figure; a total says what every row does."""
    return {key.of: values[key.column] for key in keys if key.column in values}


def _figure(
    table: PackTable,
    column: Column,
    key: str,
    record: dict[str, Cell],
    counted: Mapping[tuple[str, str, str], int],
    say: Say,
) -> Figure:
    value = record.get(column.name)
    return Figure(
        None if value is None else file_cell(column, value),
        say(column, record).text,
        counted.get((table.id, key, column.name)),
    )


def _unsaid(_: Column, __: dict[str, Cell]) -> PageCell:
    return UNSAID


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
