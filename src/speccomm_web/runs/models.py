"""Records of finished runs and of background tasks."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from speccomm_web.design.states import State


class FinishedRun(models.Model):
    """A run folder, as its manifest told it when it was registered.

    `folder` is its name under RUNS_DIR. `icb`, `provider` and `region` are the codes of what it is
    about, empty where its question named none. `asked_by` is null for runs of the command line.
    `seconds` is null where nobody measured it.
    """

    folder = models.CharField(max_length=200, unique=True)
    command = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict)
    icb = models.CharField(max_length=8, blank=True, default="")
    provider = models.CharField(max_length=8, blank=True, default="")
    region = models.CharField(max_length=8, blank=True, default="")
    store_version = models.BigIntegerField(null=True)
    as_at = models.DateTimeField(null=True)
    rulebooks = models.JSONField(default=list)
    tables = models.JSONField(default=list)
    finding_count = models.BigIntegerField(null=True)
    speccomm_version = models.CharField(max_length=32)
    manifest_sha256 = models.CharField(max_length=64)
    finished_at = models.DateTimeField()
    seconds = models.FloatField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-finished_at", "folder")
        indexes = (
            models.Index(fields=("icb", "-finished_at"), name="runs_by_icb"),
            models.Index(fields=("provider", "-finished_at"), name="runs_by_provider"),
        )

    def __str__(self) -> str:
        return self.folder

    def state(self, *, store_version: int | None) -> State:
        """Whether the store is still as the run read it. A run as at a past time stays current."""
        if self.as_at is not None or self.store_version is None or store_version is None:
            return State.CURRENT
        return State.CURRENT if self.store_version == store_version else State.STALE


class BackgroundTask(models.Model):
    """Something long that a person asked for: how far it is, and how it ended.

    `arguments` name files, codes and dates; never a patient's value. `seen_at` is when its worker
    last said that it is alive. `result` holds the words of the end and an address to go to.
    """

    class Stage(models.TextChoices):
        """How far a task is."""

        WAITING = "waiting", "Waiting"
        UNDER_WAY = "under_way", "Under way"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    stage = models.CharField(max_length=16, choices=Stage, default=Stage.WAITING)
    phase = models.CharField(max_length=200, blank=True, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ("-asked_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=F("total")), name="no_more_done_than_there_is"
            ),
        )
        indexes = (models.Index(fields=("asked_by", "-asked_at"), name="tasks_by_person"),)

    def __str__(self) -> str:
        return self.title

    @property
    def ended(self) -> bool:
        return self.stage not in {self.Stage.WAITING, self.Stage.UNDER_WAY}

    @property
    def state(self) -> State:
        return State[self.Stage(self.stage).name]
