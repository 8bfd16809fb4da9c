"""Made-up contract rows in the store's columns, and the question asked of them, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from speccomm.activity.contract_lines import ContractScope
from speccomm.activity.contract_position import contract_position
from speccomm.activity.rules import ContractRules, contract_rules
from speccomm.foundation.periods import FinancialYear

YEAR = FinancialYear(2023)
ACTIVITY = pa.decimal128(13, 3)
GBP = pa.decimal128(18, 4)
CODES = [
    (name, pa.string())
    for name in ("provider_code", "service_code", "pod_code", "tariff_code", "financial_year",
                 "patient_commissioner_code")
]  # fmt: skip
PLANNED = [("planned_activity", ACTIVITY), ("planned_price_gbp", GBP), ("planned_mff_gbp", GBP)]
ACTUAL = [("actual_activity", ACTIVITY), ("actual_price_gbp", GBP), ("actual_mff_gbp", GBP)]
IAP_SCHEMA = pa.schema([*CODES, ("financial_month", pa.int8()), *PLANNED])
ACM_SCHEMA = pa.schema([*CODES, ("financial_month", pa.int8()), *PLANNED, *ACTUAL])

PROVIDERS = pa.table(
    {
        "provider_code": ["RKB", "RRK", "RLQ", "RLX"],
        "current_provider_code": ["RKB", "RRK", "RLX", "RLX"],
        "provider_name": ["Coventry", "Birmingham", "Wye Valley", "Wye Valley"],
        "icb_code": ["QWU", "QHL", "QGH", "QGH"],
        "icb_name": ["Coventry and Warwickshire", "Birmingham and Solihull", "Hereford",
                     "Hereford"],
        "region_code": ["Y60", "Y60", "Y60", "Y60"],
        "region_name": ["Midlands"] * 4,
    }
)  # fmt: skip
PODS = pa.table(
    {
        "pod_code": ["EL", "DC", "NEL", "BLOCK", "DRUG"],
        "is_activity": [True, True, True, False, False],
    }
)
SERVICES = pa.table(
    {"service_code": ["NCBPS11B", "NCBPS29Z"], "service_name": ["Renal dialysis", "Haemophilia"]}
)


def row(
    plan: tuple[Any, ...] = (None, None), actual: tuple[Any, ...] = (None, None), **codes: Any
) -> dict[str, Any]:
    """One row: plan and actual as (activity, price) or (activity, price, market forces)."""
    base = {
        "provider_code": "RKB", "service_code": "NCBPS11B", "pod_code": "EL",
        "tariff_code": "LA01A", "financial_year": "2023-24", "financial_month": 1,
        "patient_commissioner_code": "B2M3M",
    }  # fmt: skip
    amounts = {}
    for names, values in ((PLANNED, plan), (ACTUAL, actual)):
        for (name, _), value in zip(names, (*values, None, None, None)[:3], strict=True):
            amounts[name] = None if value is None else Decimal(str(value))
    return {**base, **amounts, **codes}


def table_of(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """The rows under a schema; a column not named is null, one not in the schema is left out."""
    return pa.table({f.name: [r.get(f.name) for r in rows] for f in schema}, schema=schema)


def scope_of(
    acm: Sequence[Mapping[str, Any]], iap: Sequence[Mapping[str, Any]] = (), **changes: Any
) -> ContractScope:
    """The question of month 1 for the providers met in the rows, changed as asked."""
    known: dict[str, Any] = {
        "year": YEAR,
        "to_month": 1,
        "plan_in_iap": frozenset(r["provider_code"] for r in iap),
        "whole_year_in_acm": frozenset(),
        "sent": frozenset(_current(r["provider_code"]) for r in acm),
    }
    return ContractScope(**{**known, **changes})


def position(
    engine: Backend,
    acm: Sequence[Mapping[str, Any]],
    iap: Sequence[Mapping[str, Any]] = (),
    *,
    rules: ContractRules | None = None,
    **scope: Any,
) -> list[dict[str, Any]]:
    """The contract position of made-up rows, as plain rows."""
    tables = {
        "acm": table_of(acm, ACM_SCHEMA), "iap": table_of(iap, IAP_SCHEMA),
        "providers": PROVIDERS, "points_of_delivery": PODS, "services": SERVICES,
    }  # fmt: skip
    sql = position_sql(scope_of(acm, iap, **scope), rules or contract_rules())
    for name, table in tables.items():
        engine.con.register(name, table)
    answer: list[dict[str, Any]] = engine.con.sql(sql).to_arrow_table().to_pylist()
    return answer


def position_expression(scope: ContractScope, rules: ContractRules) -> ir.Table:
    """The contract position of tables that are only declared."""
    declared = {
        "acm": ACM_SCHEMA, "iap": IAP_SCHEMA, "providers": PROVIDERS.schema,
        "points_of_delivery": PODS.schema, "services": SERVICES.schema,
    }  # fmt: skip
    tables = [ibis.table(ibis.Schema.from_pyarrow(s), name=n) for n, s in declared.items()]
    return contract_position(*tables, scope=scope, rules=rules)


@lru_cache(maxsize=64)
def position_sql(scope: ContractScope, rules: ContractRules) -> str:
    """The same as DuckDB's SQL, made once for each question."""
    return str(ibis.to_sql(position_expression(scope, rules), dialect="duckdb"))


def _current(code: str) -> str:
    sent = PROVIDERS.column("provider_code").to_pylist()
    current = PROVIDERS.column("current_provider_code").to_pylist()
    return dict(zip(sent, current, strict=True)).get(code, code)
