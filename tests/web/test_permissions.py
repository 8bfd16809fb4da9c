"""Every address, as every role and as nobody, against the one table of who may open what."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from speccomm_web.accounts.permissions import Page, pages
from speccomm_web.accounts.roles import Role
from tests.web.addresses import POSTED, example_arguments, patterns
from tests.web.conftest import MakePerson, SignIn

ADDRESSES = dict(patterns())
REFUSED, SIGN_IN, LET_IN, ABSENT = "refused", "sent to sign in", "let in", "no such page"


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    assert set(ADDRESSES) == set(pages())


def test_every_address_has_a_name_of_its_own() -> None:
    names = [name for name, _ in patterns()]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.endswith("None")]


def expected(page: Page, *, roles: set[Role], signed_in: bool) -> str:
    """What the table says, worked out here a second time."""
    if page.who == "nobody":
        return ABSENT
    if page.who == "anyone":
        return LET_IN
    if not signed_in:
        return SIGN_IN
    if page.who == "signed in":
        return LET_IN
    return LET_IN if roles & set(page.who) else REFUSED


def found(client: Client, name: str) -> str:
    """What happens: a page that was opened may still find nothing, or need a form."""
    address = reverse(name, kwargs=example_arguments(ADDRESSES[name]) or None)
    response = client.post(address) if name in POSTED else client.get(address)
    assert response.status_code < 500 or name == "readyz"
    if response.status_code == 302 and response["Location"].startswith("/account/sign-in"):
        # Pages on the way in send whoever has not begun to the beginning themselves.
        return LET_IN if pages()[name].who == "anyone" else SIGN_IN
    if response.status_code == 401 and pages()[name].by_token:
        return SIGN_IN
    if response.status_code == 403:
        return REFUSED
    if response.status_code == 404 and pages()[name].who == "nobody":
        return ABSENT
    return LET_IN


@pytest.mark.django_db
def test_nobody_opens_only_what_is_open_to_anyone() -> None:
    client = Client()
    for name, page in pages().items():
        assert found(client, name) == expected(page, roles=set(), signed_in=False), name


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "no role")
def test_each_role_opens_what_the_table_says(
    role: Role | None, make_person: MakePerson, sign_in: SignIn
) -> None:
    roles = {role} if role else set()
    client = sign_in(make_person(*roles))
    for name, page in pages().items():
        assert found(client, name) == expected(page, roles=roles, signed_in=True), name


def test_a_person_without_a_second_factor_is_sent_to_set_one_up(
    make_person: MakePerson, sign_in: SignIn
) -> None:
    client = sign_in(make_person(*Role))
    session = client.session
    session["two_factors"] = False
    session.save()
    for name, page in pages().items():
        address = reverse(name, kwargs=example_arguments(ADDRESSES[name]) or None)
        response = client.post(address) if name in POSTED else client.get(address)
        sent = response.status_code == 302 and response["Location"] == reverse("mfa_activate_totp")
        assert sent == (not page.before_second_factor and page.who != "nobody"), name


def test_a_role_that_has_ended_opens_nothing(make_person: MakePerson, sign_in: SignIn) -> None:
    person = make_person(Role.ADMINISTRATOR, to_date=date(2021, 4, 1))
    assert found(sign_in(person), "accounts:people") == REFUSED


def test_an_address_without_a_row_may_be_opened_by_nobody(
    make_person: MakePerson, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = {name: page for name, page in pages().items() if name != "home"}
    monkeypatch.setattr("speccomm_web.accounts.middleware.pages", lambda: table)
    assert sign_in(make_person(*Role)).get("/").status_code == 403
