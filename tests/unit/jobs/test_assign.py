"""Assign and explain as jobs: a folder, a file, and an answer in which no row is lost."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import csv as arrow_csv

from speccomm.assignment.tables import ASSIGNMENT, RECORD
from speccomm.foundation.errors import UnknownName
from speccomm.jobs.assign import (
    AssignRequest,
    ExplainRequest,
    NoSuchRecord,
    assign,
    explain,
)
from tests.examples.assignment.engine import record
from tests.examples.assignment.england import ROWS, table

NOW = datetime(2025, 7, 1, tzinfo=UTC)
GREEN = "A>B>WB-1>WB-2>WB-3>C-0>C-0A>E>F>H>I>J>C-5>C-6"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A reference folder of the made-up England, without the practice listed thrice."""
    place = tmp_path / "reference"
    place.mkdir()
    for name in ("practices", "postcodes", "providers"):
        rows = [row for row in ROWS[name] if row[0] != "M86020"]
        arrow_csv.write_csv(table(name, rows), place / f"{name}.csv")
    return place


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.csv"
    rows: list[dict[str, Any]] = [
        record(record_id="green", service_code="NCBPS11B"),
        record(record_id="red", service_code="NCBPS06A"),
        record(record_id="prison", postcode="LN6 9PT", source_of_admission="40"),
        record(record_id="typing error", cds_type="13"),
        record(record_id="no category", overseas_visitor_charging_category="", service_code=""),
        record(record_id="nowhere", gp_practice_code="X99999", postcode="XX1 1XX"),
        record(record_id="closed line", service_code="NCBPS00X"),
        record(record_id="orkney", gp_practice_code="V81999", postcode="BT1 1AA")
        | {"service_code": "NCBPS11B"},
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(RECORD))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_file_is_assigned_in_its_own_order(folder: Path, records: Path) -> None:
    answer = assign(AssignRequest(records, "cam-2025-26", NOW, reference=folder))
    assert answer.assignments.column_names == list(ASSIGNMENT)
    found = {row["record_id"]: row for row in answer.assignments.to_pylist()}
    assert list(found) == [
        "green", "red", "prison", "no category", "nowhere", "closed line", "orkney",
    ]  # fmt: skip
    assert found["green"] == {
        "record_id": "green",
        "exit": "RESP_SUBICB",
        "commissioner_code": "B2M3M",
        "category_code": "25",
        "path": GREEN,
        "rulebook": "cam-2025-26",
    }
    assert (answer.rows_read, answer.rows_assigned, answer.rows_refused) == (8, 7, 1)
    assert answer.facts.row_counts == {"read": 8, "assigned": 7, "refused": 1}


def test_findings_name_rows_and_never_values(folder: Path, records: Path) -> None:
    findings = assign(AssignRequest(records, "cam-2025-26", NOW, reference=folder)).findings
    said = [(row["check_id"], row["row_number"]) for row in findings.to_pylist()]
    assert sorted(said) == [
        ("ASN-N01", 4),
        ("ASN-R03", 5),
        ("ASN-W01", 6),
        ("ASN-W03", 7),
        ("ASN-W04", 7),
        ("ASN-W05", 9),
        ("ASN-W06", 8),
        ("ASN-W08", 6),
    ]
    (note,) = [row for row in findings.to_pylist() if row["check_id"] == "ASN-N01"]
    assert note["sentence"].startswith("Source of admission 40 ")
    assert "XX1" not in str(findings.to_pylist())


def test_without_a_folder_the_tables_that_are_missing_are_said_once(records: Path) -> None:
    answer = assign(AssignRequest(records, "cam-2025-26", NOW))
    said = [row for row in answer.findings.to_pylist() if row["check_id"] == "ASN-W07"]
    assert [row["sentence"].split(",")[0].split()[-1] for row in said] == [
        "practices", "postcodes", "providers",
    ]  # fmt: skip
    assert {row["row_number"] for row in said} == {None}
    assert answer.rows_assigned == 7


def test_one_record_is_explained_as_it_is_assigned(folder: Path, records: Path) -> None:
    answer = explain(ExplainRequest(records, "green", "cam-2025-26", NOW, reference=folder))
    assert answer.explanation.path == GREEN
    assert answer.steps["step"].to_pylist() == GREEN.split(">")
    assert answer.explanation.sentences[-1] == (
        "Exit RESP_SUBICB: commissioner B2M3M (the practice's commissioner); category 25."
    )
    assert "CV1" not in " ".join(answer.explanation.sentences)
    assert answer.findings.num_rows == 0


def test_explaining_gives_the_findings_that_assigning_gives(folder: Path, records: Path) -> None:
    every = assign(AssignRequest(records, "cam-2025-26", NOW, reference=folder))
    written = csv.DictReader(records.read_text(encoding="utf-8").splitlines())
    rows = {row["record_id"]: number for number, row in enumerate(written, start=2)}
    for record_id in every.assignments["record_id"].to_pylist():
        answer = explain(ExplainRequest(records, record_id, "cam-2025-26", NOW, reference=folder))
        said = [row for row in every.findings.to_pylist() if row["row_number"] == rows[record_id]]
        assert answer.findings.to_pylist() == said
        for row in said:
            assert any(row["sentence"] in told for told in answer.explanation.sentences), row
        assert answer.findings_besides.num_rows == 0


def test_a_record_is_explained_with_its_warnings_in_sentences(folder: Path, records: Path) -> None:
    answer = explain(ExplainRequest(records, "nowhere", "cam-2025-26", NOW, reference=folder))
    postcode, practice = answer.explanation.sentences[-2:]
    assert postcode.startswith("Warning: The postcode is not in the postcode directory. Correct")
    assert practice.startswith("Warning: The practice was not active on the day of the activity.")


def test_explaining_without_a_folder_says_which_tables_are_missing(records: Path) -> None:
    answer = explain(ExplainRequest(records, "green", "cam-2025-26", NOW))
    assert [row["check_id"] for row in answer.findings_besides.to_pylist()] == ["ASN-W07"] * 3


def test_settings_of_a_request_turn_the_rules(folder: Path, records: Path) -> None:
    request = ExplainRequest(
        records,
        "no category",
        "cam-2025-26",
        NOW,
        reference=folder,
        settings={"unknown_charging_category": "resident_test"},
    )
    answer = explain(request)
    assert answer.explanation.path.startswith("A>B>WB-1")
    assert answer.facts.rulebooks[0]["settings"] == dict(request.settings)


@pytest.mark.parametrize(
    ("record_id", "message"),
    [("nobody", "has no record"), ("typing error", "was refused: The type is not one of")],
)
def test_a_record_that_cannot_be_explained_is_refused(
    folder: Path, records: Path, record_id: str, message: str
) -> None:
    with pytest.raises(NoSuchRecord, match=message):
        explain(ExplainRequest(records, record_id, "cam-2025-26", NOW, reference=folder))


def test_rules_that_are_not_shipped_are_refused(records: Path) -> None:
    with pytest.raises(UnknownName, match="cam-2025-26"):
        assign(AssignRequest(records, "cam-2024-25", NOW))
