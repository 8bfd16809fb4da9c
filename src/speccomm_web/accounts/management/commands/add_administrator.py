"""`speccomm-web add_administrator`: the first person, who adds all others on the pages."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.models import Person, RoleGrant
from speccomm_web.accounts.roles import Role
from speccomm_web.accounts.viewer import NOBODY


class Command(BaseCommand):
    """Add an administrator of every organisation, and print the link that sets their password."""

    help = "Add an administrator of every organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = _add(options["email"], options["name"])
        except IntegrityError as problem:
            raise CommandError("A person with this email address is there already.") from problem
        key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
        uid, token = key.split("-", 1)
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        self.stdout.write(f"Added. Set the password, once, at: {address}")


def _add(email: str, name: str) -> Person:
    with transaction.atomic():
        person = Person.objects.create_person(email, name=name)
        RoleGrant.objects.create(
            person=person, role=Role.ADMINISTRATOR.value, from_date=timezone.localdate()
        )
        record_audit(
            viewer=NOBODY, act="added_administrator", subject_kind="person", subject=str(person.pk)
        )
    return person
