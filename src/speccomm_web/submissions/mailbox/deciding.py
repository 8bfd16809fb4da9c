"""What is to become of a message, from what it says of itself and the administrator's table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from speccomm.intake.rules import DATASETS
from speccomm_web.accounts.models import Organisation
from speccomm_web.submissions.mailbox.table import MailboxTable, Workflow
from speccomm_web.submissions.models import MailboxMessage, SentFile, Submission

Stage = MailboxMessage.Stage


@dataclass(frozen=True)
class Decision:
    """The stage a message comes to; where it is sent on, for which provider and as what.

    `problem` is the sentence for those who look after it, empty where it is sent on.
    """

    stage: str
    problem: str = ""
    provider: Organisation | None = None
    workflow: Workflow | None = None


def decide(message: MailboxMessage, table: MailboxTable, *, on: date, again: bool) -> Decision:
    """Decide about a message whose file is here. `again` is true once a person wants a repeat."""
    provider, problem = _provider(message.sender, table, on=on)
    if provider is None:
        return Decision(Stage.UNKNOWN_SENDER, problem)
    workflow = table.workflow(message.workflow_id)
    if workflow is None:
        words = (
            f"The workflow {message.workflow_id or 'of this message'} is not one that is taken "
            "here. Add it to the table of mailboxes and take the message up again, or ask the "
            "sender to use another."
        )
        return Decision(Stage.UNKNOWN_WORKFLOW, words, provider)
    if message.is_encrypted:
        words = "The file is encrypted. Ask the sender to send it as it is: MESH protects it."
        return Decision(Stage.UNREADABLE, words, provider)
    named = datasets_named(message.file_name)
    if workflow.dataset and named and workflow.dataset not in named:
        words = (
            f"The file's name speaks of {_listed(named)}, and the workflow {workflow.workflow_id} "
            f"carries {workflow.dataset.upper()}. Ask the sender which is meant, and to send it "
            "again under the right name or workflow."
        )
        return Decision(Stage.WRONG_DATASET, words, provider)
    if not again and workflow.purpose == Submission.Purpose.LOAD:
        before = _came_before(message.sha256, provider)
        if before is not None:
            words = (
                f"The same bytes came before, as submission {before.submission_id}. Nothing was "
                "loaded a second time. Discard the message, or take it up again to load another "
                "version with the same rows."
            )
            return Decision(Stage.REPEATED, words, provider)
    return Decision(Stage.SENT, "", provider, workflow)


def datasets_named(file_name: str) -> tuple[str, ...]:
    """The data sets that the words of a file's name speak of."""
    words = set(re.split(r"[^a-z0-9]+", file_name.casefold()))
    return tuple(code for code in DATASETS if code in words)


def _provider(sender: str, table: MailboxTable, *, on: date) -> tuple[Organisation | None, str]:
    code = table.provider_of(sender, on=on)
    if code is None:
        return None, (
            f"The mailbox {sender or 'of the sender'} stood for no provider on {on:%-d %B %Y}. "
            "If you know whose it is, add it to the table of mailboxes and take the message up "
            "again."
        )
    kind = Organisation.Kind.PROVIDER
    found = Organisation.objects.filter(ods_code=code, kind=kind, is_current=True).first()
    if found is None:
        return None, (
            f"The mailbox {sender} stands for {code}, which is no provider known here. Correct the "
            "table of mailboxes, or load the organisations, and take the message up again."
        )
    return found, ""


def _came_before(sha256: str, provider: Organisation) -> SentFile | None:
    stages = [Submission.Stage.SENT, Submission.Stage.LOADED]
    return SentFile.objects.filter(
        sha256=sha256, submission__provider=provider, submission__purpose=Submission.Purpose.LOAD,
        submission__stage__in=stages,
    ).first()  # fmt: skip


def _listed(datasets: tuple[str, ...]) -> str:
    return " and ".join(code.upper() for code in datasets)
