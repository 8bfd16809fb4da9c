"""The audit chain: entries that are only ever added, each bound to the one before."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One thing that was done or seen.

    `sequence` counts from 1 without a gap. `hash` covers everything else here and the hash of the
    entry before. `details` holds codes and counts; never a patient's value. `person` is null where
    the application itself acted, or nobody had signed in.
    """

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    person_name = models.CharField(max_length=120)
    act = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("-sequence",)
        indexes = (
            models.Index(fields=("subject_kind", "subject"), name="audit_by_subject"),
            models.Index(fields=("person", "-sequence"), name="audit_by_person"),
            models.Index(fields=("act", "-sequence"), name="audit_by_act"),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.act}"


class AuditHead(models.Model):
    """Where the chain stands: one row, locked by whoever adds the next entry.

    `seal` covers the two others with the key that the database does not hold.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="the_chain_has_one_head"),
        )

    def __str__(self) -> str:
        return f"head at {self.sequence}"
