"""One line of progress on standard error, when somebody is there to read it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CLEAR = "\r\x1b[K"


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows a sentence in place of the last one; silent off a terminal."""
    shown = sys.stderr.isatty()

    def say(sentence: str) -> None:
        if shown:
            print(CLEAR + sentence, end="", file=sys.stderr, flush=True)

    try:
        yield say
    finally:
        say("")
