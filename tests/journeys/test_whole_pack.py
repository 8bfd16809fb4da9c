"""The pack of Coventry and Warwickshire with every section, in every format, by the commands."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from speccomm.cli.main import main
from speccomm.publishing.assembly import SECTIONS
from speccomm.publishing.rendering.formats import ALL_FORMATS
from tests.journeys.demonstration import demonstration_to_read

WORDS = """
written_by = "ICB director of commissioning"
written_on = 2024-01-31

[[words]]
section = "contract"
paragraphs = ["The committee asked for a plan by March."]
"""
PLANTED_CODE = (
    "NCBPS01E"  # sent in activity although it is on no list of the year; a load warns of it
)
PERIOD = ["--from", "2023-04", "--to", "2023-12"]


@pytest.fixture(scope="module")
def demo() -> Path:
    """A small demonstration, made by its command; only read here."""
    return demonstration_to_read().folder


@pytest.fixture(scope="module")
def pack(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack built again from the store of the demonstration, with an editor's words."""
    folder = tmp_path_factory.mktemp("whole")
    words = folder / "words.toml"
    words.write_text(WORDS, encoding="utf-8")
    out = folder / "packs" / "QWU"
    line = ["pack", "build", "--store", str(demo / "store"), "--icb", "QWU", *PERIOD]
    line += ["--reference", str(demo / "reference"), "--out", str(out), "--words", str(words)]
    assert main(line) == 0
    return out


def test_it_has_every_section_and_every_format(demo: Path, pack: Path) -> None:
    manifest = json.loads((pack / "manifest.json").read_text("utf-8"))
    assert manifest["sections"] == list(SECTIONS)
    assert set(manifest["formats"]) == {str(name) for name in ALL_FORMATS}
    page = (pack / "index.html").read_text("utf-8")
    for section in SECTIONS:
        assert f'id="{section}"' in page, section
    assert (pack / "pack.pdf").read_bytes().startswith(b"%PDF-")
    for name in ("pack.pptx", "pack.xlsx"):
        assert zipfile.ZipFile(pack / name).testzip() is None


def test_evidence_has_arrived_in_every_section_made_from_it(pack: Path) -> None:
    lengths = {
        path.stem: len(list(csv.DictReader(io.StringIO(path.read_text("utf-8")))))
        for path in (pack / "tables").glob("*.csv")
    }
    for table in ("quality_overview", "fragile_by_icb", "fragile_list", "deep_dives"):
        assert lengths[table] > 0, table
    assert sum(name.startswith("profile_") for name in lengths) > 40
    assert sum(name.startswith("priority") for name in lengths) > 0


def test_tables_are_those_of_the_pack_that_the_demonstration_built(demo: Path, pack: Path) -> None:
    first = demo / "packs" / "QWU" / "tables"
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in (pack / "tables").iterdir())
    for name in names:
        assert (first / name).read_bytes() == (pack / "tables" / name).read_bytes(), name


def test_the_editors_words_are_in_every_format_and_named_as_the_only_change(
    demo: Path, pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "The committee asked for a plan by March."
    assert said in (pack / "index.html").read_text("utf-8")
    sheet = load_workbook(pack / "pack.xlsx")["Words of the editor"]
    assert said in {cell.value for row in sheet.iter_rows() for cell in row}
    with zipfile.ZipFile(pack / "pack.pptx") as deck:
        slides = [deck.read(n) for n in deck.namelist() if n.startswith("ppt/slides/slide")]
    assert any(said.encode() in slide for slide in slides)
    before = demo / "packs" / "QWU"
    assert main(["pack", "diff", str(before), str(pack), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rows"] == []
    assert [entry["cause"] for entry in answer["metadata"]["differences"]] == ["new words"]


def test_lint_finds_nothing_but_the_code_that_was_planted(
    demo: Path, pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (pack, pack / "pack.xlsx"):
        findings = tmp_path / "findings.csv"
        line = ["pack", "lint", str(place), "--reference", str(demo / "reference")]
        assert main([*line, "--findings", str(findings)]) in (0, 1)
        with findings.open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        untrue = [row for row in found if PLANTED_CODE not in row["sentence"]]
        assert untrue == []
    assert "not checked" not in capsys.readouterr().out.casefold()


def test_a_receipt_of_the_rebuilt_pack_agrees_with_the_store(
    demo: Path, pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["receipt", "QWU.activity_icb.all.grand_total", "--pack", str(pack)]
    line += ["--store", str(demo / "store"), "--reference", str(demo / "reference")]
    assert main(line) == 0
    assert "QWU.activity_icb.all.grand_total" in capsys.readouterr().out
