"""One write to the store: gathered first, then committed whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from speccomm.foundation.errors import Refusal
from speccomm.warehouse.commits import (
    CommitRecord,
    say_instant,
    sync_file,
    sync_folder,
    write_record,
)
from speccomm.warehouse.delta import (
    DataFile,
    change_files,
    check_columns,
    describe_file,
    make_table,
)
from speccomm.warehouse.reading import TableReader, read_whole
from speccomm.warehouse.snapshot import Snapshot, TimeWithoutZone
from speccomm.warehouse.tables import LOADS, StoreTable, is_small, store_table

VERSION_DIGITS = 12


class LoadExists(Refusal):
    """A load of this name is in the store already."""


class AlreadyCommitted(RuntimeError):
    """A transaction used after its commit: a fault of the program."""


class _Owner(Protocol):
    """What a transaction needs of its store."""

    commits: Path
    reader: TableReader

    def discard_staging(self, load_id: str) -> None: ...


@dataclass
class _Change:
    """What is to come into and go out of one table."""

    moved: list[tuple[Path, DataFile]] = field(default_factory=list)
    rows: list[pa.Table] = field(default_factory=list)
    replaced: list[DataFile] = field(default_factory=list)


class Transaction:
    """A write under the store's lock. Nothing is changed until `commit`."""

    def __init__(self, store: _Owner, record: CommitRecord, latest: dict[str, int]) -> None:
        self._store = store
        self._record = record
        self._latest = latest
        self._changes: dict[str, _Change] = {}
        self._token = secrets.token_hex(4)
        self._counter = 0
        self.committed: int | None = None
        self.snapshot = Snapshot(store.reader, record, as_at=None)

    def add_files(self, table: str, paths: Iterable[Path]) -> None:
        """Take Parquet files of a table; they are moved in at commit. Empty files are left out.

        Raises WrongColumns for a file without the declared columns.
        """
        declared = store_table(table)
        for path in paths:
            described = describe_file(path, declared)
            if described.rows:
                self._change(declared).moved.append((path, described))

    def append(self, table: str, rows: pa.Table) -> None:
        """Take rows of a small table. Raises WrongColumns, or LoadExists for a known load."""
        declared = store_table(table)
        check_columns(rows.schema, declared, where="a table in memory")
        if declared is LOADS:
            self._refuse_known(rows["load_id"].to_pylist())
        if rows.num_rows:
            self._change(declared).rows.append(rows.select(declared.names).cast(declared.schema))

    def replace_files(self, table: str, gone: Iterable[DataFile]) -> None:
        """Let files of a table go: the new version does not name them. They stay on the disk."""
        self._change(store_table(table)).replaced.extend(gone)

    def commit(
        self,
        *,
        now: datetime,
        action: str = "load",
        key_id: str | None = None,
        ends_history: bool = False,
    ) -> int:
        """Commit everything taken, or nothing. Returns the new version of the store.

        `ends_history` makes earlier versions unreadable, as a purge must.
        """
        if self.committed is not None:
            raise AlreadyCommitted(f"version {self.committed}")
        if now.tzinfo is None:
            raise TimeWithoutZone(f"{now} has no zone")
        version = self._record.version + 1
        tables = dict(self._latest)
        for name, change in self._changes.items():
            tables[name] = self._apply(store_table(name), change, version=version, now=now)
        record = CommitRecord(
            version=version,
            committed_at=say_instant(now),
            action=action,
            key_id=self._record.key_id if key_id is None else key_id,
            readable_from=version if ends_history else self._record.readable_from,
            tables=tables,
        )
        write_record(self._store.commits, record)
        self.committed = version
        self._discard_stagings()
        return version

    def _change(self, table: StoreTable) -> _Change:
        return self._changes.setdefault(table.name, _Change())

    def _refuse_known(self, load_ids: list[str]) -> None:
        known = set(self.snapshot.loads()["load_id"].to_pylist())
        for load_id in load_ids:
            if load_id in known:
                raise LoadExists(f"The store already has a load {load_id}.")

    def _apply(self, table: StoreTable, change: _Change, *, version: int, now: datetime) -> int:
        """Bring one table's files into place and commit them to its log.

        A table the store has none of yet is made: a store may be older than the table.
        """
        folder = self._store.reader.folder(table.name)
        if table.name not in self._latest:
            make_table(folder, table)
            self._latest[table.name] = 0
        added = [self._move(folder, path, file, version) for path, file in change.moved]
        removed = list(change.replaced)
        if change.rows:
            rows = pa.concat_tables(change.rows)
            if table is LOADS:
                rows = _stamp(rows, now)
            if is_small(table):
                merged = self._small_tail(table, rows.num_rows, removed)
                paths = [folder / file.name for file in merged]
                rows = pa.concat_tables([read_whole(paths, table.schema), rows])
                removed += merged
            added.append(self._write(folder, table, rows, version))
        if not added and not removed:
            return self._latest[table.name]
        sync_folder(folder)
        return change_files(
            folder,
            version=self._latest[table.name],
            add=added,
            remove=removed,
            at_ms=int(now.timestamp() * 1000),
        )

    def _small_tail(self, table: StoreTable, rows: int, removed: list[DataFile]) -> list[DataFile]:
        """The newest files of a register that are worth rewriting with `rows` more.

        Each is at most as long as what follows it, so a register of n appends has about log n
        files and every row is rewritten about log n times.
        """
        gone = {file.name for file in removed}
        files = self.snapshot.data_files(table.name)
        tail: list[DataFile] = []
        for file in reversed([file for file in files if file.name not in gone]):
            if file.rows > rows:
                break
            tail.insert(0, file)
            rows += file.rows
        return tail

    def _move(self, folder: Path, path: Path, file: DataFile, version: int) -> DataFile:
        name = self._new_name(version)
        sync_file(path)
        path.rename(folder / name)
        return replace(file, name=name)

    def _write(self, folder: Path, table: StoreTable, rows: pa.Table, version: int) -> DataFile:
        path = folder / self._new_name(version)
        shown = [column.name for column in table.columns if not column.disclosive]
        pq.write_table(rows, path, compression="zstd", write_statistics=shown)
        sync_file(path)
        return describe_file(path, table)

    def _new_name(self, version: int) -> str:
        self._counter += 1
        return f"{version:0{VERSION_DIGITS}d}-{self._counter:05d}-{self._token}.parquet"

    def _discard_stagings(self) -> None:
        loads = self._changes.get(LOADS.name, _Change()).rows
        for load_id in (load for rows in loads for load in rows["load_id"].to_pylist()):
            self._store.discard_staging(load_id)


def _stamp(loads: pa.Table, now: datetime) -> pa.Table:
    """Write the time of commit into the loads committed."""
    kind = loads.schema.field("committed_at")
    moments = pa.array([now] * loads.num_rows, kind.type)
    return loads.set_column(loads.schema.get_field_index("committed_at"), kind, moments)
