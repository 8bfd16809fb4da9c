"""Reads of finished runs and tasks, each from what the viewer may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from pyarrow import parquet

from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import Reach, Viewer
from speccomm_web.runs.library import library
from speccomm_web.runs.models import BackgroundTask, FinishedRun
from speccomm_web.runs.questions import codes_of

READERS = (
    Role.ANALYST,
    Role.CONTRACT_AND_FINANCE,
    Role.QUALITY,
    Role.PLANNER,
    Role.NETWORK_MANAGER,
    Role.ADMINISTRATOR,
)
MOST_ROWS = 200_000  # of one table in one download


@dataclass(frozen=True)
class RunTable:
    """Some rows of one table of a run, with its column names and how many rows there are."""

    name: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    row_count: int


def runs_seen_by(viewer: Viewer) -> QuerySet[FinishedRun]:
    """Runs that a viewer may read: see permissions.toml. A run tells of every service at once."""
    reach = viewer.organisations(*READERS, every_service=True)
    regions = viewer.organisations(*READERS, kind="region", every_service=True)
    if reach.everything or regions:
        return FinishedRun.objects.all()
    if not viewer.holds(*READERS):
        return FinishedRun.objects.none()
    return FinishedRun.objects.filter(
        Q(asked_by=viewer.person_id) | Q(icb__in=reach.codes) | Q(provider__in=reach.codes)
    )


def find_runs(viewer: Viewer, *, command: str) -> QuerySet[FinishedRun]:
    """Those of the runs seen that answer one question, or all."""
    runs = runs_seen_by(viewer).select_related("asked_by")
    return runs.filter(command=command) if command else runs


def commands_seen_by(viewer: Viewer) -> list[str]:
    """The questions that the runs seen answer."""
    seen = runs_seen_by(viewer).order_by("command")
    return list(seen.values_list("command", flat=True).distinct())


def run_seen_by(viewer: Viewer, run_id: int) -> FinishedRun | None:
    """One run, or None where there is none that this viewer may read."""
    return runs_seen_by(viewer).select_related("asked_by").filter(pk=run_id).first()


def names_in(runs: Iterable[FinishedRun]) -> dict[str, str]:
    """The names of the organisations that some runs are about, by code."""
    codes = set().union(*(codes_of(run.arguments) for run in runs))
    named = Organisation.objects.filter(ods_code__in=codes)
    return dict(named.values_list("ods_code", "name"))


def store_version() -> int | None:
    """The store's newest version."""
    return library().store_version()


def run_table(run: FinishedRun, name: str, *, first: int = 0, most: int = 200) -> RunTable | None:
    """Rows `first` to `first + most` of a table of a run; None where it has no such table."""
    if name not in {table["name"] for table in run.tables}:
        return None
    file = library().runs / run.folder / _place(name)
    if not file.is_file():
        return None
    with parquet.ParquetFile(file) as opened:
        count = opened.metadata.num_rows
        table = opened.read().slice(first, min(most, MOST_ROWS))
    return RunTable(name, tuple(table.column_names), table.to_pylist(), count)


def _place(name: str) -> Path:
    return Path("findings.parquet") if name == "findings" else Path("tables") / f"{name}.parquet"


def task_seen_by(viewer: Viewer, task_id: UUID) -> BackgroundTask | None:
    """A task that the viewer asked for; an administrator of every organisation sees all."""
    tasks = BackgroundTask.objects.filter(pk=task_id)
    everything: Reach = viewer.organisations(Role.ADMINISTRATOR)
    if not everything.everything:
        tasks = tasks.filter(asked_by=viewer.person_id) if viewer.signed_in else tasks.none()
    return tasks.first()
