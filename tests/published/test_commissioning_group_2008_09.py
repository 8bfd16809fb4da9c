"""The accounts a commissioning group published for 2008/09, brought in and reported by the commands.

Figures and names are as printed; every sentence is ours. The folder `printed` holds the same tables
for lint, which finds nothing in them: they add up.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.csv as arrow_csv
import pytest

from speccomm.cli.main import main
from speccomm.jobs.lint import LintRequest, lint

FOLDER = Path(__file__).parent / "commissioning_group_2008_09"
GROUP = "East Midlands Specialised Commissioning Group"
SPENT = Decimal("500838000.00")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    place = tmp_path_factory.mktemp("group")
    store, key, out = (str(place / name) for name in ("store", "key", "report"))
    assert main(["key", "new", key]) == 0
    files = [str(FOLDER / name) for name in ("accounts.csv", "funding_decisions.csv")]
    said = ["--said-by", "specialised commissioning group", "--said-on", "2009-09-30"]
    assert main(["evidence", "import", *files, "--store", store, "--key-file", key, *said]) == 0
    kind = ["pack", "build", "--kind", "annual-report", "--year", "2008-09"]
    assert main([*kind, "--store", store, "--body", GROUP, "--out", out, "--formats", "html"]) == 0
    return place


def rows(built, table):
    options = arrow_csv.ConvertOptions(strings_can_be_null=True)
    read = arrow_csv.read_csv(built / "report" / "tables" / f"{table}.csv", convert_options=options)
    return read.to_pylist()


def total(built, table, column):
    return sum((Decimal(str(row[column])) for row in rows(built, table)), Decimal(0))


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("income_by_commissioner", 9),
        ("expenditure_by_provider", 12),
        ("expenditure_by_service", 13),
    ],
)
def test_the_year_ties_three_ways(built, table, lines) -> None:
    assert total(built, table, "amount_gbp") == SPENT
    assert len(rows(built, table)) == lines
    assert total(built, table, "pence") == 100


def test_the_funding_table_comes_to_its_printed_totals(built) -> None:
    assert len(rows(built, "funding_approved")) == 12
    assert total(built, "funding_approved", "in_year_gbp") == 4_402_000
    assert total(built, "funding_approved", "full_year_gbp") == 6_613_000


def test_every_pair_of_sums_ties(built) -> None:
    found = rows(built, "ties")
    assert len(found) == 7
    assert {Decimal(str(row["difference_gbp"])) for row in found} == {Decimal(0)}
    page = (built / "report" / "index.html").read_text("utf-8")
    assert "All 6 pairs of sums that should be the same are, exactly." in page
    assert "nothing was left over" in page


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("income_by_commissioner.all.amount_gbp", "500,838,000; it agrees"),
        ("expenditure_by_service.Renal.amount_gbp", "60,221,000; it agrees"),
        ("funding_approved.all.full_year_gbp", "6,613,000; it agrees"),
    ],
)
def test_a_receipt_leads_back_to_the_rows_typed_in(built, capsys, figure, said) -> None:
    report, store = str(built / "report"), str(built / "store")
    assert main(["receipt", figure, "--pack", report, "--store", store]) == 0
    printed = capsys.readouterr().out
    assert said in printed
    name = "funding_decisions.csv" if figure.startswith("funding") else "accounts.csv"
    assert name in printed


def test_the_same_store_gives_the_same_tables(built, tmp_path) -> None:
    again = [
        "pack",
        "build",
        "--kind",
        "annual-report",
        "--year",
        "2008-09",
        "--body",
        GROUP.upper(),
    ]
    store = str(built / "store")
    assert main([*again, "--store", store, "--out", str(tmp_path / "b"), "--formats", "csv"]) == 0
    for path in (built / "report" / "tables").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "b" / "tables" / path.name).read_bytes()


def test_the_report_says_what_it_is_of(built) -> None:
    manifest = json.loads((built / "report" / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == "annual-report"
    assert manifest["financial_year"] == "2008-09"
    assert manifest["area"] == "east-midlands-specialised-commissioning-group"


def test_lint_finds_nothing_in_the_printed_tables() -> None:
    answer = lint(LintRequest(place=FOLDER / "printed", now=datetime(2024, 4, 1, tzinfo=UTC)))
    assert answer.findings.num_rows == 0


def test_lint_would_find_a_line_lost(tmp_path) -> None:
    for path in (FOLDER / "printed").iterdir():
        text = path.read_text("utf-8")
        if path.name == "provider.csv":
            text = text.replace('"44,400"', '"44,300"')
        (tmp_path / path.name).write_text(text, "utf-8")
    answer = lint(LintRequest(place=tmp_path, now=datetime(2024, 4, 1, tzinfo=UTC)))
    assert answer.findings["code"].to_pylist() == ["LINT-204", "LINT-205"]
