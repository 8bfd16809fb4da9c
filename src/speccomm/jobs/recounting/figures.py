"""Work one figure out again from the store, and find the stored rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.tables import UNKNOWN
from speccomm.jobs.reading import Reading
from speccomm.jobs.recounting.activity import MEASURE_TYPE, Sets, figure_rows
from speccomm.jobs.recounting.contract import contract_rows, position_of
from speccomm.jobs.recounting.evidence import count_stated
from speccomm.jobs.recounting.money import add_up_money
from speccomm.jobs.recounting.registers import count_register
from speccomm.publishing.facts import CONTRACT, in_shape
from speccomm.publishing.receipts.saying import Values, resolved
from speccomm.publishing.sections.contract_tables import with_compared_plan
from speccomm.publishing.sourcing import (
    GROUP,
    TOGETHER,
    Accounted,
    Computed,
    Counted,
    Of,
    Position,
    Recorded,
    ServiceCount,
    Source,
    Stated,
)
from speccomm.publishing.wording import rounded

TENTH = Decimal("0.1")
ALL_PERCENT = 100
PLCM = "plcm"


@dataclass(frozen=True)
class Recount:
    """A figure worked out again: `value` is None where there is nothing to count.

    `rows` are the accepted rows behind it by data set, not read yet; `register` the rows of a
    register instead.
    """

    value: Decimal | int | None
    rows: dict[str, ir.Table]
    register: pa.Table | None = None


def recount(
    reading: Reading, source: Source | None, values: Values, *, manifest: Mapping[str, Any]
) -> Recount | None:
    """Work a figure out again as its source declares.

    Missing: None where the source is not one that rows can answer: the figure is worked out from
             others, or its table declares none.
    """
    sets: Sets = manifest["sets"]
    source = resolved(source, values)
    values = {of: v for of, v in values.items() if of not in {Of.FLOW, Of.MEASURE, Of.NOTHING}}
    if isinstance(source, Counted):
        return _recount_activity(reading, source, values, sets)
    if isinstance(source, Position):
        return _recount_position(reading, source, values, sets)
    if isinstance(source, ServiceCount):
        return _recount_services(reading, source, values, sets)
    if isinstance(source, Recorded):
        found = count_register(reading, source, values, sets=sets, loads=manifest["loads"])
        return Recount(found.value, {}, found.rows)
    if isinstance(source, Stated):
        value, entries = count_stated(reading, source, values, manifest=manifest)
        return Recount(value, {}, entries)
    if isinstance(source, Accounted):
        added = add_up_money(reading, source, values, sets=sets)
        return Recount(added.value, {}, added.rows)
    return None


def share(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """Part of whole in percent to one decimal, as the files write it; None where there is none."""
    if part is None or not whole:
        return None
    return rounded(Decimal(part) * ALL_PERCENT / Decimal(whole), TENTH)


def same_figure(stated: Decimal | None, found: Decimal | int | None) -> bool:
    """Whether a stated figure is the one found; where nothing was found to count, zero is."""
    return stated == found or (found is None and stated == 0)


def is_share(source: Source | None) -> bool:
    """Whether a figure is worked out from two others as their share."""
    return isinstance(source, Computed) and len(source.of) == len(("part", "whole"))


def _recount_activity(reading: Reading, source: Counted, values: Values, sets: Sets) -> Recount:
    rows = figure_rows(
        reading.snapshot.table(reading.con, source.dataset), source, values, sets=sets
    )
    measure = rows[source.measure]
    found = rows.aggregate(
        activity=measure.sum().cast(MEASURE_TYPE), row_count=rows.count().cast("int64")
    )
    (record,) = reading.con.to_pyarrow(found).to_pylist()
    value = record["activity"]
    if value is None and record["row_count"]:
        value = Decimal(0)
    return Recount(value, {source.dataset: rows})


def _recount_position(reading: Reading, source: Position, values: Values, sets: Sets) -> Recount:
    if values.get(Of.PATIENT_ICB) == TOGETHER:
        whole: Values = {of: value for of, value in values.items() if of is not Of.PATIENT_ICB}
        icbs = sets.get(f"{GROUP}{TOGETHER}", ())
        asked = [whole, *({**whole, Of.PATIENT_ICB: icb} for icb in icbs)]
        region, *parts = (_of_position(reading, source, each, sets) or 0 for each in asked)
        rows = contract_rows(reading, source, whole, sets=sets)
        return Recount(Decimal(region) - sum(parts, Decimal(0)), rows)
    value = _of_position(reading, source, values, sets)
    return Recount(value, contract_rows(reading, source, values, sets=sets))


def _of_position(reading: Reading, source: Position, values: Values, sets: Sets) -> Decimal | None:
    position = with_compared_plan(
        in_shape(position_of(reading, source, values, sets=sets), CONTRACT)
    )
    value: Decimal | None = pc.sum(position[source.measure]).as_py()
    return value


def _recount_services(
    reading: Reading, source: ServiceCount, values: Values, sets: Sets
) -> Recount:
    left_out = set(sets.get("services_left_out", ()))
    held = position_of(reading, source, values, sets=sets).to_pylist()
    planned = {
        row["service_code"]
        for row in held
        if row["plan_gbp"] is not None or row["plan_activity"] is not None
    } - left_out
    rows = contract_rows(reading, source, values, sets=sets)
    sent = values.get(Of.PROVIDER, "") in {"", *sets.get("holds_plan", ())}
    if source.planned:
        return Recount(len(planned) if sent else None, rows)
    activity = Counted(source.area, source.first_month, source.last_month, flow="C", left_out=True)
    done = figure_rows(reading.snapshot.table(reading.con, PLCM), activity, values, sets=sets)
    met = reading.con.to_pyarrow(done.select("service_code").distinct())["service_code"]
    codes = {code if code is not None else UNKNOWN for code in met.to_pylist()}
    return Recount(len(codes - planned) if sent else 0, {**rows, PLCM: done})
