"""Any activity at all: every row is counted once, wherever one stands to look."""

from decimal import Decimal

import ibis
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speccomm.activity.flows import activity_by_codes, flows_of_areas
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from tests.examples.activity.made_up_flows import (
    COMMISSIONERS,
    PLCM_SCHEMA,
    PROVIDERS,
    TABLES,
    area,
    declared,
    flows_of,
    row,
    table_of,
)

PROVIDER_ICB = dict(
    zip(*(PROVIDERS.column(n).to_pylist() for n in ("provider_code", "icb_code")), strict=True)
)
PATIENT_ICB = dict(
    zip(*(COMMISSIONERS.column(n).to_pylist() for n in ("commissioner_code", "icb_code")),
        strict=True)
)  # fmt: skip
ICBS = ("Q1", "Q2", "Q3")
MEASURES = ("intra", "imported", "exported", "provider_total", "patient_total", "grand_total")
MONTHS = [FinancialMonth(FinancialYear(2023), n) for n in range(1, 10)]
DRILL_DOWNS = (("provider",), ("icb",), ("service",), ("pod",), ("month",), ("month", "provider"))

rows = st.lists(
    st.builds(
        lambda provider, patient, activity, **more: row(provider, patient, activity, **more),
        st.sampled_from([*PROVIDER_ICB, "RXX"]),
        st.sampled_from([*PATIENT_ICB, "XXX", None]),
        st.none() | st.decimals(0, 1000, places=3),
        crg_code=st.sampled_from(["A06", "F06/E03", "Z99", None]),
        service_code=st.sampled_from(["S1", "S9", None]),
        pod_code=st.sampled_from(["EL", None]),
        financial_month=st.integers(1, 12),
    ),
    max_size=25,
)
check = settings(
    max_examples=25, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def added(lines, name):
    return sum((line[name] for line in lines), Decimal(0))


def activity(rows, wanted=lambda r: True):
    return sum((r["activity_count"] or Decimal(0) for r in rows if wanted(r)), Decimal(0))


def provider_icb(r):
    return PROVIDER_ICB.get(r["provider_code"])


def patient_icb(r):
    return PATIENT_ICB.get(r["patient_commissioner_code"])


@check
@given(rows=rows)
def test_the_icbs_together_hold_every_placed_row_once(engine, rows):
    table = table_of(rows)
    flows = {icb: flows_of(engine, table, icb=icb) for icb in ICBS}
    for icb, lines in flows.items():
        touching = activity(rows, lambda r, icb=icb: icb in (provider_icb(r), patient_icb(r)))
        assert added(lines, "grand_total") == touching
        for line in lines:
            assert line["provider_total"] == line["intra"] + line["imported"]
            assert line["patient_total"] == line["intra"] + line["exported"]
            assert line["grand_total"] == line["intra"] + line["imported"] + line["exported"]
    together = [line for lines in flows.values() for line in lines]
    assert added(together, "provider_total") == activity(rows, lambda r: provider_icb(r))
    assert added(together, "patient_total") == activity(rows, lambda r: patient_icb(r))
    to_nowhere = activity(rows, lambda r: patient_icb(r) and not provider_icb(r))
    from_nowhere = activity(rows, lambda r: provider_icb(r) and not patient_icb(r))
    assert added(together, "exported") - to_nowhere == added(together, "imported") - from_nowhere


@check
@given(rows=rows)
def test_a_region_keeps_at_least_what_its_icbs_keep(engine, rows):
    table = table_of(rows)
    region = flows_of(engine, table, region="Y1")
    parts = [line for icb in ("Q1", "Q2") for line in flows_of(engine, table, icb=icb)]
    assert added(region, "intra") >= added(parts, "intra")
    assert added(region, "imported") <= added(parts, "imported")
    assert added(region, "exported") <= added(parts, "exported")
    assert added(region, "provider_total") == added(parts, "provider_total")
    assert added(region, "patient_total") == added(parts, "patient_total")


@check
@given(rows=rows)
def test_a_drill_down_moves_nothing(engine, rows):
    table = table_of(rows)
    whole = {line["crg_code"]: line for line in flows_of(engine, table, icb="Q1")}
    for by in DRILL_DOWNS:
        lines = flows_of(engine, table, icb="Q1", by=by)
        assert {line["crg_code"] for line in lines} == set(whole)
        for crg, line in whole.items():
            parts = [part for part in lines if part["crg_code"] == crg]
            assert [added(parts, name) for name in MEASURES] == [line[name] for name in MEASURES]


SUMS_BY = ("month", "provider")
SUMS_SQL = str(
    ibis.to_sql(
        activity_by_codes(
            declared("plcm", PLCM_SCHEMA), area=area(icb="Q1"), months=MONTHS, by=SUMS_BY
        ),
        dialect="duckdb",
    )
)


@check
@given(rows=rows)
def test_flows_of_the_sums_are_flows_of_the_rows(engine, rows):
    engine.con.register("plcm", table_of(rows))
    sums = engine.con.sql(SUMS_SQL).to_arrow_table()
    early = [r for r in rows if r["financial_month"] <= 9]
    touching = [r for r in early if "Q1" in (provider_icb(r), patient_icb(r))]
    assert sum(sums["row_count"].to_pylist()) == len(touching)
    assert sum(sums["unstated_rows"].to_pylist()) == sum(
        r["activity_count"] is None for r in touching
    )
    wide = pa.table(
        {
            f.name: sums[f.name].cast(f.type) if f.name in sums.column_names
            else pa.nulls(sums.num_rows, f.type)
            for f in PLCM_SCHEMA
        }
    )  # fmt: skip
    assert flows_of(engine, wide, icb="Q1", by=SUMS_BY) == flows_of(
        engine, table_of(early), icb="Q1", by=SUMS_BY
    )


@settings(check, max_examples=8)
@given(rows=rows, by=st.sampled_from([(), *DRILL_DOWNS]), by_crg=st.booleans())
def test_areas_asked_together_are_areas_asked_alone(engine, rows, by, by_crg):
    table, by_crg = table_of(rows), by_crg or not by
    codes = {"Y1": {"region": "Y1"}, **{icb: {"icb": icb} for icb in ICBS}}
    areas = [area(**named) for named in codes.values()]
    others = [ibis.memtable(tables) for tables in TABLES.values()]
    together = engine.to_pyarrow(
        flows_of_areas(ibis.memtable(table), *others, areas=areas, by=by, by_crg=by_crg)
    ).to_pylist()
    for code, named in codes.items():
        ours = [line for line in together if line["area_code"] == code]
        alone = flows_of(engine, table, by=by, by_crg=by_crg, **named)
        assert ours == [{"area_code": code, **line} for line in alone]
