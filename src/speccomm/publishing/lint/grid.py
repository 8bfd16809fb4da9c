"""A printed table as it was found: its cells, where each stands, and the words around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

LETTERS = 26


@dataclass(frozen=True)
class Cell:
    """One cell as a reader sees it.

    A workbook also gives what it holds: `figure` as shown (a percentage times 100), or `day`.
    `fault` is a spreadsheet's error, such as #REF!, in words.
    """

    text: str
    figure: Decimal | None = None
    day: date | None = None
    is_percent: bool = False
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.text.strip() and not self.fault


BLANK = Cell("")


@dataclass(frozen=True)
class Row:
    """A row of a table: its number as a spreadsheet shows it, and one cell for each column."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Column:
    """A column: its name in the header, and its place counted from 0 in the sheet."""

    name: str
    place: int

    @property
    def letter(self) -> str:
        return column_letter(self.place)


@dataclass(frozen=True)
class Grid:
    """A table: header, rows, and the lines of words above and below it.

    `source` is the file, and the sheet of a workbook, that the table was read from.
    """

    id: str
    source: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    words: tuple[str, ...] = field(default=())

    def index(self, name: str) -> int | None:
        """The place among `columns` of the column of that name, whatever its spaces and case."""
        wanted = folded(name)
        for index, column in enumerate(self.columns):
            if folded(column.name) == wanted:
                return index
        return None


def column_letter(place: int) -> str:
    """A, B ... Z, AA for columns counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def folded(text: str) -> str:
    """The text without its case and with single spaces, for comparing names."""
    return " ".join(text.split()).casefold()
