"""Evidence in a pack: what of it is counted, and that one changed row moves nothing else."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.evidence import EvidenceImportRequest, import_evidence
from speccomm.jobs.pack import PackRequest, build_pack
from speccomm.jobs.pack_diff import PackDiffRequest, pack_diff
from speccomm.jobs.packing.evidence import NotKnownYet
from speccomm.jobs.receipt import ReceiptRequest, receipt
from speccomm.publishing.rendering.formats import Format
from tests.made_up.evidence import write_csv
from tests.unit.jobs.pack_store import acm, add_load, fill, plcm

NOW = datetime(2024, 2, 5, 9, 30, tzinfo=UTC)
BROUGHT = datetime(2024, 1, 20, tzinfo=UTC)
RENAL = "NCBPS11C"
SAID = ["ICB quality lead", "2024-01-09"]
FRAGILE = ["specialty", "icb_code", "reasons", "owner_role", "review_on", "said_by", "said_on"]
PROVISION = ["service_code", "site_code", "provider_code", "contracted", "said_by", "said_on"]
PLANS = ["priority_reference", "financial_year", "title", "lead_role", "on_risk_register",
         "icb_codes", "problem", "aim", "said_by", "said_on"]  # fmt: skip


def fragile(reason="workforce"):
    review = "2024-06-01"
    return [
        FRAGILE,
        ["Renal", "QWU", "workforce", "service manager", review, *SAID],
        ["Oncology", "QWU", reason, "service manager", review, *SAID],
        ["Stroke", "QK1", "demand", "service manager", review, *SAID],
    ]


def store_of(folder, **changes):
    store = fill(
        folder / "store",
        [
            ("plcm", "RKB.csv", [plcm("RKB", 1, "QWU", RENAL, "A06", "100")], 0),
            ("acm", "RKB_acm.csv", [acm("RKB", 1, "QWU", RENAL, "1000.00", "1100.50")], 0),
        ],
    )
    rows = {
        "fragile_services": fragile(**changes),
        "provision": [
            PROVISION,
            [RENAL, "RKB01", "RKB", "yes", *SAID],
            [RENAL, "RWEAK", "RWE", "yes", *SAID],
            [RENAL, "RJ122", "RJ1", "yes", *SAID],  # in London
        ],
        "priorities": [
            PLANS,
            ["P1", "2024-25", "Ours", "director", "no", "QWU", "Why", "What", *SAID],
            ["P2", "2024-25", "Theirs", "director", "no", "QK1", "Why", "What", *SAID],
            ["P3", "2024-25", "Everyone’s", "director", "no", "all", "Why", "What", *SAID],
        ],
    }
    files = tuple(write_csv(folder / f"{name}.csv", lines) for name, lines in rows.items())
    brought = import_evidence(EvidenceImportRequest(store, files, BROUGHT, "evidence import"))
    assert brought.facts.row_counts["refused"] == 0
    return store


def pack_of(store, out, **changes):
    values = {
        "store": store,
        "icb": "QWU",
        "from_month": FinancialMonth.parse_calendar("2023-04"),
        "to_month": FinancialMonth.parse_calendar("2023-06"),
        "out": out,
        "now": NOW,
        "formats": (Format.CSV,),
        "map_date": date(2023, 6, 30),
        **changes,
    }
    return build_pack(PackRequest(**values))


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    store = store_of(folder)
    return store, pack_of(store, folder / "pack")


def test_one_changed_entry_moves_its_counts_and_no_other_figure(first, tmp_path):
    second = pack_of(store_of(tmp_path, reason="demand"), tmp_path / "pack")
    answer = pack_diff(PackDiffRequest(first[1].folder, second.folder, NOW))
    moved = {
        row["figure"].removeprefix("QWU."): Decimal(row["after"]) - Decimal(row["before"])
        for row in answer.figures.to_pylist()
        if row["before"] and row["after"]
    }
    assert moved == {
        "fragile_by_icb.west+QWU.by_workforce": -1,
        "fragile_by_icb.west+QWU.by_demand": 1,
        "fragile_by_icb.all.by_workforce": -1,
        "fragile_by_icb.all.by_demand": 1,
        "source_files.all.bytes": -3,  # the spreadsheet is three letters shorter
    }


def test_a_later_building_of_the_same_version_gives_the_same_tables(first, tmp_path):
    store, before = first
    after = pack_of(store, tmp_path / "again", now=datetime(2025, 6, 1, tzinfo=UTC))
    for path in sorted((before.folder / "tables").iterdir()):
        assert path.read_bytes() == (after.folder / "tables" / path.name).read_bytes(), path.name


def test_sites_outside_the_region_and_priorities_of_others_are_left_out(first):
    _, answer = first
    facts = answer.pack.facts
    assert facts["evidence"]["on"] == "2024-01-20"
    assert facts["evidence"]["collected"] == ["fragile_services", "priorities", "provision"]
    overview = answer.tables["quality_overview"].to_pylist()
    units = {row["service_code"]: row["units"] for row in overview}
    assert units[RENAL] == 2
    assert "Ours" in (words := str(answer.pack.sections))
    assert "Everyone’s" in words
    assert "Theirs" not in words


def test_a_total_of_one_service_is_counted_again_for_that_service(first):
    store, answer = first
    found = receipt(
        ReceiptRequest("QWU.profile_ncbps11c.all.actual_gbp", answer.folder, NOW, store=store)
    )
    assert found.agrees


def test_the_source_files_name_the_spreadsheets(first):
    _, answer = first
    files = answer.tables["source_files"].to_pylist()
    used = {row["file_name"]: row["used_for"] for row in files}
    assert used["provision.csv"] == "evidence of services"


@pytest.mark.soak
def test_a_late_file_moves_the_day_of_evidence_unless_a_day_is_asked_for(tmp_path):
    store = store_of(tmp_path)
    few = {"sections": ("headlines", "quality", "fragile")}
    asked = {**few, "evidence_on": date(2024, 1, 20)}
    early, fixed = pack_of(store, tmp_path / "a", **few), pack_of(store, tmp_path / "b", **asked)
    assert early.tables["fragile_by_icb"] == fixed.tables["fragile_by_icb"]
    late = datetime(2024, 6, 10, tzinfo=UTC)
    files = [("acm", "late.csv", [acm("RKB", 2, "QWU", RENAL, "10.00", "10.00")], 0)]
    add_load(store, files, load_id="load-late", received_at=late)
    moved, kept = pack_of(store, tmp_path / "c", **few), pack_of(store, tmp_path / "d", **asked)
    assert moved.pack.facts["evidence"]["on"] == "2024-06-10"
    assert "10 June 2024, the day of the newest load read for it" in str(moved.pack.sections)
    assert kept.pack.facts["evidence"]["on"] == "2024-01-20"
    assert "20 January 2024, the day that was asked for" in str(kept.pack.sections)
    told = [
        d.sentence for d in pack_diff(PackDiffRequest(early.folder, moved.folder, NOW)).differences
    ]
    assert "evidence as on 2024-01-20, then 2024-06-10" in told
    answer = pack_diff(PackDiffRequest(fixed.folder, kept.folder, NOW))
    assert {str(d.cause) for d in answer.differences} == {"new data"}
    assert not [row for row in answer.figures.to_pylist() if "fragile" in row["figure"]]


def test_evidence_of_a_day_says_what_begins_later_and_is_refused_for_a_day_to_come(first, tmp_path):
    store, _ = first
    few = {"sections": ("headlines", "fragile")}
    answer = pack_of(store, tmp_path / "early", evidence_on=date(2023, 6, 30), **few)
    assert sum(answer.tables["fragile_by_icb"]["services"].to_pylist()) == 0
    (caution,) = [c for c in answer.pack.facts["cautions"] if c.startswith("Evidence of services")]
    assert caution == (
        "Evidence of services is as it stood on 30 June 2023. Eight statements that begin later are "
        "not in this pack."
    )
    with pytest.raises(NotKnownYet, match="known to 20 January 2024"):
        pack_of(store, tmp_path / "none", evidence_on=date(2024, 1, 21), **few)
