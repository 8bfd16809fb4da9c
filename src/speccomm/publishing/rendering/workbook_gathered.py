"""Tables of one kind on one sheet of a workbook, told apart by their first columns.

Eighty services have eighty tables of providers; as eighty sheets nobody could filter or add them.
Every figure keeps the identifier it has in its own table. Totals stand on a sheet of their own, so
that a column of rows can be summed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa

from speccomm.publishing.model import BadPack, Cell, Column, Making, Pack, PackTable, Together, Unit
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.rendering.workbook_cells import sheet_cell
from speccomm.publishing.rendering.workbook_sheets import TableSheet, sheet_names
from speccomm.publishing.sourcing import ALL

TOTALS = "_totals"  # ends the name of the sheet of totals
TOTAL_OF = Column("total_of", "Total of", Unit.TEXT, "What is added up")
EACH = "each of them by itself, as the sheet “How tables were made” says"


@dataclass(frozen=True)
class SheetNames:
    """The name of each table's sheet by the table, and of each sheet of totals by that sheet's name."""

    of_table: dict[str, str]
    of_totals: dict[str, str]


def names_of_sheets(tables: Iterable[PackTable], *, taken: tuple[str, ...]) -> SheetNames:
    """A name for every sheet that tables stand on, each once."""
    listed = list(tables)
    wanted = {table.id: sheet_of(table) for table in listed}
    summed = {sheet_of(t): f"{sheet_of(t)}{TOTALS}" for t in listed if t.together and _has_total(t)}
    names = sheet_names(dict.fromkeys([*wanted.values(), *summed.values()]), taken=taken)
    return SheetNames(
        {table: names[sheet] for table, sheet in wanted.items()},
        {names[sheet]: names[total] for sheet, total in summed.items()},
    )


def sheet_of(table: PackTable) -> str:
    """What a table's sheet is named for: the table, or those it stands together with."""
    return table.together.sheet if table.together else table.id


def gathered(pack: Pack) -> dict[str, list[PackTable]]:
    """The tables that stand together, by what their sheet is named for, in reading order."""
    found: dict[str, list[PackTable]] = {}
    for table in pack.tables():
        if table.together:
            found.setdefault(table.together.sheet, []).append(table)
    return found


def gathered_sheet(tables: list[PackTable], name: str, *, area: str) -> TableSheet:
    """Every row of the tables under the columns that tell them apart.

    Raises: BadPack where the tables have not the same columns.
    """
    shared = _together(tables[0])
    columns = tables[0].columns
    if any(_plain(table.columns) != _plain(columns) for table in tables):
        raise BadPack(f"tables of the sheet {shared.sheet} have different columns")
    rows = [
        tuple(sheet_cell(column, row) for column in (*_first(table), *table.columns))
        for table in tables
        for row in (_with_first(table, record) for record in table.records())
    ]
    return TableSheet(
        name,
        _stand_in(tables, shared.sheet, shared.title, (*_first(tables[0]), *columns), len(rows)),
        tuple(rows),
        tuple(f"{area}.{table.id}.{key}" for table in tables for key in row_keys(table)),
    )


def totals_sheet(tables: list[PackTable], name: str, *, area: str) -> TableSheet:
    """The total of each of the tables, with its receipt."""
    shared = _together(tables[0])
    summed = [table for table in tables if _has_total(table)]
    columns = [c for c in tables[0].columns if c.adds_up or c.share_of]
    rows = []
    for table in summed:
        record = _with_first(table, {**(table.total() or {}), TOTAL_OF.name: table.total_label})
        own = [c for c in table.columns if c.adds_up or c.share_of]
        rows.append(tuple(sheet_cell(c, record) for c in (*_first(table), TOTAL_OF, *own)))
    return TableSheet(
        name,
        _stand_in(
            summed,
            f"{shared.sheet}{TOTALS}",
            f"{shared.title}: totals",
            (*_first(tables[0]), TOTAL_OF, *columns),
            len(rows),
        ),
        tuple(rows),
        tuple(f"{area}.{table.id}.{ALL}" for table in summed),
    )


def _stand_in(
    tables: list[PackTable], identifier: str, title: str, columns: tuple[Column, ...], count: int
) -> PackTable:
    """What the writer of a sheet is told of tables that stand together; the cells are given apart."""
    first = _first(tables[0])
    shown = tuple(replace(column, missing_from="", share_of=None) for column in columns)
    made = tables[0].making
    return PackTable(
        id=identifier,
        title=title,
        columns=shown,
        rows=pa.table({column.name: pa.nulls(count) for column in shown}),
        row_header=first[-1].name,
        making=Making(made.measure, made.counted_from, EACH),
        notes=tuple(f"{table.title}. {note}" for table in tables for note in table.notes),
    )


def _together(table: PackTable) -> Together:
    assert table.together is not None
    return table.together


def _first(table: PackTable) -> tuple[Column, ...]:
    return tuple(column for column, _ in _together(table).first)


def _with_first(table: PackTable, row: dict[str, Cell]) -> dict[str, Cell]:
    return {**row, **{column.name: value for column, value in _together(table).first}}


def _plain(columns: tuple[Column, ...]) -> list[tuple[str, str, Unit]]:
    return [(column.name, column.title, column.unit) for column in columns]


def _has_total(table: PackTable) -> bool:
    return bool(table.total_label and table.rows.num_rows)
