"""Every entry of evidence: checked by the library, added to the store, never written over."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from speccomm.foundation.findings import Level
from speccomm.jobs.evidence import EvidenceImportRequest, import_evidence
from speccomm.quality import Register, evidence_rules, read_evidence
from speccomm.reference import open_reference
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.evidence.models import EntryLoad, Gate
from speccomm_web.evidence.queries.statements import (
    entry,
    history,
    is_anothers,
    mark,
    may_add,
    register_of,
)
from speccomm_web.runs.library import Refusal, library

__all__ = ["ChangedMeanwhile", "NotKept", "NotYours", "Refusal", "put_back", "say"]


class NotYours(Exception):
    """A register, or a subject, that this person does not write in."""


class ChangedMeanwhile(Exception):
    """Somebody else said something of the same subject after the page was opened."""


class NotKept(Exception):
    """An entry that the library would not keep; `sentences` say of each column why."""

    def __init__(self, sentences: list[tuple[str, str]]) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentence for _, sentence in sentences))


def say(
    *,
    viewer: Viewer,
    register: str,
    subject: Mapping[str, str | None],
    values: Mapping[str, Any],
    said_by: str,
    seen: str,
) -> None:
    """Add an entry that holds from today, in place of the one that held, which stays readable.

    `values` has the columns of the register beside its key; `seen` is the mark of what held when
    the page was opened.

    Raises:  NotYours; ChangedMeanwhile; NotKept where a column is not as the register needs it.
    """
    declared = register_of(register)
    if declared is None:
        raise NotYours
    today = timezone.localdate()
    row = {**values, **subject}
    with transaction.atomic():
        lock_gate()
        now = entry(viewer, declared, subject, on=today)
        # A reference that another place gave already stays that place's own.
        if not may_add(viewer, declared, row) or is_anothers(viewer, declared, subject, on=today):
            raise NotYours
        if mark(now) != seen:
            raise ChangedMeanwhile
        said = {**row, "said_by": said_by, "said_on": today, "from_date": today}
        load_id = _append(viewer, declared, said, today=today)
        record_audit(
            viewer=viewer, act="wrote_evidence", subject_kind="evidence", subject=register,
            details={"load": load_id, **_codes(row)},
        )  # fmt: skip


def put_back(
    *, viewer: Viewer, register: str, subject: Mapping[str, str | None], to: str, said_by: str,
    seen: str,
) -> None:  # fmt: skip
    """Say again what an earlier entry said, or that there is no entry any more (`to` "none").

    Raises:  as `say`; NotYours where no entry of the subject has that mark.
    """
    declared = register_of(register)
    if declared is None:
        raise NotYours
    now = entry(viewer, declared, subject, on=timezone.localdate())
    if to == "none":
        if now is None:
            raise ChangedMeanwhile
        values = {**_said(declared, now), "entry_state": "ended"}
    else:
        earlier = next((r for r in history(viewer, declared, subject) if mark(r) == to), None)
        if earlier is None:
            raise NotYours
        values = _said(declared, earlier)
    say(viewer=viewer, register=register, subject=subject, values=values, said_by=said_by,
        seen=seen)  # fmt: skip


def record_look(*, viewer: Viewer, register: str, row_count: int) -> None:
    """Keep that somebody looked at entries about single cases."""
    with transaction.atomic():
        record_audit(
            viewer=viewer, act="saw_evidence_cases", subject_kind="evidence", subject=register,
            details={"rows": row_count},
        )  # fmt: skip


def lock_gate() -> None:
    """Hold the gate until the transaction ends, so that entries are added one at a time."""
    Gate.objects.get_or_create(id=1)
    Gate.objects.select_for_update().get(id=1)


def _said(register: Register, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a statement says beside its key, without who said it and when.

    A flag that nobody looked at stays so; who said each flag before is told in the history.
    """
    columns = [c.name for c in register.declared if c.name not in register.key]
    return {name: row[name] for name in [*columns, "entry_state"]}


def _append(viewer: Viewer, register: Register, row: Mapping[str, Any], *, today: date) -> str:
    """Hand one row to the library as the spreadsheet it would have come in.

    It is read once before it is kept, so that what is refused leaves nothing in the store.
    """
    place = library()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{register.name}.csv"
        file.write_text(_csv(register, row), "utf-8")
        read = read_evidence(
            (file,), reference=open_reference(place.reference), rules=evidence_rules(),
            today=today, register=register.name, said_on=today,
        )  # fmt: skip
        if refused := [r for r in read.findings.to_pylist() if r["level"] == Level.REFUSE]:
            raise NotKept([(r["field"] or "", f"{r['sentence']} {r['remedy']}") for r in refused])
        answer = import_evidence(
            EvidenceImportRequest(
                store=place.store,
                files=(file,),
                now=timezone.now(),
                command=f"web: person {viewer.person_id}",
                reference=place.reference,
                register=register.name,
                said_on=today,
            )
        )
    remember_writer(viewer, answer.load_id)
    return answer.load_id


def remember_writer(viewer: Viewer, load_id: str) -> None:
    """Keep who is behind a load. Raises NotYours for nobody."""
    if viewer.person_id is None:
        raise NotYours
    EntryLoad.objects.create(load_id=load_id, written_by_id=viewer.person_id)


def _csv(register: Register, row: Mapping[str, Any]) -> str:
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow(register.names)
    writer.writerow([_cell(row.get(name)) for name in register.names])
    return kept.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def _codes(row: Mapping[str, Any]) -> dict[str, Any]:
    """The codes of what an entry is about, for the audit record; never its words."""
    wanted = ("service_code", "provider_code", "site_code", "icb_code", "topic",
              "surveillance_level", "concern_state", "priority_reference", "deliverable_state")  # fmt: skip
    return {name: str(row[name]) for name in wanted if row.get(name)}
