"""Fit a table to slides: widths of columns, lines of cells, which rows and columns on which slide.

A table that needs more than MOST_SLIDES is shown by its first rows and its total, and the slide
says where the whole is: forty slides of rows are read by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speccomm.publishing.cells import page_cell
from speccomm.publishing.model import Cell, Column, PackTable, Unit
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.deck import clean
from speccomm.publishing.rendering.slides.measuring import cut_to, width_of, wrap

MOST_SLIDES = 2
MOST_LINES = 8  # of one cell
PAD_X, PAD_Y = 0.07, 0.035  # inside a cell, on each side
WIDEST_TEXT, WIDEST_FIGURE = 4.6, 2.0
NARROWEST = 0.55
STRETCH = 1.3  # a narrow table is widened by no more
WORD_ROOM = 2.4  # a longer word is broken


@dataclass(frozen=True)
class SlideTable:
    """What of a table one slide shows. Heights and widths are inches."""

    columns: tuple[Column, ...]
    headings: tuple[str, ...]
    widths: tuple[float, ...]
    heading_height: float
    rows: tuple[tuple[str, ...], ...]
    heights: tuple[float, ...]
    keys: tuple[str, ...]
    has_total: bool

    @property
    def height(self) -> float:
        return self.heading_height + sum(self.heights)


@dataclass(frozen=True)
class FittedTable:
    """A table over its slides; `shown` rows of `of`, fewer where it is too long for slides."""

    slides: tuple[SlideTable, ...]
    shown: int
    of: int
    cut_cells: int

    @property
    def is_whole(self) -> bool:
        return self.shown == self.of


@dataclass(frozen=True)
class _Texts:
    """The cells of a table as they are printed, with its total row or none."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None


def fit_table(table: PackTable, room: float) -> FittedTable:
    """The table over slides that have `room` inches of height for it."""
    columns = table.page_columns()
    texts = _texts(table, columns)
    groups = _column_groups(table, columns, texts)
    slides: list[SlideTable] = []
    cut = 0
    shown = len(texts.rows)
    keys = row_keys(table)
    plans = []
    for group, widths in groups:
        measured = _measure(table, columns, texts, group, widths)
        plans.append((group, widths, measured))
    needed = sum(len(_spans(measured, room, shown)) for *_, measured in plans)
    if needed > MOST_SLIDES:
        shown = min(_first_rows(measured, room) for *_, measured in plans)
    for group, widths, measured in plans:
        cut += measured.cut
        for start, end in _spans(measured, room, shown):
            slides.append(_slide(columns, group, widths, measured, keys, start, end, shown))
    return FittedTable(tuple(slides), shown, len(texts.rows), cut)


@dataclass(frozen=True)
class _Measured:
    """The texts of one group of columns, cut where too long, with the height of every row."""

    headings: tuple[str, ...]
    heading_height: float
    rows: tuple[tuple[str, ...], ...]
    heights: tuple[float, ...]
    total: tuple[str, ...] | None
    total_height: float
    cut: int


def _texts(table: PackTable, columns: Sequence[Column]) -> _Texts:
    rows = tuple(tuple(cell_words(c, row) for c in columns) for row in table.records())
    total = table.total() if table.rows.num_rows else None
    words = None
    if total is not None:
        words = tuple(
            table.total_label
            if c.name == table.row_header
            else cell_words(c, total)
            if c.adds_up or c.share_of
            else ""
            for c in columns
        )
    return _Texts(tuple(heading(c, columns) for c in columns), rows, words)


def cell_words(column: Column, row: dict[str, Cell]) -> str:
    """A cell as it is printed, a mark in its words."""
    cell = page_cell(column, row)
    if column.unit is Unit.MARK and cell.spoken:
        return clean(cell.spoken)
    return clean(cell.text)


def heading(column: Column, columns: Sequence[Column]) -> str:
    """The title over a column; one that several columns share is told apart by its group."""
    same = [c for c in columns if c.title == column.title]
    title = f"{column.group}: {column.title}" if column.group and len(same) > 1 else column.title
    return clean(title)


def _column_groups(
    table: PackTable, columns: Sequence[Column], texts: _Texts
) -> list[tuple[tuple[int, ...], tuple[float, ...]]]:
    """Columns that fit a slide together with their widths; what heads the rows is in each group."""
    natural = [_natural(n, c, texts) for n, c in enumerate(columns)]
    least = [_least(n, c, texts) for n, c in enumerate(columns)]
    head = (
        next(n for n, c in enumerate(columns) if c.name == table.row_header)
        if any(c.name == table.row_header for c in columns)
        else 0
    )
    groups: list[tuple[int, ...]] = []
    current: list[int] = []
    for place in range(len(columns)):
        tried = [*current, place]
        if current and sum(least[n] for n in tried) > look.TABLE_ROOM and set(current) != {head}:
            groups.append(tuple(current))
            tried = [head, place] if place != head else [head]
        current = tried
    groups.append(tuple(current))
    return [(group, _widths(group, natural, least)) for group in groups]


def _natural(place: int, column: Column, texts: _Texts) -> float:
    most = WIDEST_FIGURE if column.unit.is_figure else WIDEST_TEXT
    down = _down(place, texts)
    longest = max((width_of(text, look.TABLE_SIZE, bold=True) for text in down), default=0)
    return min(max(longest, _least_heading(place, texts)), most) + 2 * PAD_X + 0.02


def _least(place: int, column: Column, texts: _Texts) -> float:
    """As narrow as a column may be: figures stay on one line, words are not broken."""
    if column.unit.is_figure:
        return _natural(place, column, texts)
    words = {word for text in _down(place, texts) for word in text.split()}
    longest = max((width_of(word, look.TABLE_SIZE, bold=True) for word in words), default=0)
    most = max(min(longest, WORD_ROOM), _least_heading(place, texts))
    return max(most + 2 * PAD_X + 0.02, NARROWEST)


def _least_heading(place: int, texts: _Texts) -> float:
    words = texts.headings[place].split()
    longest = max((width_of(word, look.TABLE_SIZE, bold=True) for word in words), default=0)
    return min(longest, WORD_ROOM)


def _down(place: int, texts: _Texts) -> list[str]:
    rows = [row[place] for row in texts.rows]
    return [*rows, texts.total[place]] if texts.total else rows


def _widths(
    group: Sequence[int], natural: Sequence[float], least: Sequence[float]
) -> tuple[float, ...]:
    """As wide as their contents where there is room; else what is over the least, in proportion."""
    wanted, needed = [natural[n] for n in group], [least[n] for n in group]
    wanted = [max(w, n) for w, n in zip(wanted, needed, strict=True)]
    if sum(wanted) <= look.TABLE_ROOM:
        stretch = min(look.TABLE_ROOM / sum(wanted), STRETCH)
        return tuple(width * stretch for width in wanted)
    spare, missing = look.TABLE_ROOM - sum(needed), sum(wanted) - sum(needed)
    if spare <= 0:
        return tuple(n * look.TABLE_ROOM / sum(needed) for n in needed)
    return tuple(n + (w - n) * spare / missing for w, n in zip(wanted, needed, strict=True))


def _measure(
    table: PackTable,
    columns: Sequence[Column],
    texts: _Texts,
    group: Sequence[int],
    widths: Sequence[float],
) -> _Measured:
    cut = 0
    bold = [columns[n].name == table.row_header for n in group]
    rows, heights = [], []
    for row in texts.rows:
        cells = [
            cut_to(row[n], w - 2 * PAD_X, look.TABLE_SIZE, MOST_LINES, bold=b)
            for n, w, b in zip(group, widths, bold, strict=True)
        ]
        cut += sum(kept != row[n] for kept, n in zip(cells, group, strict=True))
        rows.append(tuple(cells))
        heights.append(row_height(cells, widths, bold))
    headings = tuple(
        cut_to(texts.headings[n], w - 2 * PAD_X, look.TABLE_SIZE, MOST_LINES, bold=True)
        for n, w in zip(group, widths, strict=True)
    )
    total = tuple(texts.total[n] for n in group) if texts.total else None
    return _Measured(
        headings,
        row_height(headings, widths),
        tuple(rows),
        tuple(heights),
        total,
        row_height(total, widths) if total else 0.0,
        cut,
    )


def row_height(
    cells: Sequence[str], widths: Sequence[float], bold: Sequence[bool] | None = None
) -> float:
    """The height of a row: that of its longest cell and its padding. `bold` None is all of them."""
    lines = max(
        len(wrap(text, width - 2 * PAD_X, look.TABLE_SIZE, bold=is_bold))
        for text, width, is_bold in zip(cells, widths, bold or [True] * len(cells), strict=True)
    )
    return lines * look.line_height(look.TABLE_SIZE) + 2 * PAD_Y


def _first_rows(measured: _Measured, room: float) -> int:
    """How many rows fit one slide with the total below them."""
    left = room - measured.heading_height - measured.total_height
    count = 0
    for height in measured.heights:
        left -= height
        if left < 0:
            break
        count += 1
    return max(count, 1)


def _spans(measured: _Measured, room: float, shown: int) -> list[tuple[int, int]]:
    """From which row to which on each slide; the last has room for the total."""
    spans, start = [], 0
    space = room - measured.heading_height
    used = 0.0
    for place, height in enumerate(measured.heights[:shown]):
        if used and used + height > space:
            spans.append((start, place))
            start, used = place, 0.0
        used += height
    if used and used + measured.total_height > space and shown - start > 1:
        spans.append((start, shown - 1))
        start = shown - 1
    spans.append((start, shown))
    return spans


def _slide(
    columns: Sequence[Column],
    group: Sequence[int],
    widths: tuple[float, ...],
    measured: _Measured,
    keys: Sequence[str],
    start: int,
    end: int,
    shown: int,
) -> SlideTable:
    rows, heights = list(measured.rows[start:end]), list(measured.heights[start:end])
    has_total = measured.total is not None and end == shown
    if has_total and measured.total is not None:
        rows.append(measured.total)
        heights.append(measured.total_height)
    return SlideTable(
        tuple(columns[n] for n in group),
        measured.headings,
        widths,
        measured.heading_height,
        tuple(rows),
        tuple(heights),
        tuple(keys[start:end]),
        has_total,
    )
