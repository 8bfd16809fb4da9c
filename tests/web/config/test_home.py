"""The first page says what to do to whoever may do little."""

from __future__ import annotations

from speccomm_web.accounts.roles import Role
from tests.web.conftest import MakePerson, SignIn

ASK = "Ask an administrator of your organisation to give you one."


def test_whoever_has_no_role_is_told_to_ask_for_one(
    make_person: MakePerson, sign_in: SignIn
) -> None:
    page = sign_in(make_person()).get("/").content.decode()
    assert "You have no role yet" in page
    assert ASK in page
    assert "/packs/" in page  # what is published is open to whoever has signed in


def test_whoever_has_a_role_is_not(make_person: MakePerson, sign_in: SignIn) -> None:
    assert ASK not in sign_in(make_person(Role.ANALYST)).get("/").content.decode()
