"""Files that were sent hold patients in clear: off the disk with them once they are done with."""

from __future__ import annotations

import shutil
from datetime import timedelta

from django.utils import timezone

from speccomm_web.runs.library import library
from speccomm_web.submissions import queries
from speccomm_web.submissions.models import SentFile, Submission

KEPT_UNANSWERED = timedelta(days=1)


def remove_files(submission: Submission) -> None:
    """Take the files of a submission off the disk: they hold patients in clear."""
    for file in submission.files.all():
        shutil.rmtree((library().uploads / file.place).parent, ignore_errors=True)
    Submission.objects.filter(pk=submission.pk).update(files_removed=True)


def sweep() -> int:
    """Remove files whose task has ended, or whose sender never answered; say of how many."""
    count = 0
    kept = Submission.objects.filter(files_removed=False)
    for submission in kept:
        task = queries.task_of(submission)
        unanswered = submission.stage == Submission.Stage.ASKED
        late = submission.sent_at < timezone.now() - KEPT_UNANSWERED
        if submission.ended or (unanswered and late) or (task is not None and task.ended):
            if not submission.ended:
                stage = Submission.Stage.DROPPED if unanswered else Submission.Stage.REFUSED
                words = "" if unanswered or task is None else str(task.result.get("words", ""))
                kept.filter(pk=submission.pk, stage=submission.stage).update(
                    stage=stage, refusal=words
                )
            remove_files(submission)
            count += 1
    _sweep_strays()
    return count


def _sweep_strays() -> None:
    """Remove what a server that died in the middle of an upload left without a record of it."""
    uploads, late = library().uploads, (timezone.now() - KEPT_UNANSWERED).timestamp()
    for stray in [*uploads.glob("arriving/*"), *uploads.glob("sent/*")]:
        if stray.stat().st_mtime > late:
            continue
        if stray.is_dir():
            known = SentFile.objects.filter(place__startswith=f"sent/{stray.name}/")
            if not known.filter(submission__files_removed=False).exists():
                shutil.rmtree(stray, ignore_errors=True)
        else:
            stray.unlink(missing_ok=True)
