"""Personal tokens: what a person's program brings instead of a session."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q

MARK = "speccomm_"  # so that whoever finds one knows what it opens


def new_secret() -> str:
    """A token that nobody can guess: 256 bits of chance after its mark."""
    return MARK + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a token. It holds too much chance to be tried, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class PersonalToken(models.Model):
    """A token of one person, who sees with it what they see themselves, on the day it is used.

    The token itself is shown once and kept nowhere: `digest` is its SHA-256. `hint` is its last
    four characters, by which its owner knows it again. `expires_at` is the moment from which it is
    no longer good; `last_used_on` is null until it is used. A token is revoked, never deleted.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tokens"
    )
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="a_token_ends_after_it_is_made"
            ),
        )

    def __str__(self) -> str:
        return self.name
