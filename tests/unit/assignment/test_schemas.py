"""Expressions built on the declared schemas give the declared schemas, for both engines."""

from __future__ import annotations

import ibis
import pytest
import sqlglot

from speccomm.assignment.contract_monitoring import (
    ContractLookups,
    assign_contract_rows,
    read_contract_rules,
)
from speccomm.assignment.flow_chart import CamLookups, assign_records, read_rules
from speccomm.assignment.lookups import InfertilityPatterns, paths
from speccomm.assignment.service_lines import with_service_lines
from speccomm.assignment.tables import (
    ASSIGNMENT,
    CONTRACT_ANSWER,
    CONTRACT_ROW,
    RECORD,
    SERVICE_LINE,
)

RECORDS = ibis.table(RECORD, name="records")
ROWS = ibis.table({**CONTRACT_ROW, "row_key": "int64"}, name="contract_rows")
PATTERNS = InfertilityPatterns(";(N46|Z350;)", ";(Q131;)")
EXPRESSIONS = {
    "records": assign_records(RECORDS, CamLookups.unbound(patterns=PATTERNS), rules=read_rules()),
    "contract rows": assign_contract_rows(
        ROWS, ContractLookups.unbound(), rules=read_contract_rules()
    ),
    "service lines": with_service_lines(ROWS, ContractLookups.unbound()),
}
SCHEMAS = {
    "records": ASSIGNMENT,
    "contract rows": {**CONTRACT_ROW, "row_key": "int64", **CONTRACT_ANSWER},
    "service lines": {**CONTRACT_ROW, "row_key": "int64", **SERVICE_LINE},
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_schema_out_is_the_declared_one(name: str) -> None:
    schema = EXPRESSIONS[name].schema()
    assert {column: str(kind).lstrip("!") for column, kind in schema.items()} == SCHEMAS[name]


@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize(("dialect", "reads"), [("duckdb", "duckdb"), ("pyspark", "spark")])
def test_every_expression_compiles_for_both_engines(name: str, dialect: str, reads: str) -> None:
    text = str(ibis.to_sql(EXPRESSIONS[name], dialect=dialect))
    parsed = sqlglot.parse_one(text, read=reads)
    assert isinstance(parsed, sqlglot.exp.Select)
    assert list(parsed.named_selects) in (list(SCHEMAS[name]), ["*"])
    assert all(column in text for column in SCHEMAS[name])


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_nothing_is_used_that_the_engines_understand_differently(name: str) -> None:
    text = str(ibis.to_sql(EXPRESSIONS[name], dialect="pyspark")).upper()
    for word in ("TRY_CAST", "DATEDIFF", "DATE_DIFF", "$'", "EXPLODE"):
        assert word not in text


def test_there_are_63_ways_through_the_chart_each_numbered_once() -> None:
    ways = paths(read_rules())
    assert [way["path_number"] for way in ways] == list(range(63))
    assert len({(way["path"], way["exit"]) for way in ways}) == 63
