"""Read the cells of an XLSX workbook as its readers see them, and what is merged or hidden in it."""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from speccomm.foundation.errors import Refusal
from speccomm.publishing.lint.grid import BLANK, Cell, column_letter

EXACT_DIGITS = 15  # of a workbook's numbers, no more are kept
ALL_PERCENT = 100
DIGITS = re.compile(
    r"[#0?](?:[#0?,]*[#0?])?(?P<thousands>,*)(?:\.(?P<decimals>[#0?]+)(?P<more>,*))?"
)
UNFIXED = re.compile(r"general|[e/@dmyhs]", re.IGNORECASE)  # formats that fix no decimals
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class NotAWorkbook(Refusal):
    """A file that is not an XLSX workbook, or is too large to be tables for people."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        super().__init__(f"{path} cannot be read as a workbook: {problem}")


@dataclass(frozen=True)
class Merge:
    """A range of merged cells: rows counted from 1 and columns from 0, both ends included.

    `alone` says that its row holds nothing else: a title, a heading of rows or a note.
    """

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    name: str
    alone: bool


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells by row, its merged ranges, and which parts of it are hidden."""

    title: str
    rows: list[list[Cell]]
    merges: tuple[Merge, ...]
    hidden: tuple[str, ...]


def read_workbook(path: Path, *, most_cells: int) -> list[Sheet]:
    """Every sheet of a workbook that holds anything.

    Raises: NotAWorkbook for any other file, one protected by a password or one that is too large.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # What openpyxl does not keep (drawings, validation) is not read here.
            warnings.simplefilter("ignore")
            shown = openpyxl.load_workbook(path, data_only=True)
            written = openpyxl.load_workbook(path, data_only=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as problem:
        raise NotAWorkbook(
            path, "it is damaged, protected by a password or not XLSX. Save it as XLSX again."
        ) from problem
    sheets = []
    for sheet in shown.worksheets:
        if sheet.max_row * sheet.max_column > most_cells:
            raise NotAWorkbook(
                path, f"sheet {sheet.title} has over {most_cells:,} cells. Lint reads tables."
            )
        if sheet.max_row > 1 or sheet.cell(1, 1).value is not None:
            sheets.append(_sheet(sheet, written[sheet.title]))
    return sheets


def _sheet(shown: Any, written: Any) -> Sheet:
    rows = [
        [_cell(cell, formula) for cell, formula in zip(shown_row, written_row, strict=True)]
        for shown_row, written_row in zip(shown.iter_rows(), written.iter_rows(), strict=True)
    ]
    merges = tuple(
        Merge(r.min_row, r.max_row, r.min_col - 1, r.max_col - 1, r.coord, _stands_alone(rows, r))
        for r in sorted(shown.merged_cells.ranges, key=lambda r: (r.min_row, r.min_col))
    )
    for merge in merges:
        if not merge.alone:
            _fill(rows, merge)
    return Sheet(shown.title, rows, merges, tuple(_hidden(shown)))


def _cell(cell: Any, formula: Any) -> Cell:
    value = cell.value
    if value is None:
        if formula.data_type == "f":
            return Cell("", fault="a formula that was never calculated")
        return BLANK
    if cell.data_type == "e":
        return Cell(str(value), fault=f"the error {value}")
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    if isinstance(value, datetime):
        day = value.date()
        return Cell(day.isoformat(), day=day)
    if isinstance(value, date):
        return Cell(value.isoformat(), day=value)
    return Cell(value.isoformat() if isinstance(value, time) else str(value))


def _number(value: float, number_format: str) -> Cell:
    """A number as its format shows it; with no decimals fixed by a format, as it is kept."""
    exact = Decimal(f"{value:.{EXACT_DIGITS}g}")
    plain = QUOTED.sub("", number_format.split(";")[0])
    is_percent = "%" in plain
    if is_percent:
        exact *= ALL_PERCENT
    match = None if UNFIXED.search(plain) else DIGITS.search(plain)
    if match is None:
        exact = exact.normalize()
        exact = exact if int(exact.as_tuple().exponent) < 0 else exact.quantize(Decimal(1))
        text = f"{exact:f}"
    else:
        exact = exact.scaleb(-3 * len(match["thousands"] + (match["more"] or "")))
        step = Decimal(1).scaleb(-len(match["decimals"] or ""))
        exact = exact.quantize(step, rounding=ROUND_HALF_UP)
        text = f"{exact:f}"
    return Cell(f"{text}%" if is_percent else text, figure=exact, is_percent=is_percent)


def _stands_alone(rows: list[list[Cell]], merged: Any) -> bool:
    filled = sum(
        not cell.is_blank for row in rows[merged.min_row - 1 : merged.max_row] for cell in row
    )
    return filled <= 1


def _fill(rows: list[list[Cell]], merge: Merge) -> None:
    """Give every cell of a merged range the value of its first, as a reader reads it."""
    value = rows[merge.first_row - 1][merge.first_column]
    for row in rows[merge.first_row - 1 : merge.last_row]:
        for column in range(merge.first_column, merge.last_column + 1):
            row[column] = value


def _hidden(sheet: Any) -> list[str]:
    if sheet.sheet_state != "visible":
        return [f"Sheet {sheet.title}"]
    rows = sorted(
        number
        for number, size in sheet.row_dimensions.items()
        if size.hidden and number <= sheet.max_row
    )
    columns = [
        column_letter(place - 1)
        for size in sheet.column_dimensions.values()
        if size.hidden
        for place in range(size.min, min(size.max, sheet.max_column) + 1)
    ]
    said = []
    if rows:
        said.append(f"Row {', '.join(str(n) for n in rows)} of sheet {sheet.title}")
    if columns:
        said.append(f"Column {', '.join(columns)} of sheet {sheet.title}")
    return said
