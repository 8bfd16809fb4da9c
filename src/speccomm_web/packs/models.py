"""Records of packs: what was asked, where it stands, and what people said and decided about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from speccomm_web.design.states import State
from speccomm_web.runs.models import BackgroundTask, FinishedRun

PERSON = settings.AUTH_USER_MODEL


class Pack(models.Model):
    """A pack of one ICB or region over some months, or its annual report, for inside or publication.

    An annual report covers the months of its financial year, and there is an internal one only.
    `folder` is its name under PACKS_DIR, empty until it was first built; `edition` counts the
    builds that were asked for. `version` is raised by each change, so that two people who change
    one pack do not lose each other's work. `ledger` is the state of the ledger of publications
    that the pack was checked against. `address` is where a published pack is read: the newest
    published pack of one address stands there. `kept_sections` are those of the sections asked for
    that the built pack has, as `titles` names them: a publication leaves out what it cannot protect.
    A withdrawn pack keeps its files, its address and its place in the ledger: what everyone has once
    seen is checked against all the same.
    """

    class Product(models.TextChoices):
        """What is made for the area."""

        PACK = "pack", "Profile pack"
        ANNUAL_REPORT = "annual_report", "Annual report"

    class Stage(models.TextChoices):
        """Where a pack stands between the asking and the reader."""

        BUILDING = "building", "Being built"
        READY = "ready", "Ready to check"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Audience(models.TextChoices):
        """Whom a pack is for."""

        INTERNAL = "internal", "Internal use, not suppressed"
        PUBLICATION = "publication", "Publication, small numbers protected"

    class Kind(models.TextChoices):
        """What the area of a pack is."""

        ICB = "icb", "ICB"
        REGION = "region", "Region"

    product = models.CharField(max_length=16, choices=Product, default=Product.PACK)
    area_kind = models.CharField(max_length=8, choices=Kind)
    area_code = models.CharField(max_length=8)
    area_name = models.CharField(max_length=200)
    region_code = models.CharField(max_length=8)
    from_month = models.CharField(max_length=7)
    to_month = models.CharField(max_length=7)
    audience = models.CharField(max_length=16, choices=Audience)
    sections = models.JSONField()
    formats = models.JSONField()
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    stage = models.CharField(max_length=16, choices=Stage, default=Stage.BUILDING)
    version = models.PositiveIntegerField(default=1)
    edition = models.PositiveIntegerField(default=1)
    task = models.ForeignKey(BackgroundTask, null=True, on_delete=models.SET_NULL, related_name="+")
    folder = models.CharField(max_length=80, blank=True, default="")
    manifest_sha256 = models.CharField(max_length=64, blank=True, default="")
    store_version = models.BigIntegerField(null=True)
    built_at = models.DateTimeField(null=True)
    warnings = models.JSONField(default=list)
    kept_sections = models.JSONField(default=list)
    titles = models.JSONField(default=dict)
    ledger = models.CharField(max_length=64, blank=True, default="")
    compared_with = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    comparison = models.ForeignKey(
        FinishedRun, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    address = models.SlugField(max_length=60, blank=True, default="")
    withdrawn_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_as = models.CharField(max_length=32, blank=True, default="")
    withdrawn_because = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")),
                name="a_second_person_approves_a_pack",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["approved", "published", "withdrawn"])
                | Q(approved_by__isnull=False),
                name="an_approved_pack_names_who_approved",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["published", "withdrawn"])
                | (Q(audience="publication") & ~Q(address="") & Q(published_at__isnull=False)),
                name="only_a_publication_is_published",
            ),
            models.CheckConstraint(
                condition=~Q(stage="withdrawn")
                | (
                    Q(withdrawn_by__isnull=False)
                    & Q(withdrawn_at__isnull=False)
                    & ~Q(withdrawn_as="")
                    & ~Q(withdrawn_because="")
                ),
                name="a_withdrawal_says_who_when_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(product="annual_report") | Q(audience="internal"),
                name="an_annual_report_is_internal",
            ),
        )
        indexes = (
            models.Index(fields=("area_code", "-asked_at"), name="packs_by_area"),
            models.Index(fields=("address", "-published_at"), name="packs_by_address"),
        )

    def __str__(self) -> str:
        return f"{self.area_name}, {self.from_month} to {self.to_month}"

    @property
    def present(self) -> list[str]:
        """The sections that a reader finds: those asked for, until it was built."""
        return list(self.kept_sections or self.sections)

    @property
    def product_words(self) -> str:
        """What it is, within a sentence."""
        return "annual report" if self.is_annual else "pack"

    @property
    def was_published(self) -> bool:
        """Whether everyone could read it, or can: it is changed no more."""
        return self.stage in {self.Stage.PUBLISHED, self.Stage.WITHDRAWN}

    @property
    def is_annual(self) -> bool:
        return self.product == self.Product.ANNUAL_REPORT

    @property
    def is_internal(self) -> bool:
        return self.audience == self.Audience.INTERNAL

    @property
    def state(self) -> State:
        """The state that a page shows. A build that did not end well shows how it ended."""
        if self.stage == self.Stage.BUILDING and self.task is not None:
            return self.task.state
        return {
            self.Stage.BUILDING: State.WAITING,
            self.Stage.READY: State.UNDER_WAY,
            self.Stage.APPROVED: State.YES,
            self.Stage.PUBLISHED: State.DONE,
            self.Stage.WITHDRAWN: State.ENDED,
        }[self.Stage(self.stage)]


class Wording(models.Model):
    """An editor's words for one section of a pack, marked as theirs.

    Nothing is overwritten: the newest wording of a section counts, and one without text takes the
    words away. `written_as` is the role or body that the pack names.
    """

    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="wordings")
    section = models.CharField(max_length=32)
    text = models.TextField(blank=True)
    written_as = models.CharField(max_length=120)
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("pack", "section", "-id"), name="wordings_of_a_section"),)

    def __str__(self) -> str:
        return f"words for {self.section}"


class Comment(models.Model):
    """What somebody remarked on a section of a pack, at the edition they read. Never changed."""

    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(max_length=32)
    edition = models.PositiveIntegerField()
    text = models.TextField()
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"comment on {self.section}"


class CommentMark(models.Model):
    """That somebody held a comment to be dealt with, or opened it again. The newest counts."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="marks")
    resolved = models.BooleanField()
    said_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return "resolved" if self.resolved else "opened again"
