"""`speccomm-web prepare_demonstration`: people of every role beside the synthetic Midlands."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.contract import ContractRequest, contract
from speccomm.jobs.flows import FlowsRequest, flows
from speccomm.jobs.run_folder import write_run
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.models import Organisation, Person, RoleGrant
from speccomm_web.accounts.viewer import NOBODY
from speccomm_web.config.demonstration import ICB, PASSWORD, PEOPLE, DemonstrationPerson
from speccomm_web.runs.actions import register_runs
from speccomm_web.runs.library import library

FROM_DATE = date(2023, 4, 1)
YEAR = FinancialYear(2023)
MONTH = 9


class Command(BaseCommand):
    """Make the records of a demonstration. Safe to run again; refuses any other installation."""

    help = "Make tables, organisations, people and two runs for the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError(
                "Its passwords are printed, so it is only for a demonstration: "
                "set SPECCOMM_DEMONSTRATION=yes if this is one."
            )
        (settings.ENVIRONMENT.data_dir / "web" / "static").mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("load_organisations", stdout=self.stdout)
        hashed = make_password(PASSWORD)  # once for all: it is slow on purpose
        for person in PEOPLE:
            _make(person, hashed)
        _make_runs()
        register_runs(viewer=NOBODY)
        self._tell()

    def _tell(self) -> None:
        width = max(len(person.email) for person in PEOPLE)
        self.stdout.write("People to sign in as:")
        for person in PEOPLE:
            self.stdout.write(f"  {person.email:{width}}  {person.name}")
        self.stdout.write(f"Password of each: {PASSWORD}")
        if settings.SECOND_FACTOR_REQUIRED:
            self.stdout.write("Each sets up a second factor when they first sign in.")
        else:
            self.stdout.write("The second factor is switched off (SPECCOMM_SECOND_FACTOR=no).")


def _make(wanted: DemonstrationPerson, hashed: str) -> None:
    if Person.objects.filter(email=wanted.email).exists():
        return
    with transaction.atomic():
        person = Person.objects.create_person(wanted.email, name=wanted.name)
        person.password = hashed
        person.save(update_fields=["password"])
        for role, code in wanted.roles:
            place = Organisation.objects.get(ods_code=code) if code else None
            RoleGrant.objects.create(
                person=person, role=role.value, organisation=place, from_date=FROM_DATE
            )
        record_audit(
            viewer=NOBODY, act="added_person", subject_kind="person", subject=str(person.pk),
            details={"demonstration": "yes"},
        )  # fmt: skip


def _make_runs() -> None:
    """One run of flows and one of the contract position, where they are not there yet."""
    place = library()
    if place.store_version() is None:
        return
    first = FinancialMonth(YEAR, 1)
    last = FinancialMonth(YEAR, MONTH)
    now = timezone.now()
    asked = {"icb": ICB, "from_month": str(first), "to_month": str(last)}
    target = place.runs / "demonstration-flows"
    if not target.exists():
        answer = flows(
            FlowsRequest(
                place.store, first, last, now, icb=ICB,
                reference=place.reference, engine=place.engine,
            )
        )  # fmt: skip
        write_run(
            target, command="flows", arguments=asked,
            tables={"flows": answer.flows, "totals": answer.totals},
            findings=answer.findings, manifest=answer.facts.as_manifest(),
        )  # fmt: skip
    target = place.runs / "demonstration-contract"
    if not target.exists():
        position = contract(
            ContractRequest(
                place.store, YEAR, MONTH, now, icb=ICB,
                reference=place.reference, engine=place.engine,
            )
        )  # fmt: skip
        write_run(
            target, command="contract", arguments={"icb": ICB, "year": str(YEAR), "month": MONTH},
            tables={"contract": position.position, "lines": position.lines},
            findings=position.findings, manifest=position.facts.as_manifest(),
        )  # fmt: skip
