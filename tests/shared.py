"""What many tests read and none changes, made once in a run of the tests for all its processes."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER_VARIABLE = "TESTS_SHARED_FOLDER"  # set by tests/conftest.py before workers begin


def shared_folder() -> Path:
    """Where the processes of this run share things; of this process alone outside of a run."""
    if FOLDER_VARIABLE not in os.environ:
        begin_sharing()
        atexit.register(end_sharing)
    return Path(os.environ[FOLDER_VARIABLE])


def begin_sharing() -> None:
    """Make the folder that this process and those it begins share things in."""
    os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="speccomm-tests-")


def end_sharing() -> None:
    """Remove what was shared."""
    shutil.rmtree(os.environ.pop(FOLDER_VARIABLE), ignore_errors=True)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` filled, in this process or another; others wait until it is full.

    A folder whose making failed is made anew by the next that asks.
    """
    folder = shared_folder() / name
    done = folder.with_name(f"{name}.made")
    with folder.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
