"""Send files, and stop sending them: each one transaction with its audit entry."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from speccomm.foundation.errors import Refusal
from speccomm.intake.opening import UnreadableFile, open_submission
from speccomm.intake.rules import intake_rules
from speccomm.jobs.withdraw import WithdrawRequest, withdraw
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs.background import ask_for
from speccomm_web.runs.library import library
from speccomm_web.submissions import queries, stored
from speccomm_web.submissions.leftovers import remove_files
from speccomm_web.submissions.models import SentFile, Submission
from speccomm_web.submissions.queries import acting
from speccomm_web.submissions.uploads import ReceivedFile, different_names

__all__ = ["CannotWithdraw", "FilesRefused", "NotYours", "Stale", "UnreadableFile"]


class NotYours(Exception):
    """A provider for which this person may not send."""

    def __init__(self) -> None:
        super().__init__("You may not send for this provider.")


class Stale(Exception):
    """An answer to a question that was answered already."""

    def __init__(self) -> None:
        super().__init__("These files were sent, or dropped, already. Nothing was sent twice.")


class FilesRefused(Exception):
    """Files that cannot be read as submissions at all, with a sentence for each."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentences))


@dataclass(frozen=True)
class Sending:
    """What came of an upload. `asks` is true where the files were sent before."""

    submission_id: int
    asks: bool


def receive(
    *,
    viewer: Viewer,
    provider: str,
    purpose: str,
    dataset: str,
    accepts_shrink: bool,
    files: list[ReceivedFile],
    sent_from: str = "",
) -> Sending:
    """Keep files that have arrived and send them on, or ask first where they came before.

    `sent_from` is the mailbox they came from, empty where the viewer is the person who sent them.

    Raises:  NotYours, FilesRefused; the files are then gone.
    """
    if not queries.own_providers(viewer).covers(provider):
        _remove([file.path for file in files])
        raise NotYours
    named = list(zip(different_names([file.name for file in files]), files, strict=True))
    folder = library().uploads / "sent" / files[0].path.stem
    try:
        _refuse_unreadable(folder, named, dataset=dataset or None)
        with transaction.atomic():
            submission = _keep(
                viewer=viewer, provider=provider, purpose=purpose, dataset=dataset,
                accepts_shrink=accepts_shrink, folder=folder, named=named, sent_from=sent_from,
            )  # fmt: skip
            before = purpose == Submission.Purpose.LOAD and queries.sent_before(submission)
            if not before:
                _send(viewer=viewer, submission=submission)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Sending(submission.pk, bool(before))


def send_again(*, viewer: Viewer, submission_id: int) -> None:
    """Send files that had come before, as their sender wants them to be.

    Raises:  Stale.
    """
    with transaction.atomic():
        submission = _answered(viewer, submission_id, Submission.Stage.SENT)
        _send(viewer=viewer, submission=submission)


def drop(*, viewer: Viewer, submission_id: int) -> None:
    """Let files go that had come before.

    Raises:  Stale.
    """
    with transaction.atomic():
        submission = _answered(viewer, submission_id, Submission.Stage.DROPPED)
        record_audit(
            viewer=viewer, act="dropped_submission", subject_kind="submission",
            subject=str(submission.pk),
        )  # fmt: skip
    remove_files(submission)


def record_seen(*, viewer: Viewer, act: str, submission: Submission, row_count: int) -> None:
    """Record that somebody read rows of patients."""
    with transaction.atomic():
        record_audit(
            viewer=viewer, act=act, subject_kind="submission", subject=str(submission.pk),
            details={"load": submission.load_id, "provider": submission.provider.ods_code,
                     "rows": row_count},
        )  # fmt: skip


class CannotWithdraw(Exception):
    """A load that is withdrawn already, or that this person may not withdraw."""


def withdraw_load(*, viewer: Viewer, load_id: str, reason: str) -> int:
    """Let a load count no more, and return how many slices it was current for.

    Raises:  CannotWithdraw.
    """
    if not stored.may_withdraw(viewer):
        raise CannotWithdraw("You may not withdraw a load.")
    asked = WithdrawRequest(library().store, load_id, timezone.now(), reason)
    try:
        # The entry first: should it fail, the store is left as it was.
        with transaction.atomic():
            record_audit(
                viewer=viewer, act="withdrew_load", subject_kind="load", subject=load_id,
                details={"reason_characters": len(reason)},
            )  # fmt: skip
            count: int = withdraw(asked).slices.num_rows
            return count
    except Refusal as refusal:
        raise CannotWithdraw(str(refusal)) from refusal


def record_seen_rows(*, viewer: Viewer, act: str, subject: str, row_count: int) -> None:
    """Record that somebody read single rows of a slice."""
    with transaction.atomic():
        record_audit(
            viewer=viewer, act=act, subject_kind="slice", subject=subject,
            details={"rows": row_count},
        )  # fmt: skip


def _refuse_unreadable(
    folder: Path, named: list[tuple[str, ReceivedFile]], *, dataset: str | None
) -> None:
    """Put the files where they are read from, and look at each one's header."""
    folder.mkdir(mode=0o700, parents=True)
    rules, said = intake_rules(), []
    for name, file in named:
        path = file.path.rename(folder / name)
        try:
            open_submission(path, dataset=dataset, rules=rules)
        except UnreadableFile as refusal:
            said.append(str(refusal).replace("with --dataset", "under “What the files hold”"))
    hashes = [file.sha256 for _, file in named]
    for name, file in named:
        if hashes.count(file.sha256) > 1:
            said.append(f"{name}: another file of this upload is the same, byte for byte.")
    if said:
        raise FilesRefused(said)


def _keep(
    *,
    viewer: Viewer,
    provider: str,
    purpose: str,
    dataset: str,
    accepts_shrink: bool,
    folder: Path,
    named: list[tuple[str, ReceivedFile]],
    sent_from: str,
) -> Submission:
    submission = Submission.objects.create(
        provider=Organisation.objects.get(ods_code=provider),
        sent_by=None if sent_from else acting(viewer),
        sent_from=sent_from,
        sent_at=timezone.now(),
        purpose=purpose,
        dataset=dataset,
        accepts_shrink=accepts_shrink,
        stage=Submission.Stage.ASKED,
    )
    SentFile.objects.bulk_create(
        SentFile(
            submission=submission, file_name=name, sha256=file.sha256, bytes=file.bytes,
            place=str((folder / name).relative_to(library().uploads)),
        )
        for name, file in named
    )  # fmt: skip
    return submission


def _send(*, viewer: Viewer, submission: Submission) -> None:
    words = "Check" if submission.purpose == Submission.Purpose.CHECK else "Load"
    count = submission.files.count()
    submission.task_id = ask_for(
        viewer=viewer,
        kind="submission",
        title=f"{words} {count} {'file' if count == 1 else 'files'} of {submission.provider}",
        arguments={"submission_id": submission.pk},
    )
    submission.stage = Submission.Stage.SENT
    submission.save(update_fields=["task_id", "stage"])
    record_audit(
        viewer=viewer, act="sent_submission", subject_kind="submission",
        subject=str(submission.pk),
        details={"provider": submission.provider.ods_code, "purpose": submission.purpose,
                 "files": count},
    )  # fmt: skip


def _answered(viewer: Viewer, submission_id: int, stage: str) -> Submission:
    mine = Submission.objects.filter(
        pk=submission_id, sent_by_id=viewer.person_id, stage=Submission.Stage.ASKED
    )
    if not mine.update(stage=stage):
        raise Stale
    return Submission.objects.select_related("provider").get(pk=submission_id)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
