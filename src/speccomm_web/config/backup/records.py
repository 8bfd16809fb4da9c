"""The records in a backup: an SQLite file by its online backup, PostgreSQL by its own programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from speccomm_web.config.backup.manifest import BackupRefused

POSTGRESQL = Path("/usr/lib/postgresql")  # where Debian keeps the programs of each version
FILES = {"sqlite": "records.sqlite3", "postgresql": "records.dump"}


def dump_records(folder: Path) -> tuple[Path, dict[str, int]]:
    """Write the records into a folder as they are at one moment; the file, and rows by table.

    Raises:  BackupRefused where a program is missing or fails.
    """
    target = folder / FILES[connection.vendor]
    target.touch(mode=0o600)
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(str(connection.settings_dict["NAME"]))) as source:
            with closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
                return target, _sqlite_counts(copy)
    program = _program("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (moment,) = cursor.fetchone()
        counts = record_counts()
        _run([program, "--format=custom", "--no-owner", "--no-privileges",
              f"--snapshot={moment}", f"--file={target}"])  # fmt: skip
    return target, counts


def restore_records(file: Path, *, replace: bool) -> None:
    """Put the records of a backup in place of none, or with `replace` of those that are there."""
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"])
        connection.close()
        place.parent.mkdir(parents=True, exist_ok=True)
        for ending in ("", "-wal", "-shm"):
            place.with_name(place.name + ending).unlink(missing_ok=True)
        place.touch(mode=0o600)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(place)) as copy:
            source.backup(copy)
        return
    if replace:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    connection.close()
    name = str(connection.settings_dict["NAME"])
    _run([_program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error",
          "--single-transaction", f"--dbname={name}", str(file)])  # fmt: skip


def refuse_unreadable_records(file: Path) -> None:
    """Raises BackupRefused where the records of a backup cannot be read at all."""
    if connection.vendor == "sqlite":
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as held:
                (said,) = held.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.DatabaseError as problem:
            said = str(problem)
        if said != "ok":
            raise BackupRefused(f"The records of the backup cannot be read: {said}.")
    else:
        _run([_program("pg_restore"), "--list", str(file)], connect=False)


def record_counts() -> dict[str, int]:
    """How many rows each table of the records holds."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
            (found[name],) = cursor.fetchone()
    return found


def has_records() -> bool:
    """Whether there is anything in the database."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return False
    with connection.cursor() as cursor:
        return bool(connection.introspection.table_names(cursor))


def applied_migrations() -> list[str]:
    """The migrations that the records have had, as app.name."""
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def unknown_migrations(applied: Sequence[str]) -> list[str]:
    """Those of some migrations that this release does not know."""
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    return sorted(set(applied) - known)


def _sqlite_counts(held: sqlite3.Connection) -> dict[str, int]:
    names = held.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return {
        name: held.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for (name,) in sorted(names.fetchall())
    }


def _program(name: str) -> str:
    """Where a program of PostgreSQL is, the newest where there are several."""
    places = sorted(POSTGRESQL.glob(f"*/bin/{name}"),
                    key=lambda place: int(place.parts[-3]) if place.parts[-3].isdigit() else 0)  # fmt: skip
    found = shutil.which(name) or (str(places[-1]) if places else None)
    if found is None:
        raise BackupRefused(
            f"The records are in PostgreSQL, and its program {name} is not on this machine. "
            "Install PostgreSQL's client programs (on Debian: postgresql-client), of the server's "
            "version or newer, and try again."
        )
    return found


def _run(words: list[str], *, connect: bool = True) -> None:
    """Run a program of PostgreSQL; what it is told of the server is not seen in the process list."""
    given = connection.settings_dict
    told = {
        "PGHOST": given["HOST"], "PGPORT": str(given["PORT"]), "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"], "PGDATABASE": str(given["NAME"]),
    }  # fmt: skip
    environment = {**os.environ, **{name: value for name, value in told.items() if value}}
    done = subprocess.run(
        words, env=environment if connect else dict(os.environ),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BackupRefused(f"{Path(words[0]).name} failed: {last}")
