"""The ledger of publications: what a pack was checked against, and what it will add when it leaves."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from speccomm.publishing.publication import keep_record
from speccomm_web.runs.library import library

RELEASES = "releases"


def ledger_state(folder: Path | None = None) -> str:
    """A hash of the records that stand in the ledger: it changes whenever something is published.

    `folder` holds the records of a ledger that is yet to come; None is the ledger as it is.
    """
    at = folder or library().packs / RELEASES
    records = sorted(at.glob("*.json")) if at.is_dir() else []
    marks = sorted(hashlib.sha256(record.read_bytes()).hexdigest() for record in records)
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


@contextmanager
def ledger_to_come() -> Iterator[Path]:
    """A copy of the ledger, to which the packs of a region are added as each of them is built.

    Each is checked against those before it as if they had been published already.
    """
    place = library().packs
    place.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".ledger-", dir=place) as made:
        for record in sorted((place / RELEASES).glob("*.json")):
            shutil.copy2(record, made)
        yield Path(made)


def add_to_come(folder: Path, waiting: Path) -> None:
    """Add the waiting record of a pack to a ledger that is yet to come."""
    keep_record(folder, json.loads(waiting.read_text("utf-8")))


def waiting_record(folder: str) -> Path:
    """Where the record of a pack waits until the pack is published."""
    waiting = library().packs / "waiting-releases"
    waiting.mkdir(parents=True, exist_ok=True)
    return waiting / f"{folder}.json"


def enter_in_ledger(folder: str) -> None:
    """Add the waiting record of a pack to the ledger. The record stays, so that this may be repeated."""
    record = json.loads(waiting_record(folder).read_text("utf-8"))
    keep_record(library().packs / RELEASES, record)
