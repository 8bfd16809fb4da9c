"""Cut sums by codes into a table of flows."""

from __future__ import annotations

import ibis
import pyarrow as pa

from speccomm.activity.areas import Area
from speccomm.activity.flows import activity_flows
from speccomm.jobs.reading import OrganisationMap, Reading


def cut_flows(
    reading: Reading,
    places: OrganisationMap,
    sums: pa.Table,
    *,
    area: Area,
    by: tuple[str, ...] = (),
    by_crg: bool = False,
) -> pa.Table:
    """The flows of an area from its sums by codes; see `activity.flows.activity_flows`."""
    return reading.con.to_pyarrow(
        activity_flows(
            ibis.memtable(sums),
            ibis.memtable(places.places),
            ibis.memtable(places.providers),
            ibis.memtable(reading.crg_names),
            ibis.memtable(reading.service_names),
            area=area,
            by=by,
            by_crg=by_crg,
        )
    )
