"""Each named setting changes what it says it changes, for the engine and the explanation alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from speccomm.assignment.contract_rules import SETTINGS as CONTRACT_SETTINGS
from speccomm.assignment.rules import SETTINGS, CamRules, read_rules
from tests.examples.assignment.contract_engine import ContractEngine, contract_row
from tests.examples.assignment.engine import Engine, record
from tests.examples.assignment.england import made_up_reference

Y2024 = date(2024, 6, 10)
SCOT = {"gp_practice_code": "S10001", "postcode": "EH1 1AA"}
AGREED = {"overseas_visitor_charging_category": "B", "healthcare_agreement": "Y"}
BLANK_AGREED = {**AGREED, "gp_practice_code": "V81998", "postcode": "ZZ99 6GZ"}

# setting, choice, record, (exit, commissioner, category) by default, and under the choice
TURNED: list[tuple[str, str, dict[str, Any], tuple[Any, ...], tuple[Any, ...]]] = [
    ("devolved_not_specialised", "specialised_bodies", SCOT)
    + (("DEVOLVED_LOCAL", "SS9", None), ("DEVOLVED_SPEC", "SD002", None)),
    ("b4_asks", "residence", {"overseas_visitor_charging_category": "B", **SCOT})
    + (("HOST_SUBICB", "B2M3M", "12"), ("HOST_SUBICB", "B2M3M", "12")),
    (
        "b4_asks",
        "residence",
        {"overseas_visitor_charging_category": "B", "gp_practice_code": "V81998"},
        ("HOST_SUBICB", "B2M3M", "12"),
        ("RESP_SUBICB", "B2M3M", "12"),
    ),
    (
        "unregistered_hub",
        "provider",
        {"activity_date": Y2024, "gp_practice_code": "V81997", "postcode": "NW3 2AA"}
        | {"service_code": "NCBPS11B"},
        ("HUB_GP", "13R", "21"),
        ("HUB_GP", "14A", "21"),
    ),
    (
        "unknown_charging_category",
        "resident_test",
        {"overseas_visitor_charging_category": None, "service_code": "NCBPS11B"},
        ("RESP_SUBICB", "B2M3M", "12"),
        ("RESP_SUBICB", "B2M3M", "25"),
    ),
    (
        "forces_postcode_of",
        "patient",
        {"gp_practice_code": "A91050", "service_code": "NCBPS11B"},
        ("RESP_SUBICB", "B2M3M", "12"),
        ("13Q", "13Q", "61"),
    ),
    (
        "both_groupings_category",
        "22",
        {"service_code": "NCBPSNSD"},
        ("HUB_PROVIDER", "14A", "21"),
        ("HUB_PROVIDER", "14A", "22"),
    ),
    (
        "dental_catch_all",
        "by_status",
        {"service_code": "NCBSDXXX"},
        ("RESP_SUBICB", "B2M3M", "55"),
        ("RESP_SUBICB", "B2M3M", "25"),
    ),
    ("uk_wide_lines", "highly_specialised", {**SCOT, "service_code": "NCBPS19T"})
    + (("DEVOLVED_SPEC", "SD002", None), ("HUB_PROVIDER", "14A", "21")),
    (
        "amber",
        "retained",
        {"activity_date": Y2024, "service_code": "NCBPS06A", "postcode": "LN6 9PT"}
        | {"source_of_admission": "39"},
        ("HJ_HUB", "14Q", "71"),
        ("HUB_PROVIDER", "14A", "21"),
    ),
    (
        "amber",
        "as_published",
        {"activity_date": Y2024, "service_code": "NCBPS06A"},
        ("HUB_GP", "14A", "21"),
        ("RESP_SUBICB", "B2M3M", "12"),
    ),
    (
        "hub_not_listed",
        "none",
        {"provider_code": "RXW", "service_code": "NCBPS19T"},
        ("HUB_PROVIDER", "14A", "21"),
        ("HUB_PROVIDER", None, "21"),
    ),
    (
        "forces_address",
        "as_recorded",
        {"gp_practice_code": "A91021", "postcode": None, "diagnosis_codes": "N97"},
        ("RESP_SUBICB", "71E", "12"),
        ("RESP_SUBICB", "B2M3M", "12"),
    ),
    ("osv_elsewhere", "host_icb", BLANK_AGREED) + (("OSV", "B2M3M", None), ("OSV", "QWU", None)),
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(made_up_reference())


def answer(engine: Engine, given: dict[str, Any], rules: CamRules) -> tuple[Any, ...]:
    (found,) = engine.explained([given], rules)
    return said(found)


def said(found: dict[str, Any]) -> tuple[Any, ...]:
    return found["exit"], found["commissioner_code"], found["category_code"]


@pytest.fixture(scope="module")
def by_default(engine: Engine) -> list[tuple[Any, ...]]:
    """What each of the records of TURNED is answered before anything is turned, asked at once."""
    records = [record(**values) for _, _, values, _, _ in TURNED]
    return [said(found) for found in engine.explained(records, read_rules())]


@pytest.mark.parametrize(
    ("number", "setting", "choice", "values", "usual", "turned"),
    [(number, *case) for number, case in enumerate(TURNED)],
    ids=[f"{n}-{case[0]}-{case[1]}" for n, case in enumerate(TURNED)],
)
def test_a_setting_changes_what_it_says(
    engine: Engine,
    by_default: list[tuple[Any, ...]],
    number: int,
    setting: str,
    choice: str,
    values: dict[str, Any],
    usual: tuple[Any, ...],
    turned: tuple[Any, ...],
) -> None:
    assert by_default[number] == usual
    turned_rules = read_rules().with_settings(**{setting: choice})
    assert answer(engine, record(**values), turned_rules) == turned


def test_contracts_that_are_not_loaded_are_assumed_or_not() -> None:
    engine = Engine(made_up_reference(providers=[]))
    given = record(service_code="NCBPS19T")
    assert answer(engine, given, read_rules()) == ("HUB_PROVIDER", "14A", "21")
    turned = read_rules().with_settings(contracts_not_loaded="no")
    assert answer(engine, given, turned) == ("NOT_PAYABLE", None, None)


@pytest.mark.parametrize(
    ("name", "codes", "values", "usual", "turned"),
    [
        (
            "penal_sources_of_admission",
            ("39",),
            {"postcode": "LN6 9PT", "source_of_admission": "40"},
            "HJ_HUB",
            "RESP_SUBICB",
        ),
        (
            "retained_statuses",
            ("RED",),
            {"service_code": "NCBPS13X_TOP"},
            "HUB_PROVIDER",
            "RESP_SUBICB",
        ),
        (
            "further_eea_postcodes",
            ("ZZ99 6GZ",),
            {"overseas_visitor_charging_category": "C", "service_code": "NCBPS19T"}
            | {"postcode": "ZZ99 6GZ"},
            "RESP_SUBICB",
            "HUB_PROVIDER",
        ),
        (
            "uk_wide_lines",
            ("Scotland NCBPS19T",),
            {**SCOT, "service_code": "NCBPS19T"},
            "DEVOLVED_SPEC",
            "HUB_PROVIDER",
        ),
    ],
)
def test_a_list_changes_what_it_says(
    engine: Engine,
    name: str,
    codes: tuple[str, ...],
    values: dict[str, Any],
    usual: str,
    turned: str,
) -> None:
    given = record(**values)
    assert answer(engine, given, read_rules())[0] == usual
    assert answer(engine, given, read_rules().with_lists(**{name: codes}))[0] == turned


def test_every_setting_is_turned_by_some_test() -> None:
    assert {case[0] for case in TURNED} | {"contracts_not_loaded"} == set(SETTINGS)
    assert {case[0] for case in CONTRACT_TURNED} == set(CONTRACT_SETTINGS)


CONTRACT_TURNED: list[tuple[str, str, dict[str, Any], tuple[Any, ...], tuple[Any, ...]]] = [
    (
        "devolved_responsibility",
        "as_published",
        {"gp_responsibility_code": "7A7", "residence_responsibility_code": None},
        (None, None, "NOT_TESTED_DEVOLVED"),
        ("B2M3M", "25", "C_6_3"),
    ),
    (
        "both_groupings_category",
        "22",
        {"service_code": "NCBPSNSD"},
        ("14A", "21", "C_2_1"),
        (None, "22", "MH_Non_Delegated"),
    ),
    (
        "dental_catch_all",
        "by_status",
        {"service_code": "NCBSDXXX"},
        ("B2M3M", "55", "D_1"),
        ("B2M3M", "25", "C_6_1"),
    ),
]


@pytest.fixture(scope="module")
def contract_engine() -> ContractEngine:
    return ContractEngine(made_up_reference())


@pytest.mark.parametrize(
    ("setting", "choice", "values", "usual", "turned"),
    CONTRACT_TURNED,
    ids=[case[0] for case in CONTRACT_TURNED],
)
def test_a_contract_setting_changes_what_it_says(
    contract_engine: ContractEngine,
    setting: str,
    choice: str,
    values: dict[str, Any],
    usual: tuple[Any, ...],
    turned: tuple[Any, ...],
) -> None:
    given = contract_row(**values)
    assert contract_engine.answer(given) == usual
    assert contract_engine.answer(given, **{setting: choice}) == turned
