"""`speccomm-web receive_from_mesh`: take what providers sent to the MESH mailbox."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from speccomm_web.submissions.mailbox.looking import AlreadyLooking, Look, look_into_mailbox
from speccomm_web.submissions.mailbox.settings import MailboxSettings

SHORTEST = 5


class Command(BaseCommand):
    """Look once, or with --watch until told to stop. A message under way is finished first."""

    help = "Receive submissions from the MESH mailbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--watch", type=int, metavar="SECONDS",
            help=f"Look again this long after each look, {SHORTEST} or more; until stopped.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        given, seconds = settings.ENVIRONMENT.mailbox, options["watch"]
        if given is None:
            raise CommandError("No mailbox is named: set SPECCOMM_MESH_MAILBOX.")
        if seconds is not None and seconds < SHORTEST:
            raise CommandError(f"--watch takes {SHORTEST} seconds or more.")
        try:
            if seconds is None:
                self._once(given)
            else:
                self._watch(given, seconds)
        except AlreadyLooking as refusal:
            raise CommandError(str(refusal)) from refusal

    def _once(self, given: MailboxSettings) -> None:
        found = look_into_mailbox(given, again_in=None, stopped=lambda: False)
        self.stdout.write(_words(found))
        if found.problem:
            raise CommandError(found.problem)

    def _watch(self, given: MailboxSettings, seconds: int) -> None:
        over, said = threading.Event(), ""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: over.set())
        while not over.is_set():
            close_old_connections()
            found = look_into_mailbox(given, again_in=seconds, stopped=over.is_set)
            if found.problem and found.problem != said:
                self.stderr.write(found.problem)
            elif found != Look() and not found.problem:
                self.stdout.write(_words(found))
            said = found.problem
            over.wait(seconds)


def _words(found: Look) -> str:
    return (
        f"Sent on: {found.sent_on}. Set aside: {found.set_aside}. Left with MESH: {found.left}. "
        f"Senders told: {found.told}."
    )
