"""What a program is told, and what it is not: by whose token it brings."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.flows import FlowsRequest, flows
from speccomm_web.accounts.models import PersonalToken
from speccomm_web.accounts.permissions import pages
from speccomm_web.accounts.roles import Role
from speccomm_web.api.description import description
from speccomm_web.api.presenters import as_table
from speccomm_web.design.exports import csv_lines
from speccomm_web.runs.interface.answers import Answer, Field, Kind
from speccomm_web.runs.interface.questions import questions
from tests.web.api.conftest import Ask, asker, token_for
from tests.web.conftest import MakePerson
from tests.web.explore.conftest import NOW, Loaded, organisation

PERIOD = {"from": "2023-04", "to": "2023-11"}


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem details of an answer, which it must be."""
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]
    return said


def test_flows_are_those_of_the_command_line(analyst: Ask, store: Loaded) -> None:
    said = analyst("flows", place="QWU", by="provider", size=1000, **PERIOD).json()
    library = flows(
        FlowsRequest(
            store=store.store, reference=store.reference, icb="QWU", by=("provider",), now=NOW,
            from_month=FinancialMonth.parse_calendar("2023-04"),
            to_month=FinancialMonth.parse_calendar("2023-11"),
        )
    )  # fmt: skip
    wanted: dict[str, Decimal] = {}
    for row in library.flows.to_pylist():
        code = row["provider_code"]
        wanted[code] = wanted.get(code, Decimal(0)) + row["imported"]
    assert {row["provider_code"]: Decimal(row["imported"]) for row in said["rows"]} == wanted
    totals = library.totals.to_pylist()[0]
    assert Decimal(said["totals"]["grand_total"]) == totals["grand_total"]
    assert said["store_version"] == library.facts.store_version
    assert said["findings"]


def test_rows_come_in_pages_that_lead_on(analyst: Ask) -> None:
    first = analyst("flows", place="QWU", by="provider,service", size=3, **PERIOD)
    said = first.json()
    assert len(said["rows"]) == 3
    assert said["page"]["rows"] > 6
    assert 'page=2>; rel="next"' in first["Link"]
    second = analyst("flows", place="QWU", by="provider,service", size=3, page=2, **PERIOD).json()
    whole = analyst("flows", place="QWU", by="provider,service", size=1000, **PERIOD).json()
    assert said["rows"] + second["rows"] == whole["rows"][:6]


def test_an_answer_that_has_not_changed_is_not_sent_again(analyst: Ask) -> None:
    first = analyst("flows", place="QWU", **PERIOD)
    again = analyst("flows", place="QWU", headers={"If-None-Match": first["ETag"]}, **PERIOD)
    assert again.status_code == 304
    assert not again.content
    other = analyst("flows", place="QHL", headers={"If-None-Match": first["ETag"]}, **PERIOD)
    assert other.status_code == 200
    problem(analyst("flows", place="QWU", headers={"If-Match": '"x"'}, **PERIOD), 412)


def test_a_filter_leaves_the_rows_it_names(analyst: Ask) -> None:
    every = analyst("flows", place="QWU", by="provider", **PERIOD).json()["rows"]
    one = max(every, key=lambda row: Decimal(row["grand_total"]))
    found = analyst("flows", place="QWU", by="provider", provider=one["provider_code"], **PERIOD)
    assert found.json()["rows"] == [one]


def test_csv_holds_every_row_under_the_same_names(analyst: Ask) -> None:
    said = analyst("flows", place="QWU", by="icb", size=1000, **PERIOD).json()["rows"]
    answer = analyst("flows", place="QWU", by="icb", format="csv", **PERIOD)
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["icb_code"] for row in rows] == [row["icb_code"] for row in said]
    assert [Decimal(row["intra"]) for row in rows] == [Decimal(row["intra"]) for row in said]


def test_no_cell_of_a_csv_can_run_as_a_formula() -> None:
    fields = (Field("name", Kind.TEXT, ""), Field("amount_gbp", Kind.DECIMAL, ""))
    rows = [{"name": '=HYPERLINK("http://x")', "amount_gbp": Decimal("-5.00")},
            {"name": "@SUM(A1)", "amount_gbp": None}]  # fmt: skip
    lines = list(csv_lines(as_table(Answer(fields, rows), "t")))
    cells = list(csv.reader(io.StringIO("".join(lines).removeprefix("\ufeff"))))
    assert cells[1] == ['\'=HYPERLINK("http://x")', "-5.00"]
    assert cells[2] == ["'@SUM(A1)", ""]


def test_a_contract_position_adds_up_and_narrows(analyst: Ask) -> None:
    said = analyst("contract", place="Y60", to="2023-11", size=1000).json()
    rows = said["rows"]
    assert said["financial_year"] == "2023-24"
    assert said["financial_month"] == 8
    row = next(r for r in rows if r["variance_gbp"] is not None)
    assert Decimal(row["actual_gbp"]) - Decimal(row["plan_gbp"] or 0) == Decimal(
        row["variance_gbp"]
    )
    one = analyst("contract", place="Y60", to="2023-11", provider=row["provider_code"], size=1000)
    assert one.json()["rows"] == [r for r in rows if r["provider_code"] == row["provider_code"]]
    smaller = analyst("contract", place="QWU", to="2023-11", size=1000).json()["rows"]
    assert {r["provider_code"] for r in smaller} <= {r["provider_code"] for r in rows}


def test_the_history_of_a_slice(analyst: Ask) -> None:
    said = analyst("history", dataset="plcm", provider="RRK", year="2023-24", month=8)
    rows = said.json()["rows"]
    assert len(rows) == 1
    assert rows[0]["status"] == "current"
    assert rows[0]["accepted_rows"] > 0
    refused = analyst("history", dataset="plcn", provider="RRK", year="2023-24", month=8)
    assert "plcm" in problem(refused, 422)["detail"]


def test_each_sees_only_its_own_places(store: Loaded, make_person: MakePerson) -> None:
    own = make_person(Role.ANALYST, at=organisation("QWU", "icb"), email="icb@example.org")
    ask = asker(token_for(own))
    assert [row["code"] for row in ask("places").json()["rows"]] == ["QWU"]
    problem(ask("flows", place="QHL", **PERIOD), 404)
    problem(ask("contract", place="Y60", to="2023-11"), 404)
    problem(ask("flows", place="NOWHERE", **PERIOD), 404)


def test_a_provider_sees_what_it_did_and_nothing_of_others(
    store: Loaded, make_person: MakePerson
) -> None:
    place = organisation("RRK", "provider")
    ask = asker(token_for(make_person(Role.PROVIDER_SUBMITTER, at=place, email="p@example.org")))
    said = ask("flows", place="RRK", by="provider", **PERIOD).json()
    assert [row["provider_code"] for row in said["rows"]] == ["RRK"]
    assert said["rows"][0]["exported"] is None
    assert said["totals"]["patient_total"] is None
    assert said["findings"] is None
    contracts = ask("contract", place="RRK", to="2023-11", size=1000).json()["rows"]
    assert {row["provider_code"] for row in contracts} == {"RRK"}
    assert ask("history", dataset="plcm", provider="RRK", year="2023-24", month=8).json()["rows"]
    problem(ask("history", dataset="plcm", provider="RJE", year="2023-24", month=8), 404)
    problem(ask("flows", place="RJE", **PERIOD), 404)
    problem(ask("runs"), 403)


def test_a_role_for_some_services_sees_those_alone(
    analyst: Ask, store: Loaded, make_person: MakePerson
) -> None:
    every = analyst("flows", place="Y60", by="service", size=1000, **PERIOD).json()
    one = min(
        (r for r in every["rows"] if Decimal(r["grand_total"])),
        key=lambda row: Decimal(row["grand_total"]),
    )
    person = make_person(
        Role.ANALYST, at=organisation("Y60", "region"), services=[one["service_code"]],
        email="some@example.org",
    )  # fmt: skip
    ask = asker(token_for(person))
    said = ask("flows", place="Y60", by="service", **PERIOD).json()
    assert said["rows"] == [one]
    assert isinstance(one["grand_total"], str)
    assert said["totals"]["grand_total"] == one["grand_total"] != every["totals"]["grand_total"]
    assert said["findings"] is None
    by_month = ask("flows", place="Y60", by="month", **PERIOD).json()["rows"]
    assert sum(Decimal(row["intra"]) for row in by_month) == Decimal(one["intra"])
    contracts = ask("contract", place="Y60", to="2023-11", size=1000).json()["rows"]
    assert {row["service_code"] for row in contracts} <= {one["service_code"]}
    problem(ask("history", dataset="plcm", provider="RRK", year="2023-24", month=8), 404)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"place": "QWU", "from": "2023-04"}, "to"),
        ({"place": "QWU", "from": "2023-13", "to": "2023-11"}, "from"),
        ({"place": "QWU", "servcie": "X", **PERIOD}, "servcie"),
        ({"place": "QWU", "by": "patient", **PERIOD}, "by"),
        ({"place": "QWU", "size": "1001", **PERIOD}, "size"),
        ({"place": "QWU", "page": "0", **PERIOD}, "page"),
        ({"place": ["QWU", "QHL"], **PERIOD}, "place"),
        ({"place": "QWU\x00", **PERIOD}, "place"),
    ],
)
def test_parameters_at_fault_are_named(analyst: Ask, asked: Any, parameter: str) -> None:
    told = problem(analyst("flows", **asked), 400)
    assert parameter in {error["parameter"] for error in told["errors"]}


def test_what_cannot_be_answered_says_why(analyst: Ask) -> None:
    told = problem(analyst("flows", place="QWU", **{"from": "2031-04", "to": "2031-05"}), 422)
    assert "2031" in told["detail"]


def test_nobody_and_a_bad_token_are_told_to_bring_one(store: Loaded, db: None) -> None:
    answer = Client().get("/api/v1/places")
    problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    for brought in ("Bearer speccomm_never_made", "Basic abc", "Bearer", "", "Bearer a b\u00e9"):
        refused = Client().get("/api/v1/places", headers={"Authorization": brought})
        problem(refused, 401)
        assert "sessionid" not in refused.cookies


def test_a_token_ends_by_time_by_hand_and_with_its_account(
    store: Loaded, make_person: MakePerson
) -> None:
    person = make_person(Role.ANALYST, at=organisation("Y60", "region"))
    ask = asker(token_for(person))
    assert ask("places").status_code == 200
    token = PersonalToken.objects.get()
    assert token.last_used_on == timezone.localdate()
    changes: list[dict[str, Any]] = [
        {"revoked_at": timezone.now()},
        {"expires_at": token.made_at + timedelta(microseconds=1)},
    ]
    for change in changes:
        PersonalToken.objects.update(**change)
        problem(ask("places"), 401)
        PersonalToken.objects.update(revoked_at=None, expires_at=token.expires_at)
        assert ask("places").status_code == 200
    person.sessions_from = timezone.now()
    person.save()
    problem(ask("places"), 401)
    person.sessions_from, person.is_active = None, False
    person.save()
    problem(ask("places"), 401)


def test_a_role_that_ended_takes_its_token_with_it(store: Loaded, make_person: MakePerson) -> None:
    person = make_person(Role.ANALYST, at=organisation("Y60", "region"))
    ask = asker(token_for(person))
    person.grants.update(to_date=timezone.localdate())
    problem(ask("places"), 403)


def test_a_token_opens_the_interface_and_no_page(store: Loaded, make_person: MakePerson) -> None:
    token = token_for(make_person(Role.ADMINISTRATOR))
    for address in ("/people/", "/people/me/tokens", "/runs/", "/audit/"):
        answer = Client().get(address, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 302, address


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_changed(analyst: Ask, make_person: MakePerson, method: str) -> None:
    token = token_for(make_person(Role.ANALYST, email="other@example.org"))
    client = Client(enforce_csrf_checks=True)
    answer = getattr(client, method)("/api/v1/places", headers={"Authorization": f"Bearer {token}"})
    problem(answer, 405)
    assert "GET" in answer["Allow"]


def test_an_address_that_is_not_there_is_told_as_a_problem(client: Client, db: None) -> None:
    problem(client.get("/api/v1/nothing"), 404)
    assert "<html" not in client.get("/api/v2/").content.decode()


def test_before_anything_is_loaded(
    make_person: MakePerson, settings: Settings, tmp_path: Any
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, store_dir=tmp_path / "none")
    from speccomm_web.runs.library import _library

    _library.cache_clear()
    try:
        ask = asker(token_for(make_person(Role.ANALYST)))
        assert "Nothing is loaded" in problem(ask("places"), 422)["detail"]
    finally:
        _library.cache_clear()


def test_every_question_is_described() -> None:
    asked = {name for name, page in pages().items() if page.by_token}
    files = {"packs:published_file", "packs:published_archive"}
    assert asked - files == {f"api:{question.name}" for question in questions()}
    assert description()["openapi"].startswith("3.1")


def test_the_page_to_read_names_every_question(client: Client, db: None) -> None:
    page = client.get("/api/v1/").content.decode()
    for question in questions():
        assert f"/api/v1{question.path}" in page
    assert client.get("/api/v1/openapi.json").json()["info"]["version"] == "1"
