"""The run folder: what is in it, and what it leaves alone."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from speccomm.jobs import run_folder
from speccomm.jobs.run_folder import NotARunFolder, RunFacts, write_run

TABLE = pa.table(
    {
        "crg_code": pa.array(["F06/E03", None]),
        "price_gbp": pa.array([Decimal("12.50"), None], pa.decimal128(18, 2)),
    }
)


def write(folder: Path, table: pa.Table = TABLE, **facts: object) -> Path:
    return write_run(
        folder,
        command="flows",
        arguments={"icb": "QWU"},
        tables={"flows": table},
        findings=pa.table({"check_id": ["CHK-F01"]}),
        manifest=facts,
    )


def test_each_table_is_there_twice_and_exact(tmp_path: Path) -> None:
    run = write(tmp_path / "run")
    assert parquet.read_table(run / "tables/flows.parquet").equals(TABLE)
    read = arrow_csv.read_csv(run / "tables/flows.csv")
    assert read["crg_code"].to_pylist() == ["F06/E03", ""]
    assert "12.50" in (run / "tables/flows.csv").read_text()
    assert parquet.read_table(run / "findings.parquet").num_rows == 1


def test_the_manifest_says_how_the_answer_was_made(tmp_path: Path) -> None:
    facts = RunFacts(
        store_version=3,
        loads=[{"load_id": "L1", "files": [{"file_name": "a.csv", "sha256": "00"}]}],
        organisation_map_date=date(2024, 4, 1),
        row_counts={"plcm": 10},
    )
    started = datetime(2024, 1, 2, 3, 4, tzinfo=UTC)
    run = write(tmp_path / "run", **facts.as_manifest(), started_at=started)
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["command"] == "flows"
    assert manifest["arguments"] == {"icb": "QWU"}
    assert manifest["store_version"] == 3
    assert manifest["loads"][0]["files"][0]["file_name"] == "a.csv"
    assert manifest["organisation_map_date"] == "2024-04-01"
    assert manifest["started_at"] == "2024-01-02T03:04:00+00:00"
    for entry in manifest["files"]:
        assert hashlib.sha256((run / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]


def test_a_later_run_replaces_an_earlier_one(tmp_path: Path) -> None:
    write(tmp_path / "run")
    run = write(tmp_path / "run", TABLE.slice(0, 1))
    assert parquet.read_table(run / "tables/flows.parquet").num_rows == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("holding", ["notes.txt", "manifest.json"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, holding: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / holding).write_text("[1, 2]")
    with pytest.raises(NotARunFolder, match="not a run folder"):
        write(folder)
    assert (folder / holding).read_text() == "[1, 2]"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert (write(tmp_path / "run") / "manifest.json").is_file()


def test_a_run_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "run")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(run_folder, "_write_manifest", fail)
    with pytest.raises(OSError, match="disk full"):
        write(tmp_path / "run", TABLE.slice(0, 1))
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert parquet.read_table(tmp_path / "run/tables/flows.parquet").num_rows == 2
