"""The contract variant: whole tables of made-up rows, engine against plain Python."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speccomm.assignment.contract_explain import explain_contract_row
from speccomm.assignment.contract_lookups import ContractLookups, contract_lookup_tables
from speccomm.assignment.contract_monitoring import assign_contract_rows
from speccomm.assignment.contract_rules import SETTINGS, read_contract_rules
from speccomm.assignment.dated import ReferenceRows
from speccomm.assignment.tables import CONTRACT_ANSWER, CONTRACT_ROW
from tests.examples.assignment.england import made_up_reference

YEARS = ["2023-24", "2024-25", "2025-26", "2026-27"]
BODIES = ["B2M3M", "04C", "93C", "W2U3Z", "QWU", "QMJ", "QK1", "QRV", "7A7", "13Q", "", None]
VALUES: dict[str, list[Any]] = {
    "category_code": ["12", "21", "25", "31", "51", "55", "61", "71", "75", "81", "85", " ", None],
    "service_code": ["99999999", "NCBPS11B", "NCBPS06A", "NCBPS19T", "NCBPS22E", "NCBPS22B"]
    + ["NCBPS13X_TOP", "NCBPS58S", "NCBPSNSD", "NCBPSXXX", "NCBSDXXX", "NCBPH26B", "ABC"]
    + [" NCBPS11B ", "", None],
    "provider_code": ["RKB", "RRK", "RWE", "RLQ", "RAL", "RYX", "RNC", "RX1", "ZZZ", None],
    "gp_responsibility_code": BODIES,
    "residence_responsibility_code": BODIES,
    "gp_practice_code": ["M86001", "Y07289", "Y07000", "A91021", "A91099", "A99001", None],
    "treatment_function_code": ["140", "361", None],
    "pod_code": ["NEL", "AE", "DRUG", "DEVICE", None],
    "financial_year": [*YEARS, "2031-32", None],
    "financial_month": [0, 1, 3, 12, 13, None],
}
TABLES = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}),
    min_size=30,
    max_size=60,
)
CHOICES = st.fixed_dictionaries({name: st.sampled_from(known) for name, known in SETTINGS.items()})
KINDS = {"string": pa.string(), "int8": pa.int8()}
SCHEMA = pa.schema([(name, KINDS[kind]) for name, kind in CONTRACT_ROW.items()])


class Engine:
    """DuckDB with the made-up lookups; one SQL text per choice of settings."""

    def __init__(self) -> None:
        self.con = ibis.duckdb.connect()
        self.reference = made_up_reference()
        self.rows = ReferenceRows(self.reference)
        self.sql: dict[tuple[tuple[str, str], ...], str] = {}
        tables = contract_lookup_tables(self.reference, financial_years=YEARS)
        for name, table in tables.items():
            self.con.con.register(f"cam_{name}", table)

    def answers(self, table: pa.Table, rules: Any) -> list[dict[str, Any]]:
        choice = tuple(sorted(rules.settings.items()))
        if choice not in self.sql:
            rows = ibis.table({**CONTRACT_ROW, "row_key": "int64"}, name="contract_rows")
            expression = assign_contract_rows(rows, ContractLookups.unbound(), rules=rules)
            self.sql[choice] = ibis.to_sql(expression, dialect="duckdb")
        self.con.con.register("contract_rows", table)
        found = self.con.raw_sql(self.sql[choice]).to_arrow_table()
        rows: list[dict[str, Any]] = found.sort_by("row_key").to_pylist()
        return rows


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rows=TABLES, choice=CHOICES)
def test_engine_agrees_with_explain(
    engine: Engine, rows: list[dict[str, Any]], choice: dict[str, str]
) -> None:
    rules = read_contract_rules().with_settings(**choice)
    keys = pa.array(range(len(rows)), pa.int64())
    table = pa.Table.from_pylist(rows, SCHEMA).append_column("row_key", keys)
    answers = engine.answers(table, rules)
    assert [answer["row_key"] for answer in answers] == list(range(len(rows)))
    for row, answer in zip(rows, answers, strict=True):
        told = explain_contract_row(row, engine.rows, rules=rules)
        assert {name: answer[name] for name in CONTRACT_ANSWER} == {
            name: getattr(told, name) for name in CONTRACT_ANSWER
        }, row
