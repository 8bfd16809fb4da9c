"""Answers kept: the same question of the same store version is worked out once.

The key holds the figures' mark, so that no answer of an earlier version of the store is shown for a
later one. The cache is bounded (settings CACHES["answers"]) and belongs to the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.core.cache import caches

_locks = tuple(threading.Lock() for _ in range(64))
_MISSING = object()


def kept[Answer](mark: str, question: Any, answer: Callable[[], Answer]) -> Answer:
    """The answer of a question at a mark, worked out where it is not kept.

    `question` is anything whose repr tells it apart. Two who ask at once wait for one answer.
    """
    cache = caches["answers"]
    key = sha256(f"{mark}|{question!r}".encode()).hexdigest()
    found = cache.get(key, _MISSING)
    if found is not _MISSING:
        return found
    with _locks[int(key[:2], 16) % len(_locks)]:
        found = cache.get(key, _MISSING)
        if found is _MISSING:
            found = answer()
            cache.set(key, found)
    return found
