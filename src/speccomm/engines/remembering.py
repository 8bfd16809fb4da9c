"""DuckDB behind Ibis that compiles questions of one form once.

To compile an expression takes longer than most stores take to answer it. A process that asks the
same of other tables, of the next version of a store or for the next pack, has the text already:
only the names of the tables are put in their places.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend
from ibis.common.graph import Node
from ibis.expr.datatypes import DataType
from ibis.expr.operations.relations import Namespace
from ibis.expr.schema import Schema

MOST = 500  # texts kept in a process, the least lately used given up first
# Names that end so were made for one table and stand for nothing else in a text.
_MADE_UP = re.compile(r"\w+_[0-9a-z]{12,}")
_PLACE = re.compile("⟪([0-9]+)⟫")
_PLAIN = (str, bytes, bool, int, float, Decimal, date, time, timedelta, Enum, Namespace, type(None))
_texts: OrderedDict[bytes, str] = OrderedDict()
_guard = threading.Lock()


class RememberingDuckDB(Backend):  # type: ignore[misc] # Ibis has no types
    """As Ibis's own, with the texts of questions kept for others of the same form."""

    def compile(self, expr: ir.Expr, /, **more: Any) -> str:
        """The text of an expression, as Ibis compiles it."""
        form = _Form(expr.op())
        if not form.known or any(more.values()):
            return str(super().compile(expr, **more))
        with _guard:
            text = _texts.get(form.key)
            if text is not None:
                _texts.move_to_end(form.key)
        if text is None:
            text = form.without_names(super().compile(expr, **more))
            with _guard:
                _texts[form.key] = text
                while len(_texts) > MOST:
                    _texts.popitem(last=False)
        return form.with_names(text)


class _Form:
    """All that the text of an expression depends on, and apart from it the names of its tables.

    `known` is whether that is so: an expression may hold something that cannot be told by value.
    """

    def __init__(self, op: Node) -> None:
        self.known = True
        self._names: dict[str, int] = {}
        self._numbers = {id(op): 0}
        self._nodes = [op]
        told = [self._told(node) for node in self._nodes]  # grows while it is walked along
        self.key = hashlib.sha256("\n".join(told).encode()).digest()

    def without_names(self, text: str) -> str:
        """A text with a numbered place for each name."""
        for name, number in self._names.items():
            text = text.replace(f'"{name}"', f"⟪{number}⟫")
        return text

    def with_names(self, text: str) -> str:
        """A text with the names of this expression's tables in their places."""
        names = [f'"{name}"' for name in self._names]
        return _PLACE.sub(lambda found: names[int(found[1])], text)

    def _told(self, node: Node) -> str:
        kind, values = type(node), list(node.__args__)
        self.known &= kind.__module__.startswith("ibis.expr.operations")
        if isinstance(node, ops.InMemoryTable | ops.DatabaseTable):
            # Neither data nor engine is in the text.
            values = [self._place(node.name), node.schema, getattr(node, "namespace", None)]
        return f"{kind.__name__} {' '.join(map(self._value, values))}"

    def _place(self, name: str) -> str | int:
        return self._names.setdefault(name, len(self._names)) if _MADE_UP.fullmatch(name) else name

    def _value(self, value: Any) -> str:
        if isinstance(value, Node):
            number = self._numbers.get(id(value))
            if number is None:
                number = self._numbers[id(value)] = len(self._nodes)
                self._nodes.append(value)
            return f"#{number}"
        if isinstance(value, tuple):
            return f"({' '.join(map(self._value, value))})"
        if isinstance(value, DataType | Schema):
            return _type_words(value)
        if isinstance(value, Mapping):
            return f"{{{' '.join(f'{k!r}:{self._value(v)}' for k, v in value.items())}}}"
        if isinstance(value, frozenset) and all(isinstance(one, str) for one in value):
            value = tuple(sorted(value))
            return f"{{{' '.join(map(self._value, value))}}}"
        told = repr(value)
        self.known &= isinstance(value, _PLAIN) and "⟪" not in told
        return told


@lru_cache(maxsize=1000)
def _type_words(kind: DataType | Schema) -> str:
    return repr(kind)
