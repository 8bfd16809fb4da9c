"""Render a pack as one self-contained HTML page: no request leaves it, no script runs in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from speccomm.publishing.cells import SIGNS, PageCell, page_cell
from speccomm.publishing.model import (
    Column,
    Mark,
    Pack,
    PackTable,
    Placement,
    Unit,
)
from speccomm.publishing.receipts.documents import receipt_page_path
from speccomm.publishing.receipts.figures import HEADLINES
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.rendering.drawing import draw_charts
from speccomm.publishing.sourcing import ALL
from speccomm.publishing.wording import rounded, say_activity, say_count, say_pounds, say_time

TEMPLATE = "pack.html.jinja"
STYLE = "pack.css"
WIDE = 11  # a table of more columns is turned sideways in print
DENSE = 8  # a table of as many columns is set smaller
GRID_MARKS = 2
UNSAFE_IN_STYLE = re.compile(r"""["'\\<>{}\n\r]""")


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


def render_page(pack: Pack) -> str:
    """The page as text. The same pack gives the same bytes.

    Raises: jinja2.UndefinedError where the template and the model disagree (a bug).
    """
    drawn = draw_charts(pack.charts())
    template = _environment().get_template(TEMPLATE)
    tables = {table.id: page_table(table) for table in pack.tables()}
    return template.render(
        pack=pack,
        style=_style(pack),
        drawn=drawn,
        tables=tables,
        signs=SIGNS,
        headline_receipts=receipt_page_path(HEADLINES),
        all=ALL,
        built=say_time(pack.built_at),
        kind=lambda block: type(block).__name__,
    )


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
        file=f"tables/{table.id}.csv",
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


def _style(pack: Pack) -> Markup:
    """The style sheet with the running head and foot of printed pages."""
    style = _template_text(STYLE)
    footing = f"{pack.title}, {pack.organisation}, {pack.period}"
    for place, words in (("@handling@", pack.handling.short), ("@footing@", footing)):
        style = style.replace(place, UNSAFE_IN_STYLE.sub(" ", words))
    return Markup(style)  # noqa: S704 - our own style sheet; words put in it hold no quote or mark


def _template_text(name: str) -> str:
    return (resources.files("speccomm.publishing") / "templates" / name).read_text("utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template_text),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(Mark=Mark, Placement=Placement, Unit=Unit)
    return environment
