"""Read spreadsheets of evidence: statements that may be kept, findings, and a count of every row.

Registers are kept by hand, so files have hundreds of rows; they are judged one at a time, in plain
Python, because each may have something to say about each of its cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from speccomm.foundation.errors import Refusal
from speccomm.quality.declaring import Register
from speccomm.quality.headers import find_header, read_header
from speccomm.quality.known import known_codes
from speccomm.quality.noting import Notes
from speccomm.quality.people import looks_like_a_person
from speccomm.quality.rows import Given, RowJudge, Statement
from speccomm.quality.rules import EvidenceRules
from speccomm.quality.sheets import OpenedSpreadsheet, Sheet, open_spreadsheet
from speccomm.quality.tables import REGISTERS, register_named
from speccomm.reference import Reference

PLACES = pa.schema(
    [("file_name", pa.string()), ("sheet_name", pa.string()), ("row_number", pa.int64())]
)
COUNTS = pa.schema(
    [
        ("dataset", pa.string()),
        ("file_name", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("read_rows", pa.int64()),
        ("accepted_rows", pa.int64()),
        ("refused_rows", pa.int64()),
        ("already_held_rows", pa.int64()),
    ]
)


class NoEvidence(Refusal):
    """Files in which no register of evidence was recognised."""


class NotARole(Refusal):
    """Somebody's name where a role or a body is asked for."""


@dataclass(frozen=True)
class EvidenceRead:
    """What was read of some files.

    `statements` has a table for each register that has any new to say: PLACES, then the register's
    `spoken` columns. `counts` has one row per file and register, with read = accepted + refused;
    accepted rows that the store holds already, word for word, are counted there as well and are
    not in `statements`.
    """

    statements: dict[str, pa.Table]
    findings: pa.Table
    counts: pa.Table


def read_evidence(
    files: Sequence[Path],
    *,
    reference: Reference,
    rules: EvidenceRules,
    today: date,
    register: str | None = None,
    said_by: str | None = None,
    said_on: date | None = None,
    held: Mapping[str, pa.Table] | None = None,
    load_id: str | None = None,
) -> EvidenceRead:
    """Read CSV files and XLSX workbooks as regions keep them.

    `held` gives the standing statements of the store by register, to tell what is new.

    Shape:   see EvidenceRead.
    Missing: a flag nobody filled in is "not looked at"; what null means stands in `tables.py`.
    Raises:  NoEvidence where no sheet is recognised, NotARole for a name in `said_by`,
             NotASpreadsheet, UnknownName for a register.
    Source:  rulebooks quality/checks, quality/spellings and quality/header_variants.
    """
    if said_by is not None and looks_like_a_person(said_by, rules):
        raise NotARole(
            "Who said so must be a role or a body, such as quality lead, never a person's name."
        )
    names = [path.name for path in files]
    if len(set(names)) < len(names):
        raise NoEvidence("Two files have the same name. Findings could not tell them apart.")
    chosen = register_named(register) if register is not None else None
    reader = _Reader(
        Notes(rules, load_id), Given(today, said_by, said_on), reference, chosen, held or {}
    )
    for path in files:
        reader.read(
            open_spreadsheet(
                path, most_cells=rules.whole("most_cells"), most_bytes=rules.whole("most_bytes")
            )
        )
    return reader.answer()


class _Reader:
    def __init__(
        self,
        notes: Notes,
        given: Given,
        reference: Reference,
        register: Register | None,
        held: Mapping[str, pa.Table],
    ) -> None:
        self._notes = notes
        self._given = given
        self._known = known_codes(reference)
        self._register = register
        self._held = held
        self._kept: dict[str, list[Statement]] = {}
        self._read: dict[tuple[str, str], int] = {}
        self._files: dict[str, OpenedSpreadsheet] = {}

    def read(self, opened: OpenedSpreadsheet) -> None:
        """Read every sheet of one file that is a register."""
        name = opened.path.name
        self._files[name] = opened
        met = [sheet for sheet in opened.sheets if sheet.rows and self._read_sheet(opened, sheet)]
        if not met:
            raise NoEvidence(
                f"No sheet of {name} is a register of evidence: its headers name none. Give the "
                f"register with --table: {', '.join(sorted(REGISTERS))}."
            )
        if not opened.is_utf8:
            first = next(register for register, file in self._read if file == name)
            self._notes.say("QUA-F01", dataset=first, file_name=name)

    def _read_sheet(self, opened: OpenedSpreadsheet, sheet: Sheet) -> bool:
        name = opened.path.name
        hint = opened.path.stem if sheet.title is None else sheet.title
        found = find_header(sheet, hint=hint, register=self._register, rules=self._notes.rules)
        if found is None:
            if any(not cell.is_blank for cells in sheet.rows for cell in cells):
                self._notes.say("QUA-F02", dataset="evidence", file_name=name, place=sheet.place())
            return False
        register, row = found
        header, readable = read_header(
            sheet,
            register=register,
            row=row,
            given=self._given.columns,
            notes=self._notes,
            file_name=name,
        )
        judge = RowJudge(
            sheet,
            header,
            file_name=name,
            given=self._given,
            known=self._known,
            notes=self._notes,
        )
        rows = len(judge.rows())
        if not rows:
            self._notes.say(
                "QUA-F03", dataset=register.name, file_name=name, place=sheet.place(), row=row
            )
        key = (register.name, name)
        self._read[key] = self._read.get(key, 0) + rows
        if readable:
            self._kept.setdefault(register.name, []).extend(judge.judge_all())
        return True

    def answer(self) -> EvidenceRead:
        """Compare the rows with each other and with what is held, and count all of them."""
        accepted: dict[tuple[str, str], int] = {}
        old: dict[tuple[str, str], int] = {}
        statements: dict[str, pa.Table] = {}
        for name, kept in self._kept.items():
            register = REGISTERS[name]
            agreed = _agreeing(register, kept, self._notes)
            fresh = _new_ones(register, agreed, self._held.get(name), self._notes)
            for one in agreed:
                accepted[name, one.file_name] = accepted.get((name, one.file_name), 0) + 1
            new_places = {(one.file_name, one.sheet.title, one.row) for one in fresh}
            for one in agreed:
                if (one.file_name, one.sheet.title, one.row) not in new_places:
                    old[name, one.file_name] = old.get((name, one.file_name), 0) + 1
            if fresh:
                statements[name] = _table(register, fresh)
        return EvidenceRead(statements, self._notes.table(), self._counts(accepted, old))

    def _counts(
        self, accepted: dict[tuple[str, str], int], old: dict[tuple[str, str], int]
    ) -> pa.Table:
        rows = [
            {
                "dataset": register,
                "file_name": name,
                "sha256": self._files[name].sha256,
                "bytes": self._files[name].bytes,
                "read_rows": read,
                "accepted_rows": accepted.get((register, name), 0),
                "refused_rows": read - accepted.get((register, name), 0),
                "already_held_rows": old.get((register, name), 0),
            }
            for (register, name), read in self._read.items()
        ]
        return pa.Table.from_pylist(rows, schema=COUNTS)


def _agreeing(register: Register, kept: list[Statement], notes: Notes) -> list[Statement]:
    """The statements without those that disagree, or say again, about the same thing."""
    groups: dict[tuple[Any, ...], list[Statement]] = {}
    for one in kept:
        groups.setdefault(_subject(register, one.values), []).append(one)
    agreed = []
    for group in groups.values():
        differing = _differing(register, [one.values for one in group])
        if differing:
            for one, other in zip(group, [*group[1:], group[0]], strict=True):
                _say_pair("QUA-D01", one, other, notes, column=differing[0])
            continue
        last = max(group, key=lambda one: one.values["said_on"])
        agreed.append(last)
        for one in group:
            if one is not last:
                _say_pair("QUA-D02", one, last, notes)
    stays = [one for one in kept if any(one is other for other in agreed)]
    _say_undated_changes(register, stays, notes)
    return stays


def _say_undated_changes(register: Register, kept: list[Statement], notes: Notes) -> None:
    """Two rows of one import about one thing, told apart only by the day they were said."""
    met: dict[tuple[Any, ...], Statement] = {}
    for one in sorted(kept, key=lambda one: one.values["from_date"]):
        subject = _subject(register, one.values)[:-1]
        other = met.setdefault(subject, one)
        differing = _differing(register, [one.values, other.values])
        if differing and not (one.is_dated and other.is_dated):
            _say_pair("QUA-D04", one, other, notes, column=differing[0])
        met[subject] = one


def _new_ones(
    register: Register, agreed: list[Statement], held: pa.Table | None, notes: Notes
) -> list[Statement]:
    """The statements the store does not hold word for word."""
    known = {} if held is None else {_subject(register, row): row for row in held.to_pylist()}
    fresh = []
    for one in agreed:
        before = known.get(_subject(register, one.values))
        if before is not None and all(one.values[n] == before[n] for n in register.names):
            continue
        fresh.append(one)
        differing = [] if before is None else _differing(register, [one.values, before])
        if differing:
            notes.say(
                "QUA-D03",
                dataset=register.name,
                file_name=one.file_name,
                row=one.row,
                column=differing[0],
                place=one.place(differing[0]),
            )
    return fresh


def _subject(register: Register, values: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*(values[name] for name in register.key), values["from_date"])


def _differing(register: Register, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [name for name in register.substance if any(row[name] != rows[0][name] for row in rows)]


def _say_pair(
    check_id: str, one: Statement, other: Statement, notes: Notes, column: str | None = None
) -> None:
    elsewhere = "" if one.file_name == other.file_name else f" of {other.file_name}"
    there = other.place(column)
    notes.say(
        check_id,
        dataset=one.register,
        file_name=one.file_name,
        row=one.row,
        column=column,
        place=one.place(column),
        other=f"{there[:1].lower()}{there[1:]}{elsewhere}",
    )


def _table(register: Register, statements: list[Statement]) -> pa.Table:
    rows = [
        {
            "file_name": one.file_name,
            "sheet_name": one.sheet.title,
            "row_number": one.row,
            **one.values,
        }
        for one in statements
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([*PLACES, *register.spoken]))
