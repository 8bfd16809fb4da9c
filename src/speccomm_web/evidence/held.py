"""The registers of the store at its newest version, narrowed to what a viewer may see.

A version of the store never changes, so that what was read of one is kept for the next reader.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.engines import open_duckdb
from speccomm.quality import REGISTERS, Registers, registers_on, standing_statements
from speccomm.warehouse import open_store
from speccomm_web.accounts.viewer import Scope, Viewer
from speccomm_web.evidence.names import names
from speccomm_web.evidence.sight import reading_scopes, sees
from speccomm_web.runs.library import Library, Refusal, library

Row = dict[str, Any]
MOST_ANSWERS = 60  # of one version and sight


@dataclass(frozen=True)
class Held:
    """What was recorded of each register, narrowed; `standing` is the last word from each date."""

    version: int
    scopes: frozenset[Scope]
    recorded: Mapping[str, pa.Table]
    standing: Mapping[str, pa.Table]
    _answers: dict[Hashable, list[Row]] = field(default_factory=dict, compare=False)

    def registers(self, on: date) -> Registers:
        """The registers as they hold on a day."""
        return registers_on(self.standing, on=on)

    def answer(
        self, question: Callable[[Registers], ir.Table], *, on: date, asked: Hashable
    ) -> list[Row]:
        """The rows of a question on a day, worked out once; `asked` tells it from every other."""
        found = self._answers.get((on, asked))
        if found is None:
            found = answer(question, self.registers(on))
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            self._answers[(on, asked)] = found
        return [dict(row) for row in found]


def held_for(viewer: Viewer) -> Held | None:
    """The registers for a viewer, None where there is no store yet."""
    version = library().store_version()
    scopes = reading_scopes(viewer)
    if version is None or not scopes:
        return None
    return _narrowed(library().store, version, scopes)


def everyones(name: str) -> pa.Table:
    """The standing statements of a register whoever may see them: to be compared, never shown."""
    version = library().store_version()
    register = REGISTERS[name]
    if version is None:
        return register.stored.empty_table()
    rows = _recorded(library().store, version)[name]
    return standing_statements(register, rows, recorded_by=None)


def answer(question: Callable[[Registers], ir.Table], registers: Registers) -> list[Row]:
    """Ask the registers a question of `speccomm.quality`, and give its rows as plain values."""
    place: Library = library()
    con = open_duckdb(
        memory_limit_mib=place.engine.memory_limit_mib,
        threads=1,
        temp_directory=place.engine.temp_directory,
    )
    try:
        rows: list[Row] = con.to_pyarrow(question(registers)).to_pylist()
    finally:
        con.disconnect()
    return rows


@lru_cache(maxsize=16)
def _narrowed(store: Path, version: int, scopes: frozenset[Scope]) -> Held:
    known = names()
    recorded = {
        name: rows.filter(
            pa.array([sees(scopes, row, known) for row in rows.to_pylist()], pa.bool_())
        )
        for name, rows in _recorded(store, version).items()
    }
    standing = {
        name: standing_statements(REGISTERS[name], rows, recorded_by=None)
        for name, rows in recorded.items()
    }
    return Held(version, scopes, recorded, standing)


@lru_cache(maxsize=2)
def _recorded(store: Path, version: int) -> dict[str, pa.Table]:
    """Every statement of every register that was not withdrawn."""
    try:
        snapshot = open_store(store).snapshot(version=version)
    except Refusal:
        return {name: register.stored.empty_table() for name, register in REGISTERS.items()}
    try:
        withdrawn = snapshot.withdrawn()
        found = {}
        for name in REGISTERS:
            rows = snapshot.register(name)
            found[name] = rows.filter(pc.invert(pc.is_in(rows["load_id"], value_set=withdrawn)))
    finally:
        snapshot.release()
    return found
