"""The synthetic Midlands, very small, from files to a pack and back through every question."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from speccomm.cli.main import main
from tests.journeys.demonstration import demonstration_in

PERIOD = ("--from", "2023-04", "--to", "2023-12")
MEASURES = ("intra", "imported", "exported")


def speccomm(*words: str | Path) -> tuple[int, str]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        code = main([str(word) for word in words])
    return code, printed.getvalue()


def rows_of(*words: str | Path) -> list[dict[str, str]]:
    code, out = speccomm(*words, "--format", "csv")
    assert code == 0
    return list(csv.DictReader(io.StringIO(out)))


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def total(rows: Sequence[dict[str, str]], *measures: str) -> int:
    return sum(int(row[name]) for row in rows for name in measures)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = demonstration_in(tmp_path_factory.mktemp("midlands"))
    assert str(made.folder / "packs" / "QWU") in made.said
    (made.folder.parent / "said.txt").write_text(made.said, encoding="utf-8")
    return made.folder


def test_the_folder_holds_what_it_says(demo: Path) -> None:
    assert {"submissions", "reference", "store", "packs"} <= {path.name for path in demo.iterdir()}
    assert (demo / "packs" / "QWU" / "index.html").is_file()


def test_the_command_it_prints_builds_the_pack_in_other_formats(demo: Path) -> None:
    said = (demo.parent / "said.txt").read_text(encoding="utf-8")
    (command,) = re.findall(r"speccomm (pack build .*)$", said, re.MULTILINE)
    pack = demo / "packs" / "QWU"
    assert not (pack / "pack.xlsx").exists()
    assert speccomm(*shlex.split(command), "--formats", "html,xlsx")[0] == 0
    assert (pack / "pack.xlsx").is_file()


def test_a_second_demonstration_replaces_only_a_demonstration(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    assert speccomm("demo", "--dir", tmp_path, "--scale", "0.002")[0] == 2
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def test_flows_of_a_region_are_the_same_however_they_are_cut(demo: Path) -> None:
    question = ("flows", "--store", demo / "store", "--region", "Y60", *PERIOD)
    whole = rows_of(*question)
    assert {"A06", "Unknown", "F06/E03"} & {row["crg_code"] for row in whole}
    for by in ("provider", "icb", "service", "pod", "month", "provider,month"):
        cut = rows_of(*question, "--by", by)
        for measure in MEASURES:
            assert total(cut, measure) == total(whole, measure), (by, measure)
    for row in whole:
        intra, imported, exported = (int(row[name]) for name in MEASURES)
        assert int(row["provider_total"]) == intra + imported
        assert int(row["patient_total"]) == intra + exported
        assert int(row["grand_total"]) == intra + imported + exported


def test_a_pack_shows_the_figures_the_command_gives(demo: Path) -> None:
    flows = rows_of("flows", "--store", demo / "store", "--reference", demo / "reference",
                    "--icb", "QWU", *PERIOD)  # fmt: skip
    packed = read(demo / "packs" / "QWU" / "tables" / "activity_icb.csv")
    shown = {row["crg_code"] or row["crg_name"]: row for row in packed}
    for row in flows:
        for measure in MEASURES:
            assert int(shown[row["crg_code"]][measure]) == int(row[measure])
    page = (demo / "packs" / "QWU" / "index.html").read_text(encoding="utf-8")
    assert "Internal use only" in page


def test_every_file_checked_alone_refuses_what_was_planted_in_it(demo: Path) -> None:
    planted = read(demo / "planted_faults.csv")
    file = "plcm_RKB_2023-24.csv"
    wanted = {
        (row["row_number"], row["check_id"])
        for row in planted
        if row["file"] == file and row["level"] == "refuse" and row["row_number"]
    }
    assert wanted
    findings = demo.parent / "findings.csv"
    code, _ = speccomm("check", demo / "submissions" / file, "--dataset", "plcm",
                       "--reference", demo / "reference", "--findings", findings)  # fmt: skip
    assert code == 1
    refused = [row for row in read(findings) if row["level"] == "refuse"]
    assert {(row["row_number"], row["check_id"]) for row in refused} == wanted


def test_history_compares_what_was_sent_with_what_was_sent_before(demo: Path) -> None:
    slice_ = ("history", "--store", demo / "store", "--dataset", "plcm", "--provider", "RKB",
              "--year", "2023-24", "--month", "8")  # fmt: skip
    versions = rows_of(*slice_)
    assert [row["status"] for row in versions] == ["superseded", "current"]
    first, second = (row["load_id"] for row in versions)
    kinds = {row["change"]: row for row in rows_of(*slice_, "--diff", first, second)}
    before, after = (int(row["accepted_rows"]) for row in versions)
    assert sum(int(row["rows_a"]) for row in kinds.values()) == before
    assert sum(int(row["rows_b"]) for row in kinds.values()) == after


def test_a_contract_run_folder_holds_its_receipt(demo: Path, tmp_path: Path) -> None:
    rows = rows_of("contract", "--store", demo / "store", "--reference", demo / "reference",
                   "--icb", "QWU", "--year", "2023-24", "--month", "9", "--run", tmp_path / "run")  # fmt: skip
    assert rows
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    files = [file for load in manifest["loads"] for file in load["files"]]
    assert {"acm", "iap"} <= {file["dataset"] for file in files}
    assert all(len(file["sha256"]) == 64 for file in files)
    assert manifest["organisation_map_date"] == "2023-12-31"
    assert len(read(tmp_path / "run" / "tables" / "contract.csv")) == len(rows)
