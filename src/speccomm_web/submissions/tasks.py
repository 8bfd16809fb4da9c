"""Check or load what was sent, in the background."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from speccomm.foundation.errors import Refusal
from speccomm.jobs.load import (
    CheckRequest,
    LoadRequest,
    NothingToLoad,
    NotYourProvider,
    RowCount,
    check,
    load,
)
from speccomm.jobs.load import summary as summary_of
from speccomm.warehouse.staging import LoadInProgress
from speccomm.warehouse.transaction import LoadExists
from speccomm_web.accounts.audit import record_audit
from speccomm_web.runs.background import (
    Cancelled,
    Ending,
    Progress,
    Superseded,
    carried_out_as,
)
from speccomm_web.runs.library import library
from speccomm_web.submissions.leftovers import remove_files, sweep
from speccomm_web.submissions.mailbox.senders import sender_of
from speccomm_web.submissions.models import Submission
from speccomm_web.submissions.queries import findings_file, own_providers

LOOKED_EVERY = 0.5  # seconds between two looks at a job under way
# How long an earlier attempt that only seemed dead is given to notice that it is one no more.
WAITED_FOR, WAITED_EVERY = 120.0, 1.0
# The library speaks of its command line; here the same is a box to tick.
SHRINKS = (
    "load again with --accept-shrink",
    "send the files again and tick “Load even if a month loses many of its rows”",
)
Say = Callable[[str, int, int], None]
Answer = TypeVar("Answer")


@carried_out_as("submission")
def check_or_load(progress: Progress, *, submission_id: int) -> Ending:
    """Check or load the files of a submission, and keep what was found in them."""
    sweep()
    sent = Submission.objects.select_related("provider", "sent_by").get(pk=submission_id)
    if sent.ended:
        return _ending(sent)
    try:
        _refuse_who_may_not(sent)
        found = _loaded(sent, progress) if sent.purpose == "load" else _checked(sent, progress)
    except Refusal as refusal:
        words = str(refusal).replace(*SHRINKS)
        _end(sent, {"stage": Submission.Stage.REFUSED, "refusal": words})
        raise
    except Cancelled:
        words = "It was stopped. Nothing of it was kept."
        _end(sent, {"stage": Submission.Stage.REFUSED, "refusal": words})
        raise
    _end(sent, found)
    sent.refresh_from_db()
    return _ending(sent)


def _refuse_who_may_not(sent: Submission) -> None:
    """A role may have ended while the files waited."""
    viewer = sender_of(sent, on=timezone.localdate())
    if not own_providers(viewer).covers(sent.provider.ods_code):
        raise NotYourProvider({}, {sent.provider.ods_code})


def _loaded(sent: Submission, progress: Progress) -> dict[str, Any]:
    place, load_id = library(), _load_id(sent)
    held = _held_already(sent, load_id)
    if held is not None:
        return held
    if place.reference is None:
        raise NothingToLoad("No reference folder is set up here. Tell your administrator.")
    reference, paths = place.reference, _paths(sent)

    def job(say: Say, counted: RowCount) -> Any:
        return load(
            LoadRequest(
                files=tuple(paths),
                store=place.store,
                reference=reference,
                key_file=place.key_file,
                received_at=sent.sent_at,
                now=timezone.now(),
                dataset=sent.dataset or None,
                accept_shrink=sent.accepts_shrink,
                command=f"speccomm-web submission {sent.pk}",
                settings=place.engine,
                progress=say,
                providers=frozenset({sent.provider.ods_code}),
                counted=counted,
                load_id=load_id,
            )
        )

    try:
        answer = _when_free(progress, job)
    except LoadExists:
        held = _held_already(sent, load_id)
        if held is None:
            raise
        return held
    return {
        "stage": Submission.Stage.LOADED,
        "load_id": answer.load_id,
        "store_version": answer.store_version,
        **_counts([answer]),
        **_kept_findings(sent, answer.coded_findings),
        "not_run": answer.checks_not_run.to_pylist(),
    }


def _checked(sent: Submission, progress: Progress) -> dict[str, Any]:
    place = library()
    if place.reference is None:
        raise NothingToLoad("No reference folder is set up here. Tell your administrator.")
    reference, paths = place.reference, _paths(sent)

    def job(say: Say, counted: RowCount) -> list[Any]:
        return [
            check(
                CheckRequest(
                    file=path,
                    reference=reference,
                    now=timezone.now(),
                    dataset=sent.dataset or None,
                    settings=place.engine,
                    progress=say,
                    providers=frozenset({sent.provider.ods_code}),
                    counted=counted,
                )
            )
            for path in paths
        ]

    answers = watched(progress, job)
    not_run = {tuple(row.items()): row for a in answers for row in a.checks_not_run.to_pylist()}
    tables = [answer.coded_findings for answer in answers]
    findings = pa.concat_tables(tables, promote_options="permissive")
    return {
        "stage": Submission.Stage.CHECKED,
        **_counts(answers),
        **_kept_findings(sent, findings.unify_dictionaries()),
        "not_run": list(not_run.values()),
    }


def watched(progress: Progress, job: Callable[[Say, RowCount], Answer]) -> Answer:
    """Run a job of the library in a thread of its own, and tell from this one how far it is.

    The library calls back from several threads; only this one asks the database. When the person
    stops the task, the job's next call back ends it.

    Raises:  Cancelled, Superseded, and what the job raises.
    """
    counted, stopped = RowCount(), [False]
    superseded: Superseded | None = None
    at: list[tuple[str, int, int]] = [("", 0, 0)]

    def say(name: str, done: int, total: int) -> None:
        if stopped[0]:
            raise Cancelled
        at[0] = (name, done, total)

    with ThreadPoolExecutor(1, thread_name_prefix="submission") as pool:
        future = pool.submit(job, say, counted)
        while not future.done():
            wait([future], timeout=LOOKED_EVERY)
            try:
                name, done, total = at[0]
                progress(_phase(name, counted), *_percent(done, total))
            except Cancelled:
                # Its next call back ends the job; one that already commits is let finish.
                stopped[0] = True
            except Superseded as told:
                stopped[0], superseded = True, told
    if superseded is not None:
        raise superseded
    return future.result()


def _phase(name: str, counted: RowCount) -> str:
    rows = f"{counted.read:,} rows read, {counted.checked:,} checked, {counted.refused:,} refused"
    return f"{name}: {rows}. Percent of this file" if name else "Opening the files"


def _percent(done: int, total: int) -> tuple[int, int]:
    return (100 * done // total, 100) if total else (0, 0)


def _load_id(sent: Submission) -> str:
    """The name under which a submission is kept: the same for each attempt, so kept only once.

    Records that were put back from a backup may count up to the same number again; the time and the
    files then tell the submissions apart.
    """
    hashes = sorted(sent.files.values_list("sha256", flat=True))
    said = "\n".join([str(sent.pk), sent.sent_at.isoformat(), *hashes])
    mark = hashlib.sha256(said.encode()).hexdigest()[:12]
    return f"{sent.sent_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{mark}"


def _when_free(progress: Progress, job: Callable[[Say, RowCount], Answer]) -> Answer:
    """Run a load, once an earlier attempt at it has let go of its folder."""
    latest = time.monotonic() + WAITED_FOR
    while True:
        try:
            return watched(progress, job)
        except LoadInProgress as held:
            if time.monotonic() > latest:
                raise Superseded from held  # left to be taken up once more
        progress("Waiting for the earlier attempt to end", 0, 0)
        time.sleep(WAITED_EVERY)


def _held_already(sent: Submission, load_id: str) -> dict[str, Any] | None:
    """What the store holds of a submission that was loaded before its worker died."""
    if library().store_version() is None:
        return None
    with library().reading() as opened:
        if load_id not in opened.snapshot.loads()["load_id"].to_pylist():
            return None
        files = [row for row in opened.snapshot.files().to_pylist() if row["load_id"] == load_id]
        found = {
            "stage": Submission.Stage.LOADED,
            "load_id": load_id,
            "store_version": opened.snapshot.version,
            **{
                name: sum(row[name] for row in files)
                for name in ("read_rows", "accepted_rows", "refused_rows")
            },
        }
    return found | _kept_findings(sent, _findings_in_store(load_id))


def _findings_in_store(load_id: str) -> pa.Table:
    with library().reading() as opened:
        found: pa.Table = opened.con.to_pyarrow(opened.snapshot.findings(opened.con, [load_id]))
        return found


def _counts(answers: Iterable[Any]) -> dict[str, int]:
    listed = list(answers)
    return {
        "read_rows": sum(answer.read for answer in listed),
        "accepted_rows": sum(answer.accepted for answer in listed),
        "refused_rows": sum(answer.refused for answer in listed),
    }


def _kept_findings(sent: Submission, findings: pa.Table) -> dict[str, Any]:
    """Write the findings beside the uploads, whole or not at all, and add them up by check."""
    target = findings_file(sent.pk)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    pq.write_table(findings, part, compression="zstd")
    os.replace(part, target)
    return {"summary": summary_of(findings).to_pylist()}


def _paths(sent: Submission) -> list[Path]:
    """Where the files of a submission lie. After a restore they may be gone."""
    paths = [library().uploads / file.place for file in sent.files.all()]
    if not all(path.is_file() for path in paths):
        raise NothingToLoad("The files are not here any more. Send them again.")
    return paths


def _end(sent: Submission, found: dict[str, Any]) -> None:
    with transaction.atomic():
        Submission.objects.filter(pk=sent.pk).update(**found)
        record_audit(
            viewer=sender_of(sent, on=timezone.localdate()),
            act=f"submission_{found['stage']}", subject_kind="submission", subject=str(sent.pk),
            details={name: found[name] for name in ("load_id", "read_rows", "refused_rows")
                     if name in found},
        )  # fmt: skip
    remove_files(sent)


def _ending(sent: Submission) -> Ending:
    address = reverse("submissions:submission", args=[sent.pk])
    if sent.read_rows is None:
        return Ending(sent.refusal or "Nothing was sent.", address)
    words = (
        f"{sent.read_rows:,} rows read, {sent.accepted_rows:,} accepted, "
        f"{sent.refused_rows:,} refused."
    )
    return Ending(words, address)
