"""Find the header, the rows and the surrounding words in the cells of a sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from speccomm.publishing.lint.description import TableSpec
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import BLANK, Cell, Column, Grid, Row, column_letter, folded
from speccomm.publishing.lint.values import read_number
from speccomm.publishing.lint.workbook import Merge, Sheet

LONGEST_LABEL = 40  # a longer text alone in a row below a table is a note
Cells = Sequence[Cell]


def lay_out(sheet: Sheet, spec: TableSpec, *, source: str) -> tuple[Grid | None, list[Found]]:
    """The table of a sheet, or None where no row could be its header; and what its form lacks."""
    rows = sheet.rows[: spec.last_row or None]
    top = (spec.header_row or _header_row(rows)) - 1
    if not 0 <= top < len(rows):
        return None, []
    merges = [m for m in sheet.merges if not m.alone and m.first_row <= len(rows)]
    height = _header_height(rows, top, merges)
    header, body = rows[top : top + height], rows[top + height :]
    findings = _merged(merges, rows, spec.id, top, height)
    columns, faults = _columns(header, body, spec, header_row=top + height)
    findings += faults
    words = [cell.text for row in rows[:top] for cell in row if not cell.is_blank]
    kept, notes = _without_notes(body, first=top + height + 1)
    findings += _too_long(kept, columns, spec.id)
    grid = Grid(
        id=spec.id,
        source=source,
        columns=tuple(columns),
        rows=tuple(
            Row(number, tuple(row[c.place] if c.place < len(row) else BLANK for c in columns))
            for number, row in kept
        ),
        words=(*words, *notes),
    )
    return grid, findings


def _header_row(rows: Sequence[Cells]) -> int:
    """The first row with two filled cells, else the first with any; counted from 1, 0 for none."""
    for least in (2, 1):
        for number, row in enumerate(rows, start=1):
            if _filled(row) >= least:
                return number
    return 0


def _header_height(rows: Sequence[Cells], top: int, merges: Sequence[Merge]) -> int:
    """How many rows the header takes: merged cells may stand over names of their own."""
    number = top + 1
    own = [m for m in merges if m.first_row == number]
    height = max((m.last_row - top for m in own), default=1)
    wide = [m for m in own if m.first_column < m.last_column]
    if height > 1 or not wide or number >= len(rows):
        return height
    below = rows[number]
    under = [below[c] for m in wide for c in range(m.first_column, m.last_column + 1)]
    return 2 if all(not c.is_blank and read_number(c.text) is None for c in under) else 1


def _merged(
    merges: Sequence[Merge], rows: Sequence[Cells], table: str, top: int, height: int
) -> list[Found]:
    findings = []
    for merge in merges:
        text = rows[merge.first_row - 1][merge.first_column].text.strip()
        if top < merge.first_row <= top + height:
            wide = merge.first_column < merge.last_column
            shared = wide and merge.last_row >= top + height
            effect = (
                "so the columns under them share one name"
                if shared
                else "so the names of the columns stand in more than one row"
            )
            findings.append(
                found("LINT-101", table, merge.name, range=merge.name, text=text, effect=effect)
            )
        elif merge.first_row > top + height:
            findings.append(found("LINT-102", table, merge.name, range=merge.name, text=text))
    return findings


def _columns(
    header: Sequence[Cells], body: Sequence[Cells], spec: TableSpec, *, header_row: int
) -> tuple[list[Column], list[Found]]:
    """The columns that have a name or hold anything, each with a name of its own."""
    width = max((len(row) for row in header), default=0)
    last_line = spec.named_on_last_line
    names = [_name(header, place, last_line=last_line) for place in range(width)]
    table = spec.id
    repeated = Counter(folded(name) for name in names if name)
    columns, findings, said = [], [], set()
    for place, name in enumerate(names):
        letter = column_letter(place)
        cell = f"{letter}{header_row}"
        if not name:
            if any(place < len(row) and not row[place].is_blank for row in body):
                problem = f"Column {letter} has figures or words and no name"
                findings.append(found("LINT-103", table, cell, problem=problem))
                columns.append(Column(f"column {letter}", place))
        elif repeated[folded(name)] == 1:
            columns.append(Column(name, place))
        else:
            upper = header[0][place].text.strip()
            apart = f"{upper} {name}" if folded(upper) != folded(name) else name
            taken = {folded(column.name) for column in columns}
            columns.append(
                Column(f"{apart} ({letter})" if folded(apart) in taken else apart, place)
            )
            if len(header) == 1 and folded(name) not in said:
                said.add(folded(name))
                count = repeated[folded(name)]
                problem = f"{count} columns are named “{name}”"
                findings.append(found("LINT-103", table, cell, problem=problem))
    return columns, findings


def _name(header: Sequence[Cells], place: int, *, last_line: bool) -> str:
    """The lowest name over a column, or its last line."""
    for row in reversed(header):
        if place < len(row) and row[place].text.strip():
            text = row[place].text.strip()
            return " ".join((text.splitlines()[-1] if last_line else text).split())
    return ""


def _without_notes(
    body: Sequence[Cells], *, first: int
) -> tuple[list[tuple[int, Cells]], list[str]]:
    """The rows of the table with their numbers, and the notes below it."""
    numbered = list(enumerate(body, start=first))
    notes: list[str] = []
    while numbered:
        _, row = numbered[-1]
        if _filled(row) > 1:
            break
        if _filled(row) == 1:
            text = next(cell.text for cell in row if not cell.is_blank).strip()
            after_gap = len(numbered) > 1 and _filled(numbered[-2][1]) == 0
            if not (after_gap or notes or len(text) > LONGEST_LABEL):
                break
            notes.insert(0, text)
        numbered.pop()
    return [(number, row) for number, row in numbered if _filled(row)], notes


def _too_long(
    rows: Sequence[tuple[int, Cells]], columns: Sequence[Column], table: str
) -> list[Found]:
    places = {column.place for column in columns}
    findings = []
    for number, row in rows:
        outside = [p for p, cell in enumerate(row) if p not in places and not cell.is_blank]
        if outside:
            findings.append(
                found(
                    "LINT-104",
                    table,
                    f"{column_letter(outside[0])}{number}",
                    row=number,
                    cells=f"{max(outside) + 1} cells",
                    columns=len(columns),
                )
            )
    return findings


def _filled(row: Cells) -> int:
    return sum(not cell.is_blank for cell in row)
