"""Remove data past their retention, leaving a record of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.engines import open_duckdb
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings
from speccomm.warehouse import open_store, purge_before


@dataclass(frozen=True)
class PurgeRequest:
    """Remove every version of the slices before a month; that month is the first one kept."""

    store: Path
    before: FinancialMonth
    now: datetime
    engine: EngineSettings = EngineSettings()


@dataclass(frozen=True)
class PurgeAnswer:
    """What went: one row per data set, with its slices and rows in all versions.

    No row means there was nothing before the month, and nothing was recorded. `files_left` is
    true while a reader still holds a version from before: its files go with the next write.
    """

    purges: pa.Table
    files_left: bool
    facts: RunFacts


def purge(request: PurgeRequest) -> PurgeAnswer:
    """Remove rows, findings and refused rows before a month for good.

    Raises:  NoStore, StoreBusy.
    """
    store = open_store(request.store)
    con = open_duckdb(
        memory_limit_mib=request.engine.memory_limit_mib,
        threads=request.engine.threads,
        temp_directory=request.engine.temp_directory,
        preserve_insertion_order=True,
    )
    try:
        done = purge_before(store, con, before=request.before, now=request.now)
    finally:
        con.disconnect()
    return PurgeAnswer(
        purges=done.purges,
        files_left=done.files_left,
        facts=RunFacts(
            store_version=store.version if done.version is None else done.version,
            row_counts={
                "slices_removed": pc.sum(done.purges["slices"]).as_py() or 0,
                "rows_removed": pc.sum(done.purges["rows"]).as_py() or 0,
            },
        ),
    )
