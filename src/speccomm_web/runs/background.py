"""Long work in the background: asked for, followed, cancelled, and taken up again after a restart.

An app names what it can carry out in its `tasks.py`:

    @carried_out_as("load_files")
    def load_files(progress: Progress, *, names: list[str]) -> Ending: ...

and asks for it in an action with `ask_for`. A function may be run again from its beginning if its
worker dies, so it must leave nothing half done: the library's own jobs commit whole or not at all.
A worker that only seemed dead may still be at it then; each attempt has a number, and what an
earlier attempt says counts no more.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import F, Q
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from speccomm.foundation.errors import Refusal
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import NOBODY, Viewer
from speccomm_web.runs.models import BackgroundTask

Stage = BackgroundTask.Stage
log = logging.getLogger("speccomm_web.tasks")
# Without a sign of life for so long, a task is taken up again; a worker gives six in that time.
GIVEN_UP = timedelta(seconds=settings.ENVIRONMENT.task_silence_seconds)
ALIVE_EVERY = GIVEN_UP.total_seconds() / 6
MOST_ATTEMPTS = 3
WRITTEN_EVERY = 0.5  # seconds between two writes of how far a task is


class Cancelled(Exception):
    """The person who asked for a task has stopped it."""


class Superseded(Exception):
    """Another worker has taken the task up: this one seemed dead, and what it does is dropped."""


@dataclass(frozen=True)
class Ending:
    """What a task ended with: a sentence, and an address where its result is read."""

    words: str
    address: str = ""


@dataclass
class Progress:
    """How a task tells how far it is. Called as the library's jobs call theirs.

    `attempt` is the number of the attempt that tells; None where there is only one.
    """

    task_id: UUID
    attempt: int | None = None
    _written: float = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Say that `done` of `total` are done in a phase.

        Where the records do not answer for a while nothing is said, and the work goes on.

        Raises:  Cancelled where the person has stopped the task, Superseded where another worker
                 has taken it up.
        """
        now = time.monotonic()
        if now - self._written < WRITTEN_EVERY and done != total:
            return
        self._written = now
        try:
            told = self._tell(phase, done=min(done, total) if total else 0, total=total)
        except (OperationalError, InterfaceError):
            log.warning("progress could not be written")
            close_old_connections()
            return
        if told is None:
            raise Superseded
        if told:
            raise Cancelled

    def _tell(self, phase: str, *, done: int, total: int) -> bool | None:
        """Write it, and say whether a stop was asked for; None where the task is another's now."""
        mine = BackgroundTask.objects.filter(pk=self.task_id)
        if self.attempt is not None:
            mine = mine.filter(attempts=self.attempt)
        mine.update(phase=phase[:200], done=done, total=total)
        return mine.values_list("cancel_asked", flat=True).first()


Work = Callable[..., Ending]
_WORK: dict[str, Work] = {}


def carried_out_as(kind: str) -> Callable[[Work], Work]:
    """Name the function that carries out a kind of task."""

    def named(work: Work) -> Work:
        if kind in _WORK:
            raise ValueError(f"Two functions carry out {kind}.")
        _WORK[kind] = work
        return work

    return named


def ask_for(
    *, viewer: Viewer, kind: str, title: str, arguments: Mapping[str, Any] | None = None
) -> UUID:
    """Ask for a task, in the caller's transaction, and return its id.

    It starts once the transaction is kept. `arguments` are plain values that JSON can hold.
    """
    if kind not in _WORK:
        raise ValueError(f"No app carries out {kind}.")
    with transaction.atomic():
        asked = BackgroundTask.objects.create(
            kind=kind, title=title[:200], arguments=dict(arguments or {}),
            asked_by_id=viewer.person_id,
        )  # fmt: skip
        record_audit(
            viewer=viewer, act="asked_for_task", subject_kind="task", subject=str(asked.pk),
            details={"kind": kind},
        )  # fmt: skip
        carry_out.enqueue(str(asked.pk))
    return asked.pk


@task()
def carry_out(task_id: str) -> None:
    """Carry out one task: what a worker runs."""
    now = timezone.now()
    claimed = BackgroundTask.objects.filter(pk=task_id, stage=Stage.WAITING).update(
        stage=Stage.UNDER_WAY, started_at=now, seen_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return
    asked = BackgroundTask.objects.get(pk=task_id)
    with _signs_of_life(asked):
        _run(asked)


def _run(asked: BackgroundTask) -> None:
    try:
        if asked.cancel_asked:
            raise Cancelled
        ending = _WORK[asked.kind](Progress(asked.pk, asked.attempts), **asked.arguments)
    except Superseded:
        log.warning("task taken up by another worker", extra={"task": asked.kind})
    except (OperationalError, InterfaceError):
        # The records do not answer. It is left as a dead worker would leave it: to be taken up.
        log.exception("task left for another attempt", extra={"task": asked.kind})
        raise
    except Cancelled:
        _end(asked, Stage.CANCELLED, Ending("It was stopped. Nothing of it was kept."))
    except Refusal as refusal:
        _end(asked, Stage.REFUSED, Ending(str(refusal)))
    except Exception:
        _end(asked, Stage.FAILED, Ending("The fault is ours, and has been recorded."))
        log.exception("task failed", extra={"task": asked.kind})
        raise
    else:
        _end(asked, Stage.DONE, ending)


def _end(asked: BackgroundTask, stage: str, ending: Ending) -> None:
    with transaction.atomic():
        mine = BackgroundTask.objects.filter(
            pk=asked.pk, stage=Stage.UNDER_WAY, attempts=asked.attempts
        )
        ended = mine.update(
            stage=stage,
            ended_at=timezone.now(),
            result={"words": ending.words, "address": ending.address},
        )
        if not ended:
            return
        record_audit(
            viewer=NOBODY, act=f"task_{stage}", subject_kind="task", subject=str(asked.pk),
            details={"kind": asked.kind},
        )  # fmt: skip


class _signs_of_life:
    """A thread that says every few seconds that the worker is alive, while the work goes on."""

    def __init__(self, asked: BackgroundTask) -> None:
        self._over = threading.Event()
        self._mine = BackgroundTask.objects.filter(pk=asked.pk, attempts=asked.attempts)
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        while not self._over.wait(ALIVE_EVERY):
            try:
                self._mine.update(seen_at=timezone.now())
            except DatabaseError:
                log.warning("a sign of life could not be written")
                close_old_connections()
        connection.close()  # this thread's own, which nobody uses after it

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def take_up_again() -> int:
    """Put back in the queue what a worker left when it died, and say how many there were.

    A task that has been tried too often is ended as failed, so that it stops no others.
    """
    gone = timezone.now() - GIVEN_UP
    abandoned = BackgroundTask.objects.filter(stage=Stage.UNDER_WAY).filter(
        Q(seen_at__lt=gone) | Q(seen_at=None)
    )
    count = 0
    for asked in abandoned:
        if asked.attempts >= MOST_ATTEMPTS:
            words = "Its worker stopped three times. The fault is ours, and has been recorded."
            _end(asked, Stage.FAILED, Ending(words))
            continue
        with transaction.atomic():
            mine = BackgroundTask.objects.filter(
                pk=asked.pk, stage=Stage.UNDER_WAY, seen_at=asked.seen_at
            )
            if mine.update(stage=Stage.WAITING, phase="", done=0, total=0):
                carry_out.enqueue(str(asked.pk))
                count += 1
    return count + _queue_again(gone)


def _queue_again(before: datetime) -> int:
    """Queue tasks that wait without a place in the queue: their worker died as it took them out."""
    waiting = BackgroundTask.objects.filter(stage=Stage.WAITING, asked_at__lt=before)
    lost = {str(pk) for pk in waiting.values_list("pk", flat=True)}
    if not lost:
        return 0
    queued = DBTaskResult.objects.filter(task_path=carry_out.module_path)
    # One taken out a moment ago is about to begin.
    held = queued.filter(
        Q(status=TaskResultStatus.READY)
        | Q(status=TaskResultStatus.RUNNING, started_at__gte=before)
    )
    lost -= {said["args"][0] for said in held.values_list("args_kwargs", flat=True)}
    for task_id in sorted(lost):
        carry_out.enqueue(task_id)
    return len(lost)


def stop(*, viewer: Viewer, task_id: UUID) -> bool:
    """Ask a task of the viewer's own to stop; False where it is not theirs or has ended."""
    with transaction.atomic():
        mine = BackgroundTask.objects.filter(
            pk=task_id, asked_by=viewer.person_id, stage__in=[Stage.WAITING, Stage.UNDER_WAY]
        )
        stopped = mine.update(cancel_asked=True)
        if stopped:
            record_audit(
                viewer=viewer, act="cancelled_task", subject_kind="task", subject=str(task_id)
            )
    return bool(stopped)
