"""An annual report made of contract monitoring: gathered lines, ties, refusals and receipts."""

import shutil
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from speccomm.activity.areas import UnknownArea
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.annual_report import (
    AnnualReportRequest,
    NothingToReport,
    NotOneReport,
    build_annual_report,
    read_annual_report,
)
from speccomm.jobs.evidence import EvidenceImportRequest, import_evidence
from speccomm.jobs.lint import LintRequest, lint
from speccomm.jobs.receipt import ReceiptRequest, receipt
from speccomm.publishing.assembly import NoSections
from speccomm.publishing.rendering.formats import formats_asked
from tests.made_up.evidence import write_csv
from tests.unit.jobs.pack_store import acm, fill

NOW = datetime(2024, 6, 1, tzinfo=UTC)
YEAR = FinancialYear(2023)
RENAL, VASCULAR, BURNS, SPINAL = "NCBPS11B", "NCBPS30Z", "NCBPS09Z", "NCBPS06Z"
HEADER = ["accounts_of", "financial_year", "account", "heading", "line_covers", "icb_code",
          "amount", "stated_in", "source", "said_by", "said_on"]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two ICBs, three providers, four services; two providers and two services are small."""
    rows = [
        acm("RKB", 12, "QWU", RENAL, "2000000.00", "2500000.10"),
        acm("RKB", 12, "QWU", VASCULAR, None, "1200000.05"),
        acm("RRK", 12, "QWU", BURNS, None, "400000.01"),
        acm("RJE", 12, "QWU", SPINAL, None, "300000.02"),
        acm("RJE", 12, "QNC", RENAL, None, "50.00"),
    ]
    return fill(tmp_path_factory.mktemp("annual") / "store", [("acm", "acm.csv", rows, 0)])


def asked(store, out=None, **more):
    place = store.parent / "report" if out is None else out
    area = {} if {"icb", "region", "body"} & set(more) else {"icb": "QWU"}
    return AnnualReportRequest(
        store, YEAR, place, NOW, formats=formats_asked("csv"), **{**area, **more}
    )


@pytest.fixture(scope="module")
def report(store):
    """The report of one ICB, built once for those that read it."""
    return build_annual_report(asked(store))


def table(pack, name):
    return next(t for t in pack.tables() if t.id == name)


def test_small_lines_are_gathered_and_every_sum_ties(report) -> None:
    pack = report.pack
    providers = table(pack, "expenditure_by_provider")
    assert [(r["code"], r["covers"], r["amount_gbp"]) for r in providers.records()] == [
        ("RKB", 1, Decimal("3700000.15")),
        (None, 2, Decimal("700000.03")),
    ]
    services = table(pack, "expenditure_by_service")
    assert (
        services.total()["amount_gbp"] == providers.total()["amount_gbp"] == Decimal("4400000.18")
    )
    assert services.total()["pence"] == providers.total()["pence"] == 100
    assert {r["verdict"] for r in table(pack, "ties").records()} == {"ties"}
    assert table(pack, "every_provider").rows.num_rows == 3


@pytest.mark.parametrize(
    ("figure", "rows"),
    [
        ("expenditure_by_provider.other_providers.amount_gbp", 2),
        ("expenditure_by_service.other_services.amount_gbp", 2),
        ("expenditure_by_provider.RKB.amount_gbp", 2),
        ("expenditure_by_service.all.amount_gbp", 4),
    ],
)
def test_receipts_of_named_and_gathered_lines_agree_with_the_store(
    store, report, figure, rows
) -> None:
    answer = receipt(ReceiptRequest(figure=figure, pack=report.folder, store=store, now=NOW))
    assert answer.agrees
    assert dict(answer.facts)["rows counted"] == str(rows)
    assert [file["file_name"] for file in answer.files] == ["acm.csv"]


def test_a_region_is_also_set_out_by_whose_patients_it_was_for(store) -> None:
    built = build_annual_report(asked(store, store.parent / "region", region="Y60"))
    by_icb = {
        r["code"]: r["amount_gbp"]
        for r in table(built.pack, "expenditure_by_commissioner").records()
        if r["amount_gbp"]
    }
    assert by_icb == {"QWU": Decimal("4400000.18"), "QNC": Decimal("50.00")}
    figure = "expenditure_by_commissioner.QNC.amount_gbp"
    answer = receipt(ReceiptRequest(figure=figure, pack=built.folder, store=store, now=NOW))
    assert answer.agrees


def test_spending_under_a_code_of_no_icb_is_unknown_and_keeps_the_sum(tmp_path) -> None:
    rows = [
        acm("RKB", 12, "QWU", RENAL, None, "2500000.10"),
        acm("RKB", 12, "Y60", RENAL, None, "900000.05"),  # the region's own code
        acm("RKB", 12, "Y61", RENAL, None, "70000.00"),  # another region's
    ]
    store = fill(tmp_path / "store", [("acm", "acm.csv", rows, 0)])
    built = build_annual_report(asked(store, tmp_path / "region", region="Y60"))
    spent = table(built.pack, "expenditure_by_commissioner")
    found = spent.records()
    assert (found[-1]["line"], found[-1]["code"]) == ("Commissioner not known", None)
    assert found[-1]["amount_gbp"] == Decimal("900000.05")
    assert any("not known" in note for note in spent.notes)
    total = table(built.pack, "expenditure_by_provider").total()["amount_gbp"]
    assert spent.total()["amount_gbp"] == total == Decimal("3400000.15")
    assert {r["verdict"] for r in table(built.pack, "ties").records()} == {"ties"}
    figure = "expenditure_by_commissioner.Unknown.amount_gbp"
    answer = receipt(ReceiptRequest(figure=figure, pack=built.folder, store=store, now=NOW))
    assert answer.agrees
    assert dict(answer.facts)["rows counted"] == "1"
    assert lint(LintRequest(built.folder, NOW)).findings.to_pylist() == []


def test_what_does_not_tie_is_said_and_not_forced(tmp_path) -> None:
    rows = [acm("RKB", 9, "QWU", RENAL, None, "1000.00")]
    store = fill(tmp_path / "store", [("acm", "acm.csv", rows, 0)])
    said = ["accounts", "finance team", "2024-05-31"]
    lines = [("income", "Allocation", "one", "900"), ("income", "Total", "total", "950"),
             ("expenditure by provider", "A trust", "one", "700"),
             ("expenditure by service", "Renal", "one", "650")]  # fmt: skip
    path = write_csv(
        tmp_path / "accounts.csv",
        [HEADER, *(["QWU", "2023-24", a, h, c, "QWU", n, "pounds", *said] for a, h, c, n in lines)],
    )
    import_evidence(EvidenceImportRequest(store, (path,), NOW, "test"))
    _, pack = read_annual_report(asked(store))
    found = {
        (r["first"], r["second"]): (r["difference_gbp"], r["verdict"])
        for r in table(pack, "ties").records()
    }
    assert found["Income by commissioner", "Expenditure by provider"] == (200, "surplus")
    assert found["Expenditure by provider", "Expenditure by service"] == (
        50, "does not tie, by £50"
    )  # fmt: skip
    printed = ("Income by commissioner", "Income by commissioner: the total printed")
    assert found[printed] == (-50, "does not tie, by £50")
    accounted = "Expenditure by provider, as accounted for"
    assert found[accounted, "Expenditure, as contract monitoring reports it"][0] == -300


def test_lint_holds_gathered_lines_to_every_line(report, tmp_path) -> None:
    folder = shutil.copytree(report.folder, tmp_path / "linted")
    assert lint(LintRequest(folder, NOW)).findings.to_pylist() == []
    path = folder / "tables" / "expenditure_by_provider.csv"
    text = path.read_text("utf-8")
    assert "700000.03" in text
    path.write_text(text.replace("700000.03", "700001.03"), "utf-8")
    found = lint(LintRequest(folder, NOW)).findings.to_pylist()
    assert [row["code"] for row in found] == ["LINT-205"]
    assert "every provider" in found[0]["sentence"]


def test_sections_can_be_left_out_and_their_headlines_go_with_them(store) -> None:
    _, pack = read_annual_report(asked(store, without=("expenditure", "receipts")))
    assert [s.id for s in pack.sections if s.id in ("expenditure", "receipts")] == []
    assert list(pack.headlines()) == []
    with pytest.raises(UnknownName):
        read_annual_report(asked(store, sections=("incom",)))
    with pytest.raises(NoSections):
        read_annual_report(asked(store, sections=("income",), without=("income",)))


def test_what_cannot_be_reported_is_refused_in_a_sentence(store) -> None:
    with pytest.raises(NotOneReport):
        read_annual_report(asked(store, icb="QWU", region="Y60"))
    with pytest.raises(UnknownArea):
        read_annual_report(asked(store, icb="QXX"))
    with pytest.raises(UnknownName):
        read_annual_report(asked(store, body="No such body"))
    request = asked(store)
    with pytest.raises(NothingToReport, match="2024-25 are held for QWU"):
        read_annual_report(
            AnnualReportRequest(store, FinancialYear(2024), request.out, NOW, icb="QWU")
        )
