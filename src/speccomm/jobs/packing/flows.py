"""The flows of the pack: the ICB's by every cut, the region's, and what is unknown in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import Area
from speccomm.activity.tables import UNKNOWN
from speccomm.jobs.packing.region import Cut, RegionReading
from speccomm.jobs.reading import Reading
from speccomm.publishing import facts as shapes


@dataclass(frozen=True)
class PackFlows:
    """Every table of flows in the pack's shapes, and how many rows they were counted from.

    `icb_sums` and `region_sums` are the sums by codes that every table was cut from. In a region's
    own pack `icb` and everything cut by it are of the region.
    """

    icb: pa.Table
    region: pa.Table
    by_month: pa.Table
    by_provider: pa.Table
    by_icb: pa.Table
    by_pair: pa.Table
    unknown: pa.Table
    icb_rows: int
    region_rows: int
    unstated_rows: int
    icb_sums: pa.Table
    region_sums: pa.Table
    region_code: str


def pack_flows(asked: RegionReading, *, icb: Area) -> PackFlows:
    """Cut the sums of the patient-level rows, of the ICB (or region) and of its region, for every table.

    Shape:   see `publishing.facts`; `by_pair` has provider_code, service_code and the measures.
    Missing: what could not be placed is in the rows Unknown.
    """
    region = asked.region
    icb_sums, region_sums = asked.sums(icb), asked.sums(region)

    def cut(by: Cut) -> pa.Table:
        return asked.flows(icb, by)

    return PackFlows(
        icb=shapes.in_shape(cut(Cut.GROUP), shapes.FLOWS),
        region=asked.flows_region,
        by_month=shapes.in_shape(cut(Cut.MONTH), shapes.FLOWS_BY_MONTH),
        by_provider=shapes.in_shape(cut(Cut.PROVIDER), shapes.FLOWS_BY_PROVIDER),
        by_icb=_with_nobody_unknown(shapes.in_shape(cut(Cut.ICB), shapes.FLOWS_BY_ICB)),
        by_pair=cut(Cut.PAIR),
        unknown=_unknown(cut(Cut.UNKNOWN), asked.reading),
        icb_rows=pc.sum(icb_sums["row_count"]).as_py() or 0,
        region_rows=pc.sum(region_sums["row_count"]).as_py() or 0,
        unstated_rows=pc.sum(icb_sums["unstated_rows"]).as_py() or 0,
        icb_sums=icb_sums,
        region_sums=region_sums,
        region_code=region.code,
    )


def _with_nobody_unknown(flows: pa.Table) -> pa.Table:
    """The code and name Unknown become null: the pack says in words that they are not known."""
    known = pc.not_equal(flows["icb_code"], UNKNOWN)
    for name in ("icb_code", "icb_name"):
        position = flows.schema.get_field_index(name)
        values = pc.if_else(known, flows[name], pa.scalar(None, pa.string()))
        flows = flows.set_column(position, flows.schema.field(name), values)
    return flows


def _unknown(pairs: pa.Table, reading: Reading) -> pa.Table:
    lines = reading.reference.service_lines.select(["service_code", "crg_code"]).to_pylist()
    groups = {row["service_code"]: row["crg_code"] for row in lines}
    records = [
        {
            **row,
            "service_code": None if row["service_code"] == UNKNOWN else row["service_code"],
            "service_name": None if row["service_code"] == UNKNOWN else row["service_name"],
            "reason": _reason(row, groups),
        }
        for row in pairs.to_pylist()
    ]
    return shapes.row_of(records, shapes.UNKNOWN_FLOWS)


def _reason(row: dict[str, Any], groups: dict[str, str | None]) -> str:
    code = row["service_code"]
    if code == UNKNOWN:
        return "no service code was sent"
    if code not in groups:
        return "the service code is in no national list loaded"
    if groups[code] is None:
        return "the national list gives the service code no clinical reference group"
    return "the service code was not valid for the row"
