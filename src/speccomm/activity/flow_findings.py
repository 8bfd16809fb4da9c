"""What a reader of flows must know: patients, providers and services nobody could place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import Area
from speccomm.activity.completeness import Sent, missing_month_findings, missing_months
from speccomm.activity.findings import ActivityFindings
from speccomm.foundation.periods import FinancialMonth

DATASET = "plcm"


def flow_findings(
    sums: pa.Table,
    *,
    area: Area,
    places: pa.Table,
    names: Mapping[str, str],
    say: ActivityFindings,
) -> list[dict[str, Any]]:
    """Say what of an area's activity rests on a code that is missing or not known.

    `sums` comes from `flows.activity_by_codes`, `places` from `areas.patient_places`; `names` says
    how a sentence names each provider on the map.

    Shape:   findings ACT-001 (patient not placed, by provider of the area), ACT-002 (provider not
             on the map, by provider), ACT-003 (no clinical reference group, once) and ACT-004 (no
             number of activity, by provider).
    Units:   units of activity; rows.
    """
    provider, patient = sums["provider_code"], sums["patient_commissioner_code"]
    inside = pc.is_in(provider, value_set=_codes(area.provider_codes))
    placed = pc.is_in(patient, value_set=places["commissioner_code"].combine_chunks())
    known = pc.is_in(provider, value_set=_codes(names))
    unplaced = sums.filter(pc.and_(inside, pc.invert(placed)))
    outside_map = sums.filter(pc.invert(known))
    unstated = sums.filter(pc.greater(sums["unstated_rows"], 0))
    unknown_crg = sums.filter(pc.is_null(sums["crg_code"]))
    found = [say.row("ACT-001", **_said(row, names)) for row in _by_provider(unplaced)]
    found += [
        say.row("ACT-002", map_date=_written(area.map_date), **_said(row, names))
        for row in _by_provider(outside_map)
    ]
    if unknown_crg.num_rows:
        total = pc.sum(unknown_crg["activity_count"]).as_py() or Decimal(0)
        rows = pc.sum(unknown_crg["row_count"]).as_py()
        found.append(say.row("ACT-003", dataset=DATASET, activity=total, rows=rows))
    found += [
        say.row("ACT-004", **{**_said(row, names), "rows": row["unstated"]})
        for row in _by_provider(unstated)
    ]
    return found


def flow_period_findings(
    sent: Sent,
    *,
    months: Sequence[FinancialMonth],
    providers: Sequence[str],
    names: Mapping[str, str],
    say: ActivityFindings,
) -> list[dict[str, Any]]:
    """Say which months of the period nobody sent, and which a provider left out.

    `providers` are current codes: those whose activity is in the answer.
    """
    loaded = {month for held in sent.values() for month in held}
    absent = [month for month in months if month not in loaded]
    found = [
        say.row(
            "ACT-005",
            dataset=DATASET,
            month=month,
            financial_year=str(month.year),
            financial_month=month.number,
        )
        for month in absent
    ]
    present = [month for month in months if month in loaded]
    missing = missing_months(sent, months=present, providers=providers)
    found += missing_month_findings(
        missing, check_id="ACT-006", dataset=DATASET, names=names, say=say
    )
    return found


def _by_provider(sums: pa.Table) -> Iterator[dict[str, Any]]:
    totals = sums.group_by("provider_code", use_threads=False).aggregate(
        [("activity_count", "sum"), ("row_count", "sum"), ("unstated_rows", "sum")]
    )
    for row in totals.to_pylist():
        yield {
            "provider_code": row["provider_code"],
            "activity": row["activity_count_sum"] or Decimal(0),
            "rows": row["row_count_sum"],
            "unstated": row["unstated_rows_sum"],
        }


def _said(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    code = row["provider_code"]
    return {
        "dataset": DATASET,
        "provider_code": code,
        "provider": names.get(code, code),
        "activity": row["activity"],
        "rows": row["rows"],
    }


def _codes(codes: Mapping[str, str] | frozenset[str]) -> pa.Array:
    return pa.array(sorted(codes), pa.string())


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
