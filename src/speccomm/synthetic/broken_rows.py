"""Rows that are no rows, put at the end of one file: too many cells, a zero byte, and the like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TOO_LONG = 1200


@dataclass(frozen=True)
class BrokenRow:
    """One planted row that cannot be read as a row; an empty row has no row number."""

    check_id: str
    level: str
    what: str
    row_number: int | None


def append_broken_rows(path: Path, *, rows: int) -> list[BrokenRow]:
    """Append to a file of `rows` rows one row of each broken kind, made from its first row.

    Shape:   the broken rows as a spreadsheet numbers them; the header is row 1.
    """
    with path.open(encoding="utf-8", newline="") as file:
        file.readline()
        cells = file.readline().rstrip("\r\n").split(",")
    kinds = (
        ("CHK-S01", "one cell too many", [*cells, "1"]),
        ("CHK-S02", "line break inside a cell", _with_last_text(cells, '"two\nlines"')),
        ("CHK-S03", "zero byte inside a cell", _with_last_text(cells, "zero\0byte")),
        ("CHK-S04", "cell of 1,200 characters", _with_last_text(cells, "x" * TOO_LONG)),
    )
    planted = []
    with path.open("a", encoding="utf-8", newline="") as file:
        for number, (check_id, what, row) in enumerate(kinds, start=rows + 2):
            file.write(",".join(row) + "\n")
            planted.append(BrokenRow(check_id, "refuse", what, number))
        file.write("," * (len(cells) - 1) + "\n")
    planted.append(BrokenRow("CHK-N11", "note", "a row with nothing in it", None))
    return planted


def _with_last_text(cells: list[str], text: str) -> list[str]:
    """The row with a description replaced: the local point of delivery's, six before the end."""
    place = len(cells) - 9
    return [*cells[:place], text, *cells[place + 1 :]]
