"""The flow chart: whole tables of made-up records, engine against plain Python, every branch."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speccomm.assignment.dated import ReferenceRows
from speccomm.assignment.explain import explain_record
from speccomm.assignment.rules import SETTINGS, CamRules, read_rules
from speccomm.assignment.tables import ASSIGNMENT
from tests.examples.assignment.engine import Engine
from tests.examples.assignment.england import ROWS, made_up_reference

UK_WIDE = ("Scotland NCBPS19T", "Wales NCBPS30Z", "Northern Ireland NCBPS22Y")
VALUES: dict[str, list[Any]] = {
    "cds_type": ["011", "11", "020", "20", "120", "130", "180", "200"],
    "activity_date": [date(2023, 6, 1), date(2024, 3, 31), date(2024, 4, 1), date(2025, 3, 31)]
    + [date(2025, 5, 15), date(2025, 6, 10), date(2025, 6, 11), date(2026, 4, 1)],
    "overseas_visitor_charging_category": ["A"] * 9 + ["B", "C", "D", "F", "X", " ", None],
    "administrative_category": ["01"] * 8 + ["02", "2", None],
    "gp_practice_code": [row[0] for row in ROWS["practices"]]
    + ["A91099", "V81997", "V81998", "V81999", "S10001", " m86001 ", None],
    "postcode": [row[0] for row in ROWS["postcodes"]]
    + ["ZZ99 4GZ", "ZZ99 6GZ", "ZZ99 3VZ", "ZZ99 3GZ", "ZZ99 1WZ", "BF1 2AA", "XX1 1XX"]
    + ["lD15aa", "  ", None],
    "provider_code": [row[0] for row in ROWS["providers"]]
    + ["RWE", "RYX", "RYJ", "RKB00", "ZZZ", None],
    "service_code": ["99999999", "NCBPS11B", "NCBPS06A", "NCBPS30Z", "NCBPS19T", "NCBPS22E"]
    + ["NCBPS22B", "NCBPS22Y", "NCBPS13X_TOP", "NCBPS58S", "NCBPSNSD", "NCBPSXXX", "NCBSDXXX"]
    + ["NCBPH26B", "NONSENSE", None],
    "treatment_function_code": ["100", "361", "100", "361", "140", "451", None],
    "source_of_admission": ["19", "39", "40", None],
    "diagnosis_codes": [None, None, "I10", "N97.0;I10", "n46x", "Z350", "Z35.01", "N34.1", "XN46"],
    "procedure_codes": [None, None, "W37.1", "W371;Q13.1", "Y96.1", "N46"],
    "welsh_referral_assessment": ["Y", None],
    "healthcare_agreement": ["Y", None],
    "other_public_health": ["Y", None, None, None, "N"],
    "armed_forces_infertility": ["Y", "y", None],
}
RECORDS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}),
    min_size=30,
    max_size=60,
)
CHOICES = st.fixed_dictionaries({name: st.sampled_from(known) for name, known in SETTINGS.items()})
QUICK = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(made_up_reference())


def check(engine: Engine, records: list[dict[str, Any]], rules: CamRules) -> list[dict[str, Any]]:
    rows = ReferenceRows(engine.reference)
    answers, warned = engine.assign(records, rules), engine.warn(records, rules)
    for number, (record, answer) in enumerate(zip(records, answers, strict=True)):
        told = explain_record({**record, "record_id": str(number)}, rows, rules=rules)
        assert answer == {name: getattr(told, name) for name in ASSIGNMENT}, (
            record,
            told.sentences,
        )
        assert warned[number] == {one.check_id: one.code for one in told.warnings}, record
    return answers


@QUICK
@given(records=RECORDS)
def test_engine_agrees_with_explain(engine: Engine, records: list[dict[str, Any]]) -> None:
    check(engine, records, read_rules().with_lists(uk_wide_lines=UK_WIDE))


@settings(QUICK, max_examples=8)
@given(records=RECORDS, choice=CHOICES)
def test_engine_agrees_with_explain_under_every_setting(
    engine: Engine, records: list[dict[str, Any]], choice: dict[str, str]
) -> None:
    check(engine, records, read_rules().with_settings(**choice))


@pytest.mark.parametrize("empty", ["practices", "postcodes", "providers", "infertility_codes"])
def test_engine_agrees_with_explain_where_a_table_is_not_loaded(empty: str) -> None:
    check(Engine(made_up_reference(**{empty: []})), corpus(300, seed=2), read_rules())


def corpus(size: int, *, seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    return [{name: draw.choice(values) for name, values in VALUES.items()} for _ in range(size)]


def test_every_branch_and_exit_is_reached_and_agrees(engine: Engine) -> None:
    rules = read_rules().with_lists(uk_wide_lines=UK_WIDE)
    records = corpus(6000, seed=1)
    answers = engine.assign(records, rules)
    branches = set()
    for answer in answers:
        steps = answer["path"].split(">")
        for step, after in zip(steps, [*steps[1:], answer["exit"]], strict=True):
            branches.add((step, after == rules.steps[step].yes.name))
    everything = {(name, way) for name in rules.steps for way in (True, False)}
    assert len(everything) == 2 * 27
    assert everything - branches == set()
    assert {answer["exit"] for answer in answers} == set(rules.exits)


def test_every_warning_on_a_record_is_met_and_explained(engine: Engine) -> None:
    records, rules = corpus(1500, seed=3), read_rules()
    check(engine, records, rules)
    met = {check_id for row in engine.warn(records, rules) for check_id in row}
    assert met == {
        "ASN-N01", "ASN-W01", "ASN-W03", "ASN-W04", "ASN-W05", "ASN-W06", "ASN-W08",
    }  # fmt: skip
