"""Staging folders: where a load writes its files before the store takes them.

Each folder is held by a lock that dies with its process, so that a later writer can tell the
leavings of a dead load from the work of a living one.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from speccomm.foundation.errors import Refusal
from speccomm.warehouse.locks import FileLock

HELD = ".held"
GATE_SECONDS = 30.0


class LoadInProgress(Refusal):
    """Another process prepares a load of the same name."""


class NotALoadName(Refusal):
    """A load id that cannot name a folder."""


class Staging:
    """The staging folders of one store that this process holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._gate = folder.parent / "staging.lock"
        self._held: dict[str, FileLock] = {}

    def open(self, load_id: str) -> Path:
        """The staging folder of a load, made and held if this process does not hold it yet.

        Raises LoadInProgress if another process holds it, NotALoadName for one with a path in it.
        """
        path = self._folder / load_id
        if load_id in self._held:
            return path
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]*", load_id):
            raise NotALoadName(
                f"{load_id!r} cannot name a load: use letters, digits and -_.+ only."
            )
        with FileLock(self._gate) as gate:
            gate.wait(wait_seconds=GATE_SECONDS, holder=f"load {load_id}")
            if path.exists() and not _remove_if_dead(path):
                raise LoadInProgress(f"Load {load_id} is being prepared by another process.")
            path.mkdir(parents=True)
            held = FileLock(path / HELD)
            assert held.acquire(), "a folder just made is free"
        self._held[load_id] = held
        return path

    def close(self, load_id: str) -> None:
        """Remove a load's staging folder if this process holds it."""
        held = self._held.pop(load_id, None)
        if held is not None:
            shutil.rmtree(self._folder / load_id, ignore_errors=True)
            held.release()

    def sweep(self) -> None:
        """Remove the folders of loads whose process has died."""
        if not self._folder.is_dir():
            return
        with FileLock(self._gate) as gate:
            gate.wait(wait_seconds=GATE_SECONDS, holder="a clean-up")
            for path in self._folder.iterdir():
                if path.name not in self._held:
                    _remove_if_dead(path)


def _remove_if_dead(path: Path) -> bool:
    """Remove a staging folder nobody holds. Returns whether it is gone. Call behind the gate."""
    with FileLock(path / HELD) as held:
        if not held.acquire():
            return False
        shutil.rmtree(path)
        return True
