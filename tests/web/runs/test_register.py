"""The register of runs: what is entered, who reads it, and when it is out of date."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client

from speccomm.jobs.run_folder import write_run
from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import NOBODY
from speccomm_web.runs import library as place
from speccomm_web.runs import queries
from speccomm_web.runs.actions import register_runs
from speccomm_web.runs.models import FinishedRun
from tests.web.conftest import MakePerson, SignIn

FLOWS = pa.table(
    {"crg_name": ["Renal services", "=2+5"], "activity": [1234, None],
     "price_gbp": pa.array([Decimal("12.50"), None], pa.decimal128(12, 2))}
)  # fmt: skip


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for runs of its own, and a store at version 3."""
    own = replace(place.library(), runs=tmp_path)
    monkeypatch.setattr(place, "_library", lambda _: own)
    monkeypatch.setattr(queries, "store_version", lambda: 3)
    return tmp_path


def make_run(runs: Path, name: str, **facts: Any) -> None:
    arguments = {"icb": facts.pop("icb", "QOC"), "from_month": "2023-04"}
    write_run(
        runs / name, command="flows", arguments=arguments, tables={"flows": FLOWS},
        manifest={"store_version": 3, "as_at": None, "rulebooks": []} | facts,
    )  # fmt: skip


@pytest.fixture
def analyst(make_person: MakePerson, sign_in: SignIn, icb: Organisation) -> Client:
    return sign_in(make_person(Role.ANALYST, at=icb))


@pytest.mark.django_db
def test_folders_are_registered_once_and_again_when_they_change(runs: Path) -> None:
    make_run(runs, "one")
    (runs / "in-the-making").mkdir()
    (runs / "not-a-run").mkdir()
    (runs / "not-a-run" / "manifest.json").write_text("[1]")
    assert register_runs(viewer=NOBODY) == 1
    assert register_runs(viewer=NOBODY) == 0
    make_run(runs, "one", store_version=4)
    assert register_runs(viewer=NOBODY) == 1
    assert FinishedRun.objects.get().store_version == 4


def test_a_run_is_read_with_its_tables(runs: Path, analyst: Client) -> None:
    make_run(runs, "one")
    register_runs(viewer=NOBODY)
    run = FinishedRun.objects.get()
    assert "Flows of An ICB by CRG, from April 2023" in analyst.get("/runs/").content.decode()
    page = analyst.get(f"/runs/{run.pk}").content.decode()
    assert "Store has moved on" not in page
    table = analyst.get(f"/runs/{run.pk}/flows").content.decode()
    assert "1,234" in table
    assert "£12.50" in table
    assert "No value" in table
    file = analyst.get(f"/runs/{run.pk}/flows.csv")
    assert "'=2+5" in file.content.decode()
    assert analyst.get(f"/runs/{run.pk}/flows.xlsx").content[:2] == b"PK"


@pytest.mark.parametrize(
    ("facts", "stale"),
    [
        ({}, False),
        ({"store_version": 2}, True),
        ({"store_version": 2, "as_at": datetime.fromisoformat("2024-01-01T00:00:00+00:00")}, False),
    ],
    ids=["read the newest", "the store has moved on", "asked as at a time"],
)
def test_a_run_says_when_the_store_has_moved_on(
    runs: Path, analyst: Client, facts: dict[str, Any], *, stale: bool
) -> None:
    make_run(runs, "one", **facts)
    register_runs(viewer=NOBODY)
    page = analyst.get(f"/runs/{FinishedRun.objects.get().pk}").content.decode()
    assert ("Store has moved on" in page) == stale


def test_runs_of_another_icb_are_not_there(
    runs: Path, analyst: Client, make_person: MakePerson, sign_in: SignIn
) -> None:
    make_run(runs, "one", icb="QNX")
    register_runs(viewer=NOBODY)
    address = f"/runs/{FinishedRun.objects.get().pk}"
    for way in (address, f"{address}/flows", f"{address}/flows.csv"):
        assert analyst.get(way).status_code == 404
    assert "QNX" not in analyst.get("/runs/").content.decode()
    region = Organisation.objects.create(ods_code="Y60", name="A region", kind="region")
    client = sign_in(make_person(Role.ANALYST, email="region@example.org", at=region))
    assert client.get(address).status_code == 200


def test_a_table_is_named_and_never_a_path(runs: Path, analyst: Client) -> None:
    make_run(runs, "one")
    register_runs(viewer=NOBODY)
    address = f"/runs/{FinishedRun.objects.get().pk}"
    for name in ("manifest", "..", "%2e%2e", "flows%2f..%2f..%2fother"):
        assert analyst.get(f"{address}/{name}").status_code == 404


def test_an_empty_register_says_so(runs: Path, analyst: Client) -> None:
    assert "No run is registered" in analyst.get("/runs/").content.decode()


def test_a_role_for_some_services_reads_no_run_of_all_of_them(
    runs: Path, make_person: MakePerson, sign_in: SignIn, icb: Organisation
) -> None:
    make_run(runs, "one")
    register_runs(viewer=NOBODY)
    run = FinishedRun.objects.get()
    person = make_person(Role.QUALITY, at=icb, services=["NCBPS11T"], email="some@example.org")
    client = sign_in(person)
    assert client.get(f"/runs/{run.pk}").status_code == 404
    run.asked_by = person
    run.save()
    assert client.get(f"/runs/{run.pk}").status_code == 200
