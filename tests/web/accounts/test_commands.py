"""The commands that begin an installation."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from speccomm_web.accounts.models import Organisation, Person, RoleGrant


@pytest.mark.django_db
def test_the_first_administrator_sets_a_password_by_the_link(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("add_administrator", email="First@example.org", name="Administrator")
    link = re.search(r"/account/password/reset/\S+", capsys.readouterr().out)
    assert link is not None
    form = client.get(link[0], follow=True).redirect_chain[-1][0]
    new = "another-good-password-7"
    client.post(form, {"password1": new, "password2": new})
    person = Person.objects.get(email="first@example.org")
    assert person.check_password(new)
    assert RoleGrant.objects.get(person=person).role == "administrator"
    with pytest.raises(CommandError, match="there already"):
        call_command("add_administrator", email="first@example.org", name="Again")


@pytest.mark.django_db
def test_organisations_come_from_the_reference_tables() -> None:
    call_command("load_organisations")
    first = Organisation.objects.count()
    call_command("load_organisations")
    assert Organisation.objects.count() == first
    assert Organisation.objects.get(ods_code="Y60").kind == "region"
    assert Organisation.objects.filter(kind="provider", is_current=True).count() > 100
