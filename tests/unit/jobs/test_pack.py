"""The pack of one ICB, built from a small store through to the folder."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from speccomm.activity.areas import UnknownArea
from speccomm.activity.completeness import NothingLoaded
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.pack import PackRequest, build_pack
from speccomm.publishing.folder import NotAPackFolder
from speccomm.publishing.rendering.formats import formats_asked
from tests.unit.jobs.pack_store import acm, fill, plcm

NOW = datetime(2024, 2, 5, 9, 30, tzinfo=UTC)
HERE, NEXT_DOOR = "QWU", "QK1"
RENAL, HIV = "NCBPS11C", "NCBPS14A"


def month(text):
    return FinancialMonth.parse_calendar(text)


def found(check, level, dataset, name, row, provider, financial_month):
    return {
        "dataset": dataset,
        "file_name": name,
        "row_number": row,
        "check_id": check,
        "level": level,
        "field": "POINT OF DELIVERY CODE",
        "provider_code": provider,
        "financial_year": "2023-24",
        "financial_month": financial_month,
        "sentence": "The point of delivery is empty.",
        "remedy": "Give one.",
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    local = [
        plcm("RKB", 1, HERE, RENAL, "A06", "100"),
        plcm("RKB", 2, HERE, RENAL, "A06", "90"),
        plcm("RKB", 1, NEXT_DOOR, RENAL, "A06", "40"),
        plcm("RKB", 1, HERE, "NCBPS99Q", None, "7"),
        plcm("RKB", 2, None, RENAL, "A06", "3"),
        plcm("RKB", 2, None, "99999999", None, "0"),
    ]
    away = [plcm("RWE", 1, HERE, HIV, "F03", "20"), plcm("RWE", 1, NEXT_DOOR, HIV, "F03", "500")]
    money = [
        acm("RKB", 1, HERE, RENAL, "1000.00", "1100.50", units=(10, 11)),
        acm("RKB", 1, HERE, HIV, None, "50.00"),
        acm("RKB", 1, NEXT_DOOR, "NCBPS01R", "9000.00", "9000.00"),
    ]
    files = [
        ("plcm", "RKB_plcm.csv", local, 2),
        ("plcm", "RWE_plcm.csv", away, 0),
        ("acm", "RKB_acm.csv", money, 0),
    ]
    findings = [
        found("CHK-F01", "refuse", "plcm", "RKB_plcm.csv", 9, "RKB", 1),
        found("CHK-F01", "refuse", "plcm", "RKB_plcm.csv", 10, "RKB", 1),
        found("CHK-F07", "refuse", "plcm", "RKB_plcm.csv", 10, "RKB", 1),
        found("CHK-F01", "refuse", "plcm", "RKB_plcm.csv", 11, "RKB", 7),
    ]
    return fill(tmp_path_factory.mktemp("packs") / "store", files, findings=findings)


@pytest.fixture(scope="module")
def answer(store, tmp_path_factory):
    return build_pack(request(store, tmp_path_factory.mktemp("out") / "qwu"))


def request(store, out, **changes):
    values = {
        "store": store,
        "icb": HERE,
        "from_month": month("2023-04"),
        "to_month": month("2023-06"),
        "out": out,
        "now": NOW,
        "map_date": date(2023, 6, 30),
        **changes,
    }
    return PackRequest(**values)


def records(answer, table):
    with (answer.folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_flows_of_the_icb_are_within_imported_and_exported(answer):
    found = {row["crg_code"]: row for row in records(answer, "activity_icb")}
    assert {k: found["A06"][k] for k in ("intra", "imported", "exported")} == {
        "intra": "190",
        "imported": "43",
        "exported": "0",
    }
    assert found["F03"]["exported"] == "20"
    assert found[""]["crg_name"] == "Unknown"
    assert found[""]["intra"] == "7"


def test_region_counts_patients_of_its_other_icbs_as_its_own(answer):
    found = {row["crg_code"]: row for row in records(answer, "activity_region")}
    assert found["A06"]["intra"] == "230"
    assert found["A06"]["imported"] == "3"
    assert found["F03"]["intra"] == "520"


def test_unknown_is_taken_apart_with_a_reason(answer):
    reasons = {row["service_code"]: row["reason"] for row in records(answer, "activity_unknown")}
    assert reasons == {
        "NCBPS99Q": "the service code is in no national list loaded",
        "99999999": "the national list gives the service code no clinical reference group",
    }


def test_contract_position_is_of_the_icbs_patients_and_of_the_months_loaded(answer):
    found = {row["service_code"]: row for row in records(answer, "contract_lines")}
    assert set(found) == {RENAL, HIV}
    assert found[RENAL]["variance_gbp"] == "100.50"
    assert found[HIV]["plan_gbp"] == ""
    assert found[HIV]["not_planned_gbp"] == "50.00"
    page = answer.page.read_text("utf-8")
    assert "Contract files reach April 2023 and not June 2023" in page


def test_services_mark_contracts_with_any_commissioner_for_local_providers(answer):
    marks = {
        (row["provider_code"], row["service_code"]): row["mark"]
        for row in records(answer, "services_pairs")
    }
    assert marks["RKB", RENAL] == "contracted"
    assert marks["RKB", "NCBPS01R"] == "contracted"
    assert marks["RKB", "NCBPS99Q"] == "activity without a plan"
    assert ("RKB", "99999999") not in marks
    assert marks["RWE", HIV] == "activity, plan not sent"


def test_refusals_count_rows_once_and_only_in_the_period(answer):
    found = {row["check_id"]: row for row in records(answer, "checks_refused")}
    assert found["CHK-F01"]["rows"] == "2"
    assert found["CHK-F07"]["rows"] == "1"


def test_months_not_sent_are_listed(answer):
    missing = {
        (row["provider_code"], row["dataset"][:9]): row["missing_months"]
        for row in records(answer, "months_not_sent")
    }
    assert missing["RWE", "Patient-l"] == "May 2023, Jun 2023"


def test_every_file_behind_a_figure_is_named_with_its_hash(answer):
    files = {row["file_name"]: row for row in records(answer, "source_files")}
    assert set(files) == {"RKB_plcm.csv", "RWE_plcm.csv", "RKB_acm.csv"}
    assert files["RKB_plcm.csv"]["sha256"] == "ab" * 32
    manifest = json.loads((answer.folder / "manifest.json").read_text("utf-8"))
    assert manifest["store_version"] == answer.facts.store_version
    assert manifest["loads"][0]["files"][0]["sha256"] == "ab" * 32
    assert {book["used_for"] for book in manifest["rulebooks"]} == {"loading", "this pack"}


def test_same_request_gives_the_same_bytes(store, answer, tmp_path):
    again = build_pack(request(store, tmp_path / "again"))
    for path in sorted(answer.folder.rglob("*")):
        if path.is_file():
            other = again.folder / path.relative_to(answer.folder)
            assert other.read_bytes() == path.read_bytes(), path.name


def test_an_unknown_icb_is_refused_with_the_nearest(store, tmp_path):
    with pytest.raises(UnknownArea, match="Did you mean 'QWU'"):
        build_pack(request(store, tmp_path / "x", icb="QWW0"))


def test_a_period_without_data_says_what_is_loaded(store, tmp_path):
    with pytest.raises(NothingLoaded, match="2023-04, 2023-05"):
        build_pack(
            request(store, tmp_path / "x", from_month=month("2023-09"), to_month=month("2023-10"))
        )


def test_a_folder_that_is_not_a_pack_is_left_alone(store, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(NotAPackFolder):
        build_pack(request(store, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_store_without_contract_files_says_so(tmp_path):
    rows = [plcm("RKB", 1, HERE, RENAL, "A06", "100")]
    store = fill(tmp_path / "store", [("plcm", "RKB_plcm.csv", rows, 0)])
    answer = build_pack(request(store, tmp_path / "out", formats=formats_asked("html,csv")))
    assert "No contract file loaded holds a plan or an actual" in answer.page.read_text("utf-8")
    assert sum(Decimal(r["intra"]) for r in records(answer, "activity_icb")) == 100


def test_a_file_of_which_every_row_was_refused_is_counted(tmp_path):
    rows = [plcm("RKB", 1, HERE, RENAL, "A06", "100")]
    files = [("plcm", "RKB_plcm.csv", rows, 0), ("plcm", "RLT_plcm.csv", [], 3)]
    findings = [
        found("CHK-F01", "refuse", "plcm", "RLT_plcm.csv", row, "RLT", 1) for row in (2, 3, 4)
    ]
    store = fill(tmp_path / "store", files, findings=findings, refused_slices=[("plcm", "RLT", 1)])
    answer = build_pack(request(store, tmp_path / "out", formats=formats_asked("csv")))
    (row,) = records(answer, "rows_by_dataset")
    assert (row["file_count"], row["refused_rows"]) == ("2", "3")
    assert [r["rows"] for r in records(answer, "checks_refused")] == ["3"]
