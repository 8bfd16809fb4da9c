"""`speccomm-web restore --from DIR`: put a backup back, and say what stands."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from speccomm_web.config.backup.manifest import BackupRefused
from speccomm_web.config.backup.putting_back import checked_backup, put_back

AFTERWARDS = (
    "Everybody signs in anew. Tokens that were revoked, people who were closed and roles that were "
    "ended since the backup are good again: look through them. Bring what was loaded since once more."
)


class Command(BaseCommand):
    """Stop the application and its workers first."""

    help = "Put a backup back in an empty place, check it, and say what stands."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", type=Path, required=True, dest="source", help="A backup.")
        parser.add_argument(
            "--replace", action="store_true", help="Lose what is here already."
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["source"].absolute()
        try:
            manifest = checked_backup(folder)
            told = put_back(folder, manifest, replace=options["replace"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Put back as it was at {manifest.made_at}.")
        if told.store_version is not None:
            self.stdout.write(
                f"The store opens at version {told.store_version}: {told.load_count:,} loads."
            )
        self.stdout.write(
            f"Audit record: {told.audit_entries:,} entries, head {told.audit_head.hash}."
        )
        self.stdout.write(AFTERWARDS)
        for fault in told.faults:
            self.stderr.write(fault)
        if told.faults:
            raise CommandError(f"{len(told.faults)} things are not as they should be.")
