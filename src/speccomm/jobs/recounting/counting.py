"""Count the stored rows behind every figure of a pack, and hold each figure to its declared source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from speccomm.jobs.packing.flows import PackFlows
from speccomm.jobs.packing.region import RegionReading
from speccomm.jobs.recounting.activity import Sets
from speccomm.jobs.recounting.contract import COUNTED_FOR, by_current_provider, family_of
from speccomm.jobs.recounting.sums import CountedSums
from speccomm.publishing.model import BadPack, Pack, PackTable
from speccomm.publishing.receipts.figures import (
    FigureRow,
    figure_columns,
    figure_rows,
    tables_with_figures,
    values_of,
)
from speccomm.publishing.receipts.saying import Values, resolved
from speccomm.publishing.sourcing import TOGETHER, Counted, Of, Position

Counts = dict[tuple[str, str, str], int]
RowCounts = dict[tuple[str | None, str | None], dict[str, int]]  # by provider and service, by kind
NO_KEYS = {Of.FLOW, Of.NOTHING, Of.MEASURE}


def count_behind(asked: RegionReading, pack: Pack, flows: PackFlows, *, sets: Sets) -> Counts:
    """How many stored rows stand behind each figure of activity and of contracts.

    Missing: a figure that is not counted from such rows has no entry.
    Raises:  BadPack where a table's declared source gives another figure than the table: a fault in
             the library, so no pack is made of it.
    """
    counts: Counts = {}
    positions: dict[tuple[str, str], RowCounts] = {}
    for table in tables_with_figures(pack):
        rows = list(figure_rows(table, {}, in_words=False))
        counts.update(_count_activity(table, rows, flows, sets=sets))
        for place in _positions_of(table, rows) - positions.keys():
            area, whose = place
            counted = asked.contract_rows(area, whose=whose)
            positions[place] = _added_up(by_current_provider(counted, sets=sets))
        counts.update(_count_positions(table, rows, positions))
    return counts


def _count_activity(
    table: PackTable,
    rows: list[FigureRow],
    flows: PackFlows,
    *,
    sets: Sets,
) -> Iterator[tuple[tuple[str, str, str], int]]:
    columns = {c.name: c.source for c in figure_columns(table) if isinstance(c.source, Counted)}
    keys = [key.of for key in table.keys if key.of not in NO_KEYS]
    for scope in {replace(source, flow="") for source in columns.values()}:
        wanted = [
            (row, name, found)
            for row in rows
            for name, source in columns.items()
            if replace(source, flow="") == scope and name in row.figures
            if isinstance(found := resolved(source, values_of(table.keys, row.values)), Counted)
        ]
        sums = flows.region_sums if _regional(scope, flows) else flows.icb_sums
        held = CountedSums(sums, scope, sets, keys)
        for row, name, source in wanted:
            values = None if row.is_total else values_of(table.keys, row.values)
            count, activity = held.of(values, source.flow)
            _hold_to(table, row, name, activity)
            yield (table.id, row.key, name), count


def _regional(source: Counted, flows: PackFlows) -> bool:
    return source.area == flows.region_code


def _hold_to(table: PackTable, row: FigureRow, column: str, found: Decimal) -> None:
    stated = Decimal(row.figures[column].value or 0)
    if stated != found:
        raise BadPack(f"{table.id}.{row.key}.{column} is {stated}, its source counts {found}")


def _count_positions(
    table: PackTable,
    rows: list[FigureRow],
    positions: Mapping[tuple[str, str], RowCounts],
) -> Iterator[tuple[tuple[str, str, str], int]]:
    columns = {c.name: c.source for c in figure_columns(table) if isinstance(c.source, Position)}
    if not columns:
        return
    for row in rows:
        values = values_of(table.keys, row.values)
        place = (values.get(Of.PROVIDER, ""), values.get(Of.SERVICE, ""))
        for name in row.figures:
            source = resolved(columns.get(name), values)
            if not isinstance(source, Position) or not source.to_month:
                continue
            held = positions[_position(source, values)].get(place, {})
            kinds = COUNTED_FOR[family_of(source.measure)]
            yield (table.id, row.key, name), sum(held.get(kind, 0) for kind in kinds)


def _positions_of(table: PackTable, rows: list[FigureRow]) -> set[tuple[str, str]]:
    """The areas, and whether their patients or their providers, whose positions a table shows."""
    columns = [c.source for c in figure_columns(table) if isinstance(c.source, Position)]
    sources = {source for source in columns if source.to_month}
    return {
        _position(source, values_of(table.keys, row.values)) for source in sources for row in rows
    }


def _position(source: Position, values: Values) -> tuple[str, str]:
    icb = values.get(Of.PATIENT_ICB)
    return source.area if icb in {None, TOGETHER} else str(icb), source.whose


def _added_up(counts: RowCounts) -> RowCounts:
    """Counts by provider and service, by either with "" for the other, and of all."""
    added: RowCounts = {}
    for (provider, service), held in counts.items():
        for place in ((provider, service), (provider, ""), ("", service), ("", "")):
            whole = added.setdefault(place, dict.fromkeys(held, 0))
            for kind, number in held.items():
                whole[kind] += number
    return added
