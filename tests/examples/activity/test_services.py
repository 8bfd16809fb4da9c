"""Which provider delivers which service, and who treats most of an ICB's patients."""

from decimal import Decimal

import ibis
import pyarrow as pa

from speccomm.activity.services import services_by_provider, top_providers
from tests.examples.activity.made_up_flows import PROVIDERS, SERVICES, area

SUMS = pa.table(
    {
        "provider_code": ["P1", "P9", "P3", "RXX", "P1"],
        "patient_commissioner_code": ["C1", "C1", "C0", "C1", "C3"],
        "service_code": ["S1", "S1", "S2", None, "S1"],
        "activity_count": pa.array([Decimal(n) for n in (5, 2, 9, 1, 100)], pa.decimal128(38, 3)),
    }
)
GBP = pa.decimal128(38, 4)
LINES = pa.table(
    {
        "provider_code": ["P1", "P1", "P3"],
        "service_code": ["S1", "S2", "S2"],
        "plan_activity": pa.array([None, Decimal(4), None], GBP),
        "plan_price_gbp": pa.array([Decimal(10), None, None], GBP),
        "plan_mff_gbp": pa.array([None, None, None], GBP),
        "actual_price_gbp": pa.array([Decimal("12.345"), None, Decimal(7)], GBP),
        "actual_mff_gbp": pa.array([Decimal(1), None, None], GBP),
    }
)


def test_services_by_provider(engine):
    table = engine.to_pyarrow(
        services_by_provider(
            *(ibis.memtable(t) for t in (SUMS, LINES, PROVIDERS, SERVICES)), area=area(icb="Q1")
        )
    )
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("P1", "First", "S1", "Dialysis", 7, Decimal("13.35"), True),
        ("P1", "First", "S2", "Transplant", None, None, True),
        ("P3", "Third", "S2", "Transplant", 9, 7, None),  # no plan of P3 is held at all
        ("RXX", None, "Unknown", "Unknown", 1, None, None),
    ]


def test_top_providers(engine):
    table = engine.to_pyarrow(
        top_providers(ibis.memtable(SUMS), ibis.memtable(PROVIDERS), area=area(icb="Q1"), most=2)
    )
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("P3", "Third", "Q3", 9, False),
        ("P1", "First", "Q1", 7, True),
    ]
