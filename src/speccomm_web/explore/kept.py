"""Answers kept: the same question of the same store version is worked out once.

The key holds the figures' mark, so that no answer of an earlier version of the store is shown for a
later one. The cache is bounded (settings CACHES["answers"]) and belongs to the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from hashlib import sha256
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
Answer = TypeVar("Answer")


def kept(mark: str, question: Any, answer: Callable[[], Answer]) -> Answer:
    """The answer of a question at a mark, worked out where it is not kept.

    `question` is anything whose repr tells it apart. Two who ask at once wait for one answer.
    """
    cache = caches["answers"]
    key = sha256(f"{mark}|{question!r}".encode()).hexdigest()
    found = cache.get(key, _MISSING)
    if found is not _MISSING:
        return cast("Answer", found)
    with _taking:
        turn = _turns.setdefault(key, _Turn())
    with turn.lock:
        found = cache.get(key, _MISSING)
        if found is _MISSING:
            found = answer()
            cache.set(key, found)
    return cast("Answer", found)
