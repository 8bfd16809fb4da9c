"""Who is treated where: the flows of a place, by what is asked, by month, and from where to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from speccomm.activity.completeness import (
    last_received,
    months_sent,
    openness_findings,
    openness_of,
    require_months,
)
from speccomm.activity.findings import activity_findings
from speccomm.activity.flow_findings import flow_findings, flow_period_findings
from speccomm.activity.flows import activity_flows, flow_totals
from speccomm.foundation.errors import Refusal
from speccomm_web.explore.cutting import Cut, cut_of, touching
from speccomm_web.explore.figures import ACTIVITY, Figures
from speccomm_web.explore.kept import kept
from speccomm_web.explore.queries.opening import Opened
from speccomm_web.explore.questions import FlowsQuestion
from speccomm_web.explore.shapes import Marks

__all__ = ["FlowsAnswer", "Refusal", "flows_of", "names_of", "trend_of"]

Rows = list[dict[str, Any]]
DATASET = "plcm"


@dataclass(frozen=True)
class FlowsAnswer:
    """Rows by what was asked, totals, months, pairs of home and provider, and what to know of it.

    Rows have the six measures of the flows beside their codes and names. `findings` are sentences
    with their level and how many rows each concerns. `incomplete_months` are held as at flex.
    """

    rows: Rows
    totals: dict[str, Any]
    findings: Rows
    incomplete_months: tuple[str, ...]


def flows_of(opened: Opened, question: FlowsQuestion, *, by: str) -> FlowsAnswer:
    """The flows of a place by `crg`, `provider`, `icb`, `service`, `pod` or `month`.

    Raises:  NothingLoaded, NotAPeriod, UnknownArea, UnknownName: a Refusal with its sentence.
    """
    today = timezone.localdate(opened.as_at) if opened.as_at else timezone.localdate()
    cut = _cut(opened, question)
    asked = ("flows", question, by, today)
    return kept(opened.key, asked, lambda: _flows(opened.held, cut, by, today))


def trend_of(opened: Opened, question: FlowsQuestion) -> Rows:
    """The flows of a place month by month."""
    return kept(opened.key, ("trend", question), lambda: _by(opened, question, ("month",)))


def pairs_of(opened: Opened, question: FlowsQuestion) -> Rows:
    """The flows of a place by patients' ICB and provider."""
    return kept(opened.key, ("pairs", question), lambda: _by(opened, question, ("icb", "provider")))


def flow_table(held: Figures, cut: Cut, by: tuple[str, ...], *, by_crg: bool) -> pa.Table:
    """The library's flows of one cut of the held figures."""
    marks = Marks()
    alike = cut.marked(marks)

    def expression() -> ir.Table:
        return activity_flows(
            touching(held.table(ACTIVITY), alike),
            held.map_table("places", cut.places.on),
            held.map_table("providers", cut.places.on),
            held.table("crgs"),
            held.table("services"),
            area=alike.area,
            by=by,
            by_crg=by_crg,
        )

    held.places(cut.places.on)  # the expression names tables of this map
    return held.ask_alike(("flows", by, by_crg, alike.shape), marks, expression)


def _cut(opened: Opened, question: FlowsQuestion) -> Cut:
    return cut_of(opened.held, opened.place, question)


def _by(opened: Opened, question: FlowsQuestion, by: tuple[str, ...]) -> Rows:
    rows: Rows = flow_table(opened.held, _cut(opened, question), by, by_crg=False).to_pylist()
    return rows


def _flows(held: Figures, cut: Cut, by: str, today: date) -> FlowsAnswer:
    sent = months_sent(held.slices, dataset=DATASET, current=cut.places.current)
    require_months(sent, dataset=DATASET, months=cut.months)
    table = flow_table(held, cut, () if by == "crg" else (by,), by_crg=by == "crg")
    openness = openness_of(
        held.reference.calendar,
        cut.months,
        as_at=today,
        received=last_received(held.slices, dataset=DATASET),
    )
    marks = Marks()
    alike = cut.marked(marks)
    sums = _counted(
        held.ask_alike(("sums", alike.shape), marks, lambda: _sums(held.table(ACTIVITY), alike))
    )
    say = activity_findings()
    found = flow_findings(
        sums, area=cut.area, places=cut.places.places, names=cut.places.names, say=say
    )
    met = pc.unique(sums["provider_code"]).to_pylist()
    found += flow_period_findings(
        sent,
        months=list(cut.months),
        providers=[cut.places.current.get(code, code) for code in met],
        names=cut.places.names,
        say=say,
    )
    found += openness_findings(openness, dataset=DATASET, say=say)
    totals: dict[str, Any] = flow_totals(table).to_pylist()[0]
    return FlowsAnswer(table.to_pylist(), totals, found, openness.incomplete)


def _sums(rows: ir.Table, cut: Cut) -> ir.Table:
    """As the library's `activity_by_codes`, of rows that are sums already."""
    chosen = touching(rows, cut)
    keys = ["provider_code", "patient_commissioner_code", "crg_code"]
    return chosen.group_by(keys).aggregate(
        activity_count=chosen.activity_count.sum().cast("decimal(38, 3)"),
        row_count=chosen.row_count.sum(),
        unstated_rows=chosen.unstated_rows.sum(),
    )


def _counted(sums: pa.Table) -> pa.Table:
    """Sums of counts as whole numbers again: the engine widens them to decimals."""
    for name in ("row_count", "unstated_rows"):
        place = sums.schema.get_field_index(name)
        sums = sums.set_column(place, name, sums[name].cast(pa.int64()))
    return sums


def names_of(opened: Opened) -> dict[str, dict[str, str]]:
    """The choices of each filter: codes with names, of what the place's rows hold at all."""
    return kept(opened.key, ("names",), lambda: _names(opened))


def _names(opened: Opened) -> dict[str, dict[str, str]]:
    held = opened.held
    months = [str(month) for month in held.months]
    whole = FlowsQuestion(opened.place.code, months[0], months[-1])
    chosen: dict[str, dict[str, str]] = {"month": {month: month for month in months}}
    for name in ("provider", "icb", "service"):
        rows = _by(opened, whole, (name,))
        chosen[name] = {row[f"{name}_code"]: row[f"{name}_name"] or "" for row in rows}
    rows = flow_table(held, _cut(opened, whole), (), by_crg=True).to_pylist()
    chosen["crg"] = {row["crg_code"]: row["crg_name"] or "" for row in rows}
    pods = _by(opened, whole, ("pod",))
    chosen["pod"] = {row["pod_code"]: "" for row in pods}
    return chosen
