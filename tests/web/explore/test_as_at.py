"""The store as it stood after an earlier load: in the address, on the page, in files and receipts."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.flows import FlowsRequest, flows
from speccomm.jobs.load import LoadRequest, load
from speccomm.jobs.withdraw import WithdrawRequest, withdraw
from speccomm.warehouse import open_store
from speccomm_web.accounts.models import Person
from speccomm_web.runs.library import _library
from tests.web.conftest import SignIn
from tests.web.explore.conftest import NOW, Loaded

pytestmark = pytest.mark.django_db
FIRST = NOW.isoformat().replace("+00:00", "Z")
TABLE = "/explore/flows/flows.csv?place=QWU&from=2023-04&to=2023-12&by=crg"
NOVEMBER = "/explore/flows/flows.csv?place=QWU&from=2023-11&to=2023-11&by=crg"
CONTRACT = "/explore/contract?place=QWU&to=2023-24-9"


@dataclass(frozen=True)
class Moved:
    """A store that received one provider's rows again, later, and with less in them."""

    store: Path
    later: datetime


@pytest.fixture
def moved(store: Loaded, settings: Any, tmp_path: Path) -> Iterator[Moved]:
    later = NOW + timedelta(days=31)
    shutil.copytree(store.store, tmp_path / "store")
    load(
        LoadRequest(
            files=store.earlier, store=tmp_path / "store", reference=store.reference,
            key_file=store.key_file, received_at=later, now=later, accept_shrink=True,
        )
    )  # fmt: skip
    snapshot = open_store(tmp_path / "store").snapshot()
    last = snapshot.loads().to_pylist()[-1]
    first = snapshot.loads().to_pylist()[0]["load_id"]
    snapshot.release()
    assert last["received_at"] == later
    withdraw(WithdrawRequest(tmp_path / "store", first, later + timedelta(days=1), "Sent twice"))
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, store_dir=tmp_path / "store")
    _library.cache_clear()
    yield Moved(tmp_path / "store", later)
    _library.cache_clear()


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def imported(
    moved: Moved, store: Loaded, *, first: str, last: str, as_at: datetime | None
) -> dict[str, Decimal]:
    """What the library gives for the place by clinical reference group."""
    answer = flows(
        FlowsRequest(
            store=moved.store, reference=store.reference, icb="QWU", now=moved.later, as_at=as_at,
            from_month=FinancialMonth.parse_calendar(first),
            to_month=FinancialMonth.parse_calendar(last),
        )
    )  # fmt: skip
    return {row["crg_code"]: row["imported"] for row in answer.flows.to_pylist()}


def shown(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    return {row["Code"]: Decimal(row["B. Imported (units)"]) for row in rows}


def test_figures_stand_as_they_stood(
    moved: Moved, store: Loaded, analyst: Person, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    then = rows_of(client, f"{TABLE}&as_at={FIRST}")
    assert shown(then) == imported(moved, store, first="2023-04", last="2023-12", as_at=NOW)
    assert {row["As it stood"] for row in then} == {NOW.isoformat()}
    name = client.get(f"{TABLE}&as_at={FIRST}")["Content-Disposition"]
    assert "as-at-2024-01-19T09" in name
    # Most of those months came in the load that was withdrawn, and nothing holds them now.
    assert client.get(TABLE).status_code == 404
    # One month was sent again, with less in it.
    now = shown(rows_of(client, NOVEMBER))
    before = shown(rows_of(client, f"{NOVEMBER}&as_at={FIRST}"))
    assert now == imported(moved, store, first="2023-11", last="2023-11", as_at=None)
    assert before == imported(moved, store, first="2023-11", last="2023-11", as_at=NOW)
    assert sum(now.values()) < sum(before.values())


def test_every_page_says_as_of_when_it_is(moved: Moved, analyst: Person, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    said = "As it stood on 19 January 2024 at 9:00am"
    for address in (
        "/explore/flows?place=QWU&from=2023-04&to=2023-12",
        "/explore/changes?place=QWU&from=2023-10&to=2023-12",
        "/explore/map?place=QWU&from=2023-04&to=2023-12",
        CONTRACT,
        "/explore/receipt?place=QWU&from=2023-04&to=2023-12&measure=imported",
        "/explore/contract/receipt?place=QWU&year=2023-24&month=9&figure=actual_gbp",
        "/explore/rows?place=QWU&dataset=plcm&provider=RKB&month=2023-05",
    ):
        page = client.get(f"{address}&as_at={FIRST}")
        assert page.status_code == 200, address
        words = page.content.decode()
        assert said in words, address
        if "receipt" in address:
            assert "the same" in words, address
        else:
            assert f"as_at={quote(FIRST)}" in words, address
        assert said not in client.get(address).content.decode()


def test_a_moment_at_which_nothing_was_loaded_is_refused_on_the_form(
    moved: Moved, analyst: Person, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    for wrong in ("2019-01-01T00:00:00Z", "yesterday", "2024-01-19"):
        page = client.get(f"/explore/flows?place=QWU&from=2023-04&to=2023-12&as_at={wrong}")
        words = page.content.decode()
        assert "Choose a moment of the list" in words
        assert "As it stood on" not in words
        assert 'id="flows-caption"' not in words
        assert client.get(f"{TABLE}&as_at={wrong}").status_code == 404
