"""Our own pack of a small store is linted without a description; its findings are true."""

import csv
import json
import shutil
from datetime import UTC, date, datetime

import pytest

from speccomm.cli.main import main
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.lint import LintRequest, lint
from speccomm.jobs.pack import PackRequest, build_pack
from speccomm.publishing.lint.description_file import BadDescription
from tests.unit.jobs.pack_store import acm, fill, plcm

NOW = datetime(2024, 2, 5, 9, 30, tzinfo=UTC)
HERE, RENAL, HIV, NO_CODE = "QWU", "NCBPS11C", "NCBPS14A", "NCBPS99Q"


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """A pack with some activity that is unknown under a code that is on no list."""
    activity = [
        plcm("RKB", 1, HERE, RENAL, "A06", "100.5"),
        plcm("RKB", 2, "QK1", RENAL, "A06", "40"),
        plcm("RKB", 1, HERE, NO_CODE, None, "7"),
    ]
    away = [plcm("RWE", 1, HERE, HIV, "F03", "20")]
    money = [
        acm("RKB", 1, HERE, RENAL, "1000.00", "1100.50", units=(10, 11)),
        acm("RKB", 1, HERE, HIV, None, "50.00"),
    ]
    files = [
        ("plcm", "RKB_plcm.csv", activity, 2),
        ("plcm", "RWE_plcm.csv", away, 0),
        ("acm", "RKB_acm.csv", money, 0),
    ]
    folder = tmp_path_factory.mktemp("lint")
    answer = build_pack(
        PackRequest(
            store=fill(folder / "store", files),
            icb=HERE,
            from_month=FinancialMonth.parse_calendar("2023-04"),
            to_month=FinancialMonth.parse_calendar("2023-06"),
            out=folder / "qwu",
            now=NOW,
            map_date=date(2023, 6, 30),
        )
    )
    return answer.folder


@pytest.fixture
def copy(pack, tmp_path):
    return shutil.copytree(pack, tmp_path / "copy")


def linted(place):
    return lint(LintRequest(place=place, now=NOW)).findings.to_pylist()


def change(folder, table, column, row, value):
    """Put another value in one cell of a pack's file; row 0 is the first below the header."""
    path = folder / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[row + 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_a_pack_of_ours_says_only_that_a_code_it_was_sent_is_on_no_list(pack):
    findings = linted(pack)
    assert findings
    assert {row["code"] for row in findings} == {"LINT-411"}
    assert all(NO_CODE in row["sentence"] for row in findings)


def test_how_it_was_linted_is_told(pack):
    facts = lint(LintRequest(place=pack, now=NOW)).facts
    books = {book["identifier"] for book in facts["rulebooks"]}
    assert {"publishing/lint", "publishing/lint_own_pack", "quality/spellings"} <= books
    assert {"activity_icb.csv"} <= {file["path"] for file in facts["files"]}
    assert all(len(file["sha256"]) == 64 for file in facts["files"])


@pytest.mark.parametrize(
    ("table", "column", "value", "codes"),
    [
        ("activity_icb", "intra", "101.5", {"LINT-202"}),
        ("activity_by_month", "grand_total", "1", {"LINT-202", "LINT-205"}),
        ("contract_lines", "variance_gbp", "100.51", {"LINT-202", "LINT-205"}),
        ("source_files", "refused_rows", "3", {"LINT-202"}),
        ("activity_unknown", "provider_code", "RR1", {"LINT-401"}),
        ("source_loads", "received_at", "2024-02-06T00:00:00+00:00", {"LINT-611"}),
        ("rows_by_dataset", "refused_share", "101", {"LINT-601"}),
        ("exported_to", "exported", "about 20", {"LINT-107"}),
    ],
)
def test_one_cell_changed_by_hand_is_found(copy, table, column, value, codes):
    before = {(row["code"], row["table"], row["cell"]) for row in linted(copy)}
    change(copy, table, column, 0, value)
    after = {(row["code"], row["table"], row["cell"]) for row in linted(copy)} - before
    assert {code for code, _, _ in after} == codes


def test_a_pack_whose_unknown_is_not_taken_apart_is_told_so(copy):
    (copy / "tables" / "activity_unknown.csv").unlink()
    assert "LINT-501" in {row["code"] for row in linted(copy)}


def test_one_table_of_a_pack_is_held_to_what_the_pack_says_of_it(copy):
    change(copy, "activity_icb", "intra", 0, "1000")
    alone = linted(copy / "tables" / "activity_icb.csv")
    assert {row["code"] for row in alone} == {"LINT-202"}
    assert {row["code"] for row in linted(copy / "tables")} == {"LINT-202", "LINT-411"}


def test_figures_rounded_by_the_method_of_suppression_may_not_add_up(copy):
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    manifest["suppression"] = {"rulebook": "publishing/suppression_hes"}
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    before = {row["cell"] for row in linted(copy) if row["code"] == "LINT-202"}
    change(copy, "activity_icb", "provider_total", 0, "145")
    assert {row["cell"] for row in linted(copy) if row["code"] == "LINT-202"} == before
    change(copy, "activity_icb", "provider_total", 0, "160")
    assert {row["cell"] for row in linted(copy) if row["code"] == "LINT-202"} > before


def test_small_numbers_count_in_a_pack_that_says_it_is_suppressed(copy):
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    manifest["suppression"] = "hes"
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert "LINT-701" in {row["code"] for row in linted(copy)}


def test_a_damaged_pack_is_refused_in_a_sentence(copy, capsys):
    (copy / "tables" / "data_dictionary.csv").unlink()
    with pytest.raises(BadDescription, match="no data dictionary"):
        linted(copy)
    assert main(["pack", "lint", str(copy)]) == 2
    assert "no data dictionary" in capsys.readouterr().err


def test_the_command_ends_with_nought_where_nothing_is_found(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("P,N\nX,1\n", "utf-8")
    run = tmp_path / "run"
    assert main(["pack", "lint", str(tmp_path / "t.csv"), "--run", str(run)]) == 0
    said = capsys.readouterr()
    assert "Read 1 table with 1 row. Found: nothing." in said.out
    assert "no description was given" in said.err
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    assert manifest["command"] == "pack lint"
    assert (run / "findings.csv").is_file()


def test_the_pack_s_own_date_is_today_s_where_nothing_else_says_it(tmp_path):
    (tmp_path / "t.csv").write_text("P,On\nX,2024-02-06\nY,2024-02-05\n", "utf-8")
    text = '[[tables]]\nid = "t"\ncolumns = { On = "date" }\n'
    (tmp_path / "description.toml").write_text(text, "utf-8")
    assert [row["cell"] for row in linted(tmp_path)] == ["B2"]
