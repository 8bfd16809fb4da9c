"""Who wrote which entry of evidence, and spreadsheets that wait for a decision."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

PERSON = settings.AUTH_USER_MODEL


class Gate(models.Model):
    """One row that whoever adds evidence locks, so that entries are added one at a time."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="one_gate"),)

    def __str__(self) -> str:
        return "gate"


class EntryLoad(models.Model):
    """The person behind a load of evidence that was made here. What was said is in the store."""

    load_id = models.CharField(max_length=64, primary_key=True)
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.load_id


class WaitingSheet(models.Model):
    """A spreadsheet whose changes are looked at before they are kept.

    `store_version` is what they were compared with: where the store has moved on, they are compared
    again. `load_id` is empty until the sheet is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=120)
    register = models.CharField(max_length=32, blank=True, default="")
    said_by = models.CharField(max_length=120)
    sent_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    store_version = models.BigIntegerField()
    load_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ("-sent_at",)

    def __str__(self) -> str:
        return self.file_name
