"""Flows asked of a store on disk, with the shipped reference."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from speccomm.activity.areas import UnknownArea
from speccomm.activity.completeness import NothingLoaded
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.flows import FlowsRequest, flows
from tests.unit.jobs.pack_store import RECEIVED_AT, fill, plcm

APRIL, MAY, DECEMBER = (FinancialMonth.parse_calendar(f"2023-{n:02d}") for n in (4, 5, 12))
NOW = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)
DIALYSIS = ("NCBPS11L", "A06")
FILES = [
    ("plcm", "RKB.csv", [
        plcm("RKB", 1, "B2M3M", *DIALYSIS, "5"),
        plcm("RKB", 1, "15E", *DIALYSIS, "3"),
        plcm("RKB", 1, None, *DIALYSIS, "2"),
        plcm("RKB", 1, "7A5", *DIALYSIS, "1"),
        plcm("RKB", 2, "B2M3M", "NCBPS99X", None, "4"),
        plcm("RKB", 2, "B2M3M", *DIALYSIS, None),
    ], 0),
    ("plcm", "others.csv", [
        plcm("RRK", 1, "B2M3M", *DIALYSIS, "7"),
        plcm("RXYZ", 1, "B2M3M", *DIALYSIS, "6"),
        plcm("R1C", 2, "B2M3M", *DIALYSIS, "8"),
    ], 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("flows") / "store", FILES)


def asked(store, **changes):
    known = {"store": store, "from_month": APRIL, "to_month": MAY, "now": NOW, "icb": "QWU"}
    return flows(FlowsRequest(**{**known, **changes}))


def said(answer):
    return [(row["check_id"], row["provider_code"]) for row in answer.findings.to_pylist()]


def test_the_flows_of_an_icb(store):
    answer = asked(store)
    assert answer.flows.to_pylist() == [
        {"crg_code": "A06", "crg_name": "Renal services", "intra": 5, "imported": 6,
         "exported": 21, "provider_total": 11, "patient_total": 26, "grand_total": 32},
        {"crg_code": "Unknown", "crg_name": "Unknown", "intra": 4, "imported": 0, "exported": 0,
         "provider_total": 4, "patient_total": 4, "grand_total": 4},
    ]  # fmt: skip
    assert answer.totals.to_pylist()[0]["grand_total"] == 36
    assert answer.area.name.endswith("Coventry and Warwickshire Integrated Care Board")


def test_the_region_keeps_what_its_icbs_exchange(store):
    answer = asked(store, icb=None, region="Y60")
    renal = answer.flows.to_pylist()[0]
    assert (renal["intra"], renal["imported"], renal["exported"]) == (15, 3, 14)


def test_findings_say_what_could_not_be_placed(store):
    answer = asked(store)
    assert answer.findings.schema == FINDINGS_SCHEMA
    rows = {(r["check_id"], r["provider_code"]): r for r in answer.findings.to_pylist()}
    assert set(rows) == {
        ("ACT-001", "RKB"), ("ACT-002", "RXYZ"), ("ACT-003", None), ("ACT-004", "RKB"),
        ("ACT-006", "RRK"), ("ACT-006", "RXYZ"), ("ACT-006", "R1C"), ("ACT-016", None),
    }  # fmt: skip
    unplaced = rows["ACT-001", "RKB"]["sentence"]
    assert unplaced.endswith(
        "(RKB): 2 units of activity (rows: 1) are of patients whose commissioner is not known, "
        "and count as imported."
    )
    assert "6 units of activity (rows: 1)" in rows["ACT-002", "RXYZ"]["sentence"]
    assert "31 May 2023" in rows["ACT-002", "RXYZ"]["sentence"]
    assert "4 units of activity (rows: 1)" in rows["ACT-003", None]["sentence"]


def test_a_month_nobody_sent_is_a_finding(store):
    answer = asked(store, to_month=FinancialMonth.parse_calendar("2023-06"))
    assert ("ACT-005", None) in said(answer)


def test_a_period_without_data_names_the_months_loaded(store):
    with pytest.raises(NothingLoaded, match="Months loaded: 2023-04, 2023-05"):
        asked(store, from_month=DECEMBER, to_month=DECEMBER)


def test_nothing_is_known_before_it_came(store):
    with pytest.raises(NothingLoaded, match="none at all"):
        asked(store, as_at=datetime(2023, 1, 1, tzinfo=UTC))


def test_unknown_codes_are_refused_with_the_nearest(store):
    with pytest.raises(UnknownArea, match="Did you mean"):
        asked(store, icb="QWX")
    with pytest.raises(UnknownName, match="'month'"):
        asked(store, by=("months",))


def test_a_merged_trust_is_its_successor_on_the_map_asked(store):
    before = asked(store, by=("provider",)).flows["provider_code"].to_pylist()
    after = asked(store, by=("provider",), map_date=date(2024, 12, 1))
    assert "R1C" in before
    assert "R1C" not in after.flows["provider_code"].to_pylist()
    assert "RW1" in after.flows["provider_code"].to_pylist()
    assert after.facts.organisation_map_date == date(2024, 12, 1)


def test_the_calendar_says_which_months_are_flex(store, tmp_path):
    calendar = (
        "financial_year,financial_month,flex_submission_date,flex_inclusion_date,"
        "freeze_submission_date,freeze_inclusion_date,source\n"
        "2023-24,1,2023-05-10,2023-05-20,2023-06-10,2023-06-20,made up\n"
        "2023-24,2,2023-06-10,2023-06-20,2023-07-10,2023-07-20,made up\n"
    )
    (tmp_path / "calendar.csv").write_text(calendar, encoding="utf-8")
    july = {"now": datetime(2023, 7, 19, tzinfo=UTC), "reference": tmp_path}
    assert asked(store, **july).incomplete_months == ("2023-05",)
    assert ("ACT-015", None) in said(asked(store, **july))
    frozen = asked(store, now=datetime(2023, 7, 20, tzinfo=UTC), reference=tmp_path)
    assert frozen.incomplete_months == ()
    assert not {"ACT-015", "ACT-016", "ACT-022"} & {check for check, _ in said(frozen)}


def test_a_month_received_as_flex_stays_incomplete_after_its_freeze(store, tmp_path):
    received = RECEIVED_AT.date()
    calendar = (
        "financial_year,financial_month,flex_submission_date,flex_inclusion_date,"
        "freeze_submission_date,freeze_inclusion_date,source\n"
        f"2023-24,1,2023-05-10,{received - timedelta(days=1)},2023-06-10,{received},made up\n"
        f"2023-24,2,2023-06-10,{received},2023-07-10,{received},made up\n"
    )
    (tmp_path / "calendar.csv").write_text(calendar, encoding="utf-8")
    later = asked(store, now=RECEIVED_AT + timedelta(days=900), reference=tmp_path)
    assert later.incomplete_months == ("2023-05",)
    assert [check for check, _ in said(later) if check == "ACT-022"] == ["ACT-022"]
    assert "ACT-015" not in {check for check, _ in said(later)}


def test_the_answer_says_how_it_was_made(store):
    facts = asked(store, as_at=RECEIVED_AT).facts
    (load,) = facts.loads
    assert load["load_id"] == "load-1"
    assert {f["file_name"] for f in load["files"]} == {"RKB.csv", "others.csv"}
    assert all(len(f["sha256"]) == len(hashlib.sha256().hexdigest()) for f in load["files"])
    assert {book["identifier"] for book in facts.rulebooks} >= {
        "activity/flows", "activity/findings",
    }  # fmt: skip
    assert facts.row_counts["plcm_rows_of_period"] == 9
    assert facts.row_counts["plcm_rows_touching_area"] == 9
    assert facts.organisation_map_date == date(2023, 5, 31)
    assert json.dumps(facts.as_manifest(), default=str)
