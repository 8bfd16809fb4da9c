"""Who is treated where: the flows of a place, by what is asked, by month, and from where to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
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
from speccomm.activity.tables import UNKNOWN
from speccomm.foundation.errors import Refusal
from speccomm_web.explore.cutting import Cut, cut_of, touched
from speccomm_web.explore.figures import ACTIVITY, Figures
from speccomm_web.explore.kept import kept
from speccomm_web.explore.queries.opening import Opened
from speccomm_web.explore.questions import FlowsQuestion
from speccomm_web.explore.shapes import Marks

__all__ = ["FlowsAnswer", "Refusal", "flows_of", "names_of", "trend_of"]

Rows = list[dict[str, Any]]
DATASET = "plcm"
TOUCHED = "touched"


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
    rows = touched(held, cut)
    marks = Marks()
    area = cut.marked(marks).area

    def expression() -> ir.Table:
        return activity_flows(
            ibis.table(held.schemas[ACTIVITY], name=TOUCHED),
            held.map_table("places", cut.places.on),
            held.map_table("providers", cut.places.on),
            held.table("crgs"),
            held.table("services"),
            area=area,
            by=by,
            by_crg=by_crg,
        )

    held.places(cut.places.on)  # the expression names tables of this map
    shape = ("flows", by, by_crg, cut.places.on, area.patient_codes, area.provider_codes)
    return held.ask_alike(shape, marks, expression, beside={TOUCHED: rows})


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
    sums = _sums(touched(held, cut))
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


def _sums(rows: pa.Table) -> pa.Table:
    """As the library's `activity_by_codes`, of rows that are sums already."""
    keys = ["provider_code", "patient_commissioner_code", "crg_code"]
    counts = ["activity_count", "row_count", "unstated_rows"]
    added = rows.group_by(keys).aggregate([(name, "sum") for name in counts])
    return added.rename_columns([*keys, *counts])


def names_of(opened: Opened) -> dict[str, dict[str, str]]:
    """The choices of each filter: codes with names, of what the place's rows hold at all."""
    return kept(opened.key, ("names",), lambda: _names(opened))


def _names(opened: Opened) -> dict[str, dict[str, str]]:
    held, months = opened.held, [str(month) for month in opened.held.months]
    cut = _cut(opened, FlowsQuestion(opened.place.code, months[0], months[-1]))
    rows, places = touched(held, cut), cut.places
    homes = _pairs(places.places, "commissioner_code", "icb_code")
    patients = _codes(rows, "patient_commissioner_code")
    return {
        "month": {month: month for month in months},
        "provider": _named(
            places.current_codes(_codes(rows, "provider_code")),
            _pairs(places.providers, "current_provider_code", "provider_name"),
        ),
        "icb": _named(
            {homes.get(code, UNKNOWN) for code in patients},
            _pairs(places.places, "icb_code", "icb_name"),
        ),
        "service": _named(_codes(rows, "service_code"), held.service_names),
        "crg": _named(_codes(rows, "crg_code"), held.crg_names),
        "pod": _named(_codes(rows, "pod_code"), {}),
    }


def _pairs(table: pa.Table, code: str, name: str) -> dict[str, str]:
    return dict(zip(table[code].to_pylist(), table[name].to_pylist(), strict=True))


def _codes(rows: pa.Table, name: str) -> set[str]:
    return {code or UNKNOWN for code in pc.unique(rows[name]).to_pylist()}


def _named(codes: Collection[str], names: Mapping[str, str | None]) -> dict[str, str]:
    """Codes with their names, in the order of codes with Unknown last."""
    ordered = sorted(codes, key=lambda code: (code == UNKNOWN, code))
    return {code: UNKNOWN if code == UNKNOWN else names.get(code) or "" for code in ordered}
