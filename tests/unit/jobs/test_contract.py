"""Contract positions asked of a store on disk, with the shipped reference."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from speccomm.activity.areas import UnknownArea
from speccomm.activity.completeness import NothingLoaded
from speccomm.activity.tables import CONTRACT_LINES, arrow_schema
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.contract import ContractRequest, contract
from speccomm.jobs.contract_scope import NoContract
from tests.unit.jobs.pack_store import acm, fill, plcm

NOW = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)
YEAR = FinancialYear(2023)
RENAL, OTHER = "NCBPS11L", "NCBPS29E"


def iap(provider, month, service, plan, **more):
    row = acm(provider, month, "B2M3M", service, plan, None, **more)
    return {name: value for name, value in row.items() if not name.startswith("actual")}


FILES = [
    ("acm", "acm.csv", [
        acm("RKB", 1, "B2M3M", RENAL, "1000", "1200", (10, 12)),
        acm("RKB", 2, "B2M3M", RENAL, "1000", "1100", (10, 11)),
        acm("RKB", 2, "15E", RENAL, "500", "400", (5, 4)),
        acm("RKB", 2, "B2M3M", OTHER, None, "50"),
        acm("RKB", 2, None, RENAL, "300", "310", pod_code="BLOCK", tariff_code=None),
        acm("RRK", 1, "B2M3M", RENAL, "800", "700", (8, 7)),
        acm("RX1", 2, None, RENAL, "70", "75", pod_code="BLOCK", tariff_code=None),
        acm("RWE", 2, None, RENAL, None, "5", pod_code="DRUG", tariff_code=None),
        acm("R1C", 2, "B2M3M", RENAL, "90", "90"),
        acm("R9Q", 2, "B2M3M", RENAL, "10", None),
        acm("R9Q", 2, "B2M3M", OTHER, "20", "21", pod_code="ODD"),
    ], 0),
    ("iap", "iap.csv", [
        *(iap("RKB", n, RENAL, "900", units=(9, 0)) for n in range(1, 13)),
        iap("RKB", 13, RENAL, "60", pod_code="ADJUSTMENT", tariff_code=None, units=(0, 0)),
        iap("RYW", 0, RENAL, "1200", units=(12, 0)),
    ], 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("contract") / "store", FILES)


def asked(store, **changes):
    known = {"store": store, "year": YEAR, "month": 2, "now": NOW}
    return contract(ContractRequest(**{**known, **changes}))


@pytest.fixture(scope="module")
def answer(store):
    return asked(store)


def by_row(answer):
    return {(r["provider_code"], r["service_code"]): r for r in answer.position.to_pylist()}


def said(answer):
    return {(r["check_id"], r["provider_code"]): r["sentence"] for r in answer.findings.to_pylist()}


def test_the_plan_is_the_indicative_one_where_there_is_one(answer):
    renal = by_row(answer)["RKB", RENAL]
    assert (renal["plan_gbp"], renal["actual_gbp"]) == (1800, 3010)
    assert (renal["plan_activity"], renal["actual_activity"]) == (18, 27)
    # 27 units for 18 planned at 100; 310 of block money stands apart; 2,700 paid for 27 units.
    assert [renal[n] for n in ("volume_gbp", "mix_gbp", "price_gbp", "non_activity_gbp")] == [
        900, 0, 0, 310,
    ]  # fmt: skip
    assert renal["forecast_straight_gbp"] == 18060
    assert renal["forecast_profiled_gbp"] == Decimal("18160.33")  # 3,010 x 10,860 / 1,800


def test_elsewhere_it_is_the_monitored_one(answer):
    assert by_row(answer)["RRK", RENAL]["plan_gbp"] == 800
    assert by_row(answer)["RYW", RENAL]["plan_gbp"] == 200  # two twelfths of 1,200


def test_a_plan_may_be_chosen(store):
    assert by_row(asked(store, plan="acm"))["RKB", RENAL]["plan_gbp"] == 2800
    assert by_row(asked(store, plan="iap"))["RRK", RENAL]["plan_gbp"] is None
    with pytest.raises(UnknownName, match="plan source"):
        asked(store, plan="slam")


def test_findings_say_what_is_missing(answer):
    found = said(answer)
    assert set(found) == {
        ("ACT-007", "R9Q"), ("ACT-010", "RRK"), ("ACT-010", "R1C"), ("ACT-010", "R9Q"), ("ACT-010", "RX1"),
        ("ACT-010", "RWE"), ("ACT-014", "RWE"), ("ACT-017", "RX1"),
        ("ACT-011", "RYW"), ("ACT-011", "R9Q"), ("ACT-014", "RKB"), ("ACT-016", None),
        ("ACT-017", "RRK"), ("ACT-017", "R1C"), ("ACT-017", "R9Q"), ("ACT-018", "RKB"),
        ("ACT-018", "RYW"), ("ACT-020", "R9Q"), ("ACT-021", "R9Q"),
    }  # fmt: skip
    assert "actual £50.00 has no plan (services: 1)" in found["ACT-014", "RKB"]
    assert "worth £60.00" in found["ACT-018", "RKB"]


def test_an_icb_is_its_patients_and_says_what_that_leaves_out(store):
    answer = asked(store, icb="QWU")
    renal = by_row(answer)["RKB", RENAL]
    assert (renal["plan_gbp"], renal["actual_gbp"]) == (1800, 2300)
    left_out = said(answer)["ACT-013", "RKB"]
    assert "plan not known and actual £310.00 name no patient's commissioner" in left_out
    others = said(answer)["ACT-013", None]
    assert others.startswith("Providers outside this answer (2): plan £70.00 and actual £80.00")


def test_one_provider_under_a_code_it_had(store):
    answer = asked(store, provider="R1C", map_date=date(2024, 12, 1))
    assert list(by_row(answer)) == [("RW1", RENAL)]
    assert "the answer is that of RW1" in said(answer)["ACT-008", "R1C"]
    assert list(by_row(asked(store, provider="R1C"))) == [("R1C", RENAL)]


def test_the_lines_are_as_declared(answer):
    assert answer.lines.schema == arrow_schema(CONTRACT_LINES)
    assert set(answer.lines["family"].to_pylist()) == {"priced", "not planned", "non-activity"}


def test_one_service(store):
    assert {service for _, service in by_row(asked(store, service=OTHER))} == {OTHER}


def test_what_is_not_known_or_not_loaded_is_refused(store):
    with pytest.raises(NothingLoaded, match="2023-07 is loaded. Months loaded: 2023-04, 2023-05"):
        asked(store, month=4)
    with pytest.raises(UnknownArea, match="Did you mean"):
        asked(store, icb="QWX")
    with pytest.raises(UnknownName, match="provider"):
        asked(store, provider="RK")
    with pytest.raises(UnknownName, match="service line"):
        asked(store, service="NCBPS11")
    with pytest.raises(NoContract, match="RJ1"):
        asked(store, provider="RJ1")


def test_a_store_without_contract_monitoring_refuses(tmp_path):
    rows = [plcm("RKB", 1, "B2M3M", RENAL, "A06", "1")]
    path = fill(tmp_path / "store", [("plcm", "RKB.csv", rows, 0)])
    with pytest.raises(NothingLoaded, match="none at all"):
        asked(path, month=1)


def test_the_answer_says_how_it_was_made(answer):
    facts = answer.facts
    assert facts.row_counts["acm_rows_of_period"] == 11
    assert facts.row_counts["iap_rows_of_year"] == 14
    assert {book["identifier"] for book in facts.rulebooks} >= {
        "activity/contract_position", "activity/findings",
    }  # fmt: skip
    assert facts.organisation_map_date == date(2023, 5, 31)
    assert {f["file_name"] for load in facts.loads for f in load["files"]} == {
        "acm.csv", "iap.csv",
    }  # fmt: skip
    assert answer.sent == {"RKB", "RRK", "R1C", "R9Q", "RX1", "RWE"}
