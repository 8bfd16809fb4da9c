"""`speccomm-web register_runs`: enter finished run folders in the register."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from speccomm_web.accounts.viewer import NOBODY
from speccomm_web.runs.actions import register_runs


class Command(BaseCommand):
    """Look through RUNS_DIR for what is not registered yet."""

    help = "Enter finished run folders in the register."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Registered runs: {register_runs(viewer=NOBODY)}.")
