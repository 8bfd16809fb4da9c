"""Count the registers of evidence again: as a pack is built, and for one figure from the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from speccomm.jobs.evidence import register_on
from speccomm.jobs.reading import Reading
from speccomm.jobs.recounting.activity import SENT_AS, Sets
from speccomm.publishing.evidence_facts import PackEvidence
from speccomm.publishing.model import BadPack, Pack, PackTable
from speccomm.publishing.receipts.figures import (
    FigureRow,
    figure_columns,
    figure_rows,
    tables_with_figures,
    values_of,
)
from speccomm.publishing.receipts.saying import STATED_COLUMNS, Values
from speccomm.publishing.sourcing import Of, Stated
from speccomm.quality.fragile import REGION, area_table

Entry = dict[str, Any]
Counts = dict[tuple[str, str, str], int]
NULL, ELSEWHERE = "null", "elsewhere"
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda held, wanted: held == wanted,
    "!=": lambda held, wanted: held != wanted,
    ">=": lambda held, wanted: held is not None and held >= wanted,
    "<": lambda held, wanted: held is not None and held < wanted,
    "has": lambda held, wanted: wanted in (held or "").split("; "),
}


@dataclass(frozen=True)
class StatedCount:
    """A count, None where there is nothing to count, and the places of its entries in the register."""

    value: Decimal | int | None
    places: list[int]


class Entries:
    """The entries of one register that hold, under the codes of a map, found by service line."""

    def __init__(self, rows: pa.Table, *, areas: Mapping[str, str]) -> None:
        self._entries: list[Entry] = rows.to_pylist()
        self._by_service: dict[Any, list[int]] = defaultdict(list)
        for place, entry in enumerate(self._entries):
            if "reasons" in entry:
                entry["counted_area"] = _counted_area(entry, areas)
            self._by_service[entry.get("service_code")].append(place)

    def count(self, source: Stated, values: Values) -> StatedCount:
        """Count what a source names, of the keys that a row of its table has.

        Missing: None where the register holds nothing; where nothing that is added up or told apart
                 is stated.
        """
        places = [
            place
            for place in self._candidates(values)
            if _has_keys(self._entries[place], values)
            and all(_meets(self._entries[place], test) for test in source.tests)
        ]
        return StatedCount(self._measured(source.measure, places), places)

    def _candidates(self, values: Values) -> Iterator[int]:
        if Of.SERVICE in values:
            return iter(self._by_service.get(values[Of.SERVICE], []))
        return iter(range(len(self._entries)))

    def _measured(self, measure: str, places: list[int]) -> Decimal | int | None:
        if not self._entries:
            return None
        if measure == "rows":
            return len(places)
        how, column = measure.split(":")
        stated = [v for place in places if (v := self._entries[place][column]) is not None]
        if not stated:
            return None
        return len(set(stated)) if how == "different" else sum(stated, start=Decimal(0))


def count_stated(
    reading: Reading, source: Stated, values: Values, *, manifest: Mapping[str, Any]
) -> tuple[Decimal | int | None, pa.Table]:
    """Count one figure from the store: its value, and the entries of the register behind it."""
    sets: Sets = manifest["sets"]
    rows = _narrowed(reading, source, source.register, sets=sets)
    on_map = date.fromisoformat(manifest["organisation_map_date"])
    found = Entries(rows, areas=_areas(source.area, on_map)).count(source, values)
    kept = rows.take(pa.array(found.places, pa.int64()))
    names = pa.array([source.register] * kept.num_rows, pa.string())
    return found.value, kept.append_column("dataset", names)


def count_evidence(pack: Pack, evidence: PackEvidence) -> Counts:
    """How many entries stand behind each figure that a register of evidence answers.

    Raises:  BadPack where a declared source gives another figure than the table: a fault in the
             library, so no pack is made of it.
    """
    areas = dict(
        zip(*(evidence.areas[n].to_pylist() for n in ("icb_code", "area_code")), strict=True)
    )
    held: dict[str, Entries] = {}
    counts: Counts = {}
    for table in tables_with_figures(pack):
        columns = {c.name: c.source for c in figure_columns(table) if isinstance(c.source, Stated)}
        for row in figure_rows(table, {}, in_words=False) if columns else ():
            values = _own_values(table, row)
            for name, source in columns.items():
                if name not in row.figures:
                    continue
                if source.register not in held:
                    rows = evidence.registers[source.register]
                    held[source.register] = Entries(rows, areas=areas)
                found = held[source.register].count(source, values)
                _hold_to(table, row, name, found.value)
                counts[table.id, row.key, name] = len(found.places)
    return counts


def _own_values(table: PackTable, row: FigureRow) -> Values:
    if row.is_total:
        return {}
    values = values_of(table.keys, row.values)
    return {of: value for of, value in values.items() if of is not Of.NOTHING}


def _hold_to(table: PackTable, row: FigureRow, column: str, found: Decimal | int | None) -> None:
    text = row.figures[column].value
    stated = None if text is None else Decimal(text)
    if stated != found and not (found is None and stated == 0):
        raise BadPack(f"{table.id}.{row.key}.{column} is {stated}, its source counts {found}")


def _narrowed(reading: Reading, source: Stated, register: str, *, sets: Sets) -> pa.Table:
    """The entries that hold, of the area's providers, under the codes of the pack's map."""
    rows = register_on(reading.snapshot, register, on=date.fromisoformat(source.on))
    if register == "workforce":
        sites = set(_narrowed(reading, source, "provision", sets=sets)["site_code"].to_pylist())
        inside = [site in sites for site in rows["site_code"].to_pylist()]
        return rows.filter(pa.array(inside, pa.bool_()))
    if "provider_code" not in rows.column_names:
        return rows
    now = {
        code: name.removeprefix(SENT_AS)
        for name, codes in sets.items()
        if name.startswith(SENT_AS)
        for code in codes
    }
    area = set(sets.get(f"providers:{source.area}", ()))
    sent = rows["provider_code"].to_pylist()
    place = rows.schema.get_field_index("provider_code")
    current = pa.array([now.get(code, code) for code in sent], pa.string())
    rows = rows.set_column(place, rows.schema.field(place), current)
    return rows.filter(pa.array([code is None or code in area for code in sent], pa.bool_()))


def _areas(region: str, on: date) -> dict[str, str]:
    rows = area_table(region_code=region, on=on).to_pylist()
    return {row["icb_code"]: row["area_code"] for row in rows}


def _counted_area(entry: Entry, areas: Mapping[str, str]) -> str:
    """Under which part of the region an entry of the register of fragile services is counted."""
    icb = entry["icb_code"]
    if icb is not None:
        return areas.get(icb, ELSEWHERE)
    return str(entry["area_code"] or REGION)


def _has_keys(entry: Entry, values: Values) -> bool:
    return all(entry[STATED_COLUMNS[of]] == value for of, value in values.items())


def _meets(entry: Entry, test: str) -> bool:
    column, operator, text = test.split(" ", 2)
    held = entry[column]
    wanted: Any = None if text == NULL else text
    if isinstance(held, date):
        wanted = date.fromisoformat(text)
    return OPERATORS[operator](held, wanted)
