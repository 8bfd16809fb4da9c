"""Worked examples of the contract-monitoring variant: every rule and every reason code."""

from __future__ import annotations

from typing import Any

import pytest

from speccomm.assignment.contract_rules import read_contract_rules
from tests.examples.assignment.contract_engine import ContractEngine, contract_row
from tests.examples.assignment.england import made_up_reference

NO_BODIES = {"gp_responsibility_code": None, "residence_responsibility_code": None}
LONDON = {"gp_responsibility_code": "93C", "residence_responsibility_code": "93C"}
LONDON_HOME = {"gp_responsibility_code": None, "residence_responsibility_code": "93C"}
LOST = {**NO_BODIES, "provider_code": "ZZZ"}
AMBER = {"service_code": "NCBPS06A", "financial_year": "2024-25", "category_code": "21"}
DENTAL = {"service_code": "99999999", "treatment_function_code": "140", "category_code": "12"}
HEALTH = {"service_code": "NCBPH26B", "category_code": "81"}
Y2024 = {"financial_year": "2024-25"}

CASES: list[tuple[str, dict[str, Any], tuple[Any, ...]]] = [
    ("a drug line", {"pod_code": "DRUG"}, (None, None, "NOT_TESTED")),
    ("a device line", {"pod_code": "DEVICE"}, (None, None, "NOT_TESTED")),
    ("cancer drugs fund", {"category_code": "31"}, (None, None, "NOT_TESTED")),
    ("a Welsh patient", {"gp_responsibility_code": "7A7"}, (None, None, "NOT_TESTED_DEVOLVED")),
    (
        "a Welsh home without practice",
        {"gp_responsibility_code": None, "residence_responsibility_code": "7A1"},
        (None, None, "NOT_TESTED_DEVOLVED"),
    ),
    (
        "an English practice with a Welsh home",
        {"residence_responsibility_code": "7A1"},
        ("B2M3M", "25", "C_6_1"),
    ),
    ("mental health, green", {"service_code": "NCBPS22E"}, (None, "26", "MH_Delegated")),
    ("mental health, red", {"service_code": "NCBPS22B"}, (None, "22", "MH_Non_Delegated")),
    ("amber by practice", AMBER, ("14A", "21", "C_0b_1")),
    ("amber by ICB", {**AMBER, "gp_responsibility_code": "QMJ"}, ("13R", "21", "C_0b_2")),
    ("amber by home", {**AMBER, **LONDON_HOME}, ("13R", "21", "C_0b_3")),
    (
        "amber by ICB of home",
        {**AMBER, **NO_BODIES, "residence_responsibility_code": "QMJ"},
        ("13R", "21", "C_0b_4"),
    ),
    ("amber by host", {**AMBER, **NO_BODIES}, ("14A", "21", "C_0b_5")),
    ("amber lost", {**AMBER, **LOST}, (None, "21", "C_0b_X")),
    ("red", {**LONDON, "service_code": "NCBPS19T"}, ("14A", "21", "C_2_1")),
    ("blue", {"service_code": "NCBPS13X_TOP"}, ("14A", "21", "C_2_1")),
    ("not attributable", {"service_code": "NCBPSXXX"}, ("14A", "21", "C_2_1")),
    ("a specialised line without status", {"service_code": "NCBPS58S"}, ("14A", "21", "C_2_1")),
    (
        "specialised by category alone",
        {"service_code": "99999999", "category_code": "21"},
        ("14A", "21", "C_2_1"),
    ),
    (
        "no code and category 21",
        {"service_code": None, "category_code": "21"},
        ("14A", "21", "C_2_1"),
    ),
    ("red lost", {**LOST, "service_code": "NCBPS19T"}, (None, "21", "C_2_X")),
    (
        "red of a host whose sub-ICB is not known",
        {"service_code": "NCBPS19T", "provider_code": "RWE"},
        ("14A", "21", "C_2_1"),
    ),
    ("dental by practice", DENTAL, ("B2M3M", "55", "D_1")),
    ("dental by category", {"category_code": "55"}, ("B2M3M", "55", "D_1")),
    ("dental by home", {**DENTAL, **LONDON_HOME}, ("93C", "55", "D_2")),
    ("dental by host", {**DENTAL, **NO_BODIES}, ("B2M3M", "55", "D_3")),
    (
        "dental with an ICB code alone",
        {**DENTAL, "gp_responsibility_code": "QMJ", "residence_responsibility_code": None},
        (None, "55", "D_X"),
    ),
    (
        "dental with an ICB code and a home",
        {**DENTAL, "gp_responsibility_code": "QMJ"},
        ("B2M3M", "55", "D_2"),
    ),
    ("dental lost", {**DENTAL, **LOST}, (None, "55", "D_X")),
    (
        "a dental function on a green line",
        {"treatment_function_code": "140"},
        ("B2M3M", "25", "C_6_1"),
    ),
    ("prison", {"gp_practice_code": "Y07289"}, ("14Q", "71", "E_1")),
    (
        "prison emergency",
        {"gp_practice_code": "Y07289", "pod_code": "AE"},
        ("B2M3M", "25", "C_6_1"),
    ),
    ("prison by category", {"category_code": "75"}, (None, "71", "E_X")),
    ("prison of two hubs", {"gp_practice_code": "Y07000"}, (None, "71", "E_X")),
    ("public health", HEALTH, ("Y60", "81", "F_1")),
    ("public health by ICB", {**HEALTH, "gp_responsibility_code": "QMJ"}, ("Y56", "81", "F_2")),
    ("public health by home", {**HEALTH, **LONDON_HOME}, ("Y56", "81", "F_3")),
    (
        "public health by ICB of home",
        {**HEALTH, **NO_BODIES, "residence_responsibility_code": "QMJ"},
        ("Y56", "81", "F_4"),
    ),
    ("public health by host", {**HEALTH, **NO_BODIES}, ("Y60", "81", "F_5")),
    ("public health lost", {**HEALTH, **LOST}, (None, "81", "F_X")),
    ("forces", {"gp_practice_code": "A91021"}, ("13Q", "61", "J_1")),
    ("forces by category", {"category_code": "61"}, ("13Q", "61", "J_1")),
    ("a camp that closed", {"gp_practice_code": "A91099"}, ("B2M3M", "25", "C_6_1")),
    ("green by practice", {}, ("B2M3M", "25", "C_6_1")),
    ("green by home", {"gp_responsibility_code": None}, ("B2M3M", "25", "C_6_2")),
    ("green by host", NO_BODIES, ("B2M3M", "25", "C_6_3")),
    ("green of 2024 in London", {**Y2024, **LONDON}, ("13R", "21", "C_6_4")),
    ("green of 2023", {"financial_year": "2023-24"}, ("14A", "21", "C_6_4")),
    ("green of 2024 by ICB", {**Y2024, "gp_responsibility_code": "QMJ"}, ("13R", "21", "C_6_5")),
    ("green of 2024 by home", {**Y2024, **LONDON_HOME}, ("13R", "21", "C_6_6")),
    (
        "green of 2024 by ICB of home",
        {**Y2024, **NO_BODIES, "residence_responsibility_code": "QMJ"},
        ("13R", "21", "C_6_7"),
    ),
    (
        "green of 2024 by host",
        {**Y2024, **NO_BODIES, "provider_code": "RAL"},
        ("13R", "21", "C_6_8"),
    ),
    ("green lost", LOST, (None, None, "C_5_X")),
    (
        "not specialised",
        {"service_code": "99999999", "category_code": "12"},
        ("B2M3M", "12", "C_5_1"),
    ),
    (
        "not specialised by host",
        {**NO_BODIES, "service_code": "99999999", "category_code": "12"},
        ("B2M3M", "12", "C_5_1"),
    ),
    ("lost", {**LOST, "service_code": "99999999", "category_code": "12"}, (None, None, "X")),
    ("a year not held", {"financial_year": "2031-32"}, (None, None, "YEAR_NOT_KNOWN")),
    ("no month", {"financial_month": None}, (None, None, "YEAR_NOT_KNOWN")),
    (
        "a host whose board joined another",
        {**NO_BODIES, "provider_code": "RYJ", "financial_year": "2026-27"},
        ("W2U3Z", "25", "C_6_3"),
    ),
    (
        "a host whose board was divided",
        {**NO_BODIES, "provider_code": "RFR", "financial_year": "2026-27"},
        ("71E", "25", "C_6_3"),
    ),
    (
        "a host whose board ended, by its region",
        {"provider_code": "RDU", "financial_year": "2026-27", "service_code": "NCBPS19T"},
        ("14A", "21", "C_2_1"),
    ),
    ("an ICB that ended", {"gp_responsibility_code": "QRV", "financial_year": "2026-27"})
    + (("B2M3M", "25", "C_6_2"),),
]


@pytest.fixture(scope="module")
def engine() -> ContractEngine:
    return ContractEngine(made_up_reference())


@pytest.mark.parametrize(
    ("values", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_contract_cases(
    engine: ContractEngine, values: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert engine.answer(contract_row(**values)) == expected


def test_every_reason_code_has_a_case() -> None:
    assert {case[2][2] for case in CASES} == set(read_contract_rules().reasons)


@pytest.mark.parametrize(
    ("values", "specialised"),
    [
        ({}, True),
        ({"service_code": "99999999", "category_code": "12"}, False),
        ({"service_code": "NCBPH26B"}, False),
        ({"service_code": None, "category_code": "21"}, True),
        ({"service_code": None}, None),
        ({"service_code": "NONSENSE"}, None),
        ({"service_code": "NONSENSE", "category_code": "21"}, None),
        ({"financial_year": "2031-32"}, None),
    ],
)
def test_specialised_or_not_or_nobody_can_say(
    engine: ContractEngine, values: dict[str, Any], specialised: bool | None
) -> None:
    (answer,) = engine.assign([contract_row(**values)])
    assert answer["specialised"] is specialised


def test_service_lines_follow(engine: ContractEngine) -> None:
    rows = [
        contract_row(),
        contract_row(service_code="NCBPS58S"),
        contract_row(service_code="NCBPS58S", financial_year="2024-25"),
        contract_row(service_code="NONSENSE"),
        contract_row(service_code=None),
        contract_row(financial_year="2031-32"),
    ]
    assert engine.service_lines(rows) == [
        ("A06", "A", True),
        ("D04", "D", False),
        ("D04", "D", True),
        (None, None, False),
        (None, None, False),
        (None, None, None),
    ]


def test_rows_that_are_not_told_apart_are_each_answered(engine: ContractEngine) -> None:
    answers = engine.assign([contract_row()] * 100)
    assert len(answers) == 100
