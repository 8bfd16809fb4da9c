"""Contract positions on the web: the library's figures, tables that add up, receipts that agree."""

from __future__ import annotations

import csv
import io
import operator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from speccomm.activity.tables import UNKNOWN
from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.contract import ContractRequest, contract
from speccomm_web.accounts.models import Person
from speccomm_web.accounts.queries import viewer_for
from speccomm_web.explore.queries import contract as queries
from speccomm_web.explore.queries import opening
from speccomm_web.explore.questions import ContractQuestion
from tests.web.conftest import SignIn
from tests.web.explore.conftest import NOW, Loaded

pytestmark = pytest.mark.django_db
ASKED = {"to": "2023-24-9"}
EFFECTS = ("Volume", "Mix", "Price", "Not planned", "Not activity", "Market forces")


def rows_of(client: Client, name: str, **asked: str) -> list[dict[str, str]]:
    response = client.get(f"/explore/contract/{name}.csv", {**ASKED, **asked})
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def pounds(text: str) -> Decimal:
    return Decimal(text.removeprefix("'"))


def library_sums(store: Loaded, **asked: str) -> dict[str, Decimal]:
    answer = contract(
        ContractRequest(
            store=store.store,
            reference=store.reference,
            year=FinancialYear(2023),
            month=9,
            now=NOW,
            **asked,  # type: ignore[arg-type]
        )
    )
    sums: dict[str, Decimal] = {}
    for row in answer.position.to_pylist():
        if row["variance_gbp"] is not None:
            code = row["provider_code"]
            sums[code] = sums.get(code, Decimal(0)) + row["variance_gbp"]
    return sums


def test_the_page_has_the_figures_of_the_library(
    store: Loaded, analyst: Person, sign_in: SignIn
) -> None:
    rows = rows_of(sign_in(analyst), "position", by="provider")
    shown = {r["Code"]: pounds(r["Variance (£)"]) for r in rows if r["Variance (£)"] != "Not sent"}
    assert shown == library_sums(store, icb="QWU")
    assert shown


def test_effects_add_up_to_the_variance(store: Loaded, analyst: Person, sign_in: SignIn) -> None:
    rows = rows_of(sign_in(analyst), "effects", by="service")
    sent = [row for row in rows if row["Variance (£)"] != "Not sent"]
    assert sent
    for row in sent:
        effects = sum(pounds(row[f"{name} (£)"]) for name in EFFECTS)
        assert effects == pounds(row["Variance (£)"])


def test_a_provider_sees_all_of_its_own_contracts(
    store: Loaded, submitter: Person, sign_in: SignIn
) -> None:
    rows = rows_of(sign_in(submitter), "position", by="provider", provider="RKB")
    assert {row["Code"] for row in rows} == {"RKB"}
    assert pounds(rows[0]["Variance (£)"]) == library_sums(store, provider="RKB")["RKB"]


@pytest.mark.parametrize(
    "figure", ["plan_gbp", "actual_gbp", "variance_gbp", "mix_gbp", "forecast_profiled_gbp"]
)
def test_a_receipt_works_the_figure_out_again(
    store: Loaded, analyst: Person, sign_in: SignIn, figure: str
) -> None:
    asked = {"year": "2023-24", "month": "9", "figure": figure, "provider": "RKB"}
    text = sign_in(analyst).get("/explore/contract/receipt", asked).content.decode()
    assert "<strong>the same</strong>" in text
    assert "acm_RKB_2023-24.csv" in text
    assert "activity/contract_position" in text


@pytest.mark.parametrize("service", ["", UNKNOWN, "NCBPS11B"])
def test_one_providers_answer_is_as_worked_out_for_it_alone(
    store: Loaded, analyst: Person, service: str
) -> None:
    opened = opening.opened(viewer_for(analyst, on=date.today()), "QWU")
    assert opened is not None
    asked = ContractQuestion("QWU", "2023-24", 9, service=service)
    everyone = queries.contract_of(opened, asked)
    providers = {row["provider_code"] for row in everyone.rows}
    met = 0
    for provider in sorted(providers):
        narrowed = asked.narrowed(provider=provider)
        terms = queries._terms(opened.held, opened.place, narrowed)
        alone = queries._worked_out(opened.held, terms, narrowed)
        some = queries.contract_of(opened, narrowed)
        order = operator.itemgetter("service_code")
        assert sorted(some.rows, key=order) == sorted(alone.rows, key=order)
        told = [sorted((f["check_id"], f["sentence"]) for f in a.findings) for a in (some, alone)]
        assert told[0] == told[1]
        assert some.plan_not_set_against_gbp == alone.plan_not_set_against_gbp
        met += len(some.rows)
    assert met == len(everyone.rows)
    assert met or service


def test_a_question_that_cannot_be_asked_is_told_why(
    store: Loaded, analyst: Person, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    text = client.get("/explore/contract", {"to": "1999-00-1"}).content.decode()
    assert "Select a valid choice" in text
    assert client.get("/explore/contract/receipt", {"figure": "no_such"}).status_code == 404
    assert client.get("/explore/contract/no-such.csv").status_code == 404
