"""The store: a folder of Delta Lake tables behind one commit record.

A folder `tables` of Delta tables, `commits` of commit records, `staging` of loads being prepared,
`readers` of the locks that hold off physical removal, and `write.lock`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from speccomm.foundation.errors import Refusal
from speccomm.warehouse.commits import (
    CommitRecord,
    find_record,
    newest_version,
    read_record,
    remove_drafts,
    write_record,
)
from speccomm.warehouse.delta import files_at, make_table, restore_files
from speccomm.warehouse.locks import FileLock
from speccomm.warehouse.reading import TableReader
from speccomm.warehouse.snapshot import Snapshot
from speccomm.warehouse.staging import Staging
from speccomm.warehouse.tables import EVIDENCE_TABLES, STORE_TABLES
from speccomm.warehouse.transaction import VERSION_DIGITS, Transaction

WAIT_SECONDS = 600.0
OWN_FILE = re.compile(rf"(\d{{{VERSION_DIGITS}}})-\d+-[0-9a-f]+\.parquet")


class NoStore(Refusal):
    """There is no store at the place named."""


class StoreExists(Refusal):
    """There is a store already where a new one was to be made."""


class Store:
    """An open store. Reading needs no lock; writing takes one across processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commits = path / "commits"
        self.reader = TableReader(path / "tables")
        self._readers = path / "readers"
        self._staging = Staging(path / "staging")

    @property
    def version(self) -> int:
        """The number of the newest commit."""
        return self._newest().version

    @property
    def mark(self) -> str:
        """What tells the store as it stands from any other, also from one made in its place."""
        newest = self._newest()
        return f"{newest.version}-{newest.committed_at}-{newest.key_id}"

    @property
    def key_id(self) -> str:
        """The key under which the pseudonyms held now are made."""
        return self._newest().key_id

    def snapshot(self, *, as_at: datetime | None = None, version: int | None = None) -> Snapshot:
        """The store as it is now, or as it was at commit `version`; its slices as at a time.

        Raises NoSuchVersion, or Purged where the version's data were physically removed.
        """
        while True:
            record, newest = find_record(self.commits, version)
            held = FileLock(self._reader_lock(newest.readable_from))
            held.acquire(shared=True)
            if self._newest().readable_from == newest.readable_from:
                return Snapshot(self.reader, record, as_at=as_at, held=held)
            held.release()

    def staging(self, load_id: str) -> Path:
        """A folder on the store's disk for a load's files; made on first asking.

        It is removed when the load is committed or discarded, or swept when the process has died.
        """
        return self._staging.open(load_id)

    def discard_staging(self, load_id: str) -> None:
        """Give up a load that was being prepared. Harmless if there is none."""
        self._staging.close(load_id)

    @contextmanager
    def write(
        self, *, purpose: str = "a load", wait_seconds: float = WAIT_SECONDS
    ) -> Iterator[Transaction]:
        """Take the write lock, mend what a dead writer left, and hand out a transaction.

        Leaving without a commit, or by an exception, leaves the store as it was.
        Raises StoreBusy, naming the holder, if the lock is not free in time.
        """
        with FileLock(self.path / "write.lock") as lock:
            lock.wait(wait_seconds=wait_seconds, holder=purpose)
            transaction = Transaction(self, self._newest(), self._mend())
            try:
                yield transaction
            finally:
                if transaction.committed is None:
                    self._mend()

    def remove_unreadable(self, *, wait_seconds: float) -> bool:
        """Physically remove files that only purged versions name. Call under the write lock.

        Waits for readers of those versions. Returns whether all is removed; if not, the next
        writer tries again.
        """
        newest = self._newest()
        waiting = [
            lock for lock in self._readers.iterdir() if int(lock.name) < newest.readable_from
        ]
        for path in sorted(waiting):
            with FileLock(path) as lock:
                if not lock.try_for(wait_seconds=wait_seconds):
                    return False
        if waiting:
            self._remove_files_before(read_record(self.commits, newest.readable_from))
        for path in waiting:
            path.unlink()
        return True

    def prepare_end_of_history(self) -> None:
        """Make the lock that readers of the next version will hold. Call before such a commit."""
        self._reader_lock(self._newest().version + 1).touch()

    def _newest(self) -> CommitRecord:
        return find_record(self.commits, None)[0]

    def _reader_lock(self, readable_from: int) -> Path:
        return self._readers / str(readable_from)

    def _mend(self) -> dict[str, int]:
        """Undo what a writer left that died before its record. Returns each table's version."""
        newest = self._newest()
        remove_drafts(self.commits)
        latest = {}
        for name, recorded in newest.tables.items():
            folder = self.reader.folder(name)
            beyond = folder / "_delta_log" / f"{recorded + 1:020d}.json"
            latest[name] = restore_files(folder, recorded=recorded) if beyond.exists() else recorded
            for path in folder.glob("*.parquet"):
                own = OWN_FILE.fullmatch(path.name)
                if own and int(own[1]) > newest.version:
                    path.unlink()
        for name in set(EVIDENCE_TABLES) - set(newest.tables):
            shutil.rmtree(self.reader.folder(name), ignore_errors=True)
        for lock in self._readers.iterdir():
            if int(lock.name) > newest.readable_from:
                lock.unlink()
        self._staging.sweep()
        self.remove_unreadable(wait_seconds=0)
        return latest

    def _remove_files_before(self, first_readable: CommitRecord) -> None:
        """Remove the files of a table that came before a version and that it does not name."""
        for name, version in first_readable.tables.items():
            folder = self.reader.folder(name)
            kept = {file.name for file in files_at(folder, version)}
            for path in folder.glob("*.parquet"):
                own = OWN_FILE.fullmatch(path.name)
                if own and int(own[1]) < first_readable.version and path.name not in kept:
                    path.unlink()


def open_store(path: Path) -> Store:
    """Open a store. Raises NoStore where there is none."""
    if newest_version(path / "commits") is None:
        raise NoStore(f"There is no store at {path}. `speccomm load` makes one.")
    return Store(path)


def create_store(path: Path, *, key_id: str) -> Store:
    """Make an empty store whose pseudonyms are under key `key_id`. Raises StoreExists."""
    store, made = _open_or_make(path, key_id=key_id)
    if not made:
        raise StoreExists(f"There is already a store at {path}.")
    return store


def open_or_create_store(path: Path, *, key_id: str) -> Store:
    """Open a store, or make an empty one where there is none."""
    return _open_or_make(path, key_id=key_id)[0]


def _open_or_make(path: Path, *, key_id: str) -> tuple[Store, bool]:
    if newest_version(path / "commits") is not None:
        return Store(path), False
    path.mkdir(parents=True, exist_ok=True)
    with FileLock(path / "write.lock") as lock:
        lock.wait(wait_seconds=WAIT_SECONDS, holder="the making of the store")
        if newest_version(path / "commits") is not None:
            return Store(path), False
        for folder in ("tables", "commits", "readers"):
            shutil.rmtree(path / folder, ignore_errors=True)
            os.mkdir(path / folder)
        for name, table in STORE_TABLES.items():
            make_table(path / "tables" / name, table)
        (path / "readers" / "0").touch()
        versions = dict.fromkeys(STORE_TABLES, 0)
        record = CommitRecord(0, None, "create", key_id, readable_from=0, tables=versions)
        write_record(path / "commits", record)
    return Store(path), True
