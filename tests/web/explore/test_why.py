"""Why is this ours: single rows within the viewer's sight, each look recorded, nothing of a patient."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from speccomm.warehouse import open_store
from speccomm_web.accounts.models import AuditEntry, Person
from speccomm_web.accounts.roles import Role
from tests.web.conftest import MakePerson, SignIn
from tests.web.explore.conftest import Loaded, organisation

pytestmark = pytest.mark.django_db
SLICE = {"dataset": "plcm", "provider": "RKB", "month": "2023-05"}
ROW = re.compile(r'href="(/explore/rows/why[^"]+)"')


def looks() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(act="saw_records").order_by("sequence"))


def first_row(client: Client, **asked: str) -> str:
    text = client.get("/explore/rows", {**SLICE, **asked}).content.decode()
    found = ROW.search(text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_a_row_is_walked_in_sentences_and_the_look_recorded(
    store: Loaded, analyst: Person, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    address = first_row(client)
    assert len(looks()) == 1
    text = client.get(address).content.decode()
    assert "Is it a drug or device line, or a nationally funded category? No." in text
    assert re.search(r"Reason \w+:", text)
    assert "The load derived the same." in text
    recorded = looks()
    assert len(recorded) == 2
    entry = recorded[-1]
    assert entry.person_id == analyst.pk
    assert entry.subject == "plcm RKB 2023-05"
    assert entry.details["rows_shown"] == 1
    assert entry.details["place"] == "QWU"


def test_no_value_of_a_patient_reaches_the_page(
    store: Loaded, analyst: Person, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    address = first_row(client)
    text = (
        client.get("/explore/rows", SLICE).content.decode() + client.get(address).content.decode()
    )
    number = int(re.search(r"row=(\d+)", address)[1])  # type: ignore[index]
    from speccomm.engines import open_duckdb

    con = open_duckdb(memory_limit_mib=256, threads=1)
    snapshot = open_store(store.store).snapshot()
    rows = snapshot.table(con, "plcm")
    chosen = rows.filter(rows.provider_code == "RKB", rows.row_number == number)
    row = con.to_pyarrow(chosen.limit(1)).to_pylist()[0]
    snapshot.release()
    told = (
        row["cds_unique_identifier"],
        row["non_cds_unique_identifier"],
        row["small_area_code"],
        row["spell_identifier"],
        row["attendance_identifier"],
    )
    given = [value for value in told if value]
    assert given
    assert not [value for value in given if value in text]


def test_rows_of_others_do_not_open(
    store: Loaded, analyst: Person, make_person: MakePerson, sign_in: SignIn
) -> None:
    own = first_row(sign_in(analyst))
    elsewhere = make_person(
        Role.ANALYST, email="elsewhere@example.org", at=organisation("QJM", "icb")
    )
    client = sign_in(elsewhere)
    before = len(looks())
    assert client.get(own).status_code == 404
    assert client.get(own.replace("place=QWU", "place=QJM")).status_code == 404
    assert len(looks()) == before


def test_a_provider_sees_rows_it_sent_and_no_others(
    store: Loaded, submitter: Person, sign_in: SignIn
) -> None:
    client = sign_in(submitter)
    assert client.get(first_row(client)).status_code == 200
    theirs = client.get("/explore/rows", {**SLICE, "provider": "RRK"}).content.decode()
    assert ROW.search(theirs) is None


def test_a_board_member_sees_figures_only(store: Loaded, board: Person, sign_in: SignIn) -> None:
    client = sign_in(board)
    assert client.get("/explore/flows").status_code == 200
    assert client.get("/explore/rows", SLICE).status_code == 403
    assert client.get("/explore/rows/why", {**SLICE, "file": "x", "row": "2"}).status_code == 403
    assert looks() == []


def test_a_board_member_who_is_an_analyst_elsewhere_sees_no_rows_here(
    store: Loaded, make_person: MakePerson, sign_in: SignIn
) -> None:
    person = make_person(Role.BOARD_MEMBER, at=organisation("QWU", "icb"))
    from datetime import date

    from speccomm_web.accounts.models import RoleGrant

    RoleGrant.objects.create(
        person=person,
        role=Role.ANALYST.value,
        organisation=organisation("QJM", "icb"),
        from_date=date(2020, 4, 1),
    )
    client = sign_in(person)
    assert client.get("/explore/rows", {**SLICE, "place": "QWU"}).status_code == 404
    assert client.get("/explore/rows", {**SLICE, "place": "QJM"}).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"row": "0", "file": "plcm_RKB_2023-24.csv"},
        {"row": "-1", "file": "plcm_RKB_2023-24.csv"},
        {"row": "99999999999999999999", "file": "plcm_RKB_2023-24.csv"},
        {"row": "2", "file": "../../etc/passwd"},
        {"row": "2", "file": "' or 1=1 --"},
    ],
)
def test_a_row_that_is_not_there_is_not_found(
    store: Loaded, analyst: Person, sign_in: SignIn, asked: dict[str, str]
) -> None:
    client = sign_in(analyst)
    response = client.get("/explore/rows/why", {**SLICE, "place": "QWU", **asked})
    assert response.status_code == 404
    assert looks() == []
