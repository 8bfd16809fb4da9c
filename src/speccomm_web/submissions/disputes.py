"""Reads of challenges and of the rows they are about, each from what the viewer may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from django.db.models import Q, QuerySet

from speccomm.foundation.errors import Refusal
from speccomm.warehouse.tables import row_table
from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.roles import COMMISSIONING, Role
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs.library import library
from speccomm_web.submissions.models import Attachment, Challenge
from speccomm_web.submissions.queries import own_providers
from speccomm_web.submissions.stored import KEY, may_read_rows, registers

RAISERS = (Role.CONTRACT_AND_FINANCE, Role.ANALYST)
SHOWN = ("file_name", "row_number", "service_code", "pod_code", "treatment_function_code",
         "commissioner_code", "patient_commissioner_code")  # fmt: skip
RowName = tuple[str, int]


@dataclass(frozen=True)
class SliceVersion:
    """The current version of a slice: which load, and what it says."""

    load_id: str
    dataset: str
    provider_code: str
    financial_year: str
    financial_month: int
    slice_number: int
    accepted_rows: int
    price_gbp: Decimal


@dataclass(frozen=True)
class SliceRows:
    """Some rows of a slice without anything of a patient, and how many there are."""

    rows: list[dict[str, Any]]
    row_count: int


def may_challenge(viewer: Viewer) -> bool:
    """Whether the viewer may raise challenges at all."""
    return viewer.holds(*RAISERS)


def current_slice(
    viewer: Viewer, *, dataset: str, provider: str, year: str, month: int
) -> SliceVersion | None:
    """The version of a slice that counts, for those who may challenge it; None otherwise."""
    held = registers()
    if held is None or not viewer.holds(*RAISERS):
        return None
    for row in held.slices:
        named = tuple(row[name] for name in KEY)
        if named in held.current and named[1:] == (dataset, provider, year, month):
            return SliceVersion(**{name: row[name] for name in SliceVersion.__dataclass_fields__})
    return None


def rows_of(
    found: SliceVersion, *, only: Collection[RowName] | None = None, service: str = "",
    pod: str = "", first: int = 0, most: int = 100,
) -> SliceRows:  # fmt: skip
    """Rows of a slice in the order of the file: those named, or those of a service or pod.

    Money and activity stand with codes; no date, age, pseudonym or identifier of a patient does.
    """
    table = row_table(found.dataset)
    try:
        with library().reading() as opened:
            rows = opened.snapshot.load_rows(opened.con, found.dataset, found.load_id)
            rows = rows.filter(rows.slice_number == found.slice_number)
            rows = _narrowed(rows, only=only, service=service, pod=pod)
            price = rows[table.money[0]].fill_null(0)
            for name in table.money[1:]:
                price = price + rows[name].fill_null(0)
            shown = rows.select(
                *SHOWN, activity=rows[table.activity].fill_null(0), price_gbp=price
            ).order_by(["file_name", "row_number"])
            count = int(opened.con.to_pyarrow(rows.count()).as_py())
            return SliceRows(
                opened.con.to_pyarrow(shown.limit(most, offset=first)).to_pylist(), count
            )
    except Refusal:
        return SliceRows([], 0)


def _narrowed(
    rows: ir.Table, *, only: Collection[RowName] | None, service: str, pod: str
) -> ir.Table:
    if only is not None:
        named = [
            ibis.and_(rows.file_name == name, rows.row_number == number) for name, number in only
        ]
        rows = rows.filter(ibis.or_(*named))
    if service:
        rows = rows.filter(rows.service_code == service)
    return rows.filter(rows.pod_code == pod) if pod else rows


def challenges_seen_by(viewer: Viewer) -> QuerySet[Challenge]:
    """Challenges of the viewer's providers or bodies; a region's commissioners see every one."""
    reach = viewer.organisations(*COMMISSIONING)
    own = own_providers(viewer)
    regions = viewer.organisations(*COMMISSIONING, kind="region")
    found = Challenge.objects.select_related("provider", "commissioner", "raised_by")
    if reach.everything or own.everything or regions:
        return found
    if not reach and not own:
        return found.none()
    return found.filter(
        Q(provider__ods_code__in=own.codes) | Q(commissioner__ods_code__in=reach.codes)
    )


def find_challenges(viewer: Viewer, *, stage: str) -> list[Challenge]:
    """Those of the challenges seen at one stage, or all, the first due first."""
    found = challenges_seen_by(viewer)
    return list((found.filter(stage=stage) if stage else found)[:2000])


def challenge_seen_by(viewer: Viewer, challenge_id: int) -> Challenge | None:
    """One challenge with its rows and steps, or None where the viewer may not see it."""
    found = challenges_seen_by(viewer).prefetch_related("rows", "steps__by", "steps__attachments")
    return found.filter(pk=challenge_id).first()


def side_of(viewer: Viewer, challenge: Challenge) -> str:
    """On which side the viewer may act; empty where they only read."""
    if own_providers(viewer).covers(challenge.provider.ods_code):
        return Challenge.Side.PROVIDER
    body = challenge.commissioner.ods_code
    return Challenge.Side.COMMISSIONER if viewer.may(*RAISERS, organisation=body) else ""


def challenged_rows(viewer: Viewer, challenge: Challenge) -> SliceRows | None:
    """The rows that a challenge is about, as its load holds them; None where there are none to see."""
    only = [(row.file_name, row.row_number) for row in challenge.rows.all()]
    if not only or not may_read_rows(viewer, challenge.provider.ods_code):
        return None
    held = registers()
    key = (challenge.load_id, challenge.dataset, challenge.provider.ods_code,
           challenge.financial_year, challenge.financial_month)  # fmt: skip
    for row in held.slices if held else ():
        if tuple(row[name] for name in KEY) == key:
            version = SliceVersion(**{n: row[n] for n in SliceVersion.__dataclass_fields__})
            return rows_of(version, only=only, most=len(only))
    return SliceRows([], 0)


def bodies_of(viewer: Viewer) -> Sequence[Organisation]:
    """The bodies for which the viewer may raise a challenge."""
    reach = viewer.organisations(*RAISERS)
    kinds = [Organisation.Kind.ICB, Organisation.Kind.REGION]
    found = Organisation.objects.filter(kind__in=kinds, is_current=True)
    return list(found if reach.everything else found.filter(ods_code__in=reach.codes))


def attachment_seen_by(viewer: Viewer, challenge_id: int, attachment_id: int) -> Attachment | None:
    """A file that goes with a challenge that the viewer may see."""
    if challenge_seen_by(viewer, challenge_id) is None:
        return None
    found = Attachment.objects.filter(pk=attachment_id, step__challenge_id=challenge_id)
    return found.first()


def attachment_file(attachment: Attachment) -> Path:
    """Where an attachment lies."""
    return library().uploads / attachment.place
