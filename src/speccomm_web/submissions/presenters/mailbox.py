"""What MESH brought, as tables and words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.submissions.models import MailboxLook, MailboxMessage
from speccomm_web.submissions.presenters.submissions import size_words

Stage = MailboxMessage.Stage
NO_PROVIDER = "Not known"
EMPTY = "No message that you may see has come."
NONE_WAITS = "No message waits for a decision."
ANSWERS = {
    "sent": "Sent on", "checked": "Checked", "loaded": "Loaded", "refused": "Refused",
    "dropped": "Not sent",
}  # fmt: skip


def look_view(look: MailboxLook | None, *, now: datetime) -> dict[str, str]:
    """How the last look went: a problem, a delay, or only when it was."""
    if look is None:
        return {"problem": "", "late": "", "words": "Nobody has looked into the mailbox yet."}
    words = f"Last looked into on {formats.moment(look.looked_at)}."
    if look.failing_since:
        since = f"Since {formats.moment(look.failing_since)}. {look.problem}"
        reached = (
            f" It was last reached on {formats.moment(look.reached_at)}."
            if look.reached_at
            else " It was never reached."
        )
        return {"problem": since + reached, "late": "", "words": words}
    late = ""
    if look.next_by and look.next_by < now:
        late = (
            f"It was to be looked into again by {formats.moment(look.next_by)}. Tell your "
            "administrator that speccomm-web receive_from_mesh has stopped."
        )
    return {"problem": "", "late": late, "words": words}


def messages_table(found: Iterable[MailboxMessage], *, waiting: bool) -> DataTable:
    """The messages, newest first."""
    rows = [
        {
            "id": message.pk,
            "received_at": message.received_at,
            "provider": message.provider.name if message.provider else None,
            "sender": message.sender,
            "file_name": message.file_name,
            "outcome": outcome_words(message),
            "state": message.state,
        }
        for message in found
    ]
    return DataTable(
        name="messages",
        caption="Messages, newest first",
        columns=(
            Column("received_at", "Received", Kind.MOMENT),
            Column("state", "State", Kind.STATE),
            Column("outcome", "What became of it"),
            Column("provider", "Provider", none=NO_PROVIDER),
            Column("file_name", "File"),
            Column("sender", "From mailbox", Kind.CODE),
        ),
        rows=rows,
        header_key="received_at",
        links={"received_at": lambda row: reverse("submissions:message", args=[row["id"]])},
        empty=NONE_WAITS if waiting else EMPTY,
    )


def outcome_words(message: MailboxMessage) -> str:
    """What became of a message, in a few words."""
    if message.submission is not None:
        return f"Submission {message.submission.pk}: {ANSWERS.get(message.submission.stage, 'Sent on').lower()}"
    return Stage(message.stage).label


def title_words(message: MailboxMessage) -> str:
    """What a message is called: its identifier is too long to head a page."""
    return f"Message from {message.sender or 'MESH'}"


def message_summary(message: MailboxMessage, *, opens: bool) -> list[dict[str, Any]]:
    """One message: what came, from whom, and what became of it."""
    sent = message.submission
    rows: list[dict[str, Any]] = [
        {"key": "State", "state": message.state},
        {"key": "What became of it", "value": outcome_words(message)},
        {"key": "Received", "value": formats.moment(message.received_at)},
        {"key": "From mailbox", "value": message.sender or "Not told"},
        {"key": "Provider", "value": str(message.provider) if message.provider else NO_PROVIDER},
        {"key": "Workflow", "value": message.workflow_id or "Not told"},
        {"key": "File", "value": message.file_name},
        {"key": "Message", "value": message.message_id},
    ]
    if sent is not None and opens:
        rows[1]["link"] = reverse("submissions:submission", args=[sent.pk])
    if message.bytes is not None:
        rows.append({"key": "Size", "value": size_words(message.bytes)})
    if message.acknowledged_at:
        rows.append({"key": "Acknowledged", "value": formats.moment(message.acknowledged_at)})
    if message.discard_reason:
        rows.append({"key": "Why it was discarded", "value": message.discard_reason})
    if message.told_at:
        told = message.telling_problem or f"Told on {formats.moment(message.told_at)}"
        rows.append({"key": "Its sender", "value": told})
    return rows


def take_up_words(message: MailboxMessage) -> str:
    """What taking a message up would do."""
    if message.is_left_in_mailbox:
        return "It is fetched from MESH once more at the next look."
    if message.stage == Stage.REPEATED:
        return "Another version of the same months is loaded, with the same rows."
    return "It is looked at once more, with the table of mailboxes as it is now."


def still_words(message: MailboxMessage) -> str:
    """What to say where a message that was taken up is still no submission."""
    if message.is_to_be_fetched:
        return "The message is fetched again at the next look into the mailbox."
    return "The message is still set aside. The reason is below."
