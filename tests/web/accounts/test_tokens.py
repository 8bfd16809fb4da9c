"""Personal tokens: seen once, kept as a hash, revoked by their owner alone, written down."""

from __future__ import annotations

import re

from django.utils import timezone

from speccomm_web.accounts import actions
from speccomm_web.accounts.models import AuditEntry, PersonalToken
from speccomm_web.accounts.models.tokens import digest_of
from speccomm_web.accounts.queries import person_of_token
from speccomm_web.accounts.roles import Role
from tests.web.conftest import MakePerson, SignIn

PAGE = "/people/me/tokens"


def test_a_token_is_shown_once_and_kept_as_a_hash(make_person: MakePerson, sign_in: SignIn) -> None:
    person = make_person(Role.ANALYST)
    client = sign_in(person)
    answer = client.post(PAGE, {"name": "our dashboard", "days": "90"})
    secret = re.search(r"speccomm_[\w-]{43}", answer.content.decode())
    assert secret is not None
    assert answer["Cache-Control"] == "no-store"
    kept = PersonalToken.objects.get()
    assert kept.digest == digest_of(secret[0])
    assert secret[0] not in repr(PersonalToken.objects.values())
    again = client.get(PAGE).content.decode()
    assert secret[0] not in again
    assert "our dashboard" in again
    assert secret[0][-4:] in again
    now = timezone.now()
    assert person_of_token(secret[0], at=now, on=now.date()) == person
    entry = AuditEntry.objects.get(act="made_token")
    assert secret[0] not in repr(entry.details)
    assert "our dashboard" not in repr(entry.details)


def test_its_owner_revokes_it_and_nobody_else(make_person: MakePerson, sign_in: SignIn) -> None:
    owner, other = make_person(Role.ANALYST), make_person(*Role, email="other@example.org")
    sign_in(owner).post(PAGE, {"name": "mine", "days": "30"})
    token = PersonalToken.objects.get()
    address = f"{PAGE}/{token.pk}/revoke"
    assert sign_in(other).post(address).status_code == 404
    assert "mine" not in sign_in(other).get(PAGE).content.decode()
    token.refresh_from_db()
    assert token.revoked_at is None
    assert sign_in(owner).post(address).status_code == 302
    sign_in(owner).post(address)
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert AuditEntry.objects.filter(act="revoked_token").count() == 1


def test_a_form_without_a_name_makes_nothing(make_person: MakePerson, sign_in: SignIn) -> None:
    answer = sign_in(make_person()).post(PAGE, {"name": "", "days": "30"})
    assert answer.status_code == 422
    assert not PersonalToken.objects.exists()
    assert sign_in(make_person(email="b@example.org")).post(
        PAGE, {"name": "x", "days": "4000"}
    ).status_code == 422  # fmt: skip


def test_nobody_has_more_than_the_most(make_person: MakePerson, sign_in: SignIn) -> None:
    client = sign_in(make_person())
    for number in range(actions.MOST_TOKENS):
        client.post(PAGE, {"name": f"number {number}", "days": "30"})
    answer = client.post(PAGE, {"name": "one more", "days": "30"})
    assert answer.status_code == 422
    assert "Revoke one" in answer.content.decode()
    assert PersonalToken.objects.count() == actions.MOST_TOKENS
