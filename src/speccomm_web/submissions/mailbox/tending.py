"""What people do about messages that were set aside: take them up again, or discard them."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.submissions.mailbox.deciding import Stage
from speccomm_web.submissions.mailbox.receiving import SettledAlready, body_of, let_go, settle
from speccomm_web.submissions.mailbox.records import message_seen_by
from speccomm_web.submissions.mailbox.table import TableRefused, read_mailbox_table
from speccomm_web.submissions.models import MailboxMessage


class NothingToDecide(Exception):
    """A message that was decided about in the meantime, or that this person may not see."""

    def __init__(self) -> None:
        super().__init__("Somebody has decided about this message already. Nothing was done twice.")


class CannotTakeUp(Exception):
    """A message that cannot be taken up as things are, with the sentence that says why."""


def take_up(*, viewer: Viewer, received_id: int) -> MailboxMessage:
    """Decide about a message once more, by the table as it is now; a repeat is then loaded.

    Raises:  NothingToDecide, CannotTakeUp.
    """
    message = _waiting(viewer, received_id)
    given = settings.ENVIRONMENT.mailbox
    if given is None:
        raise CannotTakeUp("No mailbox is set up here any longer. Discard the message.")
    if message.is_left_in_mailbox:
        return _fetch_again(viewer, message)
    if not body_of(message.message_id).is_file():
        raise CannotTakeUp("Its file is no longer here. Discard the message and ask for it again.")
    again = message.stage == Stage.REPEATED
    try:
        table = read_mailbox_table(given.table_file)
        with transaction.atomic():
            _record(viewer, message, "took_up_message")
            settle(message, table, again=again)
    except TableRefused as refusal:
        raise CannotTakeUp(str(refusal)) from refusal
    except SettledAlready as problem:
        raise NothingToDecide from problem
    let_go(message)
    return message


def discard(*, viewer: Viewer, received_id: int, reason: str) -> None:
    """Let a message go for good, with its file.

    Raises:  NothingToDecide.
    """
    message = _waiting(viewer, received_id)
    with transaction.atomic():
        mine = MailboxMessage.objects.filter(
            pk=message.pk, stage=message.stage, kept_aside=message.kept_aside
        )
        if not mine.update(stage=Stage.DISCARDED, kept_aside=False, discard_reason=reason):
            raise NothingToDecide
        _record(viewer, message, "discarded_message", reason_characters=len(reason))
    body_of(message.message_id).unlink(missing_ok=True)


def _waiting(viewer: Viewer, received_id: int) -> MailboxMessage:
    message = message_seen_by(viewer, received_id)
    if message is None or not message.waits:
        raise NothingToDecide
    return message


def _fetch_again(viewer: Viewer, message: MailboxMessage) -> MailboxMessage:
    with transaction.atomic():
        mine = MailboxMessage.objects.filter(pk=message.pk, stage=message.stage)
        if not mine.update(stage=Stage.FETCH_AGAIN):
            raise NothingToDecide
        _record(viewer, message, "took_up_message")
    message.refresh_from_db()
    return message


def _record(viewer: Viewer, message: MailboxMessage, act: str, **more: int) -> None:
    record_audit(
        viewer=viewer, act=act, subject_kind="mailbox_message", subject=message.message_id,
        details={"sender": message.sender, "stage": message.stage, **more},
    )  # fmt: skip
