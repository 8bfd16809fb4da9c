"""Spreadsheets of evidence: read and compared before anything is kept, then kept as they are."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from speccomm.jobs.evidence import EvidenceImportRequest, import_evidence
from speccomm.quality import REGISTERS, EvidenceRead, as_it_holds, evidence_rules, read_evidence
from speccomm.reference import open_reference
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.evidence.actions import ChangedMeanwhile, NotYours, lock_gate, remember_writer
from speccomm_web.evidence.held import Row, held_for
from speccomm_web.evidence.models import WaitingSheet
from speccomm_web.evidence.sight import writes_everything
from speccomm_web.runs.library import Refusal, library

__all__ = ["ChangedMeanwhile", "NotASheet", "NotYours", "Preview", "Refusal", "keep", "preview",
           "receive", "sheet_seen_by"]  # fmt: skip
SAFE = re.compile(r"[^A-Za-z0-9_. -]+")
MOST_UNPACKED = 200 * 1024 * 1024  # bytes that a workbook may hold once unpacked
MOST_TIMES = 200  # a part that grows by more than this is no register kept by hand


class NotASheet(Exception):
    """A file that is no spreadsheet, or one made to do harm."""


@dataclass(frozen=True)
class Change:
    """One column of one subject that a sheet would change; `before` None where nothing was said."""

    register: str
    subject: str
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Preview:
    """What keeping a sheet would do: its changes, what was found, and counts of its rows."""

    changes: tuple[Change, ...]
    findings: tuple[Row, ...]
    counts: tuple[Row, ...]

    @property
    def new_rows(self) -> int:
        """Rows that say something the store does not hold yet."""
        return sum(row["accepted_rows"] - row["already_held_rows"] for row in self.counts)


def receive(*, viewer: Viewer, file: BinaryIO, name: str, said_by: str, register: str) -> str:
    """Put a spreadsheet aside to be looked at. Nothing of it is kept as evidence yet.

    Raises:  NotYours; NotASheet; Refusal of the library where it cannot be read.
    """
    version = library().store_version()
    if not writes_everything(viewer) or viewer.person_id is None or version is None:
        raise NotYours
    content = file.read(evidence_rules().whole("most_bytes") + 1)
    _refuse_bombs(content)
    safe = SAFE.sub("-", Path(name).name).strip(" .-")[:100] or "evidence"
    with transaction.atomic():
        waiting = WaitingSheet.objects.create(
            id=uuid.uuid4(), file_name=safe, register=register, said_by=said_by,
            sent_by_id=viewer.person_id, store_version=version,
        )  # fmt: skip
        place = _place(waiting)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        try:
            _read(viewer, waiting)
        except Refusal:
            place.unlink()
            raise
        record_audit(
            viewer=viewer, act="sent_evidence_sheet", subject_kind="sheet",
            subject=str(waiting.pk), details={"register": register, "bytes": len(content)},
        )  # fmt: skip
    return str(waiting.pk)


def sheet_seen_by(viewer: Viewer, sheet_id: uuid.UUID) -> WaitingSheet | None:
    """A sheet that the viewer sent, None for any other."""
    if not writes_everything(viewer):
        return None
    return WaitingSheet.objects.filter(pk=sheet_id, sent_by=viewer.person_id).first()


def preview(viewer: Viewer, waiting: WaitingSheet) -> tuple[Preview, int]:
    """What keeping a sheet would change, and the version of the store that it was compared with.

    Raises:  Refusal where it is not read.
    """
    held = held_for(viewer)
    read = _read(viewer, waiting)
    found = Preview(
        changes=tuple(_changes(viewer, read)),
        findings=tuple(read.findings.to_pylist()),
        counts=tuple(read.counts.to_pylist()),
    )
    return found, held.version if held else waiting.store_version


def keep(*, viewer: Viewer, sheet_id: uuid.UUID, version: int) -> int:
    """Keep a sheet that was looked at against a version of the store, and return its new rows.

    Raises:  NotYours for another's sheet or one that is kept already; ChangedMeanwhile where the
             store has moved on; Refusal of the library.
    """
    waiting = sheet_seen_by(viewer, sheet_id)
    if waiting is None or waiting.load_id:
        raise NotYours
    place = library()
    with transaction.atomic():
        lock_gate()
        if place.store_version() != version:
            raise ChangedMeanwhile
        now = timezone.now()
        answer = import_evidence(
            EvidenceImportRequest(
                store=place.store, files=(_place(waiting),), now=now,
                command=f"web: person {viewer.person_id}", reference=place.reference,
                register=waiting.register or None, said_by=waiting.said_by, said_on=now.date(),
            )
        )  # fmt: skip
        mine = WaitingSheet.objects.filter(pk=waiting.pk, load_id="")
        if not mine.update(load_id=answer.load_id):
            raise NotYours
        remember_writer(viewer, answer.load_id)
        counts = answer.facts.row_counts
        record_audit(
            viewer=viewer, act="kept_evidence_sheet", subject_kind="sheet",
            subject=str(waiting.pk), details={"load": answer.load_id, **counts},
        )  # fmt: skip
    return counts["accepted"] - counts["already_held"]


def _place(waiting: WaitingSheet) -> Path:
    return library().uploads / "evidence" / str(waiting.pk) / waiting.file_name


def _read(viewer: Viewer, waiting: WaitingSheet) -> EvidenceRead:
    held = held_for(viewer)
    today = timezone.localdate()
    return read_evidence(
        (_place(waiting),),
        reference=open_reference(library().reference),
        rules=evidence_rules(),
        today=today,
        register=waiting.register or None,
        said_by=waiting.said_by,
        said_on=today,
        held=held.standing if held else None,
    )


def _changes(viewer: Viewer, read: EvidenceRead) -> Iterator[Change]:
    """Column by column, what each new row says against what holds on the day it begins."""
    held = held_for(viewer)
    for name, table in read.statements.items():
        register = REGISTERS[name]
        compared = [c for c in register.substance if c not in register.key]
        for row in table.to_pylist():
            now = None
            if held is not None:
                standing = as_it_holds(register, held.standing[name], on=row["from_date"])
                now = next(
                    (r for r in standing.to_pylist() if all(r[k] == row[k] for k in register.key)),
                    None,
                )
            subject = ", ".join(str(row[key]) for key in register.key if row[key] is not None)
            for column in compared:
                before = None if now is None else now[column]
                if row[column] != before:
                    yield Change(name, subject, column, _text(before), _text(row[column]))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _refuse_bombs(content: bytes) -> None:
    """Refuse a workbook that would unpack to more than a register can be."""
    if len(content) > evidence_rules().whole("most_bytes"):
        raise NotASheet("The file is too large for a register that is kept by hand.")
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            parts = opened.infolist()
    except zipfile.BadZipFile as problem:
        raise NotASheet("The workbook is damaged. Save it as XLSX again.") from problem
    grown = any(p.file_size > MOST_TIMES * max(p.compress_size, 1024) for p in parts)
    if grown or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise NotASheet("The workbook would unpack to far more than a register holds.")
