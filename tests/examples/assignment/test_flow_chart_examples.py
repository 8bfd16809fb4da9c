"""Worked examples of the flow chart: ours, and the published twenty where they are at hand."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from speccomm.assignment.rules import CamRules, read_rules
from tests.examples.assignment.engine import Engine, record
from tests.examples.assignment.england import ROWS, made_up_reference

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[3] / "shared" / "domain" / "cam_test_cases.csv"
ANSWERS = ("exit", "commissioner_code", "category_code", "path")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


OURS = rows_of(HERE / "cam_cases.csv")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(made_up_reference())


def assign(engine: Engine, given: dict[str, Any], rules: CamRules | None = None) -> dict[str, Any]:
    """The engine's answer, after checking that the explanation is the same."""
    (answer,) = engine.explained([given], rules or read_rules())
    return answer


def given_in(case: dict[str, str]) -> dict[str, Any]:
    told = (*ANSWERS, "case", "about")
    given: dict[str, Any] = {k: value or None for k, value in case.items() if k not in told}
    return record(**{**given, "activity_date": date.fromisoformat(case["activity_date"])})


@pytest.fixture(scope="module")
def ours(engine: Engine) -> dict[str, dict[str, Any]]:
    """The answers to our cases, asked at once."""
    answers = engine.explained([given_in(case) for case in OURS], read_rules())
    return {case["case"]: answer for case, answer in zip(OURS, answers, strict=True)}


@pytest.mark.parametrize("case", OURS, ids=[case["case"] for case in OURS])
def test_our_cases(ours: dict[str, dict[str, Any]], case: dict[str, str]) -> None:
    answer = ours[case["case"]]
    assert {name: answer[name] for name in ANSWERS} == {
        name: case[name] or None for name in ANSWERS
    }


@pytest.mark.parametrize(
    ("flags", "exit_name", "code"),
    [
        ({"other_public_health": "Y"}, "LOCAL_AUTHORITY", "E08000026"),
        ({"diagnosis_codes": "I10;N97.1"}, "RESP_SUBICB", "B2M3M"),
        ({"diagnosis_codes": "N97.1", "armed_forces_infertility": "Y"}, "13Q", "13Q"),
        ({"procedure_codes": "Q131", "armed_forces_infertility": "Y"}, "13Q", "13Q"),
        ({"procedure_codes": "N97.1", "armed_forces_infertility": "Y"}, "RESP_SUBICB", "B2M3M"),
        (
            {"overseas_visitor_charging_category": "B", "healthcare_agreement": "Y"},
            "OSV",
            "B2M3M",
        ),
        (
            {"overseas_visitor_charging_category": "B", "healthcare_agreement": "Y"}
            | {"gp_practice_code": "V81998", "postcode": "B1 1AA"},
            "OSV",
            "15E",
        ),
        (
            {"overseas_visitor_charging_category": "B", "healthcare_agreement": "Y"}
            | {"gp_practice_code": "V81998", "postcode": "ZZ99 6GZ"},
            "OSV",
            "B2M3M",
        ),
        (
            {"gp_practice_code": "W96001", "postcode": "LD1 5AA", "service_code": "NCBPS30Z"}
            | {"welsh_referral_assessment": "Y"},
            "7A5HC",
            "7A5HC",
        ),
        ({"postcode": "LN1 1AA", "source_of_admission": "39"}, "HJ_HUB", None),
        ({"gp_practice_code": "V81997", "postcode": "NW1 0ZZ"}, "RESP_SUBICB", None),
        ({"service_code": "NCBPH26B", "gp_practice_code": "V81997"}, "PH_REGION", "Y60"),
        ({"service_code": "NCBPH26B", "gp_practice_code": "A91021"}, "PH_REGION", "Y60"),
    ],
)
def test_cases_that_need_a_local_flag(
    engine: Engine, flags: dict[str, str], exit_name: str, code: str | None
) -> None:
    answer = assign(engine, record(**flags))
    assert (answer["exit"], answer["commissioner_code"]) == (exit_name, code)


@pytest.fixture(scope="module")
def without_forces() -> Engine:
    """Where the practice file names no practice of the armed forces."""
    listed = [row for row in ROWS["practices"] if not row[0].startswith("A91")]
    return Engine(made_up_reference(practices=listed))


@pytest.mark.parametrize(
    ("practice", "code"), [("A91021", "Y60"), ("A91050", "Y56"), ("A91099", "Y56")]
)
def test_forces_practices_the_practice_file_does_not_name(
    without_forces: Engine, practice: str, code: str
) -> None:
    """At their own postcode's region; one with a forces postcode, or closed, at the home's."""
    engine = without_forces
    values = {"service_code": "NCBPH26B", "gp_practice_code": practice, "postcode": "NW3 2AA"}
    answer = assign(engine, record(**values, overseas_visitor_charging_category="A"))
    if practice == "A91050":  # a forces postcode is no residence at step B
        assert (answer["exit"], answer["commissioner_code"]) == ("RESP_SUBICB", "93C")
        by_patient = read_rules().with_settings(forces_postcode_of="patient")
        answer = assign(engine, record(**values), by_patient)
        assert (answer["exit"], answer["commissioner_code"]) == ("PH_REGION", code)
    else:
        assert (answer["exit"], answer["commissioner_code"]) == ("PH_REGION", code)


PRACTICES = {
    "any": "M86001",
    "English practice in sub-ICB B2M3M": "M86001",
    "English practice in sub-ICB 15E": "M85001",
    "English practice in sub-ICB 71E": "C83001",
    "English practice in sub-ICB M2L0M": "M82001",
    "English practice in a London sub-ICB": "F83001",
    "A91021 (DMS practice, NG34 8HB)": "A91021",
    "Welsh practice in 7A7": "W96001",
    "Scottish practice": "S10001",
    "V81997": "V81997",
    "V81998": "V81998",
}
HOMES = {
    "any": "CV1 1AA",
    "Coventry postcode": "CV1 1AA",
    "Birmingham postcode": "B1 1AA",
    "London postcode": "NW3 2AA",
    "LN6 9PT (Morton Hall)": "LN6 9PT",
    "NG34 8HB": "NG34 8HB",
    "Herefordshire postcode (QGH)": "HR1 1AA",
    "Powys postcode": "LD1 5AA",
    "Edinburgh postcode": "EH1 1AA",
    "ZZ99 3VZ": "ZZ99 3VZ",
    "ZZ99 4GZ (France)": "ZZ99 4GZ",
}
# Cells of the published table that describe the code rather than give it.
DESCRIBED = {
    "postcode method: sub-ICB of LN6 9PT": "71E",
    "LHB of the practice postcode: 7A7": "7A7",
    "Scottish health board of the postcode": "SS9",
    "sub-ICB of RKB main site CV2 2DX: B2M3M": "B2M3M",
    "55 (tool) or 12": "55",
}


@pytest.mark.skipif(not PUBLISHED.is_file(), reason=f"{PUBLISHED.name} is not at hand")
def test_the_published_cases(engine: Engine) -> None:
    cases = rows_of(PUBLISHED)
    assert len(cases) == 20
    records = [
        record(
            cds_type=case["cds"],
            activity_date=date.fromisoformat(case["activity_date"]),
            overseas_visitor_charging_category=case["ovcc"],
            administrative_category=case["admin_cat"],
            gp_practice_code=PRACTICES[case["gp_practice_situation"]],
            postcode=HOMES[case["residence"]],
            provider_code=case["provider"],
            service_code="NCBPS11B" if case["service_code"] == "any" else case["service_code"],
            treatment_function_code=case["tfc"] or None,
            source_of_admission=case["source_of_admission"] or None,
        )
        for case in cases
    ]
    for case, answer in zip(cases, engine.explained(records, read_rules()), strict=True):
        code, category = case["expected_commissioner"], case["expected_category"]
        assert answer["exit"] == case["expected_exit"], case
        assert answer["commissioner_code"] == DESCRIBED.get(code, code), case
        assert (answer["category_code"] or "") == DESCRIBED.get(category, category), case
        assert follows(answer["path"].split(">"), case["path"].split()), case


def follows(path: list[str], expected: list[str]) -> bool:
    """Whether a path is the expected one, in which `...` stands for any steps."""
    if "..." not in expected:
        return path == expected
    gap = expected.index("...")
    before, after = expected[:gap], expected[gap + 1 :]
    return path[:gap] == before and (not after or path[-len(after) :] == after)
