"""Answer what has been said of a slice over time, and what changed between two versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from speccomm.engines import open_duckdb
from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.reading import loads_of
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings
from speccomm.warehouse import (
    Difference,
    SliceName,
    open_store,
    slice_difference,
    slice_history,
)


@dataclass(frozen=True)
class HistoryRequest:
    """A question about one slice. `diff` names two of its loads, from the first to the second.

    `as_at` None looks at everything received so far. `financial_month` may be 0 or 13 in a plan.
    """

    store: Path
    dataset: str
    provider_code: str
    financial_year: FinancialYear
    financial_month: int
    now: datetime
    diff: tuple[str, str] | None = None
    as_at: datetime | None = None
    engine: EngineSettings = EngineSettings()


@dataclass(frozen=True)
class HistoryAnswer:
    """Every version of the slice, oldest first, and the difference asked for.

    `difference` is None where none was asked for; its tables are summary, columns and rows.
    """

    history: pa.Table
    difference: Difference | None
    facts: RunFacts


def history(request: HistoryRequest) -> HistoryAnswer:
    """Tell every version of a slice, and compare two of them.

    Shape:   `warehouse.history.HISTORY_SCHEMA`; `warehouse.Difference`.
    Raises:  NoStore, NeverLoaded for a slice that no load covers, UnknownName for a data set or
             for a load that is not a version of the slice.
    """
    name = SliceName(
        request.dataset,
        request.provider_code,
        str(request.financial_year),
        request.financial_month,
    )
    snapshot = open_store(request.store).snapshot(as_at=request.as_at)
    con = open_duckdb(
        memory_limit_mib=request.engine.memory_limit_mib,
        threads=request.engine.threads,
        temp_directory=request.engine.temp_directory,
    )
    try:
        versions = slice_history(snapshot, con, name)
        found = None
        if request.diff is not None:
            first, second = request.diff
            found = slice_difference(snapshot, con, name, load_a=first, load_b=second)
        return HistoryAnswer(
            history=versions,
            difference=found,
            facts=RunFacts(
                store_version=snapshot.version,
                loads=loads_of(snapshot, versions),
                as_at=request.as_at,
                row_counts={
                    "versions": versions.num_rows,
                    **({} if found is None else {"rows_that_differ": found.rows.num_rows}),
                },
            ),
        )
    finally:
        con.disconnect()
        snapshot.release()
