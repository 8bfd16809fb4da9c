"""`speccomm-web back_up --to DIR`: everything that cannot be made again, in a new folder."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from speccomm_web.config.backup.making import back_up
from speccomm_web.config.backup.manifest import BackupRefused

WITHOUT_KEYS = (
    "KEYS ARE NOT IN IT. Keep the store's key, SPECCOMM_SECRET_KEY and SPECCOMM_AUDIT_KEY in a safe "
    "for secrets: without them refused rows cannot be opened, authenticator apps must be set up anew "
    "and the audit record cannot be checked."
)
WITH_KEYS = (
    "THE KEYS ARE IN IT, in the folder keys. Whoever reads this backup can name patients and forge "
    "the audit record: keep it where you keep secrets."
)


class Command(BaseCommand):
    """Work may go on meanwhile."""

    help = "Back up records, uploaded files, runs, packs, reference tables and store."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, required=True, help="A new or empty folder.")
        parser.add_argument("--with-keys", action="store_true", help="Copy the keys as well.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["to"].absolute()
        try:
            made = back_up(folder, with_keys=options["with_keys"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        store = "no store" if made.store_version is None else f"store version {made.store_version}"
        self.stdout.write(
            f"Backed up to {folder}: {sum(made.counts.values()):,} rows of records, {store}, "
            f"{len(made.files):,} files."
        )
        self.stderr.write(WITH_KEYS if made.with_keys else WITHOUT_KEYS)
