"""Flow arithmetic against the published Midlands table, and where that contradicts itself."""

from decimal import Decimal

import pyarrow as pa
import pytest

from speccomm.activity.flows import flow_totals
from speccomm.activity.tables import FLOW_MEASURES, FLOWS, arrow_schema
from tests.examples.activity.made_up_flows import flows_of, row, table_of
from tests.published.midlands_2023_24 import (
    CONTRADICTED_BY_COLUMN,
    CONTRADICTED_BY_ROW,
    GRAND_TOTAL,
    LINES,
)

PLACES = {"intra": ("P1", "C1"), "imported": ("P1", "C3"), "exported": ("P3", "C1")}


@pytest.fixture(scope="module")
def flows():
    from speccomm.engines import open_duckdb

    engine = open_duckdb(memory_limit_mib=512, threads=1)
    rows = [
        row(*place, Decimal(getattr(line, measure) or 0),
            crg_code=None if crg == "Unknown" else crg)
        for crg, line in LINES.items()
        for measure, place in PLACES.items()
    ]  # fmt: skip
    try:
        yield pa.Table.from_pylist(
            flows_of(engine, table_of(rows), region="Y1"), arrow_schema(FLOWS)
        )
    finally:
        engine.disconnect()


def test_every_printed_cell_but_the_contradicted_ones(flows):
    found = {line["crg_code"]: line for line in flows.to_pylist()}
    assert set(found) == set(LINES)
    differences = {
        (crg, name): (getattr(line, name) or 0) - found[crg][name]
        for crg, line in LINES.items()
        for name in FLOW_MEASURES
        if (getattr(line, name) or 0) != found[crg][name]
    }
    assert differences == {
        cell: by for cell, by in CONTRADICTED_BY_ROW.items() if cell[0] != "Grand Total"
    }


def test_the_printed_grand_totals_differ_from_their_lines_by_one_to_three(flows):
    (total,) = flow_totals(flows).to_pylist()
    assert {
        name: getattr(GRAND_TOTAL, name) - total[name] for name in FLOW_MEASURES
    } == CONTRADICTED_BY_COLUMN


def test_the_printed_grand_totals_contradict_each_other_too():
    a, b, c = GRAND_TOTAL[:3]
    sums = {"provider_total": a + b, "patient_total": a + c, "grand_total": a + b + c}
    assert {
        ("Grand Total", name): getattr(GRAND_TOTAL, name) - added
        for name, added in sums.items()
        if getattr(GRAND_TOTAL, name) != added
    } == {cell: by for cell, by in CONTRADICTED_BY_ROW.items() if cell[0] == "Grand Total"}


def test_lines_stand_by_grand_total_with_the_unknown_last(flows):
    codes = flows["crg_code"].to_pylist()
    assert codes[0] == "A06"
    assert codes[-1] == "Unknown"
    totals = flows["grand_total"].to_pylist()[:-1]
    assert totals == sorted(totals, reverse=True)
