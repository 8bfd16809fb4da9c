"""A small store in place, people who may ask about it, and their tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from speccomm_web.accounts import actions
from speccomm_web.accounts.models import Person
from speccomm_web.accounts.queries import viewer_for
from speccomm_web.accounts.roles import Role
from speccomm_web.api.kept import KEPT
from tests.web.conftest import MakePerson
from tests.web.explore.conftest import Loaded, loaded, organisation, store

__all__ = ["loaded", "store"]
Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    KEPT.clear()


def token_for(person: Person) -> str:
    """A token of a person, made as the page makes it."""
    viewer = viewer_for(person, on=timezone.localdate())
    return actions.make_token(viewer=viewer, name="a test", days=30)


def asker(token: str) -> Ask:
    """A program with a token."""

    def ask(address: str, *, headers: dict[str, str] | None = None, **asked: Any) -> Any:
        brought = {"Authorization": f"Bearer {token}", **(headers or {})}
        return Client().get(f"/api/v1/{address}", asked, headers=brought)

    return ask


@pytest.fixture
def analyst(store: Loaded, make_person: MakePerson) -> Ask:
    """An analyst of the region, by a token."""
    person = make_person(Role.ANALYST, at=organisation("Y60", "region"), email="a@example.org")
    return asker(token_for(person))
