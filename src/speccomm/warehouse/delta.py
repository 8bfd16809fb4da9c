"""Delta Lake tables of the store: make, open at a version, add and remove files, restore.

Data files are ordinary Parquet written elsewhere; a Delta commit only names them. The only
statistics handed to Delta are row counts and the range of load and slice: values of other columns
would outlive a purge in the table's log.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import (
    AddAction,
    CommitProperties,
    PostCommitHookProperties,
    RemoveAction,
)

from speccomm.warehouse.commits import sync_file, sync_folder
from speccomm.warehouse.tables import StoreTable

CONFIGURATION: dict[str, str | None] = {
    "delta.checkpointInterval": "20",
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}
RANGED = ("load_id", "slice_number")


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a table, as the table's log tells of it.

    A range is None where the file does not tell it (no rows, no such column, or nulls).
    """

    name: str
    bytes: int
    rows: int
    loads: tuple[str, str] | None
    slices: tuple[int, int] | None

    def of_one_load(self) -> str | None:
        """The load all rows belong to, or None if there may be several."""
        return self.loads[0] if self.loads and self.loads[0] == self.loads[1] else None


class WrongColumns(ValueError):
    """A Parquet file or table that does not have the declared columns: a fault of the program."""


def make_table(folder: Path, table: StoreTable) -> None:
    """Make an empty Delta table."""
    DeltaTable.create(
        str(folder),
        table.schema,
        name=table.name,
        description=table.what,
        configuration=CONFIGURATION,
    )


def latest_version(folder: Path) -> int:
    return DeltaTable(str(folder)).version()


def files_at(folder: Path, version: int) -> list[DataFile]:
    """The files of a table at a version, in the order they were committed."""
    actions = pa.table(DeltaTable(str(folder), version=version).get_add_actions(flatten=True))
    columns = {
        name: actions.column(name).to_pylist()
        for name in actions.column_names
        if name in ("path", "size_bytes", "num_records")
        or name.split(".")[0] in ("min", "max")
        and name.split(".")[1] in RANGED
    }
    nothing = [None] * actions.num_rows
    rows = zip(
        columns["path"],
        columns["size_bytes"],
        columns["num_records"],
        *(columns.get(f"{end}.{name}", nothing) for name in RANGED for end in ("min", "max")),
        strict=True,
    )
    files = [
        DataFile(
            name=path,
            bytes=size,
            rows=count,
            loads=None if low is None else (low, high),
            slices=None if first is None else (first, last),
        )
        for path, size, count, low, high, first, last in rows
    ]
    return sorted(files, key=lambda file: file.name)


def describe_file(path: Path, table: StoreTable) -> DataFile:
    """Read a Parquet file's footer and check that it has the table's columns.

    Raises WrongColumns naming what differs.
    """
    check_columns(pq.read_schema(path), table, where=path.name)
    coded = [name for name in ("load_id",) if name in table.names]
    with pq.ParquetFile(path, read_dictionary=coded) as parquet:
        loads = _range(parquet, "load_id")
        slices = _range(parquet, "slice_number")
        rows = parquet.metadata.num_rows
    return DataFile(
        name=path.name,
        bytes=path.stat().st_size,
        rows=rows,
        loads=None if loads is None else (str(loads[0]), str(loads[1])),
        slices=None if slices is None else (int(str(slices[0])), int(str(slices[1]))),
    )


def check_columns(schema: pa.Schema, table: StoreTable, *, where: str) -> None:
    """Raises WrongColumns unless the schema has the table's columns with their types."""
    expected = {column.name: column.type for column in table.columns}
    found = {field.name: field.type for field in schema}
    wrong = [
        f"{name} is {found.get(name, 'missing')}, not {expected.get(name, 'declared')}"
        for name in sorted(set(expected) | set(found))
        if found.get(name) != expected.get(name)
    ]
    if wrong:
        raise WrongColumns(f"{where} is not a part of {table.name}: {'; '.join(wrong)}")


def change_files(
    folder: Path,
    *,
    version: int,
    add: Sequence[DataFile] = (),
    remove: Sequence[DataFile] = (),
    at_ms: int,
    data_change: bool = True,
) -> int:
    """Commit one change to a table: files that come, which lie in its folder, and files that go.

    `version` must be the table's latest; the write lock keeps it so. Returns the new version,
    whose log entry is on the disk.
    """
    delta = DeltaTable(str(folder), version=version)
    actions: list[AddAction | RemoveAction] = [
        AddAction(file.name, file.bytes, {}, at_ms, data_change, _statistics(file)) for file in add
    ]
    actions += [
        RemoveAction(
            path=file.name, data_change=data_change, deletion_timestamp=at_ms, size=file.bytes
        )
        for file in remove
    ]
    delta.create_write_transaction(
        actions,
        mode="append",
        schema=delta.schema(),
        commit_properties=CommitProperties(max_commit_retries=0),
        post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
    )
    return _sync_log(folder, version + 1)


def restore_files(folder: Path, *, recorded: int) -> int:
    """Bring a table's latest version back to what a recorded version held.

    Returns the latest version afterwards: `recorded` if nothing came after it, otherwise a later
    one with the same files. The files a dead load named stay on the disk, named by nothing.
    """
    latest = latest_version(folder)
    if latest == recorded:
        return latest
    wanted = {file.name for file in files_at(folder, recorded)}
    if {file.name for file in files_at(folder, latest)} == wanted:
        return latest
    DeltaTable(str(folder)).restore(
        recorded,
        commit_properties=CommitProperties(max_commit_retries=0),
        post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
    )
    return _sync_log(folder, latest + 1)


def _sync_log(folder: Path, version: int) -> int:
    log = folder / "_delta_log"
    sync_file(log / f"{version:020d}.json")
    sync_folder(log)
    return version


def _statistics(file: DataFile) -> str:
    lows: dict[str, object] = {}
    highs: dict[str, object] = {}
    for name, span in zip(RANGED, (file.loads, file.slices), strict=True):
        if span is not None:
            lows[name], highs[name] = span
    return json.dumps({"numRecords": file.rows, "minValues": lows, "maxValues": highs})


def _range(parquet: pq.ParquetFile, column: str) -> tuple[object, object] | None:
    """The least and greatest value of a column; None for no rows, no such column, or a null.

    Taken from the footer where it tells, otherwise from the column itself.
    """
    footer = parquet.metadata
    if footer.num_rows == 0 or column not in parquet.schema.names:
        return None
    position = parquet.schema.names.index(column)
    lows, highs = [], []
    for group in range(footer.num_row_groups):
        statistics = footer.row_group(group).column(position).statistics
        if statistics is None or not statistics.has_min_max or statistics.null_count != 0:
            return _range_of_values(parquet.read(columns=[column])[column])
        lows.append(statistics.min)
        highs.append(statistics.max)
    return min(lows), max(highs)


def _range_of_values(values: pa.ChunkedArray) -> tuple[object, object] | None:
    if values.null_count:
        return None
    ends = pc.min_max(pc.unique(values.unify_dictionaries()).cast(_plain(values.type))).as_py()
    return ends["min"], ends["max"]


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
