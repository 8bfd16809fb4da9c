"""What a backup says of itself. It is written last, so a backup without one was never finished."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

MANIFEST = "backup.json"
FORMAT = 1
CHUNK = 1 << 20


class BackupRefused(Exception):
    """A backup that cannot be made, or cannot be put back: what is wrong, and what to do."""


@dataclass
class Manifest:
    """The content of a backup.

    `audit_mark` tells whether two installations have the same audit key without telling the key.
    `store_version` and `store_key_id` are None where there was no store. `counts` are the rows of
    each table of the records, `migrations` those applied, `files` the hash of every file by its
    path in the backup.
    """

    made_at: str
    speccomm_version: str
    vendor: str
    audit_mark: str
    migrations: list[str]
    counts: dict[str, int]
    store_version: int | None
    store_key_id: str | None
    with_keys: bool
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def audit_mark() -> str:
    """A mark of this installation's audit key."""
    key = str(settings.AUDIT_KEY).encode()
    return hmac.new(key, b"speccomm backup", hashlib.sha256).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it whole or not at all."""
    draft = folder / f".{MANIFEST}"
    with draft.open("w", encoding="utf-8") as out:
        json.dump(asdict(manifest), out, indent=1, sort_keys=True)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup says of itself.

    Raises:  BackupRefused where there is none, or it is not one that this release reads.
    """
    try:
        said: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        manifest = Manifest(**said) if said.get("format") == FORMAT else None
    except (OSError, ValueError, TypeError, AttributeError) as problem:
        raise BackupRefused(
            f"{folder} holds no finished backup: its {MANIFEST} is missing or cannot be read."
        ) from problem
    if manifest is None:
        raise BackupRefused(
            f"The backup in {folder} has format {said.get('format')}; this release reads {FORMAT}. "
            "Use the release that made it."
        )
    return manifest


def refuse_damaged(folder: Path, manifest: Manifest) -> None:
    """Read every file again and compare.

    Raises:  BackupRefused naming a file that is missing, changed, or was not there.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BackupRefused(f"The backup is damaged: {name} is missing. Use another.")
        if file_hash(path) != expected:
            raise BackupRefused(f"The backup is damaged: {name} is not as it was. Use another.")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    more = sorted(there - set(manifest.files) - {MANIFEST})
    if more:
        raise BackupRefused(f"The backup was added to: {more[0]} is not part of it. Use another.")


def file_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copied(source: Path, target: Path) -> str:
    """Copy a file, readable by its owner only, and return the hash of what was written."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    hashed = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written:
        os.fchmod(written.fileno(), 0o600)
        while chunk := read.read(CHUNK):
            written.write(chunk)
            hashed.update(chunk)
        written.flush()
        os.fsync(written.fileno())
    return hashed.hexdigest()


@contextmanager
def new_folder(folder: Path, remove: Callable[[Path], None]) -> Iterator[None]:
    """Make the folder of a new backup, and remove it should the backup fail.

    Raises:  BackupRefused where something is there already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused(f"{folder} is not empty. Name a new folder for each backup.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    try:
        yield
    except BaseException:
        remove(folder)
        raise
