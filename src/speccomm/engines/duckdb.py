"""The embedded engine: DuckDB in memory, opened through Ibis, with limits given by the caller."""

from __future__ import annotations

from pathlib import Path

from ibis.backends.duckdb import Backend

from speccomm.engines.remembering import RememberingDuckDB
from speccomm.foundation.errors import Refusal

LEAST_MEMORY_MIB = 64


class EngineLimits(Refusal):
    """Memory or threads too small for the engine to run at all."""


def open_duckdb(
    *,
    memory_limit_mib: int,
    threads: int,
    temp_directory: Path | None = None,
    preserve_insertion_order: bool = False,
) -> Backend:
    """Open an in-memory DuckDB connection behind Ibis.

    Shape:   a connection with no tables; the caller disconnects it. Times are UTC.
    Units:   memory_limit_mib in MiB. The process may exceed it by up to about 2 GiB, so give the
             engine less than the machine may lose.
    Missing: no temp_directory means nothing spills to disk, and a query too large is an error.
    Raises:  EngineLimits for less than one thread or 64 MiB.
    """
    if threads < 1 or memory_limit_mib < LEAST_MEMORY_MIB:
        raise EngineLimits(
            f"The engine needs at least one thread and {LEAST_MEMORY_MIB} MiB of memory; "
            f"it was given {threads} and {memory_limit_mib} MiB."
        )
    backend = RememberingDuckDB().connect(
        threads=threads,
        memory_limit=f"{memory_limit_mib}MiB",
        temp_directory="" if temp_directory is None else str(temp_directory),
        preserve_insertion_order=preserve_insertion_order,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    # The store's files never change once written, so their footers are read once.
    backend.con.execute("set parquet_metadata_cache = true")
    return backend
