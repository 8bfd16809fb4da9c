"""Background tasks: carried out, followed, refused, stopped, and taken up after a worker died."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from speccomm.foundation.errors import Refusal
from speccomm_web.accounts.models import AuditEntry
from speccomm_web.accounts.queries import viewer_for
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import NOBODY, Viewer
from speccomm_web.runs import background
from speccomm_web.runs.background import (
    Ending,
    Progress,
    ask_for,
    carry_out,
    stop,
    take_up_again,
)
from speccomm_web.runs.models import BackgroundTask
from tests.web.conftest import MakePerson, SignIn

Stage = BackgroundTask.Stage


def work(progress: Progress, *, rows: int, fault: str = "") -> Ending:
    for done in range(1, rows + 1):
        progress("reading rows", done, rows)
    if fault == "refusal":
        raise Refusal("The file has no header.")
    if fault:
        raise RuntimeError(fault)
    return Ending(f"{rows} rows were read.", address="/runs/")


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(background._WORK, "count_rows", work)


@pytest.fixture
def viewer(make_person: MakePerson) -> Viewer:
    return viewer_for(make_person(Role.ANALYST), on=timezone.localdate())


def asked(viewer: Viewer, **arguments: Any) -> UUID:
    return ask_for(
        viewer=viewer, kind="count_rows", title="Counting", arguments={"rows": 3} | arguments
    )


def told(task_id: UUID) -> BackgroundTask:
    return BackgroundTask.objects.get(pk=task_id)


@pytest.mark.django_db(transaction=True)
def test_a_worker_carries_out_what_was_asked() -> None:
    """Through the queue, as `speccomm-web work` does."""
    from django.db import connection

    from speccomm_web.accounts import audit_guard

    try:
        task_id = asked(NOBODY)
        call_command("work", once=True)
        assert told(task_id).stage == Stage.DONE
        assert told(task_id).result == {"words": "3 rows were read.", "address": "/runs/"}
    finally:
        audit_guard.take_down(connection)


def test_a_task_tells_how_far_it_is_and_how_it_ended(viewer: Viewer) -> None:
    task_id = asked(viewer)
    assert told(task_id).stage == Stage.WAITING
    carry_out.call(str(task_id))
    ended = told(task_id)
    assert (ended.stage, ended.done, ended.total, ended.attempts) == (Stage.DONE, 3, 3, 1)
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert acts == {"asked_for_task", "task_done"}


def test_a_task_whose_transaction_is_not_kept_never_was(viewer: Viewer) -> None:
    def fails() -> None:
        with transaction.atomic():
            asked(viewer)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not BackgroundTask.objects.exists()


def test_a_refusal_ends_it_with_its_sentence(viewer: Viewer) -> None:
    task_id = asked(viewer, fault="refusal")
    carry_out.call(str(task_id))
    assert told(task_id).stage == Stage.REFUSED
    assert told(task_id).result["words"] == "The file has no header."


def test_a_fault_of_ours_stays_loud_and_is_not_quoted(viewer: Viewer) -> None:
    task_id = asked(viewer, fault="999 000 0018")
    with pytest.raises(RuntimeError):
        carry_out.call(str(task_id))
    assert told(task_id).stage == Stage.FAILED
    assert "999" not in str(told(task_id).result)


def test_the_one_who_asked_may_stop_it(viewer: Viewer) -> None:
    task_id = asked(viewer)
    assert not stop(viewer=NOBODY, task_id=task_id)
    assert stop(viewer=viewer, task_id=task_id)
    carry_out.call(str(task_id))
    assert told(task_id).stage == Stage.CANCELLED
    assert not stop(viewer=viewer, task_id=task_id)


def test_progress_stops_a_task_while_it_is_under_way(viewer: Viewer) -> None:
    task_id = asked(viewer)
    stop(viewer=viewer, task_id=task_id)
    with pytest.raises(background.Cancelled):
        Progress(task_id)("reading rows", 1, 3)


def abandoned(viewer: Viewer, *, attempts: int = 1) -> UUID:
    """A task whose worker was killed a while ago."""
    task_id = asked(viewer)
    BackgroundTask.objects.filter(pk=task_id).update(
        stage=Stage.UNDER_WAY, seen_at=timezone.now() - timedelta(minutes=2), attempts=attempts
    )
    return task_id


def test_what_a_dead_worker_left_is_taken_up_again(viewer: Viewer) -> None:
    task_id = abandoned(viewer)
    assert take_up_again() == 1
    assert take_up_again() == 0
    carry_out.call(str(task_id))
    assert (told(task_id).stage, told(task_id).attempts) == (Stage.DONE, 2)


def test_a_living_worker_keeps_its_task(viewer: Viewer) -> None:
    task_id = asked(viewer)
    BackgroundTask.objects.update(stage=Stage.UNDER_WAY, seen_at=timezone.now())
    assert take_up_again() == 0
    carry_out.call(str(task_id))  # a second worker lets it be
    assert told(task_id).stage == Stage.UNDER_WAY


def test_a_task_that_kills_its_workers_is_given_up(viewer: Viewer) -> None:
    task_id = abandoned(viewer, attempts=3)
    assert take_up_again() == 0
    assert told(task_id).stage == Stage.FAILED


def test_each_sees_their_own_tasks(
    viewer: Viewer, make_person: MakePerson, sign_in: SignIn
) -> None:
    task_id = asked(viewer)
    address = f"/runs/tasks/{task_id}"
    others = {
        make_person(Role.ANALYST, email="other@example.org"): 404,
        make_person(Role.ADMINISTRATOR, email="admin@example.org"): 200,
    }
    for person, status in others.items():
        client: Client = sign_in(person)
        assert client.get(address).status_code == status
        assert client.get(f"{address}/progress").status_code == status
        client.post(f"{address}/cancel")
    assert not told(task_id).cancel_asked
