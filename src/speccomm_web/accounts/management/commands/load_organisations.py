"""`speccomm-web load_organisations`: providers, ICBs and regions from the reference tables."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from speccomm.reference import open_reference, provider_map
from speccomm_web.accounts.actions import OrganisationRow, load_organisations
from speccomm_web.accounts.models import Organisation
from speccomm_web.accounts.viewer import NOBODY

Kind = Organisation.Kind


class Command(BaseCommand):
    """Bring the organisations that roles are held in up to date. Safe to run again."""

    help = "Load providers, ICBs and regions from the reference tables, as they are on a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="The day, as 2026-04-01.")

    def handle(self, *args: Any, **options: Any) -> None:
        on: date = options["on"] or timezone.localdate()
        count = load_organisations(viewer=NOBODY, rows=_rows(on))
        self.stdout.write(f"Organisations on {on}: {count}.")


def _rows(on: date) -> list[OrganisationRow]:
    """Providers that were not merged away, with the ICBs and regions they are in."""
    folder = settings.ENVIRONMENT.reference_dir
    reference = open_reference(folder if folder.is_dir() else None)
    found: dict[tuple[str, str], OrganisationRow] = {}
    for row in provider_map(reference, on=on).to_pylist():
        if row["provider_code"] == row["current_provider_code"]:
            _add(found, row["provider_code"], row["provider_name"], Kind.PROVIDER)
        _add(found, row["icb_code"], row["icb_name"], Kind.ICB)
        _add(found, row["region_code"], row["region_name"], Kind.REGION)
    return list(found.values())


def _add(
    found: dict[tuple[str, str], OrganisationRow], code: str | None, name: str | None, kind: Kind
) -> None:
    if code:
        found[(kind, code)] = OrganisationRow(code, name or code, kind.value)
