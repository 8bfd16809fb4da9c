"""The tables of held figures as a file, made once and opened by every process that answers.

A process that copied them into its own memory would hold some hundred megabytes, and each would read
the store again after every load. The file is compressed, and the system keeps its pages for all.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import duckdb
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

KEPT = 4  # files of one mark: its figures, and those as they stood at earlier moments
ENDING = ".duckdb"
Tables = Callable[[Backend], Mapping[str, ir.Table]]
log = logging.getLogger(__name__)


def attach_tables(
    con: Backend, folder: Path, mark: str, make: Callable[[Path], None], *, moment: str = ""
) -> bool:
    """Let an engine read the tables of a mark, as at a moment, making their file where there is none.

    A file that cannot be read, as after a failure of the disk, is made again. A new file removes
    those of every other mark, so that nothing purged from the store stays here, and of its own
    those used longest ago; a process that still reads one keeps it until it closes. Returns whether
    the file was made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{_short(mark)}-{_short(moment)}{ENDING}"
    try:
        _attach(con, file)
        return False
    except (OSError, duckdb.Error) as problem:
        if file.exists():
            log.warning("held figures are made again", extra={"problem": type(problem).__name__})
        coming = folder / f"{file.stem}.{secrets.token_hex(4)}.making"
        try:
            make(coming)
            os.replace(coming, file)
        finally:
            coming.unlink(missing_ok=True)
        _attach(con, file)
        _remove_old(folder, keep=_short(mark))
        return True


def write_tables(con: Backend, file: Path, tables: Tables) -> None:
    """Write what some expressions give to a new file, each with the types it declares."""
    con.raw_sql(f"attach '{_quoted(file)}' as making")
    for name, expression in tables(con).items():
        con.create_table(name, schema=expression.schema(), database="making.main")
        con.raw_sql(f'insert into making.main."{name}" {con.compile(expression)}')
    con.raw_sql("detach making")


def _attach(con: Backend, file: Path) -> None:
    os.utime(file)  # in use; and an error where there is none, before the engine would make one
    con.raw_sql(f"attach '{_quoted(file)}' as held (read_only)")
    for (name,) in con.con.execute(
        "select table_name from duckdb_tables() where database_name = 'held'"
    ).fetchall():
        con.raw_sql(f'create or replace view "{name}" as from held.main."{name}"')


def _remove_old(folder: Path, *, keep: str) -> None:
    files = sorted(folder.glob(f"*{ENDING}"), key=_used_at, reverse=True)
    own = [file for file in files if file.name.startswith(f"{keep}-")]
    for file in files:
        if file not in own[:KEPT]:
            file.unlink(missing_ok=True)


def _used_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # another process removed it
        return 0.0


def _short(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:16]


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
