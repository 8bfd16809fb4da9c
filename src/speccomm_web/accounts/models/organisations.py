"""Organisations that people act for."""

from __future__ import annotations

from django.db import models


class Organisation(models.Model):
    """A provider, ICB, region, network or programme that a role may be held in.

    `ods_code` is its code in the Organisation Data Service; the reference tables hold what it was
    called and where it was at any date. `is_current` is false once it is closed: its records stay.
    """

    class Kind(models.TextChoices):
        """What sort of body it is."""

        PROVIDER = "provider", "Provider"
        ICB = "icb", "Integrated care board"
        REGION = "region", "Region"
        NETWORK = "network", "Network"

    ods_code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ("name", "ods_code")

    def __str__(self) -> str:
        return f"{self.name} ({self.ods_code})"
