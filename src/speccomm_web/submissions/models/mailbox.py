"""What a MESH mailbox brought, message by message, and when it was last looked into."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from speccomm_web.accounts.models import Organisation
from speccomm_web.design.states import State
from speccomm_web.submissions.models.submissions import Submission


class MailboxMessage(models.Model):
    """One message of a MESH mailbox, by the identifier that MESH gave it.

    Its row is kept in one transaction with what became of it, and only then is the message
    acknowledged, so a message is never received twice or lost. `kept_aside` is true while its file
    lies on our disk for somebody to decide about; `problem` says why. `provider` is null where the
    sender stands for none. `bytes` and `sha256` are of the file as unpacked, null and empty where
    it was never whole here. `told` is the outcome that its sender was last told, and
    `telling_problem` why MESH would not take it.
    """

    class Stage(models.TextChoices):
        """What became of a message."""

        SENT = "sent", "Recorded as a submission"
        UNKNOWN_SENDER = "unknown_sender", "Unknown sender"
        UNKNOWN_WORKFLOW = "unknown_workflow", "Unknown workflow"
        WRONG_DATASET = "wrong_dataset", "Wrong data set"
        UNREADABLE = "unreadable", "Not a submission"
        REPEATED = "repeated", "Came before"
        TOO_LARGE = "too_large", "Too large"
        FETCH_AGAIN = "fetch_again", "To be fetched again"
        REPORT = "report", "Report of MESH"
        DISCARDED = "discarded", "Discarded"

    message_id = models.CharField(max_length=100, unique=True)
    mailbox_id = models.CharField(max_length=100)
    sender = models.CharField(max_length=100, blank=True, default="")
    workflow_id = models.CharField(max_length=300, blank=True, default="")
    file_name = models.CharField(max_length=120, blank=True, default="")
    is_encrypted = models.BooleanField(default=False)
    bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    received_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=16, choices=Stage)
    problem = models.TextField(blank=True, default="")
    kept_aside = models.BooleanField(default=False)
    provider = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    submission = models.OneToOneField(
        Submission, null=True, on_delete=models.PROTECT, related_name="message"
    )
    discard_reason = models.TextField(blank=True, default="")
    told = models.CharField(max_length=32, blank=True, default="")
    told_at = models.DateTimeField(null=True)
    telling_problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-received_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(stage="sent", submission__isnull=False)
                | (~Q(stage="sent") & Q(submission=None)),
                name="what_was_sent_on_is_a_submission",
            ),
        )
        indexes = (models.Index(fields=("provider", "-received_at"), name="messages_by_provider"),)

    def __str__(self) -> str:
        return self.message_id

    @property
    def is_left_in_mailbox(self) -> bool:
        """Whether its file could not be kept here, so that MESH still has it."""
        without_file = {self.Stage.TOO_LARGE, self.Stage.UNREADABLE, self.Stage.FETCH_AGAIN}
        return not self.kept_aside and self.stage in without_file

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide about it."""
        return self.kept_aside or (self.is_left_in_mailbox and not self.is_to_be_fetched)

    @property
    def is_to_be_fetched(self) -> bool:
        return self.stage == self.Stage.FETCH_AGAIN

    @property
    def state(self) -> State:
        """The state as a tag of the design."""
        if self.submission is not None:
            return self.submission.state
        return {
            self.Stage.FETCH_AGAIN: State.WAITING,
            self.Stage.REPORT: State.FAILED,
            self.Stage.DISCARDED: State.ENDED,
        }.get(self.Stage(self.stage), State.SET_ASIDE)


class MailboxLook(models.Model):
    """When a mailbox was last looked into, and since when it could not be reached.

    `problem` says why not, empty where all is well. `next_by` is when somebody should have looked
    again, null where no one promised to.
    """

    mailbox_id = models.CharField(max_length=100, unique=True)
    looked_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, default="")
    next_by = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.mailbox_id
