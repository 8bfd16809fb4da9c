"""Remove for good what has passed its time: rows, findings, refused rows and slices before a month.

The rows go from every version, so versions before the purge can no longer be read. What the store
keeps is a record that it happened, and the names and hashes of the files once loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from speccomm.foundation.findings import Level
from speccomm.foundation.periods import MONTHS_IN_YEAR, FinancialMonth
from speccomm.warehouse.reading import parquet_source, sql_text
from speccomm.warehouse.snapshot import Snapshot
from speccomm.warehouse.store import Store
from speccomm.warehouse.tables import (
    FINDINGS,
    PURGES,
    REFUSED_ROWS,
    ROW_TABLES,
    StoreTable,
)
from speccomm.warehouse.transaction import Transaction

READERS_SECONDS = 30.0
MONTH_INDEX = (
    f"(cast(left(financial_year, 4) as integer) * {MONTHS_IN_YEAR} + "
    f"case when financial_month between 1 and {MONTHS_IN_YEAR} then financial_month "
    f"else {MONTHS_IN_YEAR} end)"
)


@dataclass(frozen=True)
class Purge:
    """What a purge removed.

    `purges` has one row per data set that lost slices. `version` is None when there was nothing
    before the month. `files_left` is true while someone still reads a version from before: its
    files go with the next write after they have finished.
    """

    version: int | None
    purges: pa.Table
    files_left: bool


def purge_before(
    store: Store,
    con: Backend,
    *,
    before: FinancialMonth,
    now: datetime,
    readers_seconds: float = READERS_SECONDS,
) -> Purge:
    """Remove every version of the slices before a month.

    A plan's months 0 and 13 go with month 12 of their year. A finding that names no month goes
    with the last slice of its load. A block of refused rows goes as soon as one of its rows is
    from before the month, or is of no known month and came with data from before it: a block is
    encrypted whole, and its newer rows can be sent again.

    Raises StoreBusy if another process writes.
    """
    with store.write(purpose=f"a purge before {before}") as tx:
        snapshot = tx.snapshot
        gone, kept = _parted(snapshot.all_slices(), before)
        if gone.num_rows == 0:
            left = not store.remove_unreadable(wait_seconds=readers_seconds)
            return Purge(None, PURGES.schema.empty_table(), left)
        purges = _record(gone, before=before, now=now)
        staged = store.staging(f"purge-{tx.snapshot.version + 1}")
        try:
            _name_gone(con, snapshot, gone=gone, kept=kept, before=before)
            cut = _Cut(con, tx, staged)
            for name in ROW_TABLES:
                cut.rows(ROW_TABLES[name], f"{MONTH_INDEX} < {_index(before)}")
            cut.rows(REFUSED_ROWS, _refused_condition())
            cut.rows(FINDINGS, _findings_condition(before))
            tx.replace_files("slices", snapshot.data_files("slices"))
            tx.append("slices", kept)
            tx.append("purges", purges)
            store.prepare_end_of_history()
            version = tx.commit(now=now, action=f"purge before {before}", ends_history=True)
        finally:
            store.discard_staging(staged.name)
        left = not store.remove_unreadable(wait_seconds=readers_seconds)
    return Purge(version, purges, left)


class _Cut:
    """Rewrites the files of a transaction's tables without some rows."""

    def __init__(self, con: Backend, tx: Transaction, staged: Path) -> None:
        self._con = con
        self._tx = tx
        self._staged = staged

    def rows(self, table: StoreTable, condition: str) -> None:
        """Take away the rows for which a condition holds, rewriting only files that have some."""
        for path, file in zip(
            self._tx.snapshot.data_paths(table.name),
            self._tx.snapshot.data_files(table.name),
            strict=True,
        ):
            source = f"{parquet_source([path])} as stored"
            count = f"select count(*) from {source} where coalesce({condition}, false)"  # noqa: S608 - names made here
            going = self._con.raw_sql(count).fetchone()[0]
            if going == 0:
                continue
            self._tx.replace_files(table.name, [file])
            if going < file.rows:
                target = self._staged / f"{table.name}-{file.name}"
                columns = ", ".join(f'"{name}"' for name in table.names)
                self._con.raw_sql(
                    f"copy (select {columns} from {source} where not coalesce({condition}, false)) "  # noqa: S608 - names made here
                    f"to {sql_text(str(target))} (format parquet, compression zstd)"
                )
                self._tx.add_files(table.name, [target])


def _index(month: FinancialMonth) -> int:
    return month.year.start * MONTHS_IN_YEAR + month.number


def _parted(slices: pa.Table, before: FinancialMonth) -> tuple[pa.Table, pa.Table]:
    """The slices before a month, and the others."""
    start = pc.cast(pc.utf8_slice_codeunits(slices["financial_year"], 0, 4), pa.int32())
    month = pc.cast(slices["financial_month"], pa.int32())
    usual = pc.and_(pc.greater_equal(month, 1), pc.less_equal(month, MONTHS_IN_YEAR))
    month = pc.if_else(usual, month, pa.scalar(MONTHS_IN_YEAR, pa.int32()))
    index = pc.add(pc.multiply(start, MONTHS_IN_YEAR), month)
    is_before = pc.less(index, _index(before))
    return slices.filter(is_before), slices.filter(pc.invert(is_before))


def _record(gone: pa.Table, *, before: FinancialMonth, now: datetime) -> pa.Table:
    counted = gone.group_by("dataset").aggregate([("accepted_rows", "sum"), ("load_id", "count")])
    rows = [
        {
            "before": str(before),
            "purged_at": now,
            "dataset": row["dataset"],
            "slices": row["load_id_count"],
            "rows": row["accepted_rows_sum"],
        }
        for row in counted.sort_by("dataset").to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=PURGES.schema)


def _name_gone(
    con: Backend, snapshot: Snapshot, *, gone: pa.Table, kept: pa.Table, before: FinancialMonth
) -> None:
    """Give the engine the loads that lost a slice, those with none left, and their bad rows."""
    touched = set(gone["load_id"].to_pylist())
    emptied = touched - set(kept["load_id"].to_pylist())
    emptied.update(_loads_without_slices(snapshot, before))
    for name, loads in (("purge_touched", touched), ("purge_emptied", emptied)):
        con.con.register(name, pa.table({"load_id": pa.array(sorted(loads), pa.string())}))
    findings = snapshot.all_rows(con, "findings").get_name()
    con.raw_sql(
        f"""create or replace temp table purge_refused as
        select distinct load_id, dataset, file_name, row_number from {findings}
        where level = '{Level.REFUSE}' and row_number is not null and (
            {MONTH_INDEX} < {_index(before)}
            or (financial_year is null or financial_month is null)
            and load_id in (select load_id from purge_touched))"""  # noqa: S608 - names made here
    )


def _loads_without_slices(snapshot: Snapshot, before: FinancialMonth) -> list[str]:
    """Loads of which every row was refused, received before the month itself began."""
    loads = snapshot.loads()
    begins = datetime.combine(before.from_date, time(), tzinfo=UTC)
    old = loads.filter(pc.less(loads["received_at"], pa.scalar(begins, pa.timestamp("us", "UTC"))))
    with_slices = set(snapshot.all_slices()["load_id"].to_pylist())
    return [load for load in old["load_id"].to_pylist() if load not in with_slices]


def _refused_condition() -> str:
    return (
        "stored.load_id in (select load_id from purge_emptied) or exists ("
        "select 1 from purge_refused as bad where bad.load_id = stored.load_id "
        "and bad.dataset = stored.dataset and bad.file_name = stored.file_name "
        "and bad.row_number between stored.first_row and stored.last_row)"
    )


def _findings_condition(before: FinancialMonth) -> str:
    emptied = "stored.load_id in (select load_id from purge_emptied)"
    return f"{MONTH_INDEX} < {_index(before)} or {emptied}"
