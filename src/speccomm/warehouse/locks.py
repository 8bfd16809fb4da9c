"""Locks between processes: files held with flock, which the system lets go when a process dies."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from types import TracebackType

from speccomm.foundation.errors import Refusal

POLL_SECONDS = 0.02


class StoreBusy(Refusal):
    """Another process is writing to the store and did not finish in time."""

    def __init__(self, path: Path, holder: str, waited_seconds: float) -> None:
        self.holder = holder
        self.waited_seconds = waited_seconds
        super().__init__(
            f"The store {path.parent} is being written by {holder}. "
            f"Waited {waited_seconds:g} seconds. Try again when it has finished."
        )


class FileLock:
    """A lock on a file, shared or exclusive. Freed by `release`, by `with`, or by death.

    Two locks taken by one process on one file exclude each other like any other two.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free now. Returns whether it was taken.

        An exclusive lock makes its file. A shared one needs no right to write and is not taken
        where the file is gone.
        """
        try:
            flags = os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT
            handle = os.open(self.path, flags, 0o644)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def wait(self, *, wait_seconds: float, holder: str) -> None:
        """Take the lock exclusively, waiting for it, and write who holds it into the file.

        Raises StoreBusy naming the holder if it is not free in time.
        """
        if not self.try_for(wait_seconds=wait_seconds):
            raise StoreBusy(self.path, _read_holder(self.path), wait_seconds)
        self._sign(holder)

    def try_for(self, *, wait_seconds: float) -> bool:
        """Take the lock exclusively, waiting for it. Returns whether it was taken in time."""
        for _ in range(round(wait_seconds / POLL_SECONDS)):
            if self.acquire():
                return True
            time.sleep(POLL_SECONDS)
        return self.acquire()

    def release(self) -> None:
        """Let the lock go; harmless when it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _sign(self, holder: str) -> None:
        assert self._handle is not None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps({"pid": os.getpid(), "for": holder}).encode(), 0)

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def __del__(self) -> None:
        self.release()


def _read_holder(path: Path) -> str:
    try:
        signed = json.loads(path.read_text(encoding="utf-8"))
        return f"{signed['for']} (process {signed['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
