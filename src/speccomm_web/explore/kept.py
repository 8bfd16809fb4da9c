"""Answers kept: the same question of the same store version is worked out once.

The key holds the figures' mark, so that no answer of an earlier version of the store is shown for a
later one. A process keeps the answers it gave lately (settings CACHES["answers"]) and finds those
that any process gave in a place all share (CACHES["shared_answers"]); both are bounded.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

from django.core.cache import caches


class _Turn:
    """A lock that a dictionary may forget as soon as nobody holds or awaits it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


# A turn for each question: an answer may ask for others on its way, and never for itself.
_turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()
_taking = threading.Lock()
_MISSING = object()
log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


def kept(mark: str, question: Any, answer: Callable[[], Answer]) -> Answer:
    """The answer of a question at a mark, worked out where it is not kept.

    `question` is anything whose repr tells it apart. Two who ask at once wait for one answer.
    """
    own = caches["answers"]
    key = sha256(f"{_software()}|{mark}|{question!r}".encode()).hexdigest()
    found = own.get(key, _MISSING)
    if found is not _MISSING:
        return cast("Answer", found)
    with _taking:
        turn = _turns.setdefault(key, _Turn())
    with turn.lock:
        found = own.get(key, _MISSING)
        if found is _MISSING:
            found = caches["shared_answers"].get(key, _MISSING)
            if found is _MISSING:
                found = answer()
                _share(key, found)
            own.set(key, found)
    return cast("Answer", found)


def forget_shared() -> None:
    """Forget the answers that processes share: the store they were of has changed."""
    caches["shared_answers"].clear()


def _share(key: str, found: object) -> None:
    try:
        caches["shared_answers"].set(key, found)
    except OSError as problem:  # a full disk costs time, and no reader an answer
        log.warning("an answer could not be shared", extra={"problem": type(problem).__name__})


@cache
def _software() -> str:
    """What changes with any file of the program: no answer outlives the code that drew it."""
    newest = 0
    for name in ("speccomm", "speccomm_web"):
        found = find_spec(name)
        for folder in (found.submodule_search_locations or []) if found else []:
            files = (file for file in Path(folder).rglob("*.*") if file.suffix != ".pyc")
            newest = max(newest, *(file.stat().st_mtime_ns for file in files))
    return str(newest)
