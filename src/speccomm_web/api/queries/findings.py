"""What a reader must know of figures, as plain values."""

from __future__ import annotations

import pyarrow as pa

SAID = ("check_id", "level", "sentence", "remedy")


def said_of(findings: pa.Table) -> list[dict[str, str]]:
    """The findings of an answer: check, level, sentence and remedy."""
    rows: list[dict[str, str]] = findings.select(list(SAID)).to_pylist()
    return rows
