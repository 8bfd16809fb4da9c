"""Load a submission: read, judge, assign, check across, and commit all of it or nothing."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.assignment.contract_rules import read_contract_rules
from speccomm.engines import keep_freed_memory, open_duckdb
from speccomm.foundation.errors import Refusal
from speccomm.intake.opening import OpenedFile, UnreadableFile, open_submission
from speccomm.intake.privacy import BadKey, KeyRing, new_key_ring, read_key_file
from speccomm.intake.rules import IntakeRules, intake_rules
from speccomm.jobs.loading.belonging import NotYourProvider, refuse_other_providers
from speccomm.jobs.loading.comparing import (
    refuse_shrinking,
    slice_findings,
    totals_by_slice,
)
from speccomm.jobs.loading.counting import RowCount
from speccomm.jobs.loading.found import read_findings, summary
from speccomm.jobs.loading.phases import COMMIT, Clock, Phases, no_clock
from speccomm.jobs.loading.saying import plain_findings
from speccomm.jobs.loading.submission import Submission, SubmissionOutcome
from speccomm.jobs.settings import EngineSettings
from speccomm.reference import Reference, open_reference
from speccomm.warehouse import Snapshot, Store, open_or_create_store
from speccomm.warehouse.tables import FILES, LOADS, SLICES

Progress = Callable[[str, int, int], None]
PLAN_FIRST = ("iap", "acm", "plcm", "drplcm", "deplcm")


def no_progress(_: str, __: int, ___: int) -> None:
    """Tell nobody."""


MOST_ENGINE_MIB = 512  # beside the chunks, which are held outside it; past that it spills


class NotYetReceived(Refusal):
    """A time of receipt that has not come: such a load would win over every true one."""

    def __init__(self, received_at: datetime, now: datetime) -> None:
        self.received_at = received_at
        super().__init__(
            f"The time of receipt, {received_at:%d %B %Y %H:%M} UTC, is still to come: it is "
            f"{now:%d %B %Y %H:%M} UTC. Give the time the files arrived."
        )


class NothingToLoad(Refusal):
    """A load without files, or with the same file twice."""


@dataclass(frozen=True)
class LoadRequest:
    """What to load. `received_at` is the platform's time of receipt; `now` the caller's clock.

    `dataset` None: each file's header tells. `command` is recorded with the load. `clock` gives
    seconds, for whoever wants to know how long each step took. `providers` are those whose rows the
    sender may send, None every one. `counted` tells another thread how many rows are done.
    `load_id` names the load, so that it cannot be kept twice; None makes a new name.
    """

    files: tuple[Path, ...]
    store: Path
    reference: Path
    key_file: Path
    received_at: datetime
    now: datetime
    dataset: str | None = None
    accept_shrink: bool = False
    command: str = ""
    settings: EngineSettings = field(default_factory=EngineSettings)
    progress: Progress = no_progress
    clock: Clock = no_clock
    providers: frozenset[str] | None = None
    counted: RowCount = field(default_factory=RowCount)
    load_id: str | None = None


@dataclass(frozen=True)
class LoadAnswer:
    """What became of a load. Tables: files, slices, findings_summary, checks_not_run.

    `coded_findings` is every finding, its texts dictionary coded: millions that say the same then
    hold its sentence once; `findings` writes them out. `store_version` is the commit that made the
    load readable; `phases` the seconds each step took by the request's clock (see
    `jobs.loading.phases`).
    """

    load_id: str
    store_version: int
    read: int
    accepted: int
    refused: int
    files: pa.Table
    slices: pa.Table
    findings_summary: pa.Table
    checks_not_run: pa.Table
    coded_findings: pa.Table
    manifest: dict[str, Any]
    phases: dict[str, float]

    @property
    def findings(self) -> pa.Table:
        """Every finding in the columns of FINDINGS_SCHEMA."""
        return plain_findings([self.coded_findings])


def load(request: LoadRequest) -> LoadAnswer:
    """Load files as one submission.

    The store afterwards holds all of it, or is as it was. Every row read is accepted or refused.
    Raises NotYetReceived, UnreadableFile, NotYourProvider, ShrinkingLoad, BadKey, NothingToLoad,
    LoadExists and LoadInProgress for a `load_id` that is kept or being prepared, and what opening the
    reference folder or the store may raise.
    """
    received_at = request.received_at.astimezone(UTC)
    if received_at > request.now:
        raise NotYetReceived(received_at, request.now.astimezone(UTC))
    ring = read_key_file(request.key_file)
    rules = intake_rules()
    opened = _open_all(request.files, request.dataset, rules)
    reference = open_reference(request.reference)
    store = open_or_create_store(request.store, key_id=ring.key_id)
    _refuse_other_key(store, ring)
    load_id = request.load_id or f"{received_at:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"
    staging = store.staging(load_id)
    connection = _engine(request.settings, staging)
    before = store.snapshot()
    try:
        submission = Submission(
            connection=connection,
            rules=rules,
            contract_rules=read_contract_rules(),
            reference=reference,
            ring=ring,
            keep=True,
            folder=staging,
            load_id=load_id,
            received_on=received_at.date(),
            progress=request.progress,
            phases=Phases(request.clock),
            counted=request.counted,
        )
        outcome = submission.run(opened, before=before)
        refuse_other_providers(
            outcome.slices, request.providers, reference=reference, on=received_at.date()
        )
        _refuse_copies(outcome.files)
        return _commit(request, store, reference, ring, submission, outcome, received_at)
    finally:
        before.release()
        connection.disconnect()
        store.discard_staging(load_id)


def _commit(
    request: LoadRequest,
    store: Store,
    reference: Reference,
    ring: KeyRing,
    submission: Submission,
    outcome: SubmissionOutcome,
    received_at: datetime,
) -> LoadAnswer:
    load_id = submission.load_id or ""
    slices = outcome.slices.append_column(
        "received_at", pa.array([received_at] * outcome.slices.num_rows, pa.timestamp("us", "UTC"))
    ).select(SLICES.names)
    rulebooks = submission.rulebooks()
    timing = submission.phases.timing(COMMIT)
    with timing, store.write(purpose=f"load {load_id}") as transaction:
        _require_key(transaction.snapshot, ring)
        before = totals_by_slice(_earlier(transaction.snapshot, slices, received_at))
        now = totals_by_slice(slices)
        if not request.accept_shrink:
            refuse_shrinking(now, before, share=submission.rules.amount("shrink_share"))
        submission.add_slice_findings(
            slice_findings(
                now,
                before,
                rules=submission.rules,
                reference=reference,
                received_on=received_at.date(),
                load_id=load_id,
            )
        )
        for table, paths in submission.sink.files.items():
            transaction.add_files(table, paths)
        findings = read_findings(submission.sink.files.get("findings", []))
        transaction.append("refused_rows", submission.sink.refused_table())
        transaction.append("slices", slices)
        transaction.append("files", outcome.files)
        transaction.append(
            "loads",
            pa.Table.from_pylist(
                [
                    {
                        "load_id": load_id,
                        "received_at": received_at,
                        "committed_at": request.now.astimezone(UTC),
                        "key_id": ring.key_id,
                        "rulebooks": json.dumps(rulebooks),
                        "reference": json.dumps(reference.identity(), sort_keys=True),
                        "command": request.command,
                    }
                ],
                schema=LOADS.schema,
            ),
        )
        version = transaction.commit(now=request.now, key_id=ring.key_id)
    return LoadAnswer(
        load_id=load_id,
        store_version=version,
        read=outcome.read,
        accepted=outcome.accepted,
        refused=outcome.refused,
        files=outcome.files,
        slices=slices,
        findings_summary=summary(findings),
        checks_not_run=outcome.not_run,
        coded_findings=findings,
        manifest={
            "store_version": version,
            "loads": [{"load_id": load_id, "files": outcome.files.to_pylist()}],
            "rulebooks": rulebooks,
            "reference": reference.identity(),
            "row_counts": {
                "read": outcome.read,
                "accepted": outcome.accepted,
                "refused": outcome.refused,
            },
        },
        phases=submission.phases.seconds,
    )


@dataclass(frozen=True)
class CheckRequest:
    """A file to check without keeping anything of it. The rest as in a LoadRequest."""

    file: Path
    reference: Path
    now: datetime
    dataset: str | None = None
    settings: EngineSettings = field(default_factory=EngineSettings)
    progress: Progress = no_progress
    providers: frozenset[str] | None = None
    counted: RowCount = field(default_factory=RowCount)


@dataclass(frozen=True)
class CheckAnswer:
    """What a load of the file would find, but for the checks that need the store.

    `coded_findings` and `findings` as in a LoadAnswer.
    """

    read: int
    accepted: int
    refused: int
    files: pa.Table
    coded_findings: pa.Table
    findings_summary: pa.Table
    checks_not_run: pa.Table
    manifest: dict[str, Any]

    @property
    def findings(self) -> pa.Table:
        """Every finding in the columns of FINDINGS_SCHEMA."""
        return plain_findings([self.coded_findings])


def check(request: CheckRequest) -> CheckAnswer:
    """Check one file as a load would, and keep nothing.

    Raises UnreadableFile, NotYourProvider and what opening the reference folder may raise.
    """
    rules = intake_rules()
    opened = _open_all((request.file,), request.dataset, rules)
    reference = open_reference(request.reference)
    with tempfile.TemporaryDirectory(prefix="speccomm-check-") as folder:
        connection = _engine(request.settings, Path(folder))
        submission = Submission(
            connection=connection,
            rules=rules,
            contract_rules=read_contract_rules(),
            reference=reference,
            ring=new_key_ring(),
            keep=False,
            folder=Path(folder),
            load_id=None,
            received_on=request.now.date(),
            progress=request.progress,
            counted=request.counted,
        )
        outcome = submission.run(opened, before=None)
        refuse_other_providers(
            outcome.slices, request.providers, reference=reference, on=request.now.date()
        )
        findings = read_findings(submission.sink.files.get("findings", []))
        connection.disconnect()
    return CheckAnswer(
        read=outcome.read,
        accepted=outcome.accepted,
        refused=outcome.refused,
        files=outcome.files,
        coded_findings=findings,
        findings_summary=summary(findings),
        checks_not_run=outcome.not_run,
        manifest={
            "rulebooks": submission.rulebooks(),
            "reference": reference.identity(),
            "files": outcome.files.to_pylist(),
            "row_counts": {
                "read": outcome.read,
                "accepted": outcome.accepted,
                "refused": outcome.refused,
            },
        },
    )


def _open_all(files: tuple[Path, ...], dataset: str | None, rules: IntakeRules) -> list[OpenedFile]:
    if not files:
        raise NothingToLoad("Name at least one file to load.")
    names = [path.name for path in files]
    for name in names:
        if names.count(name) > 1:
            raise NothingToLoad(
                f"{name} is named twice. Files of one submission need different names."
            )
    opened = [open_submission(path, dataset=dataset, rules=rules) for path in files]
    return sorted(opened, key=lambda file: (PLAN_FIRST.index(file.dataset), file.path.name))


def _refuse_copies(files: pa.Table) -> None:
    """Two copies of one file would count its rows twice."""
    met: dict[str, str] = {}
    for row in files.to_pylist():
        other = met.setdefault(row["sha256"], row["file_name"])
        if other != row["file_name"]:
            raise NothingToLoad(
                f"{other} and {row['file_name']} are the same, byte for byte. Name only one."
            )


def _engine(settings: EngineSettings, folder: Path) -> Any:
    keep_freed_memory()
    memory = min(settings.memory_limit_mib, MOST_ENGINE_MIB)
    spill = settings.temp_directory or folder / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    return open_duckdb(memory_limit_mib=memory, threads=settings.threads, temp_directory=spill)


def _refuse_other_key(store: Store, ring: KeyRing) -> None:
    """Refuse before reading; once more at the commit, as another load may come between."""
    snapshot = store.snapshot()
    try:
        _require_key(snapshot, ring)
    finally:
        snapshot.release()


def _require_key(snapshot: Snapshot, ring: KeyRing) -> None:
    """Refuse another key than the store's. One that never took a load is bound to none yet: a first
    load that is refused leaves it made and empty."""
    if snapshot.key_id != ring.key_id and snapshot.loads().num_rows:
        raise BadKey(
            f"The store was filled under key {snapshot.key_id}; the key file holds {ring.key_id}. "
            "Use the store's key file, or re-key the store with: speccomm rekey"
        )


def _earlier(snapshot: Snapshot, slices: pa.Table, received_at: datetime) -> pa.Table:
    """Current slices of the data sets and providers a load touches that were received before it.

    What was received later stays current, so the load takes nothing from it.
    """
    current = snapshot.slices()
    current = current.filter(
        pc.less_equal(current["received_at"], pa.scalar(received_at, pa.timestamp("us", "UTC")))
    )
    touched = slices.group_by(["dataset", "provider_code", "financial_year"]).aggregate([])
    return current.join(
        touched, ["dataset", "provider_code", "financial_year"], join_type="left semi"
    )


__all__ = [
    "FILES",
    "CheckAnswer",
    "CheckRequest",
    "LoadAnswer",
    "LoadRequest",
    "NotYourProvider",
    "NothingToLoad",
    "RowCount",
    "UnreadableFile",
    "check",
    "load",
    "read_findings",
    "summary",
]
