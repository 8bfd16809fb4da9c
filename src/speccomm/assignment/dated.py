"""Small reference tables as plain rows, and the rows in force on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from speccomm.reference import Reference

Row = Mapping[str, Any]


class ReferenceRows:
    """The reference tables as dictionaries, each read once; postcodes only as far as asked for."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._places: dict[str, dict[str, Any]] = {}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a small table."""
        if table not in self._rows:
            self._rows[table] = getattr(self.reference, table).to_pylist()
        return self._rows[table]

    def on(self, table: str, day: date) -> list[dict[str, Any]]:
        """The rows of a dated table in force on `day`."""
        return in_force(self.rows(table), day)

    def places(self, postcodes: Iterable[str | None]) -> dict[str, dict[str, Any]]:
        """The postcode directory's rows for some postcodes, keyed without spaces.

        Missing: a postcode the directory does not hold has no entry.
        """
        keys = {postcode_key(text) for text in postcodes} - {""}
        new = sorted(keys - set(self._places))
        if new:
            held = self._directory(new)
            self._places.update({key: held.get(key, {}) for key in new})
        return {key: self._places[key] for key in keys if self._places[key]}

    def place(self, postcode: str | None) -> dict[str, Any] | None:
        """The postcode directory's row for one postcode."""
        return self.places([postcode]).get(postcode_key(postcode))

    def _directory(self, keys: list[str]) -> dict[str, dict[str, Any]]:
        table = self.reference.postcodes
        # The directory writes postcodes one way, so they need not be rewritten to be found.
        written = pa.array([f"{key[:-3]} {key[-3:]}" for key in keys], pa.string())
        chosen = table.filter(pc.is_in(table["postcode"], value_set=written))
        return {postcode_key(row["postcode"]): row for row in chosen.to_pylist()}


def postcode_key(text: str | None) -> str:
    """A postcode in capitals without spaces; empty where missing."""
    return (text or "").replace(" ", "").upper()


def in_force(rows: Iterable[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """The rows in force on `day`: from_date inclusive, to_date exclusive, missing is open."""
    return [
        row
        for row in rows
        if (row["from_date"] is None or row["from_date"] <= day)
        and (row["to_date"] is None or day < row["to_date"])
    ]


def latest_by(rows: Iterable[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    """One row per value of `key`: the one that began last; ties go to the later row."""
    chosen: dict[str, dict[str, Any]] = {}
    for row in rows:
        held = chosen.get(row[key])
        if held is None or _began(row) >= _began(held):
            chosen[row[key]] = row
    return chosen


def _began(row: Row) -> date:
    began: date | None = row["from_date"]
    return began or date.min
