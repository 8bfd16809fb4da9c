"""One line of progress on standard error, when somebody is there to read it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CLEAR = "\r\x1b[K"


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function of (what, done, total) that redraws one line; silent off a terminal.

    A total of 0 is one that is not known: the count alone is shown.
    """
    shown = sys.stderr.isatty()

    def say(what: str, done: int, total: int) -> None:
        if shown:
            much = f"{100 * done // total}%" if total > 0 else f"{done:,}" if done else ""
            print(f"{CLEAR}{what} {much}".rstrip(), end="", file=sys.stderr, flush=True)

    try:
        yield say
    finally:
        if shown:
            print(CLEAR, end="", file=sys.stderr, flush=True)
