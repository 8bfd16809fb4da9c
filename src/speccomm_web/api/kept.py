"""Tables worked out lately, kept for the next who asks the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any


class KeptTables:
    """Tables worked out lately, as many as hold some number of rows together.

    One question at a time is worked out in a process, so that the memory it takes is bounded; two
    who ask the same wait for one answer.
    """

    def __init__(self, most_rows: int) -> None:
        self._most = most_rows
        self._kept: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._turn = threading.Lock()

    def table(self, key: Any, work: Callable[[], tuple[Any, int]]) -> Any:
        """What is kept under a key, or what `work` answers, with how many rows it has."""
        found = self._kept.get(key)
        if found is not None:
            return found[0]
        with self._turn:
            found = self._kept.get(key)
            if found is None:
                found = work()
                self._kept[key] = found
                while len(self._kept) > 1 and sum(n for _, n in self._kept.values()) > self._most:
                    self._kept.popitem(last=False)
        return found[0]

    def clear(self) -> None:
        """Forget every table."""
        with self._turn:
            self._kept.clear()


KEPT = KeptTables(most_rows=200_000)
