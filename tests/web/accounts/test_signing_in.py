"""Signing in by password with a second factor, and what ends a session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from speccomm_web.accounts.models import AuditEntry, Person
from speccomm_web.accounts.roles import Role
from tests.web.conftest import PASSWORD, MakePerson, SignIn

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_attempts(db: None) -> None:
    cache.clear()


@pytest.fixture
def person(make_person: MakePerson) -> Person:
    return make_person(Role.ANALYST)


def sign_in_with(client: Client, person: Person, password: str = PASSWORD) -> str:
    form = {"login": person.email, "password": password}
    response = client.post("/account/sign-in", form)
    return response.get("Location", "")


def code_now() -> str:
    counter = next(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(SECRET, counter)))


def test_a_password_alone_leads_to_setting_up_a_second_factor(
    client: Client, person: Person
) -> None:
    assert sign_in_with(client, person) == "/"
    assert client.get("/")["Location"] == "/account/second-factor/app"
    page = client.get("/account/second-factor/app").content.decode()
    assert "authenticator app" in page
    assert "data:image/svg+xml" in page


def test_a_second_factor_set_up_opens_the_pages(client: Client, person: Person) -> None:
    sign_in_with(client, person)
    client.get("/account/second-factor/app")
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    answer = client.post("/account/second-factor/app", {"code": code_now()})
    assert answer["Location"] == "/account/recovery-codes"
    assert "10 of 10 are unused" in client.get("/account/recovery-codes").content.decode()
    assert client.get("/").status_code == 200
    kept = Authenticator.objects.get(user=person, type="totp")
    assert SECRET not in str(kept.data)  # encrypted


def test_a_password_and_a_code_are_needed(client: Client, person: Person) -> None:
    TOTP.activate(person, SECRET)
    assert sign_in_with(client, person) == "/account/second-factor/code"
    assert client.get("/")["Location"].startswith("/account/sign-in")
    wrong = client.post("/account/second-factor/code", {"code": "000000"})
    assert wrong.status_code == 200
    assert client.post("/account/second-factor/code", {"code": code_now()})["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_recovery_code_opens_once(client: Client, person: Person) -> None:
    TOTP.activate(person, SECRET)
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    sign_in_with(client, person)
    assert client.post("/account/second-factor/code", {"code": code})["Location"] == "/"
    again = Client()
    sign_in_with(again, person)
    assert again.post("/account/second-factor/code", {"code": code}).status_code == 200


def test_a_second_factor_that_is_required_cannot_be_removed(client: Client, person: Person) -> None:
    TOTP.activate(person, SECRET)
    sign_in_with(client, person)
    client.post("/account/second-factor/code", {"code": code_now()})
    client.post("/account/second-factor/app/remove")
    assert Authenticator.objects.filter(user=person, type="totp").exists()


def test_wrong_passwords_are_limited_even_for_the_right_one_after(
    client: Client, person: Person
) -> None:
    for _ in range(5):
        assert sign_in_with(client, person, "not the password") == ""
    assert sign_in_with(client, person) == ""
    assert AuditEntry.objects.filter(act="failed_to_sign_in").count() == 5


def test_a_failed_attempt_does_not_say_whether_the_person_is_there(client: Client) -> None:
    form = {"login": "nobody@example.org", "password": "not the password"}
    unknown = client.post("/account/sign-in", form).content.decode()
    assert "There is a problem" in unknown
    assert "nobody@example.org" not in str(list(AuditEntry.objects.values()))


def test_a_closed_account_does_not_open(client: Client, person: Person) -> None:
    person.is_active = False
    person.save()
    sign_in_with(client, person)
    assert client.get("/")["Location"].startswith("/account/sign-in")


@pytest.mark.parametrize(
    ("began", "seen", "over"),
    [
        (timedelta(hours=11), timedelta(minutes=29), False),
        (timedelta(hours=11), timedelta(minutes=31), True),
        (timedelta(hours=12, minutes=1), timedelta(minutes=1), True),
    ],
)
def test_a_session_ends_when_idle_and_when_old(
    person: Person, sign_in: SignIn, began: timedelta, seen: timedelta, *, over: bool
) -> None:
    client = sign_in(person)
    session = client.session
    session["session_began"] = (timezone.now() - began).isoformat()
    session["session_seen"] = (timezone.now() - seen).isoformat()
    session.save()
    assert (client.get("/").status_code == 302) == over


def test_resetting_a_second_factor_ends_the_sessions(person: Person, sign_in: SignIn) -> None:
    client = sign_in(person)
    assert client.get("/").status_code == 200
    person.sessions_from = timezone.now()
    person.save()
    assert client.get("/").status_code == 302


def test_a_lost_password_is_set_anew_by_a_link(client: Client, person: Person) -> None:
    client.post("/account/password/reset", {"email": person.email})
    link = next(word for word in mail.outbox[0].body.split() if "/account/password/reset/" in word)
    opened = client.get(link, follow=True)
    address = opened.redirect_chain[-1][0]
    new = "another-good-password-7"
    client.post(address, {"password1": new, "password2": new})
    person.refresh_from_db()
    assert person.check_password(new)
    assert AuditEntry.objects.filter(act="changed_password").exists()


def test_asking_for_a_link_does_not_say_whether_the_person_is_there(client: Client) -> None:
    answer = client.post("/account/password/reset", {"email": "nobody@example.org"})
    assert answer["Location"] == "/account/password/reset/sent"
    assert mail.outbox == []


def test_passwords_are_kept_under_argon2(person: Person) -> None:
    assert person.password.startswith("argon2$argon2id$")
