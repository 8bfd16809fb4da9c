"""Challenges: what a commissioner disputes, what both sides said, and what they agreed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from speccomm_web.accounts.models import Organisation
from speccomm_web.design.states import State


class Challenge(models.Model):
    """A dispute about one slice of a load, or about some of its rows.

    `load_id` fixes the version that both sides look at. `at_stake_gbp` is the sum of the rows'
    prices, or what the commissioner said of a whole slice. `proposed_*` is what one side has put
    forward and the other has not yet answered; `agreed_gbp` is the part of the money that the
    provider gives up, null until both agree. `version` counts the changes, against two editors.
    """

    class Reason(models.TextChoices):
        """Why it is disputed."""

        DUPLICATE = "duplicate", "Duplicate"
        WRONG_COMMISSIONER = "wrong_commissioner", "Wrong commissioner"
        WRONG_SERVICE = "wrong_service", "Wrong service"
        PRICE = "price", "Price"
        OTHER = "other", "Other"

    class Stage(models.TextChoices):
        """How far it is."""

        OPEN = "open", "Open"
        PROPOSED = "proposed", "Outcome proposed"
        SETTLED = "settled", "Settled"
        DROPPED = "dropped", "Dropped by the commissioner"

    class Outcome(models.TextChoices):
        """What became of it."""

        UPHELD = "upheld", "Upheld: the provider gives up the money"
        PARTLY = "partly", "Partly upheld"
        REJECTED = "rejected", "Rejected: the money stands"

    class Side(models.TextChoices):
        """Who said something."""

        COMMISSIONER = "commissioner", "Commissioner"
        PROVIDER = "provider", "Provider"

    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    commissioner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    dataset = models.CharField(max_length=8)
    financial_year = models.CharField(max_length=8)
    financial_month = models.PositiveSmallIntegerField()
    load_id = models.CharField(max_length=64)
    reason = models.CharField(max_length=24, choices=Reason)
    says = models.TextField(max_length=4000)
    at_stake_gbp = models.DecimalField(max_digits=16, decimal_places=2)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField()
    reply_due = models.DateField()
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.OPEN)
    proposed_by = models.CharField(max_length=16, choices=Side, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    proposed_gbp = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    agreed_gbp = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("reply_due", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(at_stake_gbp__gte=0), name="money_at_stake_is_not_owed"
            ),
            models.CheckConstraint(
                condition=~Q(stage="settled") | (Q(agreed_gbp__isnull=False) & ~Q(outcome="")),
                name="a_settled_challenge_has_its_outcome",
            ),
        )
        indexes = (
            models.Index(fields=("provider", "stage"), name="challenges_by_provider"),
            models.Index(fields=("commissioner", "stage"), name="challenges_by_commissioner"),
        )

    def __str__(self) -> str:
        return f"challenge {self.pk}"

    @property
    def ended(self) -> bool:
        return self.stage in {self.Stage.SETTLED, self.Stage.DROPPED}

    @property
    def state(self) -> State:
        """The state as a tag of the design."""
        return {
            self.Stage.OPEN: State.WAITING,
            self.Stage.PROPOSED: State.UNDER_WAY,
            self.Stage.SETTLED: State.DONE,
        }.get(self.Stage(self.stage), State.ENDED)


class ChallengedRow(models.Model):
    """One row that is disputed: a file of the challenge's load, and a row of it."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="rows")
    file_name = models.CharField(max_length=200)
    row_number = models.BigIntegerField()

    class Meta:
        ordering = ("file_name", "row_number")
        constraints = (
            models.UniqueConstraint(
                fields=("challenge", "file_name", "row_number"), name="a_row_once_in_a_challenge"
            ),
        )

    def __str__(self) -> str:
        return f"row {self.row_number} of {self.file_name}"


class ChallengeStep(models.Model):
    """Something that one side said or did, in order. Steps are added, never changed."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=16, choices=Challenge.Side)
    act = models.CharField(max_length=24)
    words = models.TextField(max_length=4000, blank=True, default="")

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return self.act


class Attachment(models.Model):
    """A file that goes with a step. It is kept as bytes under a name of ours and only downloaded."""

    step = models.ForeignKey(ChallengeStep, on_delete=models.CASCADE, related_name="attachments")
    file_name = models.CharField(max_length=120)
    place = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.file_name
