"""People of each role, signed in, for the tests of the web application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from speccomm_web.accounts.models import Organisation, Person, RoleGrant
from speccomm_web.accounts.roles import Role

PASSWORD = "violet-anchor-biscuit"
HASHED = make_password(PASSWORD)  # once: Argon2 is slow on purpose
MakePerson = Callable[..., Person]
SignIn = Callable[[Person], Client]


@pytest.fixture
def icb(db: None) -> Organisation:
    return Organisation.objects.create(ods_code="QOC", name="An ICB", kind=Organisation.Kind.ICB)


@pytest.fixture
def provider(db: None) -> Organisation:
    return Organisation.objects.create(
        ods_code="RRK", name="A provider", kind=Organisation.Kind.PROVIDER
    )


@pytest.fixture
def make_person(db: None) -> MakePerson:
    """Make a person with some roles, everywhere or in one organisation."""

    def make(
        *roles: Role,
        email: str = "person@example.org",
        at: Organisation | None = None,
        services: list[str] | None = None,
        from_date: date = date(2020, 4, 1),
        to_date: date | None = None,
    ) -> Person:
        person = Person.objects.create_person(email, name=f"Somebody at {email}")
        person.password = HASHED
        person.save()
        for role in roles:
            RoleGrant.objects.create(
                person=person,
                role=role.value,
                organisation=at,
                service_codes=services,
                from_date=from_date,
                to_date=to_date,
            )
        return person

    return make


@pytest.fixture
def sign_in() -> SignIn:
    """A client in which a person has signed in, with a second factor."""

    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["two_factors"] = True
        session.save()
        return client

    return signed_in
