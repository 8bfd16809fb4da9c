"""Questions to the engine compiled once in a process: that takes longer than asking most of them."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

_COMPILED: dict[tuple[str, ...], str] = {}


def compiled_once(key: tuple[str, ...], build: Callable[[], ir.Table]) -> str:
    """The engine's text of a question. `key` must tell apart everything `build` depends on."""
    if key not in _COMPILED:
        _COMPILED[key] = str(ibis.to_sql(build(), dialect="duckdb"))
    return _COMPILED[key]
