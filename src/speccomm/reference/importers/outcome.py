"""What an import did: how many rows were read and kept, and why the others were not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

KINDS = ("epraccur", "etr", "ets", "successors", "nhspd", "calendar")


class Connection(Protocol):
    """The part of an Ibis DuckDB connection an importer uses."""

    con: Any  # the engine's own connection, which can be given a table in memory

    def raw_sql(self, query: str) -> Any: ...


@dataclass(frozen=True)
class ImportOutcome:
    """The outcome of one import; read is always kept plus refused.

    `refused` counts rows by reason and `notes` counts cells of kept rows that had to be left
    empty, by reason. `written` names the files that were replaced, `set_aside` those moved away.
    """

    kind: str
    file: Path
    read: int
    kept: int
    refused: dict[str, int]
    notes: dict[str, int]
    written: tuple[Path, ...]
    set_aside: tuple[Path, ...] = ()
    layout: str = ""
    layout_version: str = ""
