"""Files sent by a provider in one go, and what became of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from speccomm_web.accounts.models import Organisation
from speccomm_web.design.states import State


class Submission(models.Model):
    """Files sent for one provider, to be checked only or loaded.

    The files hold patients in clear, so they stay on disk only until their task has ended; the
    store keeps the rows under pseudonyms, and refused rows under its key. `summary` and `not_run`
    are the library's tables of findings by check and of checks that lacked an input. Row counts are
    null until the task has ended well. `load_id` names the load in the store, empty for a check.
    Somebody sent them on a page (`sent_by`), or they came from a provider's MESH mailbox
    (`sent_from`, its identifier).
    """

    class Purpose(models.TextChoices):
        """What the files were sent for."""

        CHECK = "check", "Check only"
        LOAD = "load", "Load"

    class Stage(models.TextChoices):
        """How far a submission is."""

        ASKED = "asked", "Waiting for an answer"
        SENT = "sent", "Sent"
        CHECKED = "checked", "Checked"
        LOADED = "loaded", "Loaded"
        REFUSED = "refused", "Refused"
        DROPPED = "dropped", "Not sent"

    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_from = models.CharField(max_length=100, blank=True, default="")
    sent_at = models.DateTimeField()
    purpose = models.CharField(max_length=8, choices=Purpose)
    dataset = models.CharField(max_length=8, blank=True, default="")
    accepts_shrink = models.BooleanField(default=False)
    stage = models.CharField(max_length=8, choices=Stage)
    task_id = models.UUIDField(null=True)
    load_id = models.CharField(max_length=64, blank=True, default="")
    store_version = models.BigIntegerField(null=True)
    read_rows = models.BigIntegerField(null=True)
    accepted_rows = models.BigIntegerField(null=True)
    refused_rows = models.BigIntegerField(null=True)
    summary = models.JSONField(default=list)
    not_run = models.JSONField(default=list)
    refusal = models.TextField(blank=True, default="")
    files_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ("-sent_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(read_rows=None) | Q(read_rows=F("accepted_rows") + F("refused_rows")),
                name="every_row_read_is_accepted_or_refused",
            ),
            models.CheckConstraint(
                condition=Q(sent_by=None) ^ Q(sent_from=""), name="a_person_or_a_mailbox_sent_it"
            ),
            models.CheckConstraint(
                condition=~Q(stage="loaded") | ~Q(load_id=""), name="what_was_loaded_has_its_load"
            ),
        )
        indexes = (
            models.Index(fields=("provider", "-sent_at"), name="submissions_by_provider"),
            models.Index(fields=("load_id",), name="submissions_by_load"),
        )

    def __str__(self) -> str:
        return f"submission {self.pk}"

    @property
    def sender_words(self) -> str:
        """Who sent it, as a page says it."""
        return self.sent_by.name if self.sent_by else f"MESH mailbox {self.sent_from}"

    @property
    def ended(self) -> bool:
        return self.stage not in {self.Stage.ASKED, self.Stage.SENT}

    @property
    def state(self) -> State:
        """The state as a tag of the design."""
        return {
            self.Stage.ASKED: State.WAITING,
            self.Stage.SENT: State.UNDER_WAY,
            self.Stage.REFUSED: State.REFUSED,
            self.Stage.DROPPED: State.CANCELLED,
        }.get(self.Stage(self.stage), State.DONE)


class SentFile(models.Model):
    """One file of a submission, as it arrived. `place` is where it lies under the uploads folder."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="files")
    file_name = models.CharField(max_length=120)
    place = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()

    class Meta:
        ordering = ("file_name",)
        constraints = (
            models.UniqueConstraint(
                fields=("submission", "file_name"), name="a_file_name_once_in_a_submission"
            ),
        )
        indexes = (models.Index(fields=("sha256",), name="sent_files_by_hash"),)

    def __str__(self) -> str:
        return self.file_name
