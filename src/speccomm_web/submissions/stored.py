"""Reads of the store's registers: loads, slices, versions and the calendar, for a viewer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils import timezone

from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.history import HistoryAnswer, HistoryRequest, history
from speccomm.reference import open_reference
from speccomm.warehouse import open_store
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import EVERYTHING, Reach, Viewer
from speccomm_web.runs.library import library
from speccomm_web.submissions.models import Submission
from speccomm_web.submissions.queries import commissions, providers_told_to

MOST_ROWS_SHOWN = 200


def providers_read_by(viewer: Viewer) -> Reach:
    """The providers whose loads a viewer may read."""
    return EVERYTHING if commissions(viewer) else providers_told_to(viewer)


def may_withdraw(viewer: Viewer) -> bool:
    """Whether the viewer may withdraw a load: analysts and administrators of a region or of all."""
    held = (Role.ANALYST, Role.ADMINISTRATOR)
    everywhere = viewer.organisations(*held).everything
    return everywhere or bool(viewer.organisations(*held, kind="region"))


@dataclass(frozen=True)
class Registers:
    """The store's registers at one version, as rows."""

    loads: list[dict[str, Any]]
    slices: list[dict[str, Any]]
    files: list[dict[str, Any]]
    current: frozenset[tuple[Any, ...]]
    withdrawals: dict[str, dict[str, Any]]


KEY = ("load_id", "dataset", "provider_code", "financial_year", "financial_month")


def registers() -> Registers | None:
    """The registers as they stand; None where there is no store yet."""
    version = library().store_version()
    return None if version is None else _registers(library().store, version)


@lru_cache(maxsize=2)
def _registers(store: Path, version: int) -> Registers:
    snapshot = open_store(store).snapshot(version=version)
    try:
        current = snapshot.slices().select(list(KEY)).to_pylist()
        return Registers(
            loads=snapshot.loads().to_pylist(),
            slices=snapshot.all_slices().to_pylist(),
            files=snapshot.files().to_pylist(),
            current=frozenset(tuple(row[name] for name in KEY) for row in current),
            withdrawals={
                row["load_id"]: row for row in snapshot.register("withdrawals").to_pylist()
            },
        )
    finally:
        snapshot.release()


@dataclass(frozen=True)
class LoadSeen:
    """A load as far as a viewer may read it. `sent` is null for a load of the command line."""

    load_id: str
    load: dict[str, Any]
    slices: list[dict[str, Any]]
    files: list[dict[str, Any]]
    withdrawal: dict[str, Any] | None
    sent: Submission | None


def loads_seen_by(viewer: Viewer, *, provider: str = "") -> list[LoadSeen]:
    """Every load that holds rows of a provider within reach, newest first."""
    held, reach = registers(), providers_read_by(viewer)
    if held is None or not reach:
        return []
    by_load: dict[str, list[dict[str, Any]]] = {}
    for row in held.slices:
        code = row["provider_code"]
        if reach.covers(code) and provider in ("", code):
            status = _status(held, row)
            by_load.setdefault(row["load_id"], []).append({**row, "status": status})
    sent = {
        one.load_id: one
        for one in Submission.objects.filter(load_id__in=by_load).select_related("sent_by")
    }
    found = [
        LoadSeen(
            load_id=load["load_id"],
            load=load,
            slices=by_load[load["load_id"]],
            # A file's register does not say whose it is: only those who may read all see them.
            files=_files(held, load["load_id"])
            if reach.everything or load["load_id"] in sent
            else [],
            withdrawal=held.withdrawals.get(load["load_id"]),
            sent=sent.get(load["load_id"]),
        )
        for load in held.loads
        if load["load_id"] in by_load
    ]
    return sorted(found, key=lambda one: (one.load["received_at"], one.load_id), reverse=True)


def load_seen_by(viewer: Viewer, load_id: str) -> LoadSeen | None:
    """One load, or None where there is none that the viewer may read."""
    return next((one for one in loads_seen_by(viewer) if one.load_id == load_id), None)


def _files(held: Registers, load_id: str) -> list[dict[str, Any]]:
    return [row for row in held.files if row["load_id"] == load_id]


def _status(held: Registers, row: dict[str, Any]) -> str:
    if row["load_id"] in held.withdrawals:
        return "withdrawn"
    return "current" if tuple(row[name] for name in KEY) in held.current else "superseded"


def versions_of(
    viewer: Viewer,
    *,
    dataset: str,
    provider: str,
    year: str,
    month: int,
    diff: tuple[str, str] | None,
) -> HistoryAnswer | None:
    """Every version of a slice, and the difference between two; None where it is not to be seen."""
    if not providers_read_by(viewer).covers(provider):
        return None
    place = library()
    try:
        return history(
            HistoryRequest(
                store=place.store,
                dataset=dataset,
                provider_code=provider,
                financial_year=FinancialYear.parse(year),
                financial_month=month,
                now=timezone.now(),
                diff=diff,
                engine=place.engine,
            )
        )
    except (Refusal, ValueError):
        return None


def calendar() -> list[dict[str, Any]]:
    """The dates of flex and freeze by month, oldest first; empty where none are loaded."""
    folder = library().reference
    if folder is None:
        return []
    file = folder / "calendar.csv"
    return _calendar(folder, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=2)
def _calendar(folder: Path, changed_at: int) -> list[dict[str, Any]]:
    del changed_at  # another table is read once the file has changed
    table: pa.Table = open_reference(folder).calendar
    rows: list[dict[str, Any]] = table.to_pylist()
    return sorted(rows, key=lambda row: (row["financial_year"], row["financial_month"]))
