"""Write an imported table beside its place and move it there whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from speccomm.reference.folder import CHECKED_MARK, csv_table
from speccomm.reference.importers.outcome import Connection
from speccomm.reference.importers.source import quoted
from speccomm.reference.tables import TABLES

PART = ".part"
SET_ASIDE = ".set_aside"


def write_csv(connection: Connection, query: str, table: str, folder: Path) -> Path:
    """Write a query's answer as the folder's CSV file of a table, checked as it will be read.

    The file in place is replaced only by a whole file that `open_reference` would accept.
    """
    return _write(table, folder, lambda part: _copy_csv(connection, query, table, part))


def write_parquet(connection: Connection, query: str, table: str, folder: Path) -> tuple[Path, ...]:
    """Write a query's answer as the folder's Parquet file of a table; name files set aside.

    The caller has checked keys and required columns; the file says so, and is not checked again
    each time it is opened. A CSV file of the same table is renamed, never deleted.
    """
    target = (folder / str(TABLES[table].file)).with_suffix(".parquet")
    part = target.with_name(target.name + PART)
    try:
        connection.raw_sql(
            f"COPY ({query}) TO {quoted(str(part))} (FORMAT parquet, COMPRESSION zstd, "
            f"KV_METADATA {{{CHECKED_MARK.decode()}: 'yes'}})"
        )
        _flush(part)
        csv_file = target.with_suffix(".csv")
        aside = csv_file.with_name(csv_file.name + SET_ASIDE)
        held = csv_file.exists()
        if held:
            os.replace(csv_file, aside)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return (target, aside) if held else (target,)


def _copy_csv(connection: Connection, query: str, table: str, part: Path) -> None:
    connection.raw_sql(f"COPY ({query}) TO {quoted(str(part))} (FORMAT csv, HEADER true)")
    csv_table(TABLES[table], part)


def _write(table: str, folder: Path, fill: Callable[[Path], None]) -> Path:
    target = folder / str(TABLES[table].file)
    part = target.with_name(target.name + PART)
    try:
        fill(part)
        _flush(part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
