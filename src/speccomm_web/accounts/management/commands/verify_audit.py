"""`speccomm-web verify_audit`: has any entry been changed, removed or moved?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from speccomm_web.accounts.audit import Anchor, verify_chain


class Command(BaseCommand):
    """Check the whole audit chain; end with 1 and a sentence for each fault."""

    help = "Check that no audit entry was changed, removed or moved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            type=Path,
            help="A file outside the database that holds where the chain stood when it was last "
            "checked. It is compared, and brought up to date when nothing is wrong.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path | None = options["anchor"]
        verification = verify_chain(anchor=_read(file) if file else None)
        for fault in verification.faults:
            self.stderr.write(f"Entry {fault.sequence}: {fault.sentence}")
        if verification.faults:
            raise CommandError(
                f"The audit record has {len(verification.faults)} faults in "
                f"{verification.entry_count} entries."
            )
        if file:
            _write(file, verification.head)
        self.stdout.write(
            f"The audit record is whole: {verification.entry_count} entries, "
            f"head {verification.head.hash}."
        )


def _read(file: Path) -> Anchor | None:
    if not file.exists():
        return None
    last = file.read_text(encoding="utf-8").splitlines()[-1]
    return Anchor(**json.loads(last))


def _write(file: Path, head: Anchor) -> None:
    """One more line: the file is a history of where the chain stood."""
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps({"sequence": head.sequence, "hash": head.hash}) + "\n")
