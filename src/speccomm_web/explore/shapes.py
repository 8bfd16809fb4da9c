"""Questions of one shape are compiled once, whichever codes they name.

To compile an expression takes several times as long as to answer it from the held figures. Most
questions differ only in their codes: those of a place, a provider, a service. So an expression is
built with a mark in the place of each set of codes, its text is kept, and each question puts its
own codes where the marks stand, quoted as the compiler would have quoted them.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any

MOST = 400  # texts kept in a process, the least lately used given up first
_MARK = re.compile("'⟦(\\w+)⟧'")
_texts: OrderedDict[str, str] = OrderedDict()
_writing = threading.Lock()


class Marks:
    """The codes of one question, each set under a mark that stands for it in an expression."""

    def __init__(self) -> None:
        self._held: dict[str, list[str]] = {}

    def many(self, name: str, codes: Collection[str]) -> frozenset[str]:
        """A stand-in for some codes. No codes at all is another shape, so it stands for itself."""
        if not codes:
            return frozenset()
        self._held[name] = sorted(codes)
        return frozenset({f"⟦{name}⟧"})

    def one(self, name: str, code: str) -> str:
        """A stand-in for one code."""
        return next(iter(self.many(name, {code})))

    def fill(self, text: str) -> str:
        """A text with the codes where their marks stand."""
        return _MARK.sub(lambda found: ", ".join(map(_quoted, self._held[found[1]])), text)

    def __repr__(self) -> str:
        return repr(sorted(self._held))


def text_of(shape: Any, marks: Marks, compiled: Callable[[], str]) -> str:
    """The SQL of a question, compiled only where none of its shape was compiled before.

    `compiled` gives the SQL with marks in it. `shape` is anything whose repr tells apart everything but the codes under `marks`.
    """
    key = repr((shape, marks))
    with _writing:
        text = _texts.get(key)
        if text is not None:
            _texts.move_to_end(key)
    if text is None:
        text = compiled()
        with _writing:
            _texts[key] = text
            while len(_texts) > MOST:
                _texts.popitem(last=False)
    return marks.fill(text)


def _quoted(code: str) -> str:
    return "'" + code.replace("'", "''") + "'"
