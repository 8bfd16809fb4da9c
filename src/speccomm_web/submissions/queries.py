"""Reads of submissions, each from what the viewer may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Q, QuerySet

from speccomm.jobs.refused import NothingRefused, RefusedRequest, refused
from speccomm_web.accounts.models import Organisation, Person
from speccomm_web.accounts.roles import COMMISSIONING, Role
from speccomm_web.accounts.viewer import EVERYTHING, Reach, Viewer
from speccomm_web.runs.library import library
from speccomm_web.runs.models import BackgroundTask
from speccomm_web.runs.organisations import with_former_codes
from speccomm_web.submissions.models import SentFile, Submission

PAYING_KINDS = ("icb", "region", "network")
MOST_ROWS = 200_000  # of findings in one download
SHOWN_COLUMNS = ["file_name", "row_number", "field", "value_shape", "level", "check_id", "sentence",
                 "remedy"]  # fmt: skip


def upload_place() -> tuple[Path, int]:
    """Where files are written as they arrive, and how many bytes one may have."""
    return library().uploads / "arriving", settings.ENVIRONMENT.upload_mib << 20


def acting(viewer: Viewer) -> Person:
    """The person whom a viewer stands for. Raises Person.DoesNotExist for nobody."""
    return Person.objects.get(pk=viewer.person_id or 0)


def own_providers(viewer: Viewer) -> Reach:
    """The providers for which the viewer may send: files hold every service, so roles for some do not count."""
    codes = {
        scope.organisation_code
        for scope in viewer.scopes
        if scope.role is Role.PROVIDER_SUBMITTER and scope.service_codes is None
    }
    return EVERYTHING if None in codes else Reach(codes=frozenset(filter(None, codes)))


def providers_told_to(viewer: Viewer) -> Reach:
    """The providers that the viewer reads of as their sender: trusts merged into theirs are theirs."""
    return with_former_codes(own_providers(viewer), on=viewer.on)


def commissions(viewer: Viewer) -> bool:
    """Whether the viewer works for a body that pays, or administers one; a provider is none.

    Loads hold every service, so roles for some services do not count.
    """
    held = (*COMMISSIONING, Role.ADMINISTRATOR)
    return any(viewer.organisations(*held, kind=kind, every_service=True) for kind in PAYING_KINDS)


def submissions_seen_by(viewer: Viewer) -> QuerySet[Submission]:
    """Submissions that a viewer may read: see permissions.toml.

    A check is a provider's own rehearsal: commissioners see only what was loaded.
    """
    own = providers_told_to(viewer)
    mine = Q() if own.everything else Q(provider__ods_code__in=own.codes)
    if commissions(viewer):
        mine |= Q(stage=Submission.Stage.LOADED)
    elif not own:
        return Submission.objects.none()
    found = Submission.objects.all() if own.everything else Submission.objects.filter(mine)
    return found.exclude(stage=Submission.Stage.DROPPED).select_related("provider", "sent_by")


def find_submissions(viewer: Viewer, *, provider: str, stage: str) -> QuerySet[Submission]:
    """Those of the submissions seen of one provider or at one stage."""
    found = submissions_seen_by(viewer).prefetch_related("files")
    if provider:
        found = found.filter(provider__ods_code=provider)
    return found.filter(stage=stage) if stage else found


def submission_seen_by(viewer: Viewer, submission_id: int) -> Submission | None:
    """One submission, or None where there is none that this viewer may see."""
    found = submissions_seen_by(viewer).prefetch_related("files")
    return found.filter(pk=submission_id).first()


def waiting_of(viewer: Viewer, submission_id: int) -> Submission | None:
    """A submission of the viewer's own that waits for an answer before it is sent."""
    found = submission_seen_by(viewer, submission_id)
    asked = found is not None and found.stage == Submission.Stage.ASKED
    return found if asked and found is not None and found.sent_by_id == viewer.person_id else None


def providers_sent_by(viewer: Viewer) -> list[Organisation]:
    """The providers that the viewer may choose when sending."""
    own = own_providers(viewer)
    found = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER, is_current=True)
    return list(found if own.everything else found.filter(ods_code__in=own.codes))


def providers_with_submissions(viewer: Viewer) -> list[Organisation]:
    """The providers of the submissions seen."""
    ids = submissions_seen_by(viewer).order_by().values("provider")
    return list(Organisation.objects.filter(pk__in=ids))


def sent_before(submission: Submission) -> list[SentFile]:
    """Files that reached us before with the very bytes of one of this submission's."""
    hashes = [file.sha256 for file in submission.files.all()]
    earlier = SentFile.objects.filter(sha256__in=hashes, submission__provider=submission.provider)
    stages = [Submission.Stage.SENT, Submission.Stage.LOADED]
    found = earlier.filter(submission__stage__in=stages, submission__purpose="load")
    return list(found.exclude(submission=submission).select_related("submission")[:20])


def task_of(submission: Submission) -> BackgroundTask | None:
    """The task that checks or loads a submission."""
    asked = submission.task_id
    return BackgroundTask.objects.filter(pk=asked).first() if asked else None


@dataclass(frozen=True)
class Findings:
    """Some findings of a submission, and how many there are."""

    rows: list[dict[str, Any]]
    row_count: int


def findings_file(submission_id: int) -> Path:
    """Where the findings of a submission are kept."""
    return library().uploads / "findings" / f"{submission_id}.parquet"


def findings_of(
    submission: Submission, *, check_id: str, first: int = 0, most: int = MOST_ROWS
) -> Findings:
    """Findings `first` to `first + most` of a submission, of one check or of all.

    A finding says where and what shape; it never holds a patient's value.
    """
    file = findings_file(submission.pk)
    if not file.is_file():
        return Findings([], 0)
    where = (pc.field("check_id") == check_id) if check_id else None
    found: pa.Table = pq.read_table(file, columns=SHOWN_COLUMNS, filters=where)
    return Findings(found.slice(first, min(most, MOST_ROWS)).to_pylist(), found.num_rows)


def may_open_refused(viewer: Viewer, submission: Submission) -> bool:
    """Whether the viewer sends for the provider whose rows were kept out."""
    return providers_told_to(viewer).covers(submission.provider.ods_code)


@dataclass(frozen=True)
class RefusedRows:
    """The refused rows of one file as they were sent, with their reasons. They name patients."""

    file_name: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


def refused_rows(viewer: Viewer, submission: Submission) -> list[RefusedRows] | None:
    """The refused rows of a loaded submission; None where they are not the viewer's to read."""
    if not may_open_refused(viewer, submission) or not submission.load_id:
        return None
    place = library()
    asked = RefusedRequest(submission.load_id, place.store, place.key_file, place.engine)
    try:
        answer = refused(asked)
    except NothingRefused:
        return []
    return [
        RefusedRows(name, tuple(table.column_names), table.to_pylist())
        for name, table in sorted(answer.tables.items())
    ]


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """The names of some organisations that we know."""
    known = Organisation.objects.filter(ods_code__in=set(codes))
    return {place.ods_code: place.name for place in known}
