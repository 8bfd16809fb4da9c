"""Commit records: one small file per commit, naming the Delta version of every table.

A commit exists when its record does. Records are written whole or not at all, and never changed.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from speccomm.foundation.errors import Refusal

RECORD_DIGITS = 20
LAYOUT = 1


class NoSuchVersion(Refusal):
    """A version of the store that was never committed."""

    def __init__(self, version: int, newest: int) -> None:
        self.version = version
        self.newest = newest
        super().__init__(f"The store has no version {version}; its newest is {newest}.")


class Purged(Refusal):
    """A version of the store whose data were physically removed."""

    def __init__(self, version: int, readable_from: int) -> None:
        self.version = version
        self.readable_from = readable_from
        super().__init__(
            f"Version {version} of the store was purged: its data were removed for good. "
            f"The oldest version that can be read is {readable_from}."
        )


class LaterLayout(Refusal):
    """A store written by a later release than this one."""


@dataclass(frozen=True)
class CommitRecord:
    """What one commit says of the whole store.

    `committed_at` is None for the record of the store's creation. `tables` gives the Delta version of every table. Versions before `readable_from` were purged
    or re-keyed and can no longer be read; `key_id` names the key of the pseudonyms held.
    """

    version: int
    committed_at: str | None
    action: str
    key_id: str
    readable_from: int
    tables: dict[str, int]
    layout: int = LAYOUT


def record_path(folder: Path, version: int) -> Path:
    return folder / f"{version:0{RECORD_DIGITS}d}.json"


def newest_version(folder: Path) -> int | None:
    """The number of the newest record, or None where nothing was ever committed."""
    if not folder.is_dir():
        return None
    numbers = [
        int(name[:RECORD_DIGITS])
        for name in os.listdir(folder)
        if len(name) == RECORD_DIGITS + len(".json") and name.endswith(".json")
    ]
    return max(numbers, default=None)


def read_record(folder: Path, version: int) -> CommitRecord:
    """Read one record that is known to exist. Raises LaterLayout for one of a later release."""
    content = json.loads(record_path(folder, version).read_text(encoding="utf-8"))
    if content.get("layout") != LAYOUT:
        raise LaterLayout(
            f"The store in {folder.parent} has layout {content.get('layout')}; this release of "
            f"speccomm reads layout {LAYOUT}. Use the release that wrote it."
        )
    return CommitRecord(**content)


def find_record(folder: Path, version: int | None) -> tuple[CommitRecord, CommitRecord]:
    """The record asked for, or the newest one; and the newest one.

    Raises NoSuchVersion for one never committed and Purged for one no longer readable.
    """
    newest = newest_version(folder)
    assert newest is not None, "a store has at least the record of its creation"
    latest = read_record(folder, newest)
    if version is None or version == newest:
        return latest, latest
    if not 0 <= version < newest:
        raise NoSuchVersion(version, newest)
    if version < latest.readable_from:
        raise Purged(version, latest.readable_from)
    return read_record(folder, version), latest


def write_record(folder: Path, record: CommitRecord) -> None:
    """Write a record so that it is there whole or not at all, also after a loss of power.

    Raises FileExistsError if the version is already taken, which the store's lock rules out.
    """
    draft = folder / f".{record.version}.{os.getpid()}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(record), file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, record_path(folder, record.version))
    finally:
        draft.unlink()
    sync_folder(folder)


def remove_drafts(folder: Path) -> None:
    """Remove drafts left by a process that died while writing. Call under the write lock."""
    for draft in folder.glob(".*"):
        draft.unlink()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make a file's content survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def say_instant(moment: datetime) -> str:
    """An instant as a record writes it."""
    return moment.isoformat(timespec="microseconds")
