"""The flows of a place: the library's answer for its area, narrowed to what was asked and is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from speccomm.activity.tables import (
    ACTIVITY,
    DRILL_DOWN_COLUMNS,
    FLOW_MEASURES,
    FLOWS,
)
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.flows import FlowsAnswer, FlowsRequest, flows, last_day
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.api.kept import KEPT
from speccomm_web.api.queries.findings import said_of
from speccomm_web.api.queries.opening import Opened, Refusal, opened
from speccomm_web.runs.interface.answers import Answer, Asked, Field, Window, field_of
from speccomm_web.runs.library import library
from speccomm_web.runs.places import Place

DRILL_DOWNS = ("provider", "icb", "service", "pod", "month")
FILTERS = ("provider", "service", "crg", "icb", "pod")
# A provider sees what it did itself. What others did for patients of its ICB is not its to see.
OF_A_PROVIDER = ("intra", "imported", "provider_total")
COLUMNS = {**DRILL_DOWN_COLUMNS, "crg": FLOWS[:2]}
ROW_FIELDS = tuple(
    field_of(meaning, optional=True) for columns in COLUMNS.values() for meaning in columns
) + tuple(
    Field(m.name, field_of(m).kind, "units of activity; null: not a provider's to see")
    for m in FLOWS[2:]
)


class NoHome(Refusal):
    """A provider of which the reference tables do not say where it is."""

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"The reference tables do not say in which ICB {provider} has its head office, so "
            "its patients cannot be told apart by home."
        )


@dataclass(frozen=True)
class _Question:
    """The library's question behind an answer."""

    place: Place
    from_month: FinancialMonth
    to_month: FinancialMonth
    by: tuple[str, ...]


def flows_of(viewer: Viewer, asked: Mapping[str, Any]) -> Asked | None:
    """The flows of a place, None where the place is none of the viewer's.

    Raises:  NothingHeld, NoHome; in `work`, as `speccomm.jobs.flows`: a Refusal with its sentence.
    """
    found = opened(viewer)
    place = found.place(asked["place"])
    if place is None:
        return None
    if place.is_provider and not place.icb_code:
        raise NoHome(place.code)
    return Asked(found.mark(place), lambda window: _answer(found, place, asked, window))


def _answer(found: Opened, place: Place, asked: Mapping[str, Any], window: Window | None) -> Answer:
    split = tuple(dict.fromkeys((asked["by"] or "crg").split(",")))
    filters = {name: asked[name] for name in FILTERS if asked[name]}
    if "provider" in filters:
        filters["provider"] = found.current(filters["provider"])
    needed = {*split, *filters}
    needed |= {"provider"} if place.is_provider else set()
    needed |= {"service"} if place.service_codes is not None else set()
    question = _Question(
        place,
        FinancialMonth.parse_calendar(asked["from"]),
        FinancialMonth.parse_calendar(asked["to"]),
        tuple(name for name in DRILL_DOWNS if name in needed),
    )
    answer: FlowsAnswer = KEPT.table(
        ("flows", found.mark(place), question), lambda: _worked_out(found, question)
    )
    rows = _seen(answer.flows, place, filters)
    table = _added_up(rows, split)
    whole_area = not place.is_provider and place.service_codes is None
    return Answer(
        fields=_fields(split),
        rows=_own(table, place).to_pylist(),
        facts={
            "store_version": answer.facts.store_version,
            "totals": _totals(rows, place),
            "open_months": list(answer.incomplete_months),
            # They count rows of the whole area, which not everybody sees.
            "findings": said_of(answer.findings) if whole_area else None,
        },
    )


def _worked_out(found: Opened, question: _Question) -> tuple[FlowsAnswer, int]:
    place, folder = question.place, library()
    area = {"icb": place.icb_code} if place.is_provider else {place.kind: place.code}
    answer = flows(
        FlowsRequest(
            store=folder.store,
            reference=folder.reference,
            engine=folder.engine,
            from_month=question.from_month,
            to_month=question.to_month,
            by=question.by,
            now=timezone.now(),
            map_date=found.held.places.on if place.is_provider else last_day(question.to_month),
            **area,  # type: ignore[arg-type]
        )
    )
    return answer, answer.flows.num_rows


def _seen(table: pa.Table, place: Place, filters: Mapping[str, str]) -> pa.Table:
    """The rows that fit the filters and are within the viewer's roles."""
    tests = [pc.field(f"{name}_code") == code for name, code in filters.items()]
    if place.is_provider:
        tests.append(pc.field("provider_code") == place.code)
    if place.service_codes is not None:
        tests.append(pc.field("service_code").isin(sorted(place.service_codes)))
    for test in tests:
        table = table.filter(test)
    return table


def _added_up(table: pa.Table, split: tuple[str, ...]) -> pa.Table:
    """The rows by what they are split by, in its order."""
    keys = [meaning.name for name in split for meaning in COLUMNS[name]]
    sums = table.group_by(keys).aggregate([(name, "sum") for name in FLOW_MEASURES])
    sums = sums.rename_columns([name.removesuffix("_sum") for name in sums.column_names])
    ordered = sums.select([*keys, *FLOW_MEASURES])
    return ordered.sort_by([(key, "ascending") for key in keys if not key.endswith("_name")])


def _own(table: pa.Table, place: Place) -> pa.Table:
    if not place.is_provider:
        return table
    nothing = pa.nulls(table.num_rows, ACTIVITY)
    for name in FLOW_MEASURES:
        if name not in OF_A_PROVIDER:
            table = table.set_column(table.column_names.index(name), name, nothing)
    return table


def _totals(table: pa.Table, place: Place) -> dict[str, str | None]:
    sums = {name: pc.sum(table[name]).as_py() or 0 for name in FLOW_MEASURES}
    return {
        name: f"{Decimal(value):f}" if not place.is_provider or name in OF_A_PROVIDER else None
        for name, value in sums.items()
    }


def _fields(split: tuple[str, ...]) -> tuple[Field, ...]:
    named = {meaning.name for name in split for meaning in COLUMNS[name]}
    return tuple(f for f in ROW_FIELDS if f.name in named or f.name in FLOW_MEASURES)
