"""An annual report for everyone: money stands on protected counts, or is a public statement."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.annual_report import AnnualReportRequest, build_annual_report, read_annual_report
from speccomm.jobs.evidence import EvidenceImportRequest, import_evidence
from speccomm.jobs.lint import LintRequest, lint
from speccomm.jobs.receipt import ReceiptRequest, receipt
from speccomm.publishing.leaving import PublicationPack
from speccomm.publishing.publication import MoneyWithoutCounts, publishable
from speccomm.publishing.rendering.formats import formats_asked
from tests.made_up.evidence import write_csv
from tests.unit.jobs.pack_store import acm, fill
from tests.unit.jobs.test_annual_report import HEADER

NOW = datetime(2024, 6, 1, tzinfo=UTC)
YEAR = FinancialYear(2023)
RENAL, VASCULAR, BURNS = "NCBPS11B", "NCBPS30Z", "NCBPS09Z"
FEW, OTHER_FEW = "123457.89", "98765.43"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two large providers, one with 3 units and one with 6; one ICB beside."""
    rows = [
        acm("RKB", 12, "QWU", RENAL, None, "2500000.10", units=(10, 1203)),
        acm("RKB", 12, "QWU", VASCULAR, None, "1200000.05", units=(10, 611)),
        acm("RRK", 12, "QWU", RENAL, None, "900000.01", units=(10, 402)),
        acm("RRK", 12, "QWU", BURNS, None, "600000.01", units=(10, 88)),
        acm("RJE", 12, "QWU", BURNS, None, FEW, units=(10, 3)),
        acm("RTH", 12, "QWU", VASCULAR, None, OTHER_FEW, units=(10, 6)),
        acm("RKB", 12, "QNC", RENAL, None, "50000.00", units=(10, 40)),
    ]
    place = tmp_path_factory.mktemp("annual_publication")
    store = fill(place / "store", [("acm", "acm.csv", rows, 0)])
    said = ["accounts", "finance team", "2024-05-31"]
    path = write_csv(
        place / "accounts.csv",
        [
            HEADER,
            ["QWU", "2023-24", "income", "Allocation", "one", "QWU", "5422222", "pounds", *said],
        ],
    )
    import_evidence(EvidenceImportRequest(store, (path,), NOW, "test"))
    return store


def asked(store, **more):
    area = {} if "region" in more else {"icb": "QWU"}
    given = {"formats": formats_asked("csv,html"), "method": "hes", **area, **more}
    out = given.pop("out", store.parent / "public")
    return AnnualReportRequest(store, YEAR, out, NOW, **given)


def table(pack, name):
    return next(t for t in pack.tables() if t.id == name)


@pytest.fixture(scope="module")
def built(store):
    return build_annual_report(asked(store, releases=store.parent / "ledger"))


@pytest.fixture(scope="module")
def region(store):
    """The publication of the region, built once for those that read it."""
    return build_annual_report(asked(store, region="Y60", out=store.parent / "region"))


@pytest.fixture(scope="module")
def exact(store):
    return read_annual_report(asked(store, method="exact"))[1]


@pytest.mark.parametrize("method", ["hes", "exact"])
def test_money_of_few_units_is_hidden_and_the_rest_shown(built, exact, method) -> None:
    pack = {"hes": built.pack, "exact": exact}[method]
    assert isinstance(pack, PublicationPack)
    found = {row["code"]: row for row in table(pack, "every_provider").records()}
    for code in ("RJE", "RTH"):
        assert found[code]["units"] == found[code]["amount_gbp"] == "*"
    shown = 1815 if method == "hes" else 1814
    assert found["RKB"]["units"] == shown
    assert found["RKB"]["amount_gbp"] == Decimal("3700000")
    gathered = table(pack, "expenditure_by_provider").records()
    assert gathered[-1]["line"].startswith("Other providers")
    assert {row["pence"] for row in gathered if row["amount_gbp"] == "*"} <= {"*"}


def test_no_file_holds_the_money_of_few_units(built) -> None:
    texts = [path.read_text("utf-8") for path in built.folder.rglob("*") if path.is_file()]
    assert len(texts) > 5
    for text in texts:
        for money in (
            FEW,
            OTHER_FEW,
            "123,457",
            "123457",
            "123,458",
            "98,765",
            "98765",
            ",123000.00,",
            ",99000.00,",
        ):
            assert money not in text


def test_accounts_are_shown_as_they_were_stated(built) -> None:
    income = table(built.pack, "income_by_commissioner").records()
    assert [row["amount_gbp"] for row in income] == [Decimal("5422222")]
    headline = {figure.id: figure.figure for figure in built.pack.headlines()}
    assert headline["income_gbp"] == "£5.4 million"


def test_what_stays_inside_is_said(built) -> None:
    page = (built.folder / "index.html").read_text("utf-8")
    assert "Left out is the section Whether the report ties" in page
    assert "Left out is the section What was achieved" in page


def test_lint_finds_nothing_in_a_published_report(built) -> None:
    assert lint(LintRequest(built.folder, NOW)).findings.to_pylist() == []


def test_lint_knows_the_words_for_what_was_not_reported(region) -> None:
    manifest = json.loads((region.folder / "manifest.json").read_text("utf-8"))
    words = {entry["id"]: entry["words_for_none"] for entry in manifest["tables"]}
    assert words["expenditure_by_commissioner"] == ["none", "none reported"]
    assert lint(LintRequest(region.folder, NOW)).findings.to_pylist() == []


@pytest.mark.parametrize(
    ("provider", "held", "printed"),
    [("RKB", "3,700,000.15", "£3,700,000"), ("RJE", "123,457.89", "*")],
)
def test_a_receipt_sets_a_protected_figure_beside_the_store(
    store, built, provider, held, printed
) -> None:
    figure = f"every_provider.{provider}.amount_gbp"
    answer = receipt(ReceiptRequest(figure=figure, pack=built.folder, store=store, now=NOW))
    assert answer.agrees is None
    facts = dict(answer.facts)
    assert facts["printed"] == printed
    assert held in facts["store"]
    assert "to protect people" in facts["store"]


def test_the_manifest_says_which_tables_are_rounded(built, exact) -> None:
    assert built.pack.facts["rounded_to"]["every_provider"] == 5
    assert exact.facts["rounded_to"]["every_provider"] == 0


def test_the_same_report_published_again_gives_nothing_away(store, built) -> None:
    _, again = read_annual_report(asked(store, releases=store.parent / "ledger"))
    assert again.facts["checked_against"] == [built.pack.facts["release"]]


def test_a_region_by_commissioner_counts_the_care_of_each(region) -> None:
    found = {
        row["code"]: row for row in table(region.pack, "expenditure_by_commissioner").records()
    }
    assert (found["QWU"]["units"], found["QNC"]["units"]) == (2315, 40)
    assert found["QNC"]["amount_gbp"] == Decimal("50000")


@pytest.mark.parametrize(("units", "shown"), [(120, Decimal("900000")), (4, "*")])
def test_spending_of_an_unknown_commissioner_is_published_or_hidden(tmp_path, units, shown) -> None:
    rows = [
        acm("RKB", 12, "QWU", RENAL, None, "2500000.10", units=(10, 1203)),
        acm("RKB", 12, "QNC", RENAL, None, "800000.00", units=(10, 501)),
        acm("RKB", 12, "Y60", RENAL, None, "900000.05", units=(10, units)),
    ]
    store = fill(tmp_path / "store", [("acm", "acm.csv", rows, 0)])
    _, pack = read_annual_report(asked(store, region="Y60"))
    last = table(pack, "expenditure_by_commissioner").records()[-1]
    assert (last["line"], last["amount_gbp"]) == ("Commissioner not known", shown)


@pytest.mark.soak
def test_parts_of_a_penny_do_not_keep_a_region_from_being_published(tmp_path) -> None:
    rows = [
        acm("RKB", 12, "QWU", RENAL, None, "2500000.1044", units=(10, 1203)),
        acm("RKB", 12, "QNC", RENAL, None, "50000.0044", units=(10, 40)),
        acm("RRK", 12, "QNC", RENAL, None, "50000.0064", units=(10, 40)),
    ]
    store = fill(tmp_path / "store", [("acm", "acm.csv", rows, 0)])
    _, inside = read_annual_report(asked(store, region="Y60", method=None))
    by = [table(inside, f"expenditure_by_{name}").total() for name in ("provider", "commissioner")]
    assert by[1]["amount_gbp"] != by[0]["amount_gbp"]  # inside, both stand as they were added up
    _, pack = read_annual_report(asked(store, region="Y60"))
    found = {row["code"]: row for row in table(pack, "expenditure_by_commissioner").records()}
    assert found["QWU"]["amount_gbp"] == Decimal("2500000")
    assert found["QNC"]["amount_gbp"] == Decimal("100000")


def test_money_without_counts_is_refused_in_a_sentence(store) -> None:
    _, inside = read_annual_report(asked(store, method=None))
    with pytest.raises(MoneyWithoutCounts, match="how much care it paid for"):
        publishable(inside)
