"""Checks of whole slices: against the load before, the freeze date, and the other data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.foundation.errors import Refusal
from speccomm.foundation.money import say_gbp, to_pence
from speccomm.intake.rules import IntakeRules
from speccomm.jobs.loading.saying import finding
from speccomm.reference import Reference

Place = tuple[str, str, int]
SliceKey = tuple[str, str, str, int]
SHOWN = 5


class ShrinkingLoad(Refusal):
    """A load that would take away more of a slice than the rules let pass unasked."""

    def __init__(self, shrinking: list[tuple[SliceKey, int, int]]) -> None:
        self.shrinking = shrinking
        told = [
            f"{dataset} {provider} {year} month {month}: {new:,} rows in place of {old:,}"
            for (dataset, provider, year, month), old, new in shrinking[:SHOWN]
        ]
        more = len(shrinking) - SHOWN
        tail = f"; and {more} more" if more > 0 else ""
        super().__init__(
            f"Nothing was loaded: {len(shrinking)} month(s) would lose many of their rows "
            f"({'; '.join(told)}{tail}). If that is right, load again with --accept-shrink."
        )


@dataclass(frozen=True)
class SliceTotals:
    """What one version of a slice holds."""

    rows: int
    activity: Decimal
    price_gbp: Decimal


def totals_by_slice(slices: pa.Table) -> dict[SliceKey, SliceTotals]:
    """The register of slices as a mapping."""
    return {
        (row["dataset"], row["provider_code"], row["financial_year"], row["financial_month"]): (
            SliceTotals(row["accepted_rows"], row["activity"], row["price_gbp"])
        )
        for row in slices.to_pylist()
    }


def refuse_shrinking(
    now: Mapping[SliceKey, SliceTotals], before: Mapping[SliceKey, SliceTotals], *, share: Decimal
) -> None:
    """Raise ShrinkingLoad where a slice would be emptied or lose more than `share` of its rows."""
    shrinking = [
        (key, before[key].rows, new.rows)
        for key, new in sorted(now.items())
        if key in before
        and before[key].rows > 0
        and (new.rows == 0 or new.rows < before[key].rows * (1 - share))
    ]
    if shrinking:
        raise ShrinkingLoad(shrinking)


def slice_findings(
    now: Mapping[SliceKey, SliceTotals],
    before: Mapping[SliceKey, SliceTotals],
    *,
    rules: IntakeRules,
    reference: Reference,
    received_on: date,
    load_id: str | None,
) -> list[dict[str, Any]]:
    """CHK-C03 and CHK-C07: slices smaller than before, months left out, changes after freeze."""
    freezes = {
        (row["financial_year"], row["financial_month"]): row["freeze_inclusion_date"]
        for row in reference.calendar.to_pylist()
    }
    found = []

    def say(check_id: str, key: SliceKey, detail: str) -> None:
        found.append(
            finding(
                rules.checks[check_id],
                rules,
                load_id=load_id,
                dataset=key[0],
                file_name=None,
                place=key[1:],
                detail=detail,
            )
        )

    for key, new in sorted(now.items()):
        old = before.get(key)
        if old is None:
            continue
        if new.rows < old.rows:
            say("CHK-C03", key, f"It holds {new.rows:,} rows; the load before held {old.rows:,}.")
        freeze = freezes.get((key[2], key[3]))
        changed = (new.rows, new.price_gbp) != (old.rows, old.price_gbp)
        if freeze is not None and received_on > freeze and changed:
            change = say_gbp(new.price_gbp - old.price_gbp)
            say("CHK-C07", key, f"Its freeze was {freeze:%d %B %Y}; the money changed by {change}.")
    for key in sorted(set(before) - set(now)):
        later = [other[3] for other in now if other[:3] == key[:3]]
        if later and key[3] < max(later):
            say("CHK-C03", key, "The month was loaded before and is not in this file; it stays.")
    return found


def reconciliation_findings(
    acm: ir.Table,
    patient_level: Mapping[str, ir.Table],
    places: set[Place],
    *,
    reference: Reference,
    rules: IntakeRules,
    connection: Any,
    load_id: str | None,
) -> list[dict[str, Any]]:
    """CHK-C01: the money of ACM against PLCM, DrPLCM and DePLCM, by provider and month.

    Drug lines are set against DrPLCM and device lines against DePLCM; lines that no patient level
    data set carries (block, adjustments) are left out. Market forces money, which the patient
    level data sets do not carry, is left out as well.
    """
    carried = {
        row["pod_code"]: row["patient_level_data_set"]
        for row in reference.points_of_delivery.to_pylist()
    }
    keys = ["provider_code", "financial_year", "financial_month"]
    lines = acm.group_by([*keys, "pod_code"]).agg(price=acm.actual_price_gbp.sum())
    by_dataset: dict[tuple[Place, str], Decimal] = {}
    for row in connection.to_pyarrow(lines).to_pylist():
        dataset = str(carried.get(row["pod_code"])).lower()
        place = tuple(row[key] for key in keys)
        key = (place, dataset)
        by_dataset[key] = by_dataset.get(key, Decimal(0)) + (row["price"] or Decimal(0))
    found = []
    for dataset, rows in patient_level.items():
        sums = rows.group_by(keys).agg(price=rows.total_cost_gbp.sum())
        level = {
            tuple(row[key] for key in keys): row["price"] or Decimal(0)
            for row in connection.to_pyarrow(sums).to_pylist()
        }
        for place in sorted(places):
            aggregate = by_dataset.get((place, dataset))
            patient = level.get(place)
            if aggregate is None and patient is None:
                continue
            difference = (aggregate or Decimal(0)) - (patient or Decimal(0))
            if to_pence(difference):
                found.append(
                    finding(
                        rules.checks["CHK-C01"],
                        rules,
                        load_id=load_id,
                        dataset=dataset,
                        file_name=None,
                        place=place,
                        detail=f"ACM {_say(aggregate)}, {dataset.upper()} {_say(patient)}.",
                    )
                )
    return found


def _say(amount: Decimal | None) -> str:
    return "has no such lines" if amount is None else say_gbp(amount)


def read_parquet(connection: Any, paths: list[Any], schema: pa.Schema) -> ir.Table:
    """Files of a load being prepared, as a table; no files give the empty table."""
    if not paths:
        return ibis.memtable(schema.empty_table())
    return connection.read_parquet([str(path) for path in paths])
