"""The ledger of publications: what a pack was checked against, and what it will add when it leaves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from speccomm.publishing.publication import keep_record
from speccomm_web.runs.library import library

RELEASES = "releases"


def ledger_state() -> str:
    """A hash of the records that stand in the ledger: it changes whenever something is published."""
    folder = library().packs / RELEASES
    names = sorted(file.name for file in folder.glob("*.json")) if folder.is_dir() else []
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def waiting_record(folder: str) -> Path:
    """Where the record of a pack waits until the pack is published."""
    waiting = library().packs / "waiting-releases"
    waiting.mkdir(parents=True, exist_ok=True)
    return waiting / f"{folder}.json"


def enter_in_ledger(folder: str) -> None:
    """Add the waiting record of a pack to the ledger. The record stays, so that this may be repeated."""
    record = json.loads(waiting_record(folder).read_text("utf-8"))
    keep_record(library().packs / RELEASES, record)
