"""Answer who is treated where: the flows of one ICB or one region over some months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import FLOWS_RULEBOOK, Area, area_on
from speccomm.activity.completeness import (
    Openness,
    Sent,
    last_received,
    months_sent,
    openness_findings,
    openness_of,
    require_months,
)
from speccomm.activity.findings import FINDINGS_RULEBOOK, activity_findings, findings_table
from speccomm.activity.flow_findings import flow_findings, flow_period_findings
from speccomm.activity.flows import (
    activity_by_codes,
    activity_flows,
    flow_totals,
    known_drill_down,
)
from speccomm.activity.tables import with_whole_activity
from speccomm.foundation.periods import FinancialMonth, months_between
from speccomm.foundation.rulebook import read_rulebook
from speccomm.jobs.reading import OrganisationMap, Reading, open_for_reading, organisation_map
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings

DATASET = "plcm"


@dataclass(frozen=True)
class FlowsRequest:
    """A question about flows. One of `icb` and `region` is given.

    `map_date` None draws the organisations of the period's last day; `reference` None uses the
    shipped tables alone; `as_at` None reads everything received so far. `now` is when it is asked.
    """

    store: Path
    from_month: FinancialMonth
    to_month: FinancialMonth
    now: datetime
    icb: str | None = None
    region: str | None = None
    by: tuple[str, ...] = ()
    reference: Path | None = None
    map_date: date | None = None
    as_at: datetime | None = None
    engine: EngineSettings = EngineSettings()


@dataclass(frozen=True)
class FlowsAnswer:
    """The flows, their totals, what must be known of them and how they were made.

    Activity is whole numbers where every activity is whole, otherwise three decimals.
    `incomplete_months` are those held as at flex, written 2023-04.
    """

    flows: pa.Table
    totals: pa.Table
    findings: pa.Table
    area: Area
    incomplete_months: tuple[str, ...]
    facts: RunFacts


def flows(request: FlowsRequest) -> FlowsAnswer:
    """Split an area's activity into intra, imported and exported, by CRG.

    Shape:   one row per drill-down value and clinical reference group; see `activity.flows`.
    Units:   units of activity.
    Missing: what could not be placed is in the rows Unknown and in the findings.
    Raises:  NothingLoaded where no month of the period is; UnknownArea; UnknownName for a
             drill-down that does not exist; NotAPeriod where it ends before it starts.
    """
    by = known_drill_down(request.by)
    months = months_between(request.from_month, request.to_month)
    map_date = request.map_date or last_day(request.to_month)
    with open_for_reading(
        store=request.store,
        reference=request.reference,
        as_at=request.as_at,
        now=request.now,
        engine=request.engine,
    ) as reading:
        places = organisation_map(reading.reference, on=map_date)
        area = area_on(
            places.commissioners,
            places.providers,
            on=map_date,
            icb=request.icb,
            region=request.region,
        )
        sent = months_sent(reading.snapshot.slices(), dataset=DATASET, current=places.current)
        require_months(sent, dataset=DATASET, months=months)
        return _answer(reading, places, area=area, months=months, by=by, sent=sent)


def last_day(month: FinancialMonth) -> date:
    """The last day of a month."""
    return month.to_date - timedelta(days=1)


def slices_of(slices: pa.Table, *, dataset: str, months: Sequence[FinancialMonth]) -> pa.Table:
    """The slices of a data set in some months."""
    wanted = {(str(month.year), month.number) for month in months}
    chosen = [
        (row["financial_year"], row["financial_month"]) in wanted and row["dataset"] == dataset
        for row in slices.select(["financial_year", "financial_month", "dataset"]).to_pylist()
    ]
    return slices.filter(pa.array(chosen, pa.bool_()))


def _answer(
    reading: Reading,
    places: OrganisationMap,
    *,
    area: Area,
    months: Sequence[FinancialMonth],
    by: tuple[str, ...],
    sent: Sent,
) -> FlowsAnswer:
    rows = reading.snapshot.table(reading.con, DATASET)
    sums = reading.con.to_pyarrow(activity_by_codes(rows, area=area, months=months, by=by))
    table = reading.con.to_pyarrow(
        activity_flows(
            ibis.memtable(sums),
            ibis.memtable(places.places),
            ibis.memtable(places.providers),
            ibis.memtable(reading.crg_names),
            ibis.memtable(reading.service_names),
            area=area,
            by=by,
        )
    )
    openness = openness_of(
        reading.reference.calendar,
        months,
        as_at=reading.day,
        received=last_received(reading.snapshot.slices(), dataset=DATASET),
    )
    used = slices_of(reading.snapshot.slices(), dataset=DATASET, months=months)
    return FlowsAnswer(
        flows=with_whole_activity(table),
        totals=with_whole_activity(flow_totals(table)),
        findings=_findings(sums, places, area=area, months=months, sent=sent, openness=openness),
        area=area,
        incomplete_months=openness.incomplete,
        facts=reading.facts(
            slices=used,
            rulebooks=[read_rulebook(FLOWS_RULEBOOK), read_rulebook(FINDINGS_RULEBOOK)],
            map_date=area.map_date,
            row_counts={
                "plcm_rows_of_period": pc.sum(used["accepted_rows"]).as_py() or 0,
                "plcm_rows_touching_area": pc.sum(sums["row_count"]).as_py() or 0,
                "flows_rows": table.num_rows,
            },
        ),
    )


def _findings(
    sums: pa.Table,
    places: OrganisationMap,
    *,
    area: Area,
    months: Sequence[FinancialMonth],
    sent: Sent,
    openness: Openness,
) -> pa.Table:
    say = activity_findings()
    found: list[dict[str, Any]] = flow_findings(
        sums, area=area, places=places.places, names=places.names, say=say
    )
    met = pc.unique(sums["provider_code"]).to_pylist()
    found += flow_period_findings(
        sent,
        months=months,
        providers=[places.current.get(code, code) for code in met],
        names=places.names,
        say=say,
    )
    found += openness_findings(openness, dataset=DATASET, say=say)
    return findings_table(found)
