"""Tell a sender's mailbox what became of a file: counts and findings by check, nothing of a patient."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from speccomm_web.submissions.mailbox.connection import AnswerRefused, MailboxConnection
from speccomm_web.submissions.mailbox.deciding import Stage
from speccomm_web.submissions.mailbox.settings import MailboxSettings
from speccomm_web.submissions.mailbox.table import MailboxTable
from speccomm_web.submissions.models import MailboxMessage, Submission

# What of a finding's summary is told. A new column of it stays here until somebody adds it.
TOLD_OF_A_FINDING = (
    "check_id", "level", "dataset", "field", "finding_count", "sentence", "remedy"
)  # fmt: skip
LAST_WORDS = ("checked", "loaded", "refused", "dropped", "discarded")


def tell_senders(
    mesh: MailboxConnection,
    given: MailboxSettings,
    table: MailboxTable,
    *,
    stopped: Callable[[], bool],
) -> int:
    """Tell every sender that stands for a provider what is new of their files; say of how many.

    Should the machine fail after sending, the same is sent again under the same mark.

    Raises:  MailboxUnreachable.
    """
    if not given.report_workflow:
        return 0
    count = 0
    for message in _untold(table):
        if stopped():
            break
        outcome = outcome_of(message)
        problem = ""
        try:
            mesh.answer(
                message.sender,
                json.dumps(answer_about(message), indent=1).encode(),
                workflow=given.report_workflow,
                name=f"{message.message_id}_{outcome}.json",
                mark=f"{message.message_id}_{outcome}",
            )
            count += 1
        except AnswerRefused as refusal:
            problem = f"MESH did not take the answer: {refusal}"[:300]
        MailboxMessage.objects.filter(pk=message.pk).update(
            told=outcome, told_at=timezone.now(), telling_problem=problem
        )
    return count


def outcome_of(message: MailboxMessage) -> str:
    """What became of a file, in a word; empty while it is still under way."""
    if message.submission is not None:
        return str(message.submission.stage) if message.submission.ended else ""
    if message.stage in {Stage.FETCH_AGAIN, Stage.REPORT}:
        return ""
    return str(message.stage)


def answer_about(message: MailboxMessage) -> dict[str, Any]:
    """What a sender is told of one file."""
    sent = message.submission
    told: dict[str, Any] = {
        "message_id": message.message_id,
        "file_name": message.file_name,
        "sha256": message.sha256,
        "received_at": message.received_at.isoformat(),
        "provider_code": message.provider.ods_code if message.provider else None,
        "outcome": outcome_of(message),
        "says": message.problem,
    }
    if sent is None:
        return told
    return told | {
        "says": sent.refusal,
        "purpose": Submission.Purpose(sent.purpose).value,
        "submission": sent.pk,
        "load_id": sent.load_id or None,
        "rows_read": sent.read_rows,
        "rows_accepted": sent.accepted_rows,
        "rows_refused": sent.refused_rows,
        "findings": [{name: row[name] for name in TOLD_OF_A_FINDING} for row in sent.summary],
    }


def _untold(table: MailboxTable) -> list[MailboxMessage]:
    """Messages of senders that stand for a provider today, of which there is something new."""
    today = timezone.localdate()
    found = MailboxMessage.objects.exclude(provider=None).select_related("submission", "provider")
    return [
        message
        for message in found.exclude(told__in=LAST_WORDS).order_by("pk")
        if outcome_of(message) not in {"", message.told}
        and message.provider
        and table.provider_of(message.sender, on=today) == message.provider.ods_code
    ]
