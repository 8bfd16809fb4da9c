"""No page asks the database much, for somebody who may open every one."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from speccomm_web.accounts.permissions import pages
from speccomm_web.accounts.roles import Role
from tests.web.addresses import POSTED, example_arguments, patterns
from tests.web.conftest import MakePerson, SignIn

MOST = 30
# Asked by the machine and not by a reader: it looks whether every migration was made.
OF_THE_MACHINE = {"readyz"}


def test_no_page_asks_more_than_thirty_queries(
    make_person: MakePerson, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(make_person(*Role))
    opened = 0
    for name, pattern in patterns():
        if name in POSTED | OF_THE_MACHINE or pages()[name].who == "nobody":
            continue
        address = reverse(name, kwargs=example_arguments(pattern) or None)
        with django_assert_max_num_queries(MOST, info=name):
            opened += client.get(address).status_code == 200
    assert opened > 20
    assert "_auth_user_id" in client.session


def test_whoever_is_not_signed_in_is_sent_on_without_a_search(
    db: None, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(3):
        assert Client().get("/explore/").status_code == 302
