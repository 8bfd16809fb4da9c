"""Settle what becomes of a message: a submission like any other, or a file kept aside.

Each step may be the last before the machine fails. A file is safe on disk before its message's row
is kept; the row is kept in one transaction with the submission; only then is the message
acknowledged. What is done twice finds the row there and does nothing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs.library import library
from speccomm_web.submissions import actions
from speccomm_web.submissions.mailbox.connection import Envelope, sync_folder
from speccomm_web.submissions.mailbox.deciding import Decision, Stage, decide
from speccomm_web.submissions.mailbox.senders import mailbox_viewer
from speccomm_web.submissions.mailbox.table import MailboxTable
from speccomm_web.submissions.models import MailboxMessage, Submission
from speccomm_web.submissions.uploads import ReceivedFile


def mailbox_folder() -> Path:
    """Where files of messages lie until they are sent on or discarded."""
    folder = library().uploads / "mailbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def body_of(message_id: str) -> Path:
    """Where the file of a message lies, under a name that MESH had no part in."""
    return mailbox_folder() / f"{hashlib.sha256(message_id.encode()).hexdigest()[:32]}.body"


def message_of(envelope: Envelope, *, mailbox_id: str, at: datetime) -> MailboxMessage:
    """A row for a message, not kept yet."""
    return MailboxMessage(
        message_id=envelope.message_id, mailbox_id=mailbox_id, sender=envelope.sender,
        workflow_id=envelope.workflow_id, file_name=envelope.file_name,
        is_encrypted=envelope.is_encrypted, received_at=at,
    )  # fmt: skip


def settle(message: MailboxMessage, table: MailboxTable, *, again: bool = False) -> None:
    """Send the file of a message on, or keep it aside, and keep the row of it.

    The file stays where it lies: once all is kept, `let_go` takes away what was sent on.

    Raises:  SettledAlready; IntegrityError where another receiver has kept the message.
    """
    on = timezone.localdate(message.received_at)
    decision = decide(message, table, on=on, again=again)
    if decision.stage == Stage.SENT:
        try:
            _send_on(message, decision)
        except actions.FilesRefused as refusal:
            decision = Decision(Stage.UNREADABLE, " ".join(refusal.sentences), decision.provider)
        else:
            return
    with transaction.atomic():
        _claim(message)
        message.stage, message.problem = decision.stage, decision.problem
        message.provider, message.kept_aside = decision.provider, True
        message.save()
        _record(message, "set_aside_message")


def let_go(message: MailboxMessage) -> None:
    """Take the file of a message that was sent on away: its submission has it."""
    if message.stage == Stage.SENT:
        body_of(message.message_id).unlink(missing_ok=True)


def keep_without_file(envelope: Envelope, *, mailbox_id: str, stage: str, problem: str,
                      table: MailboxTable) -> MailboxMessage:  # fmt: skip
    """Keep the row of a message that has no file here: a report, or one too large or broken."""
    message = MailboxMessage.objects.filter(message_id=envelope.message_id).first()
    message = message or message_of(envelope, mailbox_id=mailbox_id, at=timezone.now())
    if stage != Stage.REPORT:
        on = timezone.localdate(message.received_at)
        message.provider = decide(message, table, on=on, again=True).provider
    message.stage, message.problem = stage, problem
    with transaction.atomic():
        message.save()
        _record(message, "received_report" if stage == Stage.REPORT else "set_aside_message")
    return message


def sweep_mailbox() -> None:
    """Remove what a receiver that died has left: every file that no record keeps aside.

    A message without a record was not acknowledged either: it is fetched again.
    """
    kept = set(MailboxMessage.objects.filter(kept_aside=True).values_list("message_id", flat=True))
    names = {body_of(message_id).name for message_id in kept}
    for path in mailbox_folder().iterdir():
        if path.suffix == ".part" or (path.suffix == ".body" and path.name not in names):
            path.unlink(missing_ok=True)


def _send_on(message: MailboxMessage, decision: Decision) -> None:
    """Make a submission of a message, as an upload of its file would be."""
    assert decision.provider is not None
    assert decision.workflow is not None
    on = timezone.localdate()
    viewer = mailbox_viewer(message.sender, decision.provider.ods_code, on=on)
    file = _second_name(message)
    try:
        with transaction.atomic():
            _claim(message)
            sending = actions.receive(
                viewer=viewer, sent_from=message.sender, provider=decision.provider.ods_code,
                purpose=decision.workflow.purpose, dataset=decision.workflow.dataset,
                accepts_shrink=False, files=[file],
            )  # fmt: skip
            if sending.asks:
                actions.send_again(viewer=viewer, submission_id=sending.submission_id)
            message.stage, message.problem, message.kept_aside = Stage.SENT, "", False
            message.provider = decision.provider
            message.submission = Submission.objects.get(pk=sending.submission_id)
            message.save()
            _record(message, "received_message", viewer=viewer)
            sync_folder(_sent_folder(file))
            sync_folder(_sent_folder(file).parent)
    except BaseException:
        file.path.unlink(missing_ok=True)
        if not _is_kept(message):
            shutil.rmtree(_sent_folder(file), ignore_errors=True)
        raise


def _is_kept(message: MailboxMessage) -> bool:
    """Whether it was kept after all, and only something after that went wrong."""
    sent_on = MailboxMessage.objects.filter(message_id=message.message_id, stage=Stage.SENT)
    return sent_on.exists()


def _second_name(message: MailboxMessage) -> ReceivedFile:
    """The file under a second name, which sending takes away; the first stays until it is kept."""
    arriving = library().uploads / "arriving"
    arriving.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = arriving / f"{secrets.token_hex(16)}.part"
    os.link(body_of(message.message_id), path)
    return ReceivedFile(message.file_name, path, message.sha256, message.bytes or 0)


def _sent_folder(file: ReceivedFile) -> Path:
    """Where `actions.receive` puts a file."""
    return library().uploads / "sent" / file.path.stem


class SettledAlready(Exception):
    """Somebody else has settled the message in the meantime."""


def _claim(message: MailboxMessage) -> None:
    """Hold a known message's row for this transaction, as it was read. A new one is its own claim.

    Raises:  SettledAlready.
    """
    if message._state.adding:
        return
    held = MailboxMessage.objects.select_for_update().filter(
        pk=message.pk, stage=message.stage, kept_aside=message.kept_aside
    )
    if held.first() is None:
        raise SettledAlready


def _record(message: MailboxMessage, act: str, *, viewer: Viewer | None = None) -> None:
    on = timezone.localdate()
    record_audit(
        viewer=viewer or mailbox_viewer(message.sender, None, on=on), act=act,
        subject_kind="mailbox_message", subject=message.message_id,
        details={"sender": message.sender, "workflow": message.workflow_id,
                 "stage": message.stage, "submission": message.submission_id,
                 "provider": message.provider.ods_code if message.provider else None},
    )  # fmt: skip
