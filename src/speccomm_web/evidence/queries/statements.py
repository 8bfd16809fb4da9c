"""Single entries: what holds of a subject, everything ever said of it, and what may be said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.crypto import salted_hmac

from speccomm.quality import REGISTERS, Register, as_it_holds, evidence_rules
from speccomm.quality.rules import values_of
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.evidence.held import Row, everyones, held_for
from speccomm_web.evidence.models import EntryLoad
from speccomm_web.evidence.names import Names, names
from speccomm_web.evidence.sight import (
    WRITERS,
    may_write,
    opening_scopes,
    pointing,
    sees,
    writes_everything,
)

Subject = Mapping[str, str | None]


def register_of(name: str) -> Register | None:
    """The declaration of a register that is kept here, None for any other."""
    return REGISTERS[name] if name in WRITERS else None


def opens(viewer: Viewer, register: Register) -> bool:
    """Whether a viewer reads the single entries of a register."""
    return bool(opening_scopes(viewer, register))


def registers_opened_by(viewer: Viewer) -> frozenset[str]:
    """The registers whose single entries a viewer reads."""
    return frozenset(name for name in WRITERS if opens(viewer, REGISTERS[name]))


def tells_of_cases(register: Register) -> bool:
    """Whether each look at a register is recorded, and no reference of it stands in an address."""
    return pointing(register)


def pointer_to(register: Register, row: Mapping[str, Any]) -> str:
    """What stands in an address for a subject whose own reference may not."""
    said = json.dumps([register.name, *(_text(row.get(key)) for key in register.key)])
    return salted_hmac("evidence", said).hexdigest()[:24]


def subject_asked(
    viewer: Viewer, register: Register, asked: Mapping[str, str]
) -> dict[str, str | None] | None:
    """What an address is about; None where it points to nothing that the viewer sees."""
    if not pointing(register):
        return subject_of(register, asked)
    rows = _recorded(viewer, register)
    found = next((r for r in rows if pointer_to(register, r) == asked.get("entry")), None)
    return None if found is None else {key: _text(found[key]) or None for key in register.key}


def subject_of(register: Register, asked: Mapping[str, str]) -> dict[str, str | None]:
    """What an entry is about, from an address: its key columns, an empty one being none."""
    return {key: asked.get(key, "").strip() or None for key in register.key}


def entry(viewer: Viewer, register: Register, subject: Subject, *, on: date) -> Row | None:
    """What holds of a subject on a day, None where nothing does."""
    rows = holding(viewer, register.name, on=on)
    return next((row for row in rows if _is(register, row, subject)), None)


def is_anothers(viewer: Viewer, register: Register, subject: Subject, *, on: date) -> bool:
    """Whether what holds of a subject is about a service or place that is not the viewer's."""
    rows = as_it_holds(register, everyones(register.name), on=on).to_pylist()
    found = next((row for row in rows if _is(register, row, subject)), None)
    return found is not None and not may_add(viewer, register, found)


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
    rows = [row for row in _recorded(viewer, register) if _is(register, row, subject)]
    rows.sort(key=lambda row: row["recorded_at"], reverse=True)
    loads = EntryLoad.objects.filter(load_id__in={row["load_id"] for row in rows})
    people = {load.load_id: load.written_by.name for load in loads.select_related("written_by")}
    return [{**row, "person": people.get(row["load_id"])} for row in rows]


def holding(viewer: Viewer, name: str, *, on: date) -> list[Row]:
    """Every entry of a register that holds on a day."""
    held = held_for(viewer)
    if held is None:
        return []
    register = REGISTERS[name]
    rows: list[Row] = as_it_holds(register, held.standing[name], on=on).to_pylist()
    return _opened(viewer, register, rows)


def services_of(viewer: Viewer, name: str, *, on: date) -> list[str]:
    """The service lines that any entry of a register is about."""
    return sorted({r["service_code"] for r in holding(viewer, name, on=on) if r["service_code"]})


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


def _recorded(viewer: Viewer, register: Register) -> list[Row]:
    held = held_for(viewer)
    return _opened(viewer, register, held.recorded[register.name].to_pylist()) if held else []


def _opened(viewer: Viewer, register: Register, rows: list[Row]) -> list[Row]:
    """Those of the rows that a viewer's evidence holds whose entries they may read one by one."""
    if not pointing(register):
        return rows
    scopes, known = opening_scopes(viewer, register), names()
    return [row for row in rows if sees(scopes, row, known)]


def _is(register: Register, row: Row, subject: Subject) -> bool:
    """Whether a row is about a subject, numbers and texts alike."""
    return all(_text(row[key]) == _text(subject.get(key)) for key in register.key)


def _text(value: object) -> str:
    return "" if value is None else str(value)
