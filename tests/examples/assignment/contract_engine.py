"""DuckDB with the made-up contract lookups registered, one SQL text per choice of settings."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from speccomm.assignment.contract_explain import explain_contract_row
from speccomm.assignment.contract_lookups import ContractLookups, contract_lookup_tables
from speccomm.assignment.contract_monitoring import assign_contract_rows
from speccomm.assignment.contract_rules import read_contract_rules
from speccomm.assignment.dated import ReferenceRows
from speccomm.assignment.service_lines import with_service_lines
from speccomm.assignment.tables import CONTRACT_ANSWER, CONTRACT_ROW, SERVICE_LINE

YEARS = ["2023-24", "2024-25", "2025-26", "2026-27"]
KINDS = {"string": pa.string(), "int8": pa.int8()}
SCHEMA = pa.schema(
    [(name, KINDS[kind]) for name, kind in CONTRACT_ROW.items()] + [("row_key", pa.int64())]
)
USUAL = {
    "category_code": "25",
    "service_code": "NCBPS11B",
    "provider_code": "RKB",
    "gp_responsibility_code": "B2M3M",
    "residence_responsibility_code": "B2M3M",
    "gp_practice_code": "M86001",
    "treatment_function_code": "361",
    "pod_code": "NEL",
    "financial_year": "2025-26",
    "financial_month": 3,
}


def contract_row(**values: Any) -> dict[str, Any]:
    """A usual renal row of June 2025, with some values changed."""
    return {**USUAL, **values}


class ContractEngine:
    """Assigns contract rows against one reference and checks each against its explanation."""

    def __init__(self, reference: Any) -> None:
        self.con = ibis.duckdb.connect()
        self.rows = ReferenceRows(reference)
        self.sql: dict[str, str] = {}
        for name, table in contract_lookup_tables(reference, financial_years=YEARS).items():
            self.con.con.register(f"cam_{name}", table)

    def assign(self, rows: list[dict[str, Any]], **settings: str) -> list[dict[str, Any]]:
        """Answers in the order of the rows, each the same as the explanation's."""
        rules = read_contract_rules().with_settings(**settings)
        key = repr(sorted(rules.settings.items()))
        if key not in self.sql:
            table = ibis.table({**CONTRACT_ROW, "row_key": "int64"}, name="contract_rows")
            answers = assign_contract_rows(table, ContractLookups.unbound(), rules=rules)
            self.sql[key] = ibis.to_sql(answers, dialect="duckdb")
        found = self._run(rows, self.sql[key])
        for row, answer in zip(rows, found, strict=True):
            told = explain_contract_row(row, self.rows, rules=rules)
            expected = {name: getattr(told, name) for name in CONTRACT_ANSWER}
            assert {name: answer[name] for name in CONTRACT_ANSWER} == expected, (row, told)
        return found

    def answer(self, row: dict[str, Any], **settings: str) -> tuple[Any, ...]:
        """Commissioner, category and reason of one row."""
        (found,) = self.assign([row], **settings)
        return tuple(
            found[name]
            for name in ("derived_commissioner_code", "derived_category_code", "reason_code")
        )

    def service_lines(self, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """Reference group, programme and validity of each row."""
        table = ibis.table({**CONTRACT_ROW, "row_key": "int64"}, name="contract_rows")
        derived = with_service_lines(table, ContractLookups.unbound())
        found = self._run(rows, str(ibis.to_sql(derived, dialect="duckdb")))
        return [tuple(row[name] for name in SERVICE_LINE) for row in found]

    def _run(self, rows: list[dict[str, Any]], sql: str) -> list[dict[str, Any]]:
        numbered = [{**row, "row_key": number} for number, row in enumerate(rows)]
        self.con.con.register("contract_rows", pa.Table.from_pylist(numbered, SCHEMA))
        found: list[dict[str, Any]] = self.con.raw_sql(sql).to_arrow_table().to_pylist()
        found.sort(key=lambda row: int(row["row_key"]))
        assert [row["row_key"] for row in found] == list(range(len(rows)))
        return found
