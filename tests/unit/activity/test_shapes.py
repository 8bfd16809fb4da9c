"""Every expression has the columns it declares, and every engine can be told it."""

import ibis
import pytest

from speccomm.activity.contract_findings import blank_actuals, money_without_icb
from speccomm.activity.contract_lines import contract_lines
from speccomm.activity.flows import activity_by_codes
from speccomm.activity.plan import unusual_plan_months
from speccomm.activity.rules import contract_rules
from speccomm.activity.services import services_by_provider, top_providers
from speccomm.activity.tables import (
    CONTRACT_POSITION,
    SERVICES_BY_PROVIDER,
    TOP_PROVIDERS,
    arrow_schema,
    flow_columns,
)
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from tests.examples.activity import made_up_contracts as contracts
from tests.examples.activity import made_up_flows as country

RULES = contract_rules()
SCOPE = contracts.scope_of([contracts.row()], [contracts.row()], patient_codes=frozenset({"C1"}))
QWU = country.area(icb="Q1")
MONTHS = [FinancialMonth(FinancialYear(2023), n) for n in (1, 2)]
BY = ("provider", "icb", "service", "pod", "month")
ACM = country.declared("acm", contracts.ACM_SCHEMA)
IAP = country.declared("iap", contracts.IAP_SCHEMA)
PROVIDERS = country.declared("providers", contracts.PROVIDERS.schema)
SERVICES = country.declared("services", contracts.SERVICES.schema)
PODS = country.declared("points_of_delivery", contracts.PODS.schema)
PLACES = country.declared("places", country.TABLES["places"].schema)
SUMS = activity_by_codes(
    country.declared("plcm", country.PLCM_SCHEMA), area=QWU, months=MONTHS, by=("service",)
)
LINES = contract_lines(ACM, IAP, PROVIDERS, PODS, scope=SCOPE, rules=RULES)
DECLARED = {
    "flows": (country.flows_expression(QWU), flow_columns(())),
    "flows by everything": (country.flows_expression(QWU, BY), flow_columns(BY)),
    "contract position": (contracts.position_expression(SCOPE, RULES), CONTRACT_POSITION),
    "services by provider": (
        services_by_provider(SUMS, LINES, PROVIDERS, SERVICES, area=QWU),
        SERVICES_BY_PROVIDER,
    ),
    "top providers": (top_providers(SUMS, PROVIDERS, area=QWU, most=5), TOP_PROVIDERS),
}
EXPRESSIONS = {
    **{name: expression for name, (expression, _) in DECLARED.items()},
    "sums": SUMS,
    "lines": LINES,
    "blanks": blank_actuals(ACM, scope=SCOPE),
    "without icb": money_without_icb(ACM, IAP, PLACES, scope=SCOPE, rules=RULES),
    "odd months": unusual_plan_months(IAP, rules=RULES),
}


@pytest.mark.parametrize("name", DECLARED)
def test_an_expression_has_the_columns_declared(name):
    expression, columns = DECLARED[name]
    found = ibis.Schema.from_pyarrow(arrow_schema(columns))
    assert list(expression.schema().items()) == list(found.items())


@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
def test_every_engine_can_be_told(name, dialect):
    sql = str(ibis.to_sql(EXPRESSIONS[name], dialect=dialect))
    assert sql.lstrip().upper().startswith(("SELECT", "WITH"))
    assert "TRY_CAST" in sql or name not in {"contract position", "lines"}


def test_the_engine_returns_the_types_declared(engine):
    tables = {
        "acm": contracts.table_of([contracts.row((1, 2), (3, 4))], contracts.ACM_SCHEMA),
        "iap": contracts.table_of([], contracts.IAP_SCHEMA),
        "providers": contracts.PROVIDERS,
        "points_of_delivery": contracts.PODS,
        "services": contracts.SERVICES,
    }
    for name, table in tables.items():
        engine.con.register(name, table)
    sql = contracts.position_sql(contracts.scope_of([]), RULES)
    found = engine.con.sql(sql).to_arrow_table().schema
    assert found == arrow_schema(CONTRACT_POSITION)


def test_no_column_without_a_unit_and_no_null_without_a_meaning():
    for column in (*flow_columns(BY), *CONTRACT_POSITION, *SERVICES_BY_PROVIDER):
        assert column.unit
        assert column.missing or column.name.endswith("_code") or column.name in {
            "month", "intra", "imported", "exported", "provider_total", "patient_total",
            "grand_total",
        }  # fmt: skip
