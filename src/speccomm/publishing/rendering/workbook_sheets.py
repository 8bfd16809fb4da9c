"""One sheet for one table: headings, typed rows with their receipts, a total by formula, notes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from speccomm.publishing.leaving import ProtectedTable
from speccomm.publishing.model import Column, Pack, PackTable
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.rendering.csv_tables import RECEIPT_COLUMN
from speccomm.publishing.rendering.workbook_cells import (
    SheetCell,
    decimals_of,
    number_cell,
    sheet_cell,
    text_cell,
)
from speccomm.publishing.rendering.workbook_styles import Styles

HEADING_ROW = 3  # counted from 0: title, handling and the way back stand above it
FIRST_ROW = HEADING_ROW + 1
CONTENTS = "Contents"
LONGEST_NAME = 31  # of a sheet
NARROWEST, WIDEST = 9, 52  # of a column, in characters
HEADING_LINE = 13.5  # points
MARGIN = 2
BOLDER = 0.88  # of the characters that a width is said in, fewer fit in bold
TALLEST = 400  # points a row may have
NOTE_WIDTH = 100  # characters
LONGEST_RUNNING = 240  # characters a header or footer may have


@dataclass(frozen=True)
class TableSheet:
    """A table with the name of its sheet and its cells."""

    name: str
    table: PackTable
    rows: tuple[tuple[SheetCell, ...], ...]
    receipts: tuple[str, ...]

    @property
    def last_row(self) -> int:
        return FIRST_ROW + max(len(self.rows), 1) - 1

    def place(self, name: str) -> int | None:
        """Where a column stands, None for one that the sheet has not."""
        names = [column.name for column in self.table.columns]
        return names.index(name) if name in names else None


def sheet_names(identifiers: Iterable[str], *, taken: Sequence[str] = ()) -> dict[str, str]:
    """A sheet's name for each table: its identifier, shortened where a sheet's may not be as long."""
    used = {name.casefold() for name in taken}
    names: dict[str, str] = {}
    for identifier in identifiers:
        name, number = identifier[:LONGEST_NAME], 1
        while name.casefold() in used:
            number += 1
            name = f"{identifier[: LONGEST_NAME - len(str(number)) - 1]}~{number}"
        used.add(name.casefold())
        names[identifier] = name
    return names


def table_sheet(table: PackTable, name: str, *, area: str) -> TableSheet:
    """The cells of a table, row by row, and the beginning of each row's receipts."""
    records = table.records()
    return TableSheet(
        name,
        table,
        tuple(tuple(sheet_cell(column, row) for column in table.columns) for row in records),
        tuple(f"{area}.{table.id}.{key}" for key in row_keys(table)),
    )


def heading_words(table: PackTable) -> list[str]:
    """The title over each column; one that several columns share is told apart by its group."""
    titles = [column.title for column in table.columns]
    return [
        f"{column.group}: {column.title}"
        if column.group and titles.count(column.title) > 1
        else column.title
        for column in table.columns
    ]


def write_table_sheet(book: Any, styles: Styles, pack: Pack, sheet: TableSheet) -> None:
    """Add the sheet of a table to a workbook."""
    page = book.add_worksheet(sheet.name)
    dress_sheet(page, styles, pack, sheet.table.title)
    page.write_url(
        2, 0, f"internal:'{CONTENTS}'!A1", styles.get("link"), "Contents", "To the contents"
    )
    widths = _column_widths(sheet)
    _write_headings(page, styles, sheet, widths)
    _write_rows(page, styles, sheet, widths)
    for place, width in enumerate(widths):
        page.set_column(place, place, width, styles.get("text"))
    last = sheet.last_row
    page.autofilter(HEADING_ROW, 0, last, len(sheet.table.columns))
    page.freeze_panes(FIRST_ROW, _frozen_columns(sheet, widths))
    page.repeat_rows(HEADING_ROW)
    below = _write_total(page, styles, sheet, last + 2)
    _write_notes(page, styles, _notes(sheet), below + 1, widths)


def dress_sheet(page: Any, styles: Styles, pack: Pack, title: str) -> None:
    """Title, handling and the running head and foot of one sheet."""
    page.write_string(0, 0, text_cell(title).value, styles.get("title"))
    page.write_string(1, 0, pack.handling.short, styles.get("handling"))
    page.set_row(0, 24)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
    page.set_header(f"&C&9{_running(pack.handling.short)}")
    page.set_footer(f"&L&8{_running(f'{pack.organisation}, {pack.period}')}&R&8&A, &P of &N")


def _running(text: str) -> str:
    return str(text_cell(text).value).replace("&", "&&")[:LONGEST_RUNNING].rstrip("&")


def _write_headings(page: Any, styles: Styles, sheet: TableSheet, widths: Sequence[int]) -> None:
    """A title and, on its last line, the name that ends the identifier of each of its figures."""
    lines = 1
    words = [*heading_words(sheet.table), "Receipt"]
    names = [*(column.name for column in sheet.table.columns), RECEIPT_COLUMN]
    figures = [*(column.unit.is_figure for column in sheet.table.columns), False]
    for place, (title, name, figure) in enumerate(zip(words, names, figures, strict=True)):
        text = f"{text_cell(title).value}\n{name}"
        page.write_string(
            HEADING_ROW, place, text, styles.get("heading_right" if figure else "heading")
        )
        room = max(int(widths[place] * BOLDER), 4)
        lines = max(lines, sum(_lines(line, room) for line in text.split("\n")))
    page.set_row(HEADING_ROW, lines * HEADING_LINE + 4)


def _write_rows(page: Any, styles: Styles, sheet: TableSheet, widths: Sequence[int]) -> None:
    if not sheet.rows:
        page.write_string(FIRST_ROW, 0, "No rows.", styles.get("missing"))
    for number, (row, receipt) in enumerate(
        zip(sheet.rows, sheet.receipts, strict=True), start=FIRST_ROW
    ):
        for place, (column, cell) in enumerate(zip(sheet.table.columns, row, strict=True)):
            write_cell(page, styles, number, place, cell, _style(sheet.table, column, cell))
        cell = text_cell(receipt)
        write_cell(page, styles, number, len(row), cell, "receipt")
        texts = [cell.value if isinstance(cell.value, str) else "" for cell in row]
        lines = max(map(_lines, texts, (int(w * BOLDER) for w in widths)), default=1)
        if lines > 1:
            page.set_row(number, min(lines * HEADING_LINE, TALLEST))


def _style(table: PackTable, column: Column, cell: SheetCell) -> str:
    if cell.missing:
        return "missing_figure" if column.unit.is_figure else "missing"
    if column.unit.is_figure:
        return "number"
    return "head" if column.name == table.row_header else "text"


def write_cell(
    page: Any, styles: Styles, row: int, place: int, cell: SheetCell, style: str
) -> None:
    """One cell as its type: a text is never read as a formula or an address."""
    look = styles.get(style, cell.number_format, quoted=cell.quoted)
    if isinstance(cell.value, str):
        page.write_string(row, place, cell.value, look)
    elif isinstance(cell.value, int | float):
        page.write_number(row, place, cell.value, look)
    elif cell.value is not None:
        page.write_datetime(row, place, cell.value, look)


def _write_total(page: Any, styles: Styles, sheet: TableSheet, at: int) -> int:
    """The total, a line apart from the rows so that no filter or sort takes it in. Its row after."""
    table = sheet.table
    total = table.total()
    if total is None or not sheet.rows:
        return at - 1
    for place, column in enumerate(table.columns):
        cell = sheet_cell(column, total)
        if column.name == table.row_header:
            page.write_string(at, place, table.total_label, styles.get("total"))
        elif not (column.adds_up or column.share_of):
            page.write_blank(at, place, None, styles.get("total"))
        elif cell.missing:
            write_cell(page, styles, at, place, cell, "total_figure")
        else:
            formula, result = _total_formula(sheet, column, place, at, cell)
            look = styles.get("total_figure", result.number_format)
            if isinstance(table, ProtectedTable):
                write_cell(
                    page, styles, at, place, cell, "total_figure"
                )  # never a sum of rounded rows
            elif formula:
                page.write_formula(at, place, formula, look, result.value)
            else:
                page.write_number(at, place, result.value, look)
    page.write_blank(at, len(table.columns), None, styles.get("total"))
    page.write_string(
        at, len(table.columns), f"{_area_of(sheet)}.{table.id}.all", styles.get("total")
    )
    return at + 1


def _area_of(sheet: TableSheet) -> str:
    return sheet.receipts[0].split(".", 1)[0]


def _total_formula(
    sheet: TableSheet, column: Column, place: int, at: int, stated: SheetCell
) -> tuple[str, SheetCell]:
    """The formula of a total and the cell it comes to: the sum of the cells, as the pack states it."""
    if column.share_of:
        return _share_formula(sheet, column, at, stated), stated
    cells = [row[place].exact for row in sheet.rows]
    exact = sum((value for value in cells if value is not None), Decimal(0))
    places = max((decimals_of(value) for value in cells if value is not None), default=0)
    first = xl_rowcol_to_cell(FIRST_ROW, place)
    last = xl_rowcol_to_cell(sheet.last_row, place)
    total = f"SUM({first}:{last})"
    return (f"=ROUND({total},{places})" if places else f"={total}"), number_cell(column, exact)


def _share_formula(sheet: TableSheet, column: Column, at: int, stated: SheetCell) -> str:
    """A share of two totals of the sheet; empty where it has not both."""
    if column.share_of is None:
        return ""
    places = [sheet.place(name) for name in column.share_of]
    summed = [c.name for c in sheet.table.columns if c.adds_up]
    if None in places or not set(column.share_of) <= set(summed):
        return ""
    part, whole = (xl_rowcol_to_cell(at, place) for place in places)
    return f"=ROUND({part}/{whole},3)"


def _notes(sheet: TableSheet) -> list[str]:
    table = sheet.table
    notes = list(table.notes)
    made = table.making
    notes.append(
        f"How made: {made.measure}; counted from {', '.join(made.counted_from) or 'nothing'}; "
        f"{made.filter}."
    )
    if any(column.unit.is_figure for column in table.columns):
        notes.append(
            "Receipt: a cell’s identifier is the row’s receipt, a full stop and the last line of "
            "the column’s heading. Figures have every digit they have in the CSV file."
        )
    if table.total() is not None and sheet.rows:
        notes.append("The total is the sum of every row above, whether filtered out or not.")
    notes += _digits_lost(sheet)
    return notes


def _digits_lost(sheet: TableSheet) -> list[str]:
    """The exact digits of figures that have more than a spreadsheet keeps."""
    return [
        f"Cell {xl_rowcol_to_cell(FIRST_ROW + row, place)} is exactly {cell.exact:,f}: a "
        "spreadsheet keeps fifteen digits."
        for row, cells in enumerate(sheet.rows)
        for place, cell in enumerate(cells)
        if cell.beyond
    ]


def _write_notes(
    page: Any, styles: Styles, notes: Sequence[str], at: int, widths: Sequence[int]
) -> None:
    """Each note over as many columns as make a line that is read with ease."""
    reach, last = 0, 0
    for place, width in enumerate(widths):
        reach, last = reach + width, place
        if reach >= NOTE_WIDTH:
            break
    for number, note in enumerate(notes, start=at):
        text = str(text_cell(note).value)
        if last:
            page.merge_range(number, 0, number, last, "", styles.get("wide"))
        page.write_string(number, 0, text, styles.get("wide"))
        page.set_row(number, _lines(text, max(reach, NARROWEST)) * HEADING_LINE)


def _column_widths(sheet: TableSheet) -> list[int]:
    table = sheet.table
    widths = []
    for place, (column, title) in enumerate(zip(table.columns, heading_words(table), strict=True)):
        longest = max((len(shown(row[place])) for row in sheet.rows), default=0)
        total = table.total_label if column.name == table.row_header else ""
        figure = column.adds_up and table.total_label
        least = max(map(len, title.split()), default=0) + 2
        needed = max(
            longest + (2 if figure else 0), len(total), least, int(len(column.name) / BOLDER)
        )
        widths.append(min(max(needed + MARGIN, NARROWEST), WIDEST))
    longest = max(map(len, sheet.receipts), default=0)
    return [*widths, min(max(longest + 1, 12), WIDEST)]


def shown(cell: SheetCell) -> str:
    """About what a reader sees of a cell, for its width."""
    if isinstance(cell.value, str):
        return cell.value
    if cell.exact is not None:
        return f"{cell.exact:,f}  "
    return "dd/mm/yyyy hh:mm:ss"[: len(cell.number_format)]


def _lines(text: str, width: int) -> int:
    """How many lines a text takes, broken between words."""
    taken, lines = 0, 1
    for word in text.split():
        length = len(word)
        if taken and taken + 1 + length > width:
            lines, taken = lines + 1, 0
        lines += max(0, math.ceil(length / max(width, 1)) - 1)
        taken += (1 if taken else 0) + min(length, width)
    return lines


def _frozen_columns(sheet: TableSheet, widths: Sequence[int]) -> int:
    """The columns up to the one that heads the rows stay, unless they would fill the screen."""
    place = sheet.place(sheet.table.row_header) or 0
    return place + 1 if sum(widths[: place + 1]) <= NOTE_WIDTH - WIDEST + NARROWEST * 2 else 0
