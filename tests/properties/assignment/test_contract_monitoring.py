"""The contract variant: whole tables of made-up rows, engine against plain Python."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speccomm.assignment.contract_rules import SETTINGS
from tests.examples.assignment.contract_engine import YEARS, ContractEngine
from tests.examples.assignment.england import made_up_reference

BODIES = ["B2M3M", "04C", "93C", "W2U3Z", "QWU", "QMJ", "QK1", "QRV", "7A7", "13Q", "", None]
VALUES: dict[str, list[Any]] = {
    "category_code": ["12", "21", "25", "31", "51", "55", "61", "71", "75", "81", "85", " ", None],
    "service_code": ["99999999", "NCBPS11B", "NCBPS06A", "NCBPS19T", "NCBPS22E", "NCBPS22B"]
    + ["NCBPS13X_TOP", "NCBPS58S", "NCBPSNSD", "NCBPSXXX", "NCBSDXXX", "NCBPH26B", "ABC"]
    + [" NCBPS11B ", "", None],
    "provider_code": [
        "RKB",
        "RRK",
        "RWE",
        "RLQ",
        "RAL",
        "RYX",
        "RYJ",
        "RDU",
        "RFR",
        "RNC",
        "RX1",
        "ZZZ",
        None,
    ],
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


@pytest.fixture(scope="module")
def engine() -> ContractEngine:
    return ContractEngine(made_up_reference())


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rows=TABLES, choice=CHOICES)
def test_engine_agrees_with_explain(
    engine: ContractEngine, rows: list[dict[str, Any]], choice: dict[str, str]
) -> None:
    answers = engine.assign(rows, **choice)
    assert all(answer["reason_code"] for answer in answers)
