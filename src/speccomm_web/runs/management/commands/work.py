"""`speccomm-web work`: carry out background tasks, also those that a dead worker left."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from speccomm_web.runs.background import take_up_again

LOOK_EVERY = 15.0


class Command(BaseCommand):
    """Run until told to stop; with --once, until the queue is empty."""

    help = "Carry out background tasks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="End when nothing is waiting.")

    def handle(self, *args: Any, **options: Any) -> None:
        take_up_again()
        if options["once"]:
            call_command("db_worker", batch=True, interval=0.1, startup_delay=False, reload=False)
            return
        threading.Thread(target=_keep_looking, daemon=True).start()
        call_command("db_worker", interval=0.5, startup_delay=False, reload=False)


def _keep_looking() -> None:
    over = threading.Event()
    while not over.wait(LOOK_EVERY):
        close_old_connections()
        take_up_again()
