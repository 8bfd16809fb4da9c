"""The store as it was at one commit: what readers get, unmoved by anything committed later."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from speccomm.foundation.errors import UnknownName
from speccomm.warehouse.commits import CommitRecord
from speccomm.warehouse.current import current_slices, withdrawn_loads
from speccomm.warehouse.delta import DataFile
from speccomm.warehouse.locks import FileLock
from speccomm.warehouse.reading import TableReader, parquet_source
from speccomm.warehouse.selection import select_files
from speccomm.warehouse.tables import FINDINGS, REFUSED_ROWS, StoreTable, row_table, store_table


class TimeWithoutZone(ValueError):
    """A time given without its zone: a fault of the program."""


class Snapshot:
    """One version of the store, as at one time.

    Keep the snapshot while tables made from it are in use: it holds off the physical removal of
    its files. `as_at` None means everything received so far.
    """

    def __init__(
        self,
        reader: TableReader,
        record: CommitRecord,
        *,
        as_at: datetime | None,
        held: FileLock | None = None,
    ) -> None:
        if as_at is not None and as_at.tzinfo is None:
            raise TimeWithoutZone(f"{as_at} has no zone")
        self._reader = reader
        self._held = held
        self.record = record
        self.as_at = as_at

    @property
    def version(self) -> int:
        """The number of the commit this shows."""
        return self.record.version

    @property
    def key_id(self) -> str:
        """The key under which the pseudonyms of this version are made."""
        return self.record.key_id

    def release(self) -> None:
        """Say that the snapshot is read no more."""
        if self._held is not None:
            self._held.release()

    def register(self, name: str) -> pa.Table:
        """A whole register (slices, loads, a register of evidence ...), not cut to `as_at`.

        One that this version of the store does not have yet is empty.
        """
        if name not in self.record.tables:
            return store_table(name).schema.empty_table()
        return self._reader.register(name, self.record.tables[name])

    def all_slices(self) -> pa.Table:
        """Every version of every slice, in the order committed, not cut to `as_at`."""
        return self.register("slices")

    def loads(self) -> pa.Table:
        """Every load, in the order committed, not cut to `as_at`."""
        return self.register("loads")

    def files(self) -> pa.Table:
        """The files of every load, not cut to `as_at`."""
        return self.register("files")

    def withdrawn(self) -> pa.Array:
        """The loads that are withdrawn as at this snapshot's time."""
        return withdrawn_loads(self.register("withdrawals"), as_at=self.as_at)

    @cached_property
    def _current(self) -> pa.Table:
        return current_slices(self.all_slices(), self.register("withdrawals"), as_at=self.as_at)

    def slices(self) -> pa.Table:
        """The current version of every slice, as at this snapshot's time."""
        return self._current

    def table(self, con: Backend, dataset: str) -> ir.Table:
        """The current accepted rows of a data set.

        Shape:   the columns of `tables.row_table(dataset)`; the rows of every current slice.
        Missing: a data set never loaded is an empty table of the declared columns.
        Raises:  UnknownName for a data set that is not one of the five.
        """
        table = row_table(dataset)
        selection = select_files(
            self._files(table),
            every=_of_dataset(self.all_slices(), dataset),
            current=_of_dataset(self.slices(), dataset),
        )
        parts = []
        name = self._view_name(table, "current")
        if selection.whole:
            parts.append(self._select(table, selection.whole))
        if selection.mixed:
            con.con.register(f"{name}_slices", selection.pairs)
            join = "semi" if selection.keeps else "anti"
            parts.append(
                f"{self._select(table, selection.mixed)} "
                f"{join} join {name}_slices using (load_id, slice_number)"
            )
        return _view(con, name, table, parts)

    def load_rows(self, con: Backend, dataset: str, load_id: str) -> ir.Table:
        """The accepted rows of one load, current or not, withdrawn or not.

        Raises UnknownName for a data set that is not one of the five or a load that is not there.
        """
        table = row_table(dataset)
        self.require_load(load_id)
        return self._of_loads(con, table, [load_id])

    def findings(self, con: Backend, load_ids: Collection[str] | None = None) -> ir.Table:
        """The findings of some loads, or of all."""
        return self._of_loads(con, FINDINGS, load_ids)

    def refused_rows(self, con: Backend, load_ids: Collection[str] | None = None) -> ir.Table:
        """The encrypted blocks of refused rows of some loads, or of all."""
        return self._of_loads(con, REFUSED_ROWS, load_ids)

    def all_rows(self, con: Backend, name: str) -> ir.Table:
        """Every row of any stored table, superseded and withdrawn ones too."""
        return self._of_loads(con, store_table(name), None)

    def require_load(self, load_id: str) -> None:
        """Raises UnknownName with the nearest known load unless the load is there."""
        known = self.loads()["load_id"].to_pylist()
        if load_id not in known:
            raise UnknownName("load", load_id, known)

    def data_files(self, name: str) -> list[DataFile]:
        """The Parquet files of a stored table in this version, in the order committed."""
        return list(self._files(store_table(name)))

    def data_paths(self, name: str) -> list[Path]:
        """Where the Parquet files of a stored table lie, in the order of `data_files`."""
        folder = self._reader.folder(name)
        return [folder / file.name for file in self._files(store_table(name))]

    def _files(self, table: StoreTable) -> list[DataFile]:
        if table.name not in self.record.tables:
            return []
        return self._reader.files(table.name, self.record.tables[table.name])

    def _of_loads(
        self, con: Backend, table: StoreTable, load_ids: Collection[str] | None
    ) -> ir.Table:
        files = [
            file.name
            for file in self._files(table)
            if load_ids is None
            or file.loads is None
            or any(file.loads[0] <= load <= file.loads[1] for load in load_ids)
        ]
        name = self._view_name(table, "all" if load_ids is None else "|".join(sorted(load_ids)))
        view = _view(con, name, table, [self._select(table, files)] if files else [])
        return view if load_ids is None else view.filter(view.load_id.isin(sorted(load_ids)))

    def _select(self, table: StoreTable, files: Sequence[str]) -> str:
        folder = self._reader.folder(table.name)
        columns = ", ".join(f'"{name}"' for name in table.names)
        source = parquet_source(folder / file for file in files)
        return f"select {columns} from {source}"  # noqa: S608 - names made here

    def _view_name(self, table: StoreTable, what: str) -> str:
        key = f"{self._reader.folder(table.name)}|{self.version}|{self.as_at}|{what}"
        return f"store_{table.name}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _of_dataset(slices: pa.Table, dataset: str) -> pa.Table:
    return slices.filter(pc.equal(slices["dataset"], dataset))


def _view(con: Backend, name: str, table: StoreTable, parts: Sequence[str]) -> ir.Table:
    """Name the rows in the engine and hand them on as an Ibis table of the declared columns."""
    if parts:
        con.raw_sql(f"create or replace view {name} as {' union all '.join(parts)}")
    else:
        con.con.register(name, table.schema.empty_table())
    return con.table(name)
