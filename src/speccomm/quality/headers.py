"""Find the row of headers of a sheet, which register it is, and which column says what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from speccomm.foundation.errors import nearest_name
from speccomm.intake.rules import header_key
from speccomm.quality.declaring import Register
from speccomm.quality.noting import Notes
from speccomm.quality.rules import EvidenceRules
from speccomm.quality.sheets import Merge, Sheet
from speccomm.quality.tables import REGISTERS

LEAST_HEADERS = 3
DEFAULTED = {"entry_state", "from_date"}


@dataclass(frozen=True)
class Header:
    """Where the columns of a register stand in a sheet. `columns` leads from name to column."""

    register: Register
    row: int
    first_data_row: int
    columns: dict[str, int]


def find_header(
    sheet: Sheet, *, hint: str, register: Register | None, rules: EvidenceRules
) -> tuple[Register, int] | None:
    """The register a sheet holds and the row of its headers, or None where nothing says.

    A register given counts; then a title or file name that names one; then the register most of
    whose columns the headers name, if it has all that name its subject and no other fits as well.
    """
    named = register or _named(hint)
    candidates = [named] if named else list(REGISTERS.values())
    best: list[tuple[int, int, int, Register]] = []
    last = min(len(sheet.rows), rules.whole("header_within_rows"))
    for candidate in candidates:
        known = rules.columns_by_header(candidate)
        subject = {name for name in candidate.key if candidate.by_name[name].required}
        for row in range(1, last + 1):
            met = {known[key] for key in _keys(sheet, row) if key in known}
            enough = met if named else subject <= met and len(met) >= LEAST_HEADERS
            if enough:
                best.append((len(met), -row, -len(candidate.names), candidate))
    if not best:
        return None
    top = max(best, key=lambda found: found[:2])
    rivals = {found[3].name for found in best if found[:2] == top[:2]}
    return (top[3], -top[1]) if len(rivals) == 1 else None


def read_header(
    sheet: Sheet,
    *,
    register: Register,
    row: int,
    given: Sequence[str],
    notes: Notes,
    file_name: str,
) -> tuple[Header, bool]:
    """Read the headers, and say whether the sheet below them can be read.

    `given` names columns whose value holds for the whole file.
    """
    rules = notes.rules
    merges = [merge for merge in sheet.merges if merge.holds_row(row)]
    about: dict[str, Any] = {"dataset": register.name, "file_name": file_name, "row": row}
    _say_merges(sheet, merges, notes, about)
    known = rules.columns_by_header(register)
    columns: dict[str, int] = {}
    readable = True
    for number in range(1, _width(sheet) + 1):
        text = _text(sheet, row, number)
        if not text:
            continue
        name = known.get(header_key(text))
        place = sheet.place(row, number)
        if name is None:
            near = nearest_name(text.casefold(), register.names) or "not close to it"
            notes.say("QUA-H03", place=place, text=text, nearest=near, **about)
        elif name in columns:
            readable = notes.say("QUA-H04", place=place, column=name, **about)
        else:
            columns[name] = number
    readable &= _has_what_it_needs(sheet, register, columns, given, notes, about)
    bottom = max((merge.last_row for merge in merges if not merge.is_across), default=row)
    return Header(register, row, max(row, bottom) + 1, columns), readable


def _has_what_it_needs(
    sheet: Sheet,
    register: Register,
    columns: dict[str, int],
    given: Sequence[str],
    notes: Notes,
    about: dict[str, Any],
) -> bool:
    place, whole = sheet.place(), True
    for column in register.columns:
        if column.name in columns or column.name in DEFAULTED or column.name in given:
            continue
        if column.name in register.flags:
            notes.say("QUA-H06", place=place, column=column.name, **about)
        elif column.name in ("said_by", "said_on"):
            whole = notes.say("QUA-S01", place=place, **saying_words(column.name), **about)
        elif column.required and not column.carried_by:
            whole = notes.say("QUA-H05", place=place, column=column.name, **about)
    return whole


def saying_words(name: str) -> dict[str, Any]:
    """How a finding speaks of who said so, or when."""
    words = "who said so" if name == "said_by" else "when it was said"
    return {"column": name, "column_words": words, "option": "--" + name.replace("_", "-")}


def _say_merges(sheet: Sheet, merges: list[Merge], notes: Notes, about: dict[str, Any]) -> None:
    for merge in merges:
        check = "QUA-H01" if merge.is_across else "QUA-H02"
        place = sheet.of_range(f"cells {merge.name}")
        notes.say(check, place=place, **about)


def _named(hint: str) -> Register | None:
    """The register a title or file name holds the name of, if it is one only."""
    words = f" {header_key(hint)} "
    named = [r for r in REGISTERS.values() if f" {header_key(r.name)} " in words]
    longest = max(named, key=lambda register: len(register.name), default=None)
    inside = [r for r in named if longest is not None and r.name in longest.name]
    return longest if len(inside) == len(named) else None


def _keys(sheet: Sheet, row: int) -> list[str]:
    texts = (_text(sheet, row, number) for number in range(1, _width(sheet) + 1))
    return [header_key(text) for text in texts if text]


def _text(sheet: Sheet, row: int, column: int) -> str:
    """What a header cell reads, also when it is merged with cells above it."""
    text = sheet.cell(row, column).text
    if text:
        return text
    for merge in sheet.merges:
        if merge.holds_row(row) and merge.first_column == merge.last_column == column:
            return sheet.cell(merge.first_row, column).text
    return ""


def _width(sheet: Sheet) -> int:
    return max((len(cells) for cells in sheet.rows), default=0)
