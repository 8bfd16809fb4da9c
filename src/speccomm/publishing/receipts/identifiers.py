"""The identifier of a figure: pack area, table, row and column, such as QWU.activity_icb.A06.intra.

It says where the figure stands and not what it is, so it stays the same from pack to pack.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from speccomm.foundation.errors import Refusal
from speccomm.publishing.model import PackTable
from speccomm.publishing.sourcing import ALL

NONE = "none"
BETWEEN_KEYS = "+"
NOT_KEPT = re.compile(r"[^A-Za-z0-9./_-]")
PARTS = re.compile(
    r"(?:(?P<area>[A-Za-z0-9_-]+)\.)?(?P<table>[a-z][a-z0-9_]*)\.(?P<row>\S+)\.(?P<column>\w+)"
)
SPACE, TAG = "~", ":"
TAG_LENGTH = 4


class NotAFigure(Refusal):
    """A text that is not the identifier of a figure."""


@dataclass(frozen=True)
class FigureName:
    """The parts of an identifier; `area` is empty where it was not given."""

    area: str
    table: str
    row: str
    column: str

    def __str__(self) -> str:
        return ".".join(part for part in (self.area, self.table, self.row, self.column) if part)


def parse_figure_name(text: str) -> FigureName:
    """The parts of an identifier. Raises NotAFigure for a text that has not four, or three."""
    found = PARTS.fullmatch(text.strip())
    if found is None:
        raise NotAFigure(
            f"{text!r} is not the identifier of a figure. One has area, table, row and column "
            "with full stops between, such as QWU.activity_icb.A06.intra."
        )
    return FigureName(found["area"] or "", found["table"], found["row"], found["column"])


def row_keys(table: PackTable) -> list[str]:
    """One key for each row of a table, each once: from its key columns, or else its heading.

    Rows that say the same are numbered, in their order.
    """
    columns = [key.column for key in table.keys] or [table.row_header]
    values = zip(*(table.rows.column(name).to_pylist() for name in columns), strict=True)
    keys = [BETWEEN_KEYS.join(key_text(value) for value in row) for row in values]
    return list(_each_once(keys))


def key_text(value: Any) -> str:
    """A value as part of a key. What could be mistaken for another value is told apart by a tag."""
    if value is None or value == "":
        return NONE
    if isinstance(value, date | datetime):
        return value.strftime("%Y%m%dT%H%M%S") if isinstance(value, datetime) else str(value)
    text = str(value)
    kept = NOT_KEPT.sub("_", text)
    if kept == text.replace(" ", "_") and text not in {ALL, NONE}:
        return text.replace(" ", SPACE)
    return f"{kept}{TAG}{hashlib.sha256(text.encode()).hexdigest()[:TAG_LENGTH]}"


def _each_once(keys: Iterable[str]) -> Iterable[str]:
    met: Counter[str] = Counter()
    for key in keys:
        met[key] += 1
        yield key if met[key] == 1 else f"{key}{TAG}{met[key]}"
