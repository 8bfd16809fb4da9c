"""Signing in with an organisation's own account, against a real OpenID provider."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from speccomm_web.accounts.models import AuditEntry, Person
from speccomm_web.accounts.roles import Role
from tests.web.conftest import MakePerson


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    provider = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(200):
            try:
                httpx.get(f"{address}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield address
    finally:
        provider.terminate()
        provider.wait()


@pytest.fixture
def open_id(issuer: str, settings: Any) -> str:
    settings.OPEN_ID_NAME = "NHS account"
    settings.OPEN_ID_ORIGIN = issuer
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "organisation", "name": "NHS account", "client_id": "speccomm",
                    "secret": "a secret", "settings": {"server_url": issuer},
                }
            ],
        }
    }  # fmt: skip
    return issuer


def come_back(client: Client, issuer: str, email: str, *, verified: bool = True) -> str:
    """Go to the provider, sign in there, and follow its way back; returns where that leads."""
    claims = {"email": email, "email_verified": verified, "name": "Somebody"}
    httpx.put(f"{issuer}/users/{email}", json=claims)
    there = client.post("/account/with/organisation")["Location"]
    assert there.startswith(issuer)
    with httpx.Client() as browser:
        back = browser.post(there, data={"sub": email}, follow_redirects=False)
    assert back.status_code in {302, 303}, back.text
    location = urlsplit(back.headers["location"])
    response = client.get(f"{location.path}?{location.query}")
    return response.get("Location") or re.sub(r"\s+", " ", response.content.decode())


def test_a_person_who_is_known_comes_in_without_our_second_factor(
    open_id: str, client: Client, make_person: MakePerson
) -> None:
    person = make_person(Role.ANALYST, email="analyst@example.org")
    assert come_back(client, open_id, "analyst@example.org") == "/"
    page = client.get("/")
    assert page.status_code == 200
    assert person.name in page.content.decode()
    assert AuditEntry.objects.filter(act="signed_in", person=person).exists()


@pytest.mark.django_db
def test_a_person_who_is_not_known_is_told_so_and_not_made(open_id: str, client: Client) -> None:
    assert "You do not have an account yet" in come_back(client, open_id, "new@example.org")
    assert not Person.objects.exists()


def test_an_email_that_the_provider_has_not_verified_opens_nothing(
    open_id: str, client: Client, make_person: MakePerson
) -> None:
    make_person(Role.ANALYST, email="analyst@example.org")
    come_back(client, open_id, "analyst@example.org", verified=False)
    assert client.get("/").status_code == 302


def test_a_closed_account_stays_closed(
    open_id: str, client: Client, make_person: MakePerson
) -> None:
    person = make_person(Role.ANALYST, email="analyst@example.org")
    person.is_active = False
    person.save()
    come_back(client, open_id, "analyst@example.org")
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_a_way_back_that_was_not_begun_here_leads_nowhere(open_id: str, client: Client) -> None:
    answer = client.get("/account/with/organisation/back?code=x&state=y")
    assert "could not be signed in" in answer.content.decode()
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_the_page_offers_it_and_may_send_a_form_there(open_id: str, client: Client) -> None:
    page = client.get("/account/sign-in")
    assert "Sign in with NHS account" in page.content.decode()
    assert f"form-action 'self' {open_id};" in page["Content-Security-Policy"]
