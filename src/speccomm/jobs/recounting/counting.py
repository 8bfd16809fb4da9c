"""Count the stored rows behind every figure of a pack, and hold each figure to its declared source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa

from speccomm.jobs.packing.flows import PackFlows
from speccomm.jobs.reading import Reading
from speccomm.jobs.recounting.activity import Sets, key_name, sums_by_key
from speccomm.jobs.recounting.contract import COUNTED_FOR, contract_row_counts, family_of
from speccomm.publishing.model import BadPack, Pack, PackTable
from speccomm.publishing.receipts.figures import (
    FigureRow,
    figure_columns,
    figure_rows,
    tables_with_figures,
    values_of,
)
from speccomm.publishing.receipts.saying import Values, resolved
from speccomm.publishing.sourcing import Counted, Of, Position

Counts = dict[tuple[str, str, str], int]
NO_KEYS = {Of.FLOW, Of.NOTHING, Of.MEASURE}


def count_behind(reading: Reading, pack: Pack, flows: PackFlows, *, sets: Sets) -> Counts:
    """How many stored rows stand behind each figure of activity and of contracts.

    Missing: a figure that is not counted from such rows has no entry.
    Raises:  BadPack where a table's declared source gives another figure than the table: a fault in
             the library, so no pack is made of it.
    """
    counts: Counts = {}
    positions: dict[Position, dict[tuple[str | None, str | None], dict[str, int]]] = {}
    for table in tables_with_figures(pack):
        rows = list(figure_rows(table, {}))
        counts.update(_count_activity(reading, table, rows, flows, sets=sets))
        for source in {c.source for c in figure_columns(table) if isinstance(c.source, Position)}:
            whole = replace(source, measure="")
            if source.to_month and whole not in positions:
                positions[whole] = contract_row_counts(reading, whole, sets=sets)
        counts.update(_count_positions(table, rows, positions))
    return counts


def _count_activity(
    reading: Reading,
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
        held = _Sums(reading, sums, scope, sets, keys, sorted({s.flow for _, _, s in wanted}))
        for row, name, source in wanted:
            values = None if row.is_total else values_of(table.keys, row.values)
            count, activity = held.of(values, source.flow)
            _hold_to(table, row, name, activity)
            yield (table.id, row.key, name), count


def _regional(source: Counted, flows: PackFlows) -> bool:
    return source.area == flows.region_code


class _Sums:
    """Rows and activity by the keys of one table, for each flow."""

    def __init__(
        self,
        reading: Reading,
        sums: pa.Table,
        source: Counted,
        sets: Sets,
        keys: list[Of],
        flows: list[str],
    ) -> None:
        self._keys = keys
        found = sums_by_key(ibis.memtable(sums), source, sets=sets, keys=keys, flows=flows)
        self._rows: dict[tuple[Any, ...], dict[str, Any]] = {
            tuple(row[key_name(of)] for of in keys): row
            for row in reading.con.to_pyarrow(found).to_pylist()
        }

    def of(self, values: Values | None, flow: str) -> tuple[int, Decimal]:
        """The rows and activity of one row of the table; of all of them where `values` is None."""
        if values is None:
            held: Iterable[dict[str, Any]] = self._rows.values()
        else:
            held = [self._rows.get(tuple(values[of] for of in self._keys), {})]
        rows, activity = 0, Decimal(0)
        for row in held:
            rows += row.get(f"rows_{flow}") or 0
            activity += row.get(f"activity_{flow}") or 0
        return rows, activity


def _hold_to(table: PackTable, row: FigureRow, column: str, found: Decimal) -> None:
    stated = Decimal(row.figures[column].value or 0)
    if stated != found:
        raise BadPack(f"{table.id}.{row.key}.{column} is {stated}, its source counts {found}")


def _count_positions(
    table: PackTable,
    rows: list[FigureRow],
    positions: Mapping[Position, dict[tuple[str | None, str | None], dict[str, int]]],
) -> Iterator[tuple[tuple[str, str, str], int]]:
    columns = {c.name: c.source for c in figure_columns(table) if isinstance(c.source, Position)}
    by_keys = {scope: _added_up(counts) for scope, counts in positions.items()}
    for row in rows:
        values = values_of(table.keys, row.values)
        place = (values.get(Of.PROVIDER, ""), values.get(Of.SERVICE, ""))
        for name in row.figures:
            source = resolved(columns.get(name), values)
            if not isinstance(source, Position) or not source.to_month:
                continue
            held = by_keys[replace(source, measure="")].get(place, {})
            kinds = COUNTED_FOR[family_of(source.measure)]
            yield (table.id, row.key, name), sum(held.get(kind, 0) for kind in kinds)


def _added_up(
    counts: Mapping[tuple[str | None, str | None], dict[str, int]],
) -> dict[tuple[str | None, str | None], dict[str, int]]:
    """Counts by provider and service, by either with "" for the other, and of all."""
    added: dict[tuple[str | None, str | None], dict[str, int]] = {}
    for (provider, service), held in counts.items():
        for place in ((provider, service), (provider, ""), ("", service), ("", "")):
            whole = added.setdefault(place, dict.fromkeys(held, 0))
            for kind, number in held.items():
                whole[kind] += number
    return added
