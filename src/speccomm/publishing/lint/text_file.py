"""Read the cells of a CSV file, whatever its encoding and separator."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from speccomm.foundation.errors import Refusal
from speccomm.publishing.lint.grid import Cell

ENCODINGS = ("utf-8-sig", "cp1252")
SEPARATORS = (",", ";", "\t", "|")
LINES_LOOKED_AT = 20
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class NotATextFile(Refusal):
    """A file that is not text in rows of cells."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be read as CSV: {problem} Save it as CSV (UTF-8) or as an XLSX workbook."
        )


def read_text_cells(path: Path) -> list[list[Cell]]:
    """Every row of cells of a CSV file, blank rows as empty lists, spaces kept.

    Raises: NotATextFile for a file that is not text, or whose quotation marks do not close.
    """
    text = _decoded(path)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except csv.Error as problem:
        raise NotATextFile(path, f"{problem}.") from problem
    return [[Cell(value) for value in row] for row in rows]


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    encodings = ("utf-16",) if data[:2] in UTF_16_MARKS else ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise NotATextFile(path, "it is not text.")


def _separator(text: str) -> str:
    """The separator that most of the first lines hold most often; a comma where none stands out."""
    lines = text.splitlines()[:LINES_LOOKED_AT]
    return max(SEPARATORS, key=lambda sign: (sum(sign in line for line in lines), sign == ","))
