"""Look into the mailbox once: take what waits, acknowledge it, tell senders, and note how it went."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection
from django.utils import timezone

from speccomm_web.submissions.mailbox.connection import (
    MailboxConnection,
    MailboxUnreachable,
    MessageBroken,
    MessageGone,
    MessageTooLarge,
)
from speccomm_web.submissions.mailbox.deciding import Stage
from speccomm_web.submissions.mailbox.receiving import (
    SettledAlready,
    body_of,
    keep_without_file,
    let_go,
    mailbox_folder,
    message_of,
    settle,
    sweep_mailbox,
)
from speccomm_web.submissions.mailbox.settings import MailboxSettings
from speccomm_web.submissions.mailbox.table import (
    MailboxTable,
    TableRefused,
    read_mailbox_table,
)
from speccomm_web.submissions.mailbox.telling import tell_senders
from speccomm_web.submissions.models import MailboxLook, MailboxMessage

log = logging.getLogger("speccomm_web.mailbox")
LATE = timedelta(minutes=5)  # beyond the promised time before a look counts as missed
NO_ROOM = (
    "A message could not be written to disk here. Nothing was acknowledged that is not kept. Make "
    "room, and look at who may write to the folder of uploads."
)


class AlreadyLooking(Exception):
    """Another receiver is at work on this machine."""


@dataclass(frozen=True)
class Look:
    """What one look found: how many messages were sent on, set aside, left, and answered.

    `problem` is the sentence for why it could not be finished, empty where it was.
    """

    sent_on: int = 0
    set_aside: int = 0
    left: int = 0
    told: int = 0
    problem: str = ""


def look_into_mailbox(
    given: MailboxSettings, *, again_in: int | None, stopped: Callable[[], bool]
) -> Look:
    """Receive everything that waits. `stopped` is asked between two messages.

    `again_in` is the seconds until the next look, None where none is promised.

    Raises:  AlreadyLooking.
    """
    _make_commits_outlive_power()
    with _alone():
        found, reached = Look(), False
        try:
            table = read_mailbox_table(given.table_file)
            with MailboxConnection(given) as mesh:
                waiting = mesh.message_ids()
                reached = True
                sweep_mailbox()
                for message_id in waiting:
                    if stopped():
                        break
                    found = _counted(found, _take(mesh, message_id, given, table))
                found = replace(found, told=tell_senders(mesh, given, table, stopped=stopped))
        except (TableRefused, MailboxUnreachable) as problem:
            found = replace(found, problem=str(problem))
        except OSError:
            log.exception("a message could not be written")
            found = replace(found, problem=NO_ROOM)
        _note(given, found.problem, reached=reached, again_in=again_in)
        return found


def _take(
    mesh: MailboxConnection, message_id: str, given: MailboxSettings, table: MailboxTable
) -> MailboxMessage | None:
    """Take one message, or acknowledge one that was taken before; None where it is gone."""
    message = MailboxMessage.objects.filter(message_id=message_id).first()
    if message is None or message.is_to_be_fetched:
        message = _receive(mesh, message_id, given, table, known=message)
    if message is not None and not message.is_left_in_mailbox:
        mesh.acknowledge(message_id)
        at = timezone.now()
        MailboxMessage.objects.filter(pk=message.pk).update(acknowledged_at=at)
    return message


def _receive(
    mesh: MailboxConnection,
    message_id: str,
    given: MailboxSettings,
    table: MailboxTable,
    *,
    known: MailboxMessage | None,
) -> MailboxMessage | None:
    largest = settings.ENVIRONMENT.upload_mib << 20
    mine = given.mailbox_id
    try:
        fetched = mesh.fetch(message_id, body_of(message_id), largest=largest)
    except MessageGone:
        return None
    except MessageTooLarge as refusal:
        words = (
            f"The file is larger than {largest >> 20:,} MB, the most that is taken. It was left "
            "with MESH, which tells its sender after some days that nobody took it. Ask for smaller "
            "files, or have SPECCOMM_UPLOAD_MIB raised and take the message up again."
        )
        return keep_without_file(refusal.envelope, mailbox_id=mine, stage=Stage.TOO_LARGE,
                                 problem=words, table=table)  # fmt: skip
    except MessageBroken as refusal:
        words = "The file was packed to travel and cannot be unpacked. Ask for it to be sent again."
        return keep_without_file(refusal.envelope, mailbox_id=mine, stage=Stage.UNREADABLE,
                                 problem=words, table=table)  # fmt: skip
    if fetched.envelope.is_report:
        fetched.path.unlink(missing_ok=True)
        words = f"MESH says of a file that was sent from here: {fetched.envelope.status or 'not delivered'}."
        return keep_without_file(fetched.envelope, mailbox_id=mine, stage=Stage.REPORT,
                                 problem=words, table=table)  # fmt: skip
    message = known or message_of(fetched.envelope, mailbox_id=mine, at=timezone.now())
    message.sha256, message.bytes = fetched.sha256, fetched.bytes
    try:
        settle(message, table)
        let_go(message)
    except (IntegrityError, SettledAlready):
        log.warning("a message was taken by another receiver at the same time")
        return MailboxMessage.objects.filter(message_id=message_id).first()
    return message


def _counted(found: Look, message: MailboxMessage | None) -> Look:
    if message is None:
        return found
    if message.stage == Stage.SENT:
        return replace(found, sent_on=found.sent_on + 1)
    if message.is_left_in_mailbox:
        return replace(found, left=found.left + 1)
    return replace(found, set_aside=found.set_aside + 1)


def _note(given: MailboxSettings, problem: str, *, reached: bool, again_in: int | None) -> None:
    """Keep how the look went, for the page."""
    now = timezone.now()
    before = MailboxLook.objects.filter(mailbox_id=given.mailbox_id).first()
    failing_since: datetime | None = None
    if problem:
        failing_since = (before.failing_since if before else None) or now
    MailboxLook.objects.update_or_create(
        mailbox_id=given.mailbox_id,
        defaults={
            "looked_at": now,
            "reached_at": now if reached else (before.reached_at if before else None),
            "failing_since": failing_since,
            "problem": problem,
            "next_by": None if again_in is None else now + timedelta(seconds=again_in) + LATE,
        },
    )


@contextmanager
def _alone() -> Iterator[None]:
    """One receiver at a time on a machine; the unique message identifiers guard the rest."""
    with (mailbox_folder() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise AlreadyLooking("Another receiver is at work here already.") from problem
        yield


def _make_commits_outlive_power() -> None:
    """What is acknowledged must be on disk; SQLite otherwise waits with that for a checkpoint."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
