"""What a copy of the store is made of: the files of one commit and of every version before it.

Files are only ever added, and the commit record comes last. So the files that a record and those
before it name can be copied while a load goes on, and together are the store as it then was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from speccomm.warehouse.commits import CommitRecord, read_record, record_path
from speccomm.warehouse.delta import files_at
from speccomm.warehouse.store import OWN_FILE, open_store

LOG_FILE = re.compile(r"(\d{20})\.(?:json|checkpoint(?:\.\d+\.\d+)?\.parquet)")


@dataclass(frozen=True)
class HeldVersion:
    """A version of a store with the files of a copy of it, named from the store's folder."""

    version: int
    key_id: str
    files: tuple[Path, ...]


@contextmanager
def held_version(path: Path) -> Iterator[HeldVersion]:
    """Hold the newest version of a store while it is copied: nothing of it is removed meanwhile.

    Raises:  NoStore where there is none.
    """
    store = open_store(path)
    snapshot = store.snapshot()
    try:
        newest = snapshot.record
        first = read_record(store.commits, newest.readable_from)
        files = [
            *(record_path(store.commits, number) for number in _numbers(first, newest)),
            path / "readers" / str(newest.readable_from),
        ]
        for name, delta_version in newest.tables.items():
            folder = store.reader.folder(name)
            files += _log(folder, delta_version)
            files += _data(folder, name, first=first, newest=newest)
        yield HeldVersion(
            newest.version, newest.key_id, tuple(file.relative_to(path) for file in sorted(files))
        )
    finally:
        snapshot.release()


def _numbers(first: CommitRecord, newest: CommitRecord) -> range:
    return range(first.version, newest.version + 1)


def _log(folder: Path, version: int) -> list[Path]:
    """The table's log up to a version. `_last_checkpoint` is only a hint, and is left out."""
    found = [(file, LOG_FILE.fullmatch(file.name)) for file in (folder / "_delta_log").iterdir()]
    return [file for file, own in found if own and int(own[1]) <= version]


def _data(folder: Path, name: str, *, first: CommitRecord, newest: CommitRecord) -> list[Path]:
    """The data files that a version which can still be read may name: never a purged one."""
    kept = (
        {file.name for file in files_at(folder, first.tables[name])}
        if name in first.tables
        else set()
    )
    found = [(file, OWN_FILE.fullmatch(file.name)) for file in folder.glob("*.parquet")]
    return [
        file
        for file, own in found
        if own
        and int(own[1]) <= newest.version
        and (int(own[1]) >= first.version or file.name in kept)
    ]
