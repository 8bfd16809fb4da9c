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
from speccomm_web.accounts.roles import COMMISSIONING
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs.library import library
from speccomm_web.submissions.models import Attachment, Challenge
from speccomm_web.submissions.queries import providers_told_to
from speccomm_web.submissions.row_sight import RAISERS, RowSight, row_sight
from speccomm_web.submissions.stored import KEY, registers

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
    """Some rows of a slice without anything of a patient; how many there are and what they cost."""

    rows: list[dict[str, Any]]
    row_count: int
    price_gbp: Decimal = Decimal(0)


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


def sight_of(viewer: Viewer, found: SliceVersion, *, body: str | None = None) -> RowSight | None:
    """Which rows of a slice the viewer may see, at all or for one body; None for none."""
    return row_sight(
        viewer, provider=found.provider_code, year=found.financial_year,
        month=found.financial_month, body=body,
    )  # fmt: skip


def rows_of(
    found: SliceVersion, *, sight: RowSight, only: Collection[RowName] | None = None,
    service: str = "", pod: str = "", first: int = 0, most: int = 100,
) -> SliceRows:  # fmt: skip
    """Rows of a slice that somebody may see, in the order of the file: those named, or of a
    service or point of delivery.

    Money and activity stand with codes; no date, age, pseudonym or identifier of a patient does.
    """
    table = row_table(found.dataset)
    try:
        with library().reading() as opened:
            rows = opened.snapshot.load_rows(opened.con, found.dataset, found.load_id)
            rows = rows.filter(rows.slice_number == found.slice_number)
            rows = _narrowed(sight.narrow(rows), only=only, service=service, pod=pod)
            price = rows[table.money[0]].fill_null(0)
            for name in table.money[1:]:
                price = price + rows[name].fill_null(0)
            shown = rows.select(
                *SHOWN, activity=rows[table.activity].fill_null(0), price_gbp=price
            ).order_by(["file_name", "row_number"])
            counted = rows.aggregate(rows=rows.count(), price_gbp=price.sum())
            told = opened.con.to_pyarrow(counted).to_pylist()[0]
            page = opened.con.to_pyarrow(shown.limit(most, offset=first)).to_pylist()
            return SliceRows(page, told["rows"], told["price_gbp"] or Decimal(0))
    except Refusal:
        return SliceRows([], 0)


def price_seen(viewer: Viewer, found: SliceVersion) -> Decimal | None:
    """What the rows of a slice cost that the viewer may see; None where there is none."""
    sight = sight_of(viewer, found)
    shown = rows_of(found, sight=sight, most=0) if sight is not None else None
    return shown.price_gbp if shown is not None and shown.row_count else None


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
    own = providers_told_to(viewer)
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
    if providers_told_to(viewer).covers(challenge.provider.ods_code):
        return Challenge.Side.PROVIDER
    body = challenge.commissioner.ods_code
    return Challenge.Side.COMMISSIONER if viewer.may(*RAISERS, organisation=body) else ""


def challenged_rows(viewer: Viewer, challenge: Challenge) -> SliceRows | None:
    """The rows that a challenge is about, as its load holds them; None where there are none to see."""
    only = [(row.file_name, row.row_number) for row in challenge.rows.all()]
    sight = row_sight(
        viewer, provider=challenge.provider.ods_code, year=challenge.financial_year,
        month=challenge.financial_month,
    )  # fmt: skip
    if not only or sight is None:
        return None
    held = registers()
    key = (challenge.load_id, challenge.dataset, challenge.provider.ods_code,
           challenge.financial_year, challenge.financial_month)  # fmt: skip
    for row in held.slices if held else ():
        if tuple(row[name] for name in KEY) == key:
            version = SliceVersion(**{n: row[n] for n in SliceVersion.__dataclass_fields__})
            return rows_of(version, sight=sight, only=only, most=len(only))
    return SliceRows([], 0)


def bodies_of(viewer: Viewer) -> Sequence[Organisation]:
    """The bodies for which the viewer may raise a challenge."""
    kinds = [Organisation.Kind.ICB, Organisation.Kind.REGION]
    found = Organisation.objects.filter(kind__in=kinds, is_current=True)
    return [body for body in found if viewer.may(*RAISERS, organisation=body.ods_code)]


def attachment_seen_by(viewer: Viewer, challenge_id: int, attachment_id: int) -> Attachment | None:
    """A file that goes with a challenge that the viewer may see."""
    if challenge_seen_by(viewer, challenge_id) is None:
        return None
    found = Attachment.objects.filter(pk=attachment_id, step__challenge_id=challenge_id)
    return found.first()


def attachment_file(attachment: Attachment) -> Path:
    """Where an attachment lies."""
    return library().uploads / attachment.place
