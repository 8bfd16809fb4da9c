"""Cut sums by codes into tables of flows."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import AREA, Area
from speccomm.activity.flows import flows_of_areas
from speccomm.jobs.reading import OrganisationMap, Reading


def cut_flows(
    reading: Reading,
    places: OrganisationMap,
    sums: pa.Table,
    *,
    areas: Sequence[Area],
    by: tuple[str, ...] = (),
    by_crg: bool = False,
) -> dict[str, pa.Table]:
    """The flows of each area by its code, from sums by codes; see `activity.flows.flows_of_areas`.

    One question answers for all areas: to ask costs more than to add up.
    """
    flows = reading.con.to_pyarrow(
        flows_of_areas(
            ibis.memtable(sums),
            ibis.memtable(places.places),
            ibis.memtable(places.providers),
            ibis.memtable(reading.crg_names),
            ibis.memtable(reading.service_names),
            areas=areas,
            by=by,
            by_crg=by_crg,
        )
    )
    return {
        area.code: flows.filter(pc.equal(flows[AREA], area.code)).drop_columns([AREA])
        for area in areas
    }
