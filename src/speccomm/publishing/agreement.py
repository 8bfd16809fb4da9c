"""Figures that must agree before a pack is made: a disagreement is a fault in the library, loud."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import BadPack

FLOW_CUTS = ("flows_by_month", "flows_by_provider", "flows_by_icb")
MEASURES = ("intra", "imported", "exported")
EFFECTS = (
    "volume_gbp",
    "mix_gbp",
    "price_gbp",
    "market_forces_gbp",
    "not_planned_gbp",
    "non_activity_gbp",
)


def total_of(table: pa.Table, column: str) -> Decimal:
    """The sum of a column, zero where nothing is known of any row."""
    value = pc.sum(table.column(column)).as_py()
    return Decimal(0) if value is None else Decimal(value)


def check_agreement(facts: PackFacts) -> None:
    """Raise BadPack where two tables of the facts, or two columns of one, contradict each other."""
    for name in ("flows_icb", "flows_region", *FLOW_CUTS):
        _check_flow_totals(name, getattr(facts, name))
    for name in FLOW_CUTS:
        for measure in MEASURES:
            whole, cut = (total_of(getattr(facts, n), measure) for n in ("flows_icb", name))
            if whole != cut:
                raise BadPack(f"{measure} is {whole} in flows_icb and {cut} in {name}")
    for row in facts.contract.to_pylist():
        _check_line(row)
    variance = total_of(facts.contract, "variance_gbp")
    effects = sum((total_of(facts.contract, effect) for effect in EFFECTS), Decimal(0))
    if variance != effects:
        raise BadPack(f"the effects sum to {effects} and the variance to {variance}")
    for row in facts.files.to_pylist():
        if row["read_rows"] != row["accepted_rows"] + row["refused_rows"]:
            raise BadPack(f"file {row['file_name']} does not reconcile")


def _check_line(row: dict[str, Any]) -> None:
    if row["variance_gbp"] is None:
        return
    plan, actual = (row[name] or 0 for name in ("plan_gbp", "actual_gbp"))
    effects = sum((row[effect] or 0 for effect in EFFECTS), Decimal(0))
    if not row["variance_gbp"] == actual - plan == effects:
        line = f"{row['provider_code']} {row['service_code']}"
        raise BadPack(f"the variance of {line} is not its actual minus its plan, or its effects")


def _check_flow_totals(name: str, table: pa.Table) -> None:
    intra, imported, exported = (total_of(table, measure) for measure in MEASURES)
    expected = {
        "provider_total": intra + imported,
        "patient_total": intra + exported,
        "grand_total": intra + imported + exported,
    }
    for column, value in expected.items():
        if total_of(table, column) != value:
            raise BadPack(f"{name}.{column} is not the sum of its parts")
