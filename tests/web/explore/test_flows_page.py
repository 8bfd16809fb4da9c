"""Flows on the web: the library's figures, within the viewer's sight, with receipts and files."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.flows import FlowsRequest, flows
from speccomm.jobs.load import LoadRequest, load
from speccomm_web.accounts.models import Person
from speccomm_web.accounts.roles import Role
from speccomm_web.runs.library import _library
from tests.web.conftest import MakePerson, SignIn
from tests.web.explore.conftest import NOW, Loaded, organisation

pytestmark = pytest.mark.django_db
PERIOD = {"from": "2023-04", "to": "2023-12"}


def rows_of(client: Client, address: str, **asked: str) -> list[dict[str, str]]:
    response = client.get(address, {**PERIOD, **asked})
    assert response.status_code == 200
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def library_rows(store: Loaded, **asked: str) -> dict[str, tuple[str, ...]]:
    months = [FinancialMonth.parse_calendar(PERIOD[name]) for name in ("from", "to")]
    answer = flows(
        FlowsRequest(
            store=store.store,
            reference=store.reference,
            from_month=months[0],
            to_month=months[1],
            now=NOW,
            **asked,  # type: ignore[arg-type]
        )
    )
    return {
        row["crg_code"]: tuple(str(row[n]) for n in ("intra", "imported", "exported"))
        for row in answer.flows.to_pylist()
    }


def test_the_page_has_the_figures_of_the_library(
    store: Loaded, analyst: Person, sign_in: SignIn
) -> None:
    found = rows_of(sign_in(analyst), "/explore/flows/flows.csv", by="crg")
    measured = ("A. Treated inside (units)", "B. Imported (units)", "C. Exported (units)")
    shown = {
        row["Code"]: tuple(row[name].removesuffix(".000") for name in measured) for row in found
    }
    assert shown == library_rows(store, icb="QWU")
    assert any(row[1] != "0" for row in shown.values())


def test_every_split_adds_up_to_the_same(store: Loaded, analyst: Person, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    sums = {
        by: sum(
            float(row["A + B + C. All (units)"])
            for row in rows_of(client, "/explore/flows/flows.csv", by=by)
        )
        for by in ("crg", "service", "provider", "icb", "pod", "month")
    }
    assert len(set(sums.values())) == 1
    assert sums["crg"] > 0


def test_a_table_is_a_workbook_too(store: Loaded, analyst: Person, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    for name in ("flows", "trend", "pairs"):
        response = client.get(f"/explore/flows/{name}.xlsx", PERIOD)
        assert "xl/workbook.xml" in ZipFile(io.BytesIO(response.content)).namelist()


def test_a_page_draws_its_figures_and_asks_little_of_the_database(
    store: Loaded,
    analyst: Person,
    sign_in: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    client = sign_in(analyst)
    for page in ("flows", "changes", "contract"):
        with django_assert_max_num_queries(30):
            response = client.get(f"/explore/{page}")
        text = response.content.decode()
        assert response.status_code == 200
        assert "Coventry and Warwickshire ICB" in text
        assert "<svg" in text
        assert "&lt;svg" not in text


def test_a_receipt_counts_the_figure_again(store: Loaded, analyst: Person, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    for measure in ("intra", "imported", "exported", "grand_total"):
        text = client.get("/explore/receipt", {**PERIOD, "measure": measure}).content.decode()
        assert "Counted again from the store for this page: <strong>the same</strong>" in text
        assert ("plcm_RKB_2023-24.csv" in text) is (measure != "exported")
        assert "plcm_R" in text
        assert "Store version" in text
    assert client.get("/explore/receipt", {"measure": "no such"}).status_code == 404


def test_only_places_of_the_viewer_open(store: Loaded, analyst: Person, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    for page in ("flows", "changes", "contract", "receipt", "rows", "flows/flows.csv"):
        for place in ("QHL", "Y60", "RRK", "nowhere"):
            assert client.get(f"/explore/{page}", {"place": place}).status_code == 404
    home = client.get("/explore/").content.decode()
    assert "place=QWU" in home
    assert "place=QHL" not in home


def test_a_region_sees_itself_and_its_boards(
    store: Loaded, make_person: MakePerson, sign_in: SignIn
) -> None:
    person = make_person(Role.QUALITY, at=organisation("Y60", "region"))
    home = sign_in(person).get("/explore/").content.decode()
    assert all(f"place={code}" in home for code in ("Y60", "QWU", "QHL"))
    assert "place=QOQ" not in home


def test_a_provider_sees_its_own_rows_only(
    store: Loaded, submitter: Person, analyst: Person, sign_in: SignIn
) -> None:
    client = sign_in(submitter)
    own = rows_of(client, "/explore/flows/flows.csv", by="provider")
    assert [row["Code"] for row in own] == ["RKB"]
    everyone = rows_of(client, "/explore/flows/flows.csv", by="provider", provider="RKB")
    assert everyone == own
    # All of what it did, for its own ICB and for others: what the ICB sees of it, too.
    of_board = rows_of(sign_in(analyst), "/explore/flows/flows.csv", by="provider", provider="RKB")
    assert own[0]["All (units)"] == of_board[0]["A + B. By providers here (units)"]


def test_a_role_for_one_service_shows_that_service(
    store: Loaded, analyst: Person, make_person: MakePerson, sign_in: SignIn
) -> None:
    every = rows_of(sign_in(analyst), "/explore/flows/flows.csv", by="service")
    one = every[0]["Code"]
    narrow = make_person(
        Role.ANALYST, email="one@example.org", at=organisation("QWU", "icb"), services=[one]
    )
    client = sign_in(narrow)
    assert [r["Code"] for r in rows_of(client, "/explore/flows/flows.csv", by="service")] == [one]
    text = client.get("/explore/contract").content.decode()
    assert every[1]["Code"] not in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from": "2023-12", "to": "2023-04"}, "ends (2023-04) before it starts (2023-12)"),
        ({"service": "<b>"}, "Select a valid choice"),
        ({"from": "2019-01"}, "Select a valid choice"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told_why(
    store: Loaded, analyst: Person, sign_in: SignIn, asked: dict[str, str], said: str
) -> None:
    response = sign_in(analyst).get("/explore/flows", asked)
    text = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in text
    assert said in text
    assert "<b>" not in text


def test_changes_need_as_many_months_before(
    store: Loaded, analyst: Person, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    refused = client.get("/explore/changes", {"from": "2023-04", "to": "2023-06"})
    assert "are not all loaded" in refused.content.decode()
    rows = rows_of(client, "/explore/flows/changes.csv", **{"from": "2023-09", "to": "2023-12"})
    heads = ("May 2023 to August 2023 (units)", "September 2023 to December 2023 (units)")
    assert rows
    for row in rows:
        change = row["Change (units)"].removeprefix("'")
        assert float(row[heads[1]]) - float(row[heads[0]]) == pytest.approx(float(change))


def test_the_search_finds_names_and_codes(store: Loaded, analyst: Person, sign_in: SignIn) -> None:
    client = sign_in(analyst)

    def found(words: str) -> str:
        text = client.get("/explore/", {"words": words}).content.decode()
        return text[text.index('id="found"') : text.index('id="places"')]

    assert "crg=A06" in found("renal")
    assert "provider=RKB" in found("rkb")
    assert "REL is now part of RKB" in found("REL")
    assert "05A is a commissioner within QWU" in found("05a")
    assert "&lt;script&gt;" in found("<script>")
    assert "Nothing that you may explore" in found("no such thing")


def test_without_a_store_there_is_nothing_to_explore(
    settings: Any, tmp_path: Path, analyst: Person, sign_in: SignIn
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, store_dir=tmp_path / "none")
    _library.cache_clear()
    client = sign_in(analyst)
    assert "Nothing is loaded yet" in client.get("/explore/").content.decode()
    assert client.get("/explore/flows").status_code == 404
    _library.cache_clear()


def test_a_newer_version_of_the_store_is_shown_at_once(
    store: Loaded,
    settings: Any,
    tmp_path: Path,
    analyst: Person,
    sign_in: SignIn,
) -> None:
    copied = tmp_path / "store"
    shutil.copytree(store.store, copied)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, store_dir=copied)
    _library.cache_clear()
    client = sign_in(analyst)
    later = datetime(2024, 2, 1, tzinfo=NOW.tzinfo)
    before = client.get("/explore/flows", {**PERIOD, "version": "1"}).content.decode()
    assert "Out of date" not in before
    load(
        LoadRequest(
            files=store.earlier,
            store=copied,
            reference=store.reference,
            key_file=store.key_file,
            received_at=later,
            now=later,
            accept_shrink=True,
        )
    )
    after = client.get("/explore/flows", {**PERIOD, "version": "1"}).content.decode()
    assert "This address was shared at version 1 of the store" in after
    assert "are of version 2" in after
    receipt = client.get("/explore/receipt", {**PERIOD, "measure": "grand_total"})
    assert "<strong>the same</strong>" in receipt.content.decode()
