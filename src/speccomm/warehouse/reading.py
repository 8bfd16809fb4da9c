"""Reading the store's tables at fixed versions, remembering what was read.

A table at a version never changes, so what is read once is kept for the life of the store object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from speccomm.warehouse.delta import DataFile, files_at
from speccomm.warehouse.tables import store_table

REMEMBERED = 64
_GLOB = re.compile(r"[*?\[]")


class TableReader:
    """Reads file lists and whole registers of one store."""

    def __init__(self, tables_folder: Path) -> None:
        self._folder = tables_folder
        self._files: dict[tuple[str, int], list[DataFile]] = {}
        self._registers: dict[tuple[str, int], pa.Table] = {}

    def folder(self, table: str) -> Path:
        return self._folder / store_table(table).name

    def files(self, table: str, version: int) -> list[DataFile]:
        """The files of a table at a version, in the order they were committed."""
        if (table, version) not in self._files:
            _forget_oldest(self._files)
            self._files[table, version] = files_at(self.folder(table), version)
        return self._files[table, version]

    def register(self, table: str, version: int) -> pa.Table:
        """A whole small table at a version, its rows in the order they were committed."""
        if (table, version) not in self._registers:
            _forget_oldest(self._registers)
            paths = [self.folder(table) / file.name for file in self.files(table, version)]
            self._registers[table, version] = read_whole(paths, store_table(table).schema)
        return self._registers[table, version]


def read_whole(paths: list[Path], schema: pa.Schema) -> pa.Table:
    """The rows of small Parquet files, one after another, as one table of the declared schema."""
    parts = []
    for path in paths:
        with pq.ParquetFile(path) as parquet:
            parts.append(parquet.read().select(schema.names).cast(schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def parquet_source(paths: Iterable[Path]) -> str:
    """The engine's call that reads exactly these files, whatever marks their paths hold."""
    exact = (_GLOB.sub(r"[\g<0>]", str(path)) for path in paths)
    return f"read_parquet([{', '.join(sql_text(path) for path in exact)}])"


def sql_text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _forget_oldest(memory: dict[tuple[str, int], Any]) -> None:
    while len(memory) >= REMEMBERED:
        memory.pop(next(iter(memory)))
