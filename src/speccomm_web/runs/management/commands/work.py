"""`speccomm-web work`: carry out background tasks, also those that a dead worker left."""

from __future__ import annotations

import logging
import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from speccomm_web.runs.background import GIVEN_UP, take_up_again

LOOK_EVERY = GIVEN_UP.total_seconds() / 2
PARENT_EVERY = 1.0
log = logging.getLogger("speccomm_web.tasks")


class Command(BaseCommand):
    """Run until told to stop; with --once, until the queue is empty."""

    help = "Carry out background tasks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="End when nothing is waiting.")
        parser.add_argument(
            "--with-parent", type=int, metavar="PID", help="End when this process, its parent, has."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            take_up_again()
            call_command("db_worker", batch=True, interval=0.1, startup_delay=False, reload=False)
            return
        if options["with_parent"]:
            threading.Thread(target=_end_with, args=(options["with_parent"],), daemon=True).start()
        threading.Thread(target=_keep_looking, daemon=True).start()
        call_command("db_worker", interval=0.5, startup_delay=False, reload=False)


def _keep_looking() -> None:
    over = threading.Event()
    while True:
        close_old_connections()
        try:
            take_up_again()
        except DatabaseError:
            log.warning("the records do not answer")
        over.wait(LOOK_EVERY)


def _end_with(parent: int) -> None:
    """End this process, at once, when its parent is no more: nobody is left to stop it.

    The parent's number is told, as it may have ended before this process could look.
    """
    over = threading.Event()
    while os.getppid() == parent:
        over.wait(PARENT_EVERY)
    os.kill(os.getpid(), signal.SIGKILL)
