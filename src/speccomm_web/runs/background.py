"""Long work in the background: asked for, followed, cancelled, and taken up again after a restart.

An app names what it can carry out in its `tasks.py`:

    @carried_out_as("load_files")
    def load_files(progress: Progress, *, names: list[str]) -> Ending: ...

and asks for it in an action with `ask_for`. A function may be run again from its beginning if its
worker dies, so it must leave nothing half done: the library's own jobs commit whole or not at all.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from speccomm.foundation.errors import Refusal
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import NOBODY, Viewer
from speccomm_web.runs.models import BackgroundTask

Stage = BackgroundTask.Stage
log = logging.getLogger("speccomm_web.tasks")
ALIVE_EVERY = 5.0  # seconds between signs of life of a worker
GIVEN_UP = timedelta(seconds=30)  # without a sign of life, a task is taken up again
MOST_ATTEMPTS = 3
WRITTEN_EVERY = 0.5  # seconds between two writes of how far a task is


class Cancelled(Exception):
    """The person who asked for a task has stopped it."""


@dataclass(frozen=True)
class Ending:
    """What a task ended with: a sentence, and an address where its result is read."""

    words: str
    address: str = ""


@dataclass
class Progress:
    """How a task tells how far it is. Called as the library's jobs call theirs."""

    task_id: UUID
    _written: float = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Say that `done` of `total` are done in a phase.

        Raises:  Cancelled where the person has stopped the task.
        """
        now = time.monotonic()
        if now - self._written < WRITTEN_EVERY and done != total:
            return
        self._written = now
        mine = BackgroundTask.objects.filter(pk=self.task_id)
        mine.update(phase=phase[:200], done=min(done, total) if total else 0, total=total)
        if mine.values_list("cancel_asked", flat=True).get():
            raise Cancelled


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
        stage=Stage.UNDER_WAY, started_at=now, seen_at=now
    )
    if not claimed:
        return
    asked = BackgroundTask.objects.get(pk=task_id)
    BackgroundTask.objects.filter(pk=task_id).update(attempts=asked.attempts + 1)
    with _signs_of_life(asked.pk):
        _run(asked)


def _run(asked: BackgroundTask) -> None:
    try:
        if asked.cancel_asked:
            raise Cancelled
        ending = _WORK[asked.kind](Progress(asked.pk), **asked.arguments)
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
        BackgroundTask.objects.filter(pk=asked.pk).update(
            stage=stage,
            ended_at=timezone.now(),
            result={"words": ending.words, "address": ending.address},
        )
        record_audit(
            viewer=NOBODY, act=f"task_{stage}", subject_kind="task", subject=str(asked.pk),
            details={"kind": asked.kind},
        )  # fmt: skip


class _signs_of_life:
    """A thread that says every few seconds that the worker is alive, while the work goes on."""

    def __init__(self, task_id: UUID) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, args=(task_id,), daemon=True)

    def _beat(self, task_id: UUID) -> None:
        while not self._over.wait(ALIVE_EVERY):
            BackgroundTask.objects.filter(pk=task_id).update(seen_at=timezone.now())
        close_old_connections()

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
    return count


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
