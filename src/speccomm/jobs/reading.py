"""What every question about activity or contracts opens: store, reference, engine and maps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from speccomm.activity.areas import code_names, patient_places
from speccomm.activity.findings import provider_names
from speccomm.engines import open_duckdb
from speccomm.foundation.rulebook import Rulebook
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings
from speccomm.reference import Reference, commissioner_map, open_reference, provider_map
from speccomm.warehouse import Snapshot, open_store


@dataclass(frozen=True)
class OrganisationMap:
    """The organisations of one date.

    `current` leads from every provider code to the one that stands for it, `names` says how a
    sentence names each, `places` where each commissioner's patients live.
    """

    on: date
    commissioners: pa.Table
    providers: pa.Table
    places: pa.Table
    current: dict[str, str]
    names: dict[str, str]

    def current_codes(self, codes: Collection[str]) -> frozenset[str]:
        """The codes that stand on the map's date for some codes as sent."""
        return frozenset(self.current.get(code, code) for code in codes)

    def codes_of(self, current: Collection[str]) -> frozenset[str]:
        """Every code, merged predecessors' too, that some current providers were sent under."""
        return frozenset(code for code, now in self.current.items() if now in current) | frozenset(
            current
        )


@dataclass(frozen=True)
class Reading:
    """An open store at one version and time, with its reference and engine."""

    snapshot: Snapshot
    reference: Reference
    con: Backend
    now: datetime

    @property
    def day(self) -> date:
        """The day the answer looks from: of its as-at time, or of the asking."""
        return (self.snapshot.as_at or self.now).date()

    @property
    def crg_names(self) -> pa.Table:
        """The name of every clinical reference group, joint ones too."""
        tables = [self.reference.crgs, self.reference.service_lines]
        return code_names(tables, code="crg_code", name="crg_name")

    @property
    def service_names(self) -> pa.Table:
        """The name of every service line."""
        lines = [self.reference.service_lines]
        return code_names(lines, code="service_code", name="service_name")

    def facts(
        self,
        *,
        slices: pa.Table,
        rulebooks: Sequence[Rulebook],
        map_date: date,
        row_counts: dict[str, int],
    ) -> RunFacts:
        """How the answer was made, from the slices it read."""
        return RunFacts(
            store_version=self.snapshot.version,
            loads=loads_of(self.snapshot, slices),
            rulebooks=[book.reference for book in (*rulebooks, self.reference.rulebook)],
            reference=dict(self.reference.identity()),
            organisation_map_date=map_date,
            as_at=self.snapshot.as_at,
            row_counts=row_counts,
        )


@contextmanager
def open_for_reading(
    *,
    store: Path,
    reference: Path | None,
    as_at: datetime | None,
    now: datetime,
    engine: EngineSettings,
    version: int | None = None,
) -> Iterator[Reading]:
    """Open all that a question needs, and close it afterwards. `version` None is the newest.

    Raises:  NoSuchVersion, Purged, NoStore, NoReferenceFolder, BadReferenceFile, EngineLimits as their parts do.
    """
    snapshot = open_store(store).snapshot(as_at=as_at, version=version)
    try:
        con = open_duckdb(
            memory_limit_mib=engine.memory_limit_mib,
            threads=engine.threads,
            temp_directory=engine.temp_directory,
        )
        try:
            yield Reading(snapshot, open_reference(reference), con, now)
        finally:
            con.disconnect()
    finally:
        snapshot.release()


def organisation_map(reference: Reference, *, on: date) -> OrganisationMap:
    """Draw the map of organisations of one date."""
    commissioners, providers = commissioner_map(reference, on=on), provider_map(reference, on=on)
    codes = providers["provider_code"].to_pylist()
    return OrganisationMap(
        on=on,
        commissioners=commissioners,
        providers=providers,
        places=patient_places(commissioners),
        current=dict(zip(codes, providers["current_provider_code"].to_pylist(), strict=True)),
        names=provider_names(providers),
    )


def loads_of(snapshot: Snapshot, slices: pa.Table) -> list[dict[str, Any]]:
    """The loads that some slices came with, each with its files and their hashes."""
    used = pc.unique(slices["load_id"])
    files: dict[str, list[dict[str, Any]]] = {}
    for row in _of_loads(snapshot.files(), used).to_pylist():
        files.setdefault(row.pop("load_id"), []).append(row)
    return [
        {
            "load_id": row["load_id"],
            "received_at": row["received_at"],
            "files": files.get(row["load_id"], []),
        }
        for row in _of_loads(snapshot.loads(), used).to_pylist()
    ]


def _of_loads(register: pa.Table, loads: pa.ChunkedArray) -> pa.Table:
    if isinstance(loads, pa.ChunkedArray):
        loads = loads.combine_chunks()
    return register.filter(pc.is_in(register["load_id"], value_set=loads))
