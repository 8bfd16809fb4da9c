"""Single entries: what holds of a subject, everything ever said of it, and what may be said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from speccomm.quality import REGISTERS, Register, as_it_holds, evidence_rules
from speccomm.quality.rules import values_of
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.evidence.held import Row, held_for
from speccomm_web.evidence.models import EntryLoad
from speccomm_web.evidence.names import Names, names
from speccomm_web.evidence.sight import WRITERS, may_write, writes_everything

Subject = Mapping[str, str | None]


def register_of(name: str) -> Register | None:
    """The declaration of a register that is kept here, None for any other."""
    return REGISTERS[name] if name in WRITERS else None


def subject_of(register: Register, asked: Mapping[str, str]) -> dict[str, str | None]:
    """What an entry is about, from an address: its key columns, an empty one being none."""
    return {key: asked.get(key, "").strip() or None for key in register.key}


def entry(viewer: Viewer, register: Register, subject: Subject, *, on: date) -> Row | None:
    """What holds of a subject on a day, None where nothing does."""
    held = held_for(viewer)
    if held is None:
        return None
    rows = as_it_holds(register, held.standing[register.name], on=on).to_pylist()
    return next((row for row in rows if _is(register, row, subject)), None)


def mark(row: Row | None) -> str:
    """What tells one state of a subject from another: which entry holds, if any."""
    if row is None:
        return "none"
    said = json.dumps([row["load_id"], row["file_name"], row["row_number"]])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def history(viewer: Viewer, register: Register, subject: Subject) -> list[Row]:
    """Every statement about a subject, the newest recorded first; replaced ones too.

    `person` is who wrote it here, None for one that came in another way.
    """
    held = held_for(viewer)
    if held is None:
        return []
    rows = [r for r in held.recorded[register.name].to_pylist() if _is(register, r, subject)]
    rows.sort(key=lambda row: row["recorded_at"], reverse=True)
    loads = EntryLoad.objects.filter(load_id__in={row["load_id"] for row in rows})
    people = {load.load_id: load.written_by.name for load in loads.select_related("written_by")}
    return [{**row, "person": people.get(row["load_id"])} for row in rows]


def holding(viewer: Viewer, name: str, *, on: date) -> list[Row]:
    """Every entry of a register that holds on a day."""
    held = held_for(viewer)
    if held is None:
        return []
    rows: list[Row] = as_it_holds(REGISTERS[name], held.standing[name], on=on).to_pylist()
    return rows


def may_add(viewer: Viewer, register: Register, row: Mapping[str, Any]) -> bool:
    """Whether a viewer may say something of a subject."""
    return may_write(viewer, register.name, row, names())


def writes_in(viewer: Viewer, register: str) -> bool:
    """Whether a viewer writes in a register at all; of which subjects is asked of each entry."""
    return viewer.holds(*WRITERS[register])


def registers_written_by(viewer: Viewer) -> frozenset[str]:
    """The registers that a viewer writes in."""
    return frozenset(name for name, roles in WRITERS.items() if viewer.holds(*roles))


def imports(viewer: Viewer) -> bool:
    """Whether a viewer may bring in spreadsheets."""
    return writes_everything(viewer)


def choices_of(register: Register) -> dict[str, tuple[str, ...]]:
    """The words that each column of a list may hold."""
    rules = evidence_rules()
    found = {c.name: values_of(c.kind, c.choices, rules) for c in register.declared}
    return {name: words for name, words in found.items() if words}


def known_names() -> Names:
    """What codes are called."""
    return names()


def _is(register: Register, row: Row, subject: Subject) -> bool:
    """Whether a row is about a subject, numbers and texts alike."""
    return all(_text(row[key]) == _text(subject.get(key)) for key in register.key)


def _text(value: object) -> str:
    return "" if value is None else str(value)
