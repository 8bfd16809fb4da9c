"""Evidence of each service: bring in spreadsheets, give them back, say what is held."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.errors import Refusal
from speccomm.intake.privacy import read_key_file
from speccomm.jobs.run_folder import RunFacts
from speccomm.quality import (
    REGISTERS,
    EvidenceRead,
    Registers,
    as_it_holds,
    evidence_rules,
    read_evidence,
    register_csv,
    register_named,
    registers_on,
    standing_statements,
)
from speccomm.quality.cqc import cqc_rules
from speccomm.reference import open_reference
from speccomm.warehouse import Snapshot, Store, open_or_create_store, open_store
from speccomm.warehouse.tables import FILES, LOADS

HELD_SCHEMA = pa.schema(
    [
        ("register", pa.string()),
        ("what", pa.string()),
        ("statements", pa.int64()),  # recorded and not withdrawn, replaced ones included
        ("holding", pa.int64()),  # of them, the entries that hold on the day asked about
        ("last_said_on", pa.date32()),  # null: nothing was ever said
        ("last_recorded_at", pa.timestamp("us", tz="UTC")),  # null: nothing was ever recorded
    ]
)


@dataclass(frozen=True)
class EvidenceImportRequest:
    """Spreadsheets to bring in as one load.

    `register` says what every file holds; None tells it from titles and headers. `said_by` and
    `said_on` stand in for columns a file lacks. With `key_file` a store that is not there is made.
    `received_at` None means that the files came now.
    """

    store: Path
    files: tuple[Path, ...]
    now: datetime
    command: str
    reference: Path | None = None
    key_file: Path | None = None
    register: str | None = None
    said_by: str | None = None
    said_on: date | None = None
    received_at: datetime | None = None


class NotYetReceived(Refusal):
    """A time of receipt that has not come yet."""


@dataclass(frozen=True)
class EvidenceImportAnswer:
    """What was brought in: counts by file and register, and every finding.

    Shape:   `counts` as quality.importing.COUNTS; `findings` as foundation.findings.
    Missing: nothing; read rows are accepted plus refused rows in every line.
    """

    load_id: str
    counts: pa.Table
    findings: pa.Table
    facts: RunFacts


def import_evidence(request: EvidenceImportRequest) -> EvidenceImportAnswer:
    """Read spreadsheets, keep every good row as a statement, and say what was found.

    Nothing is overwritten: what was said before stays readable, as at the time before.

    Raises:  NoStore, NoEvidence, NotASpreadsheet, NotARole, UnknownName, BadKey, StoreBusy, and
             what opening a reference folder may raise; NotYetReceived for a time to come.
    """
    recorded_at = (request.received_at or request.now).astimezone(UTC)
    if recorded_at > request.now:
        raise NotYetReceived(
            f"The files cannot have come at {recorded_at:%d %B %Y %H:%M}: not yet."
        )
    store = _store(request)
    rules, reference = evidence_rules(), open_reference(request.reference)
    snapshot = store.snapshot()
    load_id = f"{recorded_at:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"
    try:
        read = read_evidence(
            request.files,
            reference=reference,
            rules=rules,
            today=recorded_at.date(),
            register=request.register,
            said_by=request.said_by,
            said_on=request.said_on,
            held=standing(snapshot),
            load_id=load_id,
        )
    finally:
        snapshot.release()
    rulebooks = [book.reference for book in (*rules.books, cqc_rules(), reference.rulebook)]
    load = {
        "load_id": load_id,
        "received_at": recorded_at,
        "committed_at": request.now.astimezone(UTC),
        "rulebooks": json.dumps(rulebooks),
        "reference": json.dumps(reference.identity(), sort_keys=True),
        "command": request.command,
    }
    files = _files(read, load_id)
    with store.write(purpose=f"evidence {load_id}") as transaction:
        key_id = _key_id(request, transaction.snapshot)
        bound = {**load, "key_id": key_id}
        for name, statements in read.statements.items():
            transaction.append(name, _stored(name, statements, load_id, recorded_at))
        transaction.append("findings", read.findings)
        transaction.append("files", files)
        transaction.append("loads", pa.Table.from_pylist([bound], schema=LOADS.schema))
        version = transaction.commit(now=request.now, action=f"evidence {load_id}", key_id=key_id)
    counted = {
        what: pc.sum(read.counts[f"{what}_rows"]).as_py() or 0
        for what in ("read", "accepted", "refused", "already_held")
    }
    facts = RunFacts(
        store_version=version,
        loads=[{"load_id": load_id, "received_at": recorded_at, "files": files.to_pylist()}],
        rulebooks=rulebooks,
        reference=dict(reference.identity()),
        row_counts=counted,
    )
    return EvidenceImportAnswer(load_id, read.counts, read.findings, facts)


@dataclass(frozen=True)
class EvidenceExportRequest:
    """Registers to write as CSV: `registers` None writes all that hold anything.

    `as_at` None takes everything recorded so far; `on` None gives every from_date, so that the
    files bring back the whole register, and a date only what holds on it.
    """

    store: Path
    out: Path
    now: datetime
    registers: tuple[str, ...] | None = None
    as_at: datetime | None = None
    on: date | None = None


@dataclass(frozen=True)
class EvidenceExportAnswer:
    """The files written, and how many statements each holds."""

    written: tuple[Path, ...]
    table: pa.Table
    facts: RunFacts


def export_evidence(request: EvidenceExportRequest) -> EvidenceExportAnswer:
    """Write registers as CSV files that import unchanged.

    Shape:   one file OUT/REGISTER.csv each; `table` has register, file_name and statements.
    Missing: a register named that holds nothing is written as a header, ready to be filled.
    Raises:  NoStore, UnknownName with the nearest known register.
    """
    named = None if request.registers is None else [register_named(n) for n in request.registers]
    snapshot = open_store(request.store).snapshot(as_at=request.as_at)
    try:
        held = standing(snapshot)
    finally:
        snapshot.release()
    if request.on is not None:
        held = {n: as_it_holds(REGISTERS[n], rows, on=request.on) for n, rows in held.items()}
    chosen = [r for n, r in REGISTERS.items() if held[n].num_rows] if named is None else named
    request.out.mkdir(parents=True, exist_ok=True)
    written = []
    for register in chosen:
        path = request.out / f"{register.name}.csv"
        only_me = any(column.disclosive for column in register.columns)
        _write(path, register_csv(register, held[register.name]), owner_only=only_me)
        written.append(path)
    table = pa.table(
        {
            "register": pa.array([register.name for register in chosen], pa.string()),
            "file_name": pa.array([path.name for path in written], pa.string()),
            "statements": pa.array([held[r.name].num_rows for r in chosen], pa.int64()),
        }
    )
    facts = RunFacts(
        store_version=snapshot.version,
        as_at=request.as_at,
        row_counts={"statements": sum(table["statements"].to_pylist())},
    )
    return EvidenceExportAnswer(tuple(written), table, facts)


@dataclass(frozen=True)
class EvidenceListRequest:
    """A question about what is held. `on` None looks at the day of `as_at`, or of `now`."""

    store: Path
    now: datetime
    as_at: datetime | None = None
    on: date | None = None


@dataclass(frozen=True)
class EvidenceListAnswer:
    """One row per register, as HELD_SCHEMA declares."""

    table: pa.Table
    facts: RunFacts


def list_evidence(request: EvidenceListRequest) -> EvidenceListAnswer:
    """Say how much each register holds, and when somebody last said anything.

    Shape:   HELD_SCHEMA, one row per register, empty ones too.
    Missing: last_said_on and last_recorded_at are null where nothing was ever said.
    Raises:  NoStore.
    """
    on = request.on or (request.as_at or request.now).date()
    snapshot = open_store(request.store).snapshot(as_at=request.as_at)
    try:
        rows = []
        for name, register in REGISTERS.items():
            every = _recorded(snapshot, name)
            last = standing_statements(register, every, recorded_by=None)
            rows.append(
                {
                    "register": name,
                    "what": register.what,
                    "statements": every.num_rows,
                    "holding": as_it_holds(register, last, on=on).num_rows,
                    "last_said_on": pc.max(every["said_on"]).as_py(),
                    "last_recorded_at": pc.max(every["recorded_at"]).as_py(),
                }
            )
    finally:
        snapshot.release()
    facts = RunFacts(store_version=snapshot.version, as_at=request.as_at)
    return EvidenceListAnswer(pa.Table.from_pylist(rows, schema=HELD_SCHEMA), facts)


def standing(snapshot: Snapshot) -> dict[str, pa.Table]:
    """The standing statements of every register, as recorded at the snapshot's time.

    Withdrawn loads are left out. A register nobody has written to is empty.
    """
    return {
        name: standing_statements(register, _recorded(snapshot, name), recorded_by=None)
        for name, register in REGISTERS.items()
    }


def registers_of(snapshot: Snapshot, *, on: date) -> Registers:
    """The registers as recorded at the snapshot's time and as they hold on a date."""
    return registers_on(standing(snapshot), on=on)


def register_on(snapshot: Snapshot, name: str, *, on: date) -> pa.Table:
    """One register as recorded at the snapshot's time and as it holds on a date."""
    register = register_named(name)
    rows = standing_statements(register, _recorded(snapshot, name), recorded_by=None)
    return as_it_holds(register, rows, on=on)


def _recorded(snapshot: Snapshot, name: str) -> pa.Table:
    """Every statement of a register recorded by the snapshot's time and not withdrawn."""
    rows = snapshot.register(name)
    if snapshot.as_at is not None:
        moment = pa.scalar(snapshot.as_at, rows.schema.field("recorded_at").type)
        rows = rows.filter(pc.less_equal(rows["recorded_at"], moment))
    return rows.filter(pc.invert(pc.is_in(rows["load_id"], value_set=snapshot.withdrawn())))


def _store(request: EvidenceImportRequest) -> Store:
    if request.key_file is None:
        return open_store(request.store)
    return open_or_create_store(request.store, key_id=read_key_file(request.key_file).key_id)


def _key_id(request: EvidenceImportRequest, snapshot: Snapshot) -> str:
    """The store's key; of one that never took a load, the key that is given."""
    if request.key_file is None or snapshot.loads().num_rows:
        return snapshot.key_id
    return read_key_file(request.key_file).key_id


def _stored(name: str, statements: pa.Table, load_id: str, recorded_at: datetime) -> pa.Table:
    schema, count = REGISTERS[name].stored, statements.num_rows
    own: dict[str, Any] = {"load_id": [load_id] * count, "recorded_at": [recorded_at] * count}
    return pa.table(
        [
            pa.array(own[field.name], field.type)
            if field.name in own
            else statements[field.name].cast(field.type)
            for field in schema
        ],
        schema=schema,
    )


def _files(read: EvidenceRead, load_id: str) -> pa.Table:
    """The files as the store's register of files has them."""
    count = read.counts.num_rows
    own = {"load_id": [load_id] * count, "unattributed_refused_rows": [0] * count}
    return pa.table(
        [
            pa.array(own[field.name], field.type)
            if field.name in own
            else read.counts[field.name].cast(field.type)
            for field in FILES.schema
        ],
        schema=FILES.schema,
    )


def _write(path: Path, content: bytes, *, owner_only: bool) -> None:
    """Write a file beside its place and rename it there, whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if owner_only else 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
