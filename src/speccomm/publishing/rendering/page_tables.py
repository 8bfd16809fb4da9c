"""A table as it is shown: heading groups, cells in words, total and notes, for every drawn format."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from speccomm.publishing.cells import PageCell, page_cell
from speccomm.publishing.model import Column, PackTable, Unit
from speccomm.publishing.receipts.documents import receipt_page_path
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.rendering.paths import table_path
from speccomm.publishing.wording import rounded, say_activity, say_count, say_pounds

WIDE = 11  # a table of more columns is turned sideways in print
DENSE = 8  # a table of as many columns is set smaller
GRID_MARKS = 2


@dataclass(frozen=True)
class HeaderGroup:
    """A heading that spans several columns, or none over one column."""

    title: str
    span: int


@dataclass(frozen=True)
class PageTable:
    """A table ready for the page. `keys` name the rows, and `receipts` is where figures lead."""

    table: PackTable
    keys: tuple[str, ...]
    receipts: str
    columns: tuple[Column, ...]
    groups: tuple[HeaderGroup, ...]
    rows: tuple[tuple[tuple[Column, PageCell], ...], ...]
    total: tuple[tuple[Column, PageCell | None], ...] | None
    notes: tuple[str, ...]
    wide: bool
    dense: bool
    rows_in_words: str
    file: str
    numbered: bool
    is_grid: bool


def page_table(table: PackTable) -> PageTable:
    """Cells, heading groups, total and notes of one table, in the words of the page."""
    records, columns = table.records(), table.page_columns()
    rows = tuple(tuple((column, page_cell(column, row)) for column in columns) for row in records)
    marks = sum(column.unit is Unit.MARK for column in columns)
    return PageTable(
        table=table,
        keys=tuple(row_keys(table)),
        receipts=receipt_page_path(table.id),
        columns=columns,
        groups=_groups(columns),
        rows=rows,
        total=_total_cells(table),
        notes=(*table.notes, *_rounding_notes(table)),
        wide=len(columns) > WIDE,
        dense=len(columns) >= DENSE,
        rows_in_words=say_count(len(rows), "row"),
        file=table_path(table),
        numbered=any(column.unit.is_figure for column in columns),
        is_grid=marks >= GRID_MARKS,
    )


def _groups(columns: tuple[Column, ...]) -> tuple[HeaderGroup, ...]:
    if not any(column.group for column in columns):
        return ()
    groups: list[HeaderGroup] = []
    for column in columns:
        if groups and column.group and groups[-1].title == column.group:
            groups[-1] = HeaderGroup(column.group, groups[-1].span + 1)
        else:
            groups.append(HeaderGroup(column.group, 1))
    return tuple(groups)


def _total_cells(table: PackTable) -> tuple[tuple[Column, PageCell | None], ...] | None:
    total = table.total()
    if total is None:
        return None
    cells: list[tuple[Column, PageCell | None]] = []
    for column in table.page_columns():
        if column.name == table.row_header:
            cells.append((column, PageCell(table.total_label, "text")))
        elif column.adds_up or column.share_of:
            cells.append((column, page_cell(column, total)))
        else:
            cells.append((column, None))
    return tuple(cells)


def _rounding_notes(table: PackTable) -> tuple[str, ...]:
    """Where printed cells, each rounded, add up to other than the printed total: by how much."""
    notes = []
    for unit, say in ((Unit.GBP, say_pounds), (Unit.ACTIVITY, say_activity)):
        off = max(
            (_drift(table, c) for c in table.page_columns() if c.unit is unit), default=Decimal(0)
        )
        if off:
            notes.append(
                f"Each cell is rounded by itself, so the printed cells of a column may add up to "
                f"{say(off)} more or less than its printed total. The file has the exact figures."
            )
    return tuple(notes)


def _drift(table: PackTable, column: Column) -> Decimal:
    if not (table.total_label and column.adds_up):
        return Decimal(0)
    values = [v for v in table.rows.column(column.name).to_pylist() if v is not None]
    return abs(sum(map(rounded, values), Decimal(0)) - rounded(sum(values, Decimal(0))))
