"""A made-up country of two regions and three ICBs, and activity within it, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from speccomm.activity.areas import Area, area_on, patient_places
from speccomm.activity.flows import activity_flows

MAP_DATE = date(2023, 12, 31)
PLCM_SCHEMA = pa.schema(
    [
        ("provider_code", pa.string()),
        ("financial_year", pa.string()),
        ("financial_month", pa.int8()),
        ("service_code", pa.string()),
        ("pod_code", pa.string()),
        ("patient_commissioner_code", pa.string()),
        ("crg_code", pa.string()),
        ("activity_count", pa.decimal128(13, 3)),
    ]
)
# Q1 and Q2 are in region Y1, Q3 in Y2. C1 was once C0. 7A1 is Welsh, H1 a hub, S1 a divided board.
COMMISSIONERS = pa.table(
    {
        "commissioner_code": ["C0", "C1", "Q1", "C2", "C3", "7A1", "H1", "S1", "YDD82"],
        "commissioner_kind": ["sub_icb", "sub_icb", "icb", "sub_icb", "sub_icb", "welsh_board",
                              "hub", "icb", "other"],
        "icb_code": ["Q1", "Q1", "Q1", "Q2", "Q3", None, None, None, None],
        "icb_name": ["One", "One", "One", "Two", "Three", None, None, None, None],
        "region_code": ["Y1", "Y1", "Y1", "Y1", "Y2", None, "Y1", None, None],
        "region_name": ["North", "North", "North", "North", "South", None, "North", None, None],
    }
)  # fmt: skip
# P9 merged into P1.
PROVIDERS = pa.table(
    {
        "provider_code": ["P1", "P2", "P3", "P9"],
        "current_provider_code": ["P1", "P2", "P3", "P1"],
        "provider_name": ["First", "Second", "Third", "First"],
        "icb_code": ["Q1", "Q2", "Q3", "Q1"],
        "icb_name": ["One", "Two", "Three", "One"],
        "region_code": ["Y1", "Y1", "Y2", "Y1"],
        "region_name": ["North", "North", "South", "North"],
    }
)
CRGS = pa.table(
    {
        "crg_code": ["A06", "F06/E03", "B01"],
        "crg_name": ["Renal", "Immunology / Paediatric medicine", "Radiotherapy"],
    }
)
SERVICES = pa.table({"service_code": ["S1", "S2"], "service_name": ["Dialysis", "Transplant"]})
TABLES = {
    "places": patient_places(COMMISSIONERS),
    "providers": PROVIDERS,
    "crgs": CRGS,
    "services": SERVICES,
}


def row(
    provider: str | None, patient: str | None, activity: object = 1, **more: Any
) -> dict[str, Any]:
    """One row of patient level activity."""
    count = None if activity is None else Decimal(str(activity))
    return {
        "provider_code": provider, "patient_commissioner_code": patient, "activity_count": count,
        "financial_year": "2023-24", "financial_month": 4, "service_code": "S1",
        "pod_code": "EL", "crg_code": "A06", **more,
    }  # fmt: skip


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of activity as a table of the store's columns."""
    return pa.Table.from_pylist([dict(r) for r in rows], schema=PLCM_SCHEMA)


def area(*, icb: str | None = None, region: str | None = None) -> Area:
    """An ICB or region of the made-up country."""
    return area_on(COMMISSIONERS, PROVIDERS, on=MAP_DATE, icb=icb, region=region)


def flows_of(
    engine: Backend,
    rows: pa.Table,
    *,
    by: tuple[str, ...] = (),
    by_crg: bool = True,
    icb: str | None = None,
    region: str | None = None,
) -> list[dict[str, Any]]:
    """The flows of some rows, as plain rows."""
    for name, table in {"plcm": rows, **TABLES}.items():
        engine.con.register(name, table)
    sql = flows_sql(area(icb=icb, region=region), by, by_crg)
    answer: list[dict[str, Any]] = engine.con.sql(sql).to_arrow_table().to_pylist()
    return answer


def flows_expression(asked: Area, by: tuple[str, ...] = (), by_crg: bool = True) -> ir.Table:
    """The flows of tables that are only declared."""
    rows = declared("plcm", PLCM_SCHEMA)
    others = [declared(name, table.schema) for name, table in TABLES.items()]
    return activity_flows(rows, *others, area=asked, by=by, by_crg=by_crg)


@lru_cache(maxsize=64)
def flows_sql(asked: Area, by: tuple[str, ...], by_crg: bool) -> str:
    """The same as DuckDB's SQL, made once for each question."""
    return str(ibis.to_sql(flows_expression(asked, by, by_crg), dialect="duckdb"))


def declared(name: str, schema: pa.Schema) -> ir.Table:
    """A table of which only the columns are known."""
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)
