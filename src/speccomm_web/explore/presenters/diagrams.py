"""The flows of a place as a diagram from patients' homes to providers, with its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from speccomm_web.design.charts import Figure
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.explore.presenters.drawings import Ends, diagram
from speccomm_web.explore.presenters.flows import (
    SHOWN,
    all_whole,
    downloads,
    receipt_address,
    units,
)
from speccomm_web.explore.questions import FlowsQuestion
from speccomm_web.explore.sight import Place, short_name

Row = Mapping[str, Any]
WORDS = {
    "intra": "A. Treated inside",
    "imported": "B. Imported",
    "exported": "C. Exported",
}


def homes_to_providers(place: Place, question: FlowsQuestion, pairs: Sequence[Row]) -> Figure:
    """The diagram and its table."""
    flows = [
        Ends(
            home=short_name(row["icb_name"] or row["icb_code"]),
            provider=short_name(row["provider_name"] or row["provider_code"]),
            home_inside=name != "imported",
            provider_inside=name != "exported",
            size=Decimal(row[name]),
        )
        for row in pairs
        for name in WORDS
        if row[name]
    ]
    return diagram(flows, table=pairs_table(place, question, pairs), say=units)


def pairs_table(
    place: Place, question: FlowsQuestion, pairs: Sequence[Row], *, whole: bool = False
) -> DataTable:
    """Every pair of patients' ICB and provider, greatest first; `whole` keeps every row."""
    kind = Kind.COUNT if all_whole(pairs) else Kind.DECIMAL
    rows = [
        {
            "icb_code": row["icb_code"],
            "icb_name": short_name(row["icb_name"] or ""),
            "provider_code": row["provider_code"],
            "provider_name": short_name(row["provider_name"] or "") or None,
            "flow": words,
            "measure": name,
            "activity": row[name],
        }
        for row in pairs
        for name, words in WORDS.items()
        if row[name]
    ]
    rows.sort(key=lambda row: row["activity"], reverse=True)

    def receipt(row: Row) -> str:
        cut = question.narrowed(icb=row["icb_code"], provider=row["provider_code"])
        return receipt_address(cut, row["measure"])

    return DataTable(
        name="pairs",
        caption="From patients' ICB to provider"
        + ("" if whole or len(rows) <= SHOWN else f": {SHOWN} of {len(rows)} rows"),
        columns=(
            Column("icb_name", "Patients of"),
            Column("icb_code", "ICB", Kind.CODE),
            Column("provider_name", "Treated at", none="No name"),
            Column("provider_code", "Provider", Kind.CODE),
            Column("flow", "Flow"),
            Column("activity", "Activity", kind, unit="units"),
        ),
        rows=rows if whole else rows[:SHOWN],
        links={"activity": receipt},
        downloads=downloads(question, "pairs"),
        empty="No activity fits these filters.",
    )
