"""The published Midlands tables give exactly these findings, each checked by hand against the pack.

Left out on purpose, because it would be untrue: cells of slide 16 and of slide 11 that cannot be
read, answers that may have been lost between the slide and its text, and codes of 2022/23, for
which no list of service lines is held.
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from speccomm.cli.main import main
from speccomm.jobs.lint import LintRequest, lint
from tests.published.midlands_2023_24 import (
    CONTRADICTED_BY_ROW,
    GRAND_TOTAL,
    LINES,
    Printed,
)

FOLDER = Path(__file__).parent / "midlands_pack_2024"
NOW = datetime(2024, 4, 1, tzinfo=UTC)
COLUMNS = dict(zip("BCDEFG", Printed._fields, strict=True))

# Table, code, cell and what the sentence must say.
EXPECTED = {
    # 798,783 beside 761,379 + 37,405; 837,589 beside + 38,806; 27,683 beside 25,665 + 488 + 1,529
    (
        "midlands_activity",
        "LINT-201",
        "F2",
    ): "A06 - RENAL SERVICES: A+C is printed as 798,783, 1 less",
    ("midlands_activity", "LINT-201", "G2"): "A+B+C is printed as 837,589, 1 less",
    ("midlands_activity", "LINT-201", "G18"): "F03 - HIV: A+B+C is printed as 27,683, 1 more",
    # 3,395,830 + 106,444 = 3,502,274, and + 290,897 = 3,793,171
    ("midlands_activity", "LINT-201", "E34"): "Grand Total: A+B is printed as 3,502,273, 1 less",
    ("midlands_activity", "LINT-201", "G34"): "A+B+C is printed as 3,793,170, 1 less",
    ("midlands_activity", "LINT-203", "B34"): "3,395,830, 2 less than the 32 rows it adds up",
    ("midlands_activity", "LINT-203", "C34"): "106,444, 1 more than the 32 rows",
    ("midlands_activity", "LINT-203", "D34"): "290,897, 1 less than the 32 rows",
    ("midlands_activity", "LINT-203", "E34"): "3,502,273, 2 less than the 32 rows",
    ("midlands_activity", "LINT-203", "F34"): "3,686,727, 2 less than the 32 rows",
    ("midlands_activity", "LINT-203", "G34"): "3,793,170, 3 less than the 32 rows",
    ("midlands_activity", "LINT-108", "C30"): "F04 - INFECTIOUS DISEASES is blank",
    ("midlands_activity", "LINT-501", "A33"): "5,084 in A+B+C (0.1% of 3,793,170)",
    # 3 and 7 units imported
    ("midlands_activity", "LINT-701", "C31"): "B Imported Activity of D07 - SPECIALISED PAIN",
    ("midlands_activity", "LINT-701", "C32"): "B Imported Activity of A07",
    ("qwu_activity", "LINT-501", "A4"): "not legible",
    # Lines 33 and 71, 34 and 69, 36 and 79, 37 and 78, 10 and 48 of the slides
    ("quality_overview", "LINT-301", "C72"): "Has Network Y and N.",
    ("quality_overview", "LINT-301", "C70"): "Units 7 and 19; Has Network Y and N.",
    ("quality_overview", "LINT-301", "C80"): "Has Network Y and N; Any SIs Y and N.",
    ("quality_overview", "LINT-301", "C79"): "Has Network Y and N.",
    ("quality_overview", "LINT-302", "C49"): "Rows 11 and 49 are both “Haemophilia (All ages)”",
    ("quality_overview", "LINT-313", "I2"): "CQC Reports of ACC reads “1 UHB”",
    ("quality_overview", "LINT-313", "I31"): "“1 KGH”",
    ("quality_overview", "LINT-314", None): "can only hold Y and N",
    ("vascular_contract", "LINT-211", "A3:A14"): "say 11 and the table has 12 rows",
    ("vascular_contract", "LINT-401", "A7"): "became part of RRK",
}


@pytest.fixture(scope="module")
def answer():
    return lint(LintRequest(place=FOLDER, now=NOW))


def table(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_findings_are_exactly_those_checked_by_hand(answer):
    found = {(r["table"], r["code"], r["cell"]): r["sentence"] for r in answer.findings.to_pylist()}
    assert found.keys() == EXPECTED.keys()
    assert answer.findings.num_rows == len(EXPECTED)
    for place, words in EXPECTED.items():
        assert words in found[place], place


def test_every_total_that_is_off_can_be_rounding_and_says_by_how_much(answer):
    totals = [r for r in answer.findings.to_pylist() if r["code"] in {"LINT-201", "LINT-203"}]
    assert {r["severity"] for r in totals} == {"warning"}
    assert not {"LINT-202", "LINT-204"} & set(answer.findings["code"].to_pylist())
    across = [r for r in totals if r["code"] == "LINT-201"]
    assert all("can explain up to 1;" in r["sentence"] for r in across if r["cell"][0] in "EF")
    assert all("can explain up to 2;" in r["sentence"] for r in across if r["cell"][0] == "G")
    down = {r["cell"]: r["sentence"] for r in totals if r["code"] == "LINT-203"}
    assert all("can explain up to 16;" in sentence for sentence in down.values())


def test_the_typed_table_is_the_one_other_tests_rely_on():
    rows = table("midlands_activity")[1:]
    printed = [*LINES.items(), ("Grand Total", GRAND_TOTAL)]
    assert len(rows) == len(printed)
    for row, (code, line) in zip(rows, printed, strict=True):
        assert row[0].startswith(code[:3])
        assert [c.replace(",", "") for c in row[1:]] == ["" if v is None else str(v) for v in line]


def test_row_findings_are_those_that_reading_by_hand_had_found(answer):
    rows = [code for code, _ in CONTRADICTED_BY_ROW]
    by_hand = {(list(LINES).index(c) + 2 if c in LINES else 34, n) for c, n in CONTRADICTED_BY_ROW}
    cells = [r["cell"] for r in answer.findings.to_pylist() if r["code"] == "LINT-201"]
    assert {(int(cell[1:]), COLUMNS[cell[0]]) for cell in cells} == by_hand
    assert len(cells) == len(rows)


def test_columns_are_off_by_what_their_printed_cells_come_to(answer):
    off = [
        GRAND_TOTAL[place] - sum(line[place] or 0 for line in LINES.values())
        for place in range(len(Printed._fields))
    ]
    assert off == [-2, 1, -1, -2, -2, -3]
    down = [r["sentence"] for r in answer.findings.to_pylist() if r["code"] == "LINT-203"]
    said = [f"{abs(n)} {'more' if n > 0 else 'less'} than" for n in off]
    assert all(words in sentence for words, sentence in zip(said, down, strict=True))


def test_the_grid_is_whole_and_other_pairs_of_names_stay_apart(answer):
    services = [row[2] for row in table("quality_overview")[1:]]
    assert len(services) == 92
    pairs = [r for r in answer.findings.to_pylist() if r["code"] in {"LINT-301", "LINT-302"}]
    said = " ".join(r["sentence"] for r in pairs)
    for apart in (
        "Metabolic",
        "Cystic fibrosis",
        "Major trauma",
        "Fetal",
        "chemotherapy",
        "allergy",
    ):
        assert sum(apart in name for name in services) > 1
        assert apart not in said


def test_the_tables_that_are_right_say_nothing(answer):
    tables = set(answer.findings["table"].to_pylist())
    assert not {"fragile_services", "vascular_centres", "priorities"} & tables


def test_what_could_not_be_judged_is_said_and_not_found(answer):
    assert answer.not_checked.to_pylist() == [
        {
            "table": "vascular_contract",
            "what": "whether codes in Service were valid in the year",
            "why": "no list of service lines is held for 2022-23",
        }
    ]


def test_the_command_ends_with_one_and_writes_the_findings(tmp_path, capsys):
    findings = tmp_path / "findings.csv"
    assert main(["pack", "lint", str(FOLDER), "--findings", str(findings)]) == 1
    with findings.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["code", "severity", "table", "cell", "sentence", "remedy"]
    assert len(rows) == len(EXPECTED)
    said = capsys.readouterr()
    assert "Read 7 tables with 180 rows. Found: 8 errors, 16 warnings, 2 notes." in said.out
    assert "no list of service lines is held for 2022-23" in said.err
