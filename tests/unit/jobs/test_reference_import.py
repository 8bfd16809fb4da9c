from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from speccomm.jobs.reference_import import ReferenceImportRequest, import_reference
from speccomm.reference import BadReferenceFile
from tests.made_up.directories import practice_line

NOW = datetime(2024, 4, 1, 9, 0, tzinfo=UTC)


def test_counts_and_hashes_are_answered(tmp_path: Path) -> None:
    file = tmp_path / "epraccur.csv"
    file.write_text(
        "\n".join([practice_line("M86001"), practice_line("M86002"), practice_line("")]) + "\n"
    )
    folder = tmp_path / "reference"
    answer = import_reference(ReferenceImportRequest("epraccur", file, folder, NOW))
    assert answer.table.to_pylist() == [
        {"outcome": "kept", "reason": None, "row_count": 2},
        {"outcome": "refused", "reason": "it lacks a code", "row_count": 1},
    ]
    assert answer.manifest["file"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert set(answer.manifest["written"]) == {"practices.csv"}
    assert answer.manifest["imported_at"] == "2024-04-01T09:00:00+00:00"


def test_a_refusal_leaves_no_part_behind(tmp_path: Path) -> None:
    file = tmp_path / "nhspd.csv"
    file.write_text("a,b\n")
    with pytest.raises(BadReferenceFile):
        import_reference(ReferenceImportRequest("nhspd", file, tmp_path / "reference", NOW))
    assert list((tmp_path / "reference").iterdir()) == []
