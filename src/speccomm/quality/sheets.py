"""Open a CSV file or an XLSX workbook as sheets of cells, with what is merged and what is in error.

Registers are kept by hand and small, so cells are read one at a time, in plain Python.
"""

from __future__ import annotations

import csv
import hashlib
import re
import warnings
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from speccomm.foundation.errors import Refusal

EXACT_DIGITS = 15  # of a workbook's numbers, no more are kept
LETTERS = 26
WORKBOOK_MARK = b"PK\x03\x04"
SEPARATORS = ",;\t|"


class NotASpreadsheet(Refusal):
    """A file that is neither CSV nor an XLSX workbook, or is too large to be kept by hand."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        super().__init__(f"{path.name} cannot be read: {problem}")


@dataclass(frozen=True)
class Cell:
    """One cell: its text without spaces around it, its day if it is a date, its fault if any."""

    text: str = ""
    day: date | None = None
    fault: str | None = None

    @property
    def is_blank(self) -> bool:
        return not self.text and self.fault is None


BLANK = Cell()


@dataclass(frozen=True)
class Merge:
    """A range of merged cells, rows and columns counted from 1, both ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def name(self) -> str:
        first = cell_name(self.first_row, self.first_column)
        return f"{first}:{cell_name(self.last_row, self.last_column)}"

    @property
    def is_across(self) -> bool:
        return self.last_column > self.first_column

    def holds_row(self, row: int) -> bool:
        return self.first_row <= row <= self.last_row


@dataclass(frozen=True)
class Sheet:
    """One sheet. `title` is None for a CSV file; rows are counted from 1."""

    title: str | None
    rows: list[list[Cell]]
    merges: tuple[Merge, ...] = ()

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a row and column, both counted from 1; blank outside the sheet."""
        cells = self.rows[row - 1] if row <= len(self.rows) else []
        return cells[column - 1] if column <= len(cells) else BLANK

    def place(self, row: int | None = None, column: int | None = None) -> str:
        """Where a cell, a row or the sheet is, as a spreadsheet says it."""
        if row is None:
            return self.of_range(None)
        return self.of_range(f"row {row}" if column is None else f"cell {cell_name(row, column)}")

    def of_range(self, what: str | None) -> str:
        sheet = f"Sheet {self.title}" if self.title is not None else None
        named = ", ".join(part for part in (sheet, what) if part) or "the file"
        return named[:1].upper() + named[1:]


@dataclass(frozen=True)
class OpenedSpreadsheet:
    """A file with its sheets, its hash and size. `is_utf8` is false for other CSV files."""

    path: Path
    sheets: list[Sheet]
    sha256: str
    bytes: int
    is_utf8: bool = True


def open_spreadsheet(path: Path, *, most_cells: int, most_bytes: int) -> OpenedSpreadsheet:
    """Open a file by what it holds, whatever its name ends with. Raises NotASpreadsheet."""
    size = path.stat().st_size
    if size > most_bytes:
        raise NotASpreadsheet(path, f"it has over {most_bytes:,} bytes, too many for a register.")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if content.startswith(WORKBOOK_MARK):
        sheets = _workbook(path, most_cells)
        return OpenedSpreadsheet(path, sheets, digest, size)
    text, is_utf8 = _decoded(path, content)
    return OpenedSpreadsheet(path, [Sheet(None, _csv_rows(path, text))], digest, size, is_utf8)


def cell_name(row: int, column: int) -> str:
    """A cell as a spreadsheet names it: row 7 of column 4 is D7."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _decoded(path: Path, content: bytes) -> tuple[str, bool]:
    if b"\0" in content:
        raise NotASpreadsheet(path, "it is neither CSV nor XLSX. Save it as one of them.")
    try:
        return content.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252"), False
        except UnicodeDecodeError as problem:
            raise NotASpreadsheet(path, "its letters are in no known code.") from problem


def _csv_rows(path: Path, text: str) -> list[list[Cell]]:
    start = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(SEPARATORS, key=start.count)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as problem:
        raise NotASpreadsheet(
            path, "its quotation marks do not close. Save it as CSV again."
        ) from problem
    return [[Cell(_plain(value)) for value in row] for row in rows]


def _plain(text: str) -> str:
    """A text without control marks and spaces around it; line breaks are kept."""
    clean = re.sub(r"[^\S\n]", " ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "", clean).strip()


def _workbook(path: Path, most_cells: int) -> list[Sheet]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # What openpyxl does not keep (drawings, validation) is not read here.
            warnings.simplefilter("ignore")
            shown = openpyxl.load_workbook(path, data_only=True)
            written = openpyxl.load_workbook(path, data_only=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as problem:
        raise NotASpreadsheet(
            path, "it is damaged, protected by a password or not XLSX. Save it as XLSX again."
        ) from problem
    for sheet in shown.worksheets:
        if sheet.max_row * sheet.max_column > most_cells:
            raise NotASpreadsheet(path, f"sheet {sheet.title} has over {most_cells:,} cells.")
    return [_sheet(sheet, written[sheet.title]) for sheet in shown.worksheets]


def _sheet(shown: Any, written: Any) -> Sheet:
    rows = [
        [_cell(cell, formula) for cell, formula in zip(cells, formulas, strict=True)]
        for cells, formulas in zip(shown.iter_rows(), written.iter_rows(), strict=True)
    ]
    merges = tuple(
        Merge(found.min_row, found.max_row, found.min_col, found.max_col)
        for found in sorted(
            shown.merged_cells.ranges, key=lambda found: (found.min_row, found.min_col)
        )
    )
    return Sheet(str(shown.title), rows, merges)


def _cell(cell: Any, formula: Any) -> Cell:
    value = cell.value
    if value is None:
        if formula.data_type == "f":
            return Cell(fault="a formula that was never calculated")
        return BLANK
    if cell.data_type == "e":
        return Cell(str(value), fault=f"the error {value}")
    if isinstance(value, datetime):
        return Cell(value.date().isoformat(), value.date())
    if isinstance(value, date):
        return Cell(value.isoformat(), value)
    if isinstance(value, float):
        return Cell(f"{Decimal(f'{value:.{EXACT_DIGITS}g}').normalize():f}")
    return Cell(_plain(str(value)))
