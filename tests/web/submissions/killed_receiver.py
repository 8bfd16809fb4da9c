"""`speccomm-web receive_from_mesh`, killed as by the machine's power at one step of receiving."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command

PREPARE = "prepare"


def killed_when_called(function: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """The function, in which this process ends without a word: before its work, or after it."""

    def killing(*args: Any, **kwargs: Any) -> Any:
        if after:
            function(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return killing


def prepare() -> None:
    """Records with the provider that sends."""
    from speccomm_web.accounts.models import Organisation

    call_command("migrate", verbosity=0)
    Organisation.objects.create(ods_code="RKB", name="Own trust", kind="provider")


def main(step: str) -> None:
    django.setup()
    if step == PREPARE:
        prepare()
        return
    from speccomm_web.submissions import actions
    from speccomm_web.submissions.mailbox import connection, looking, receiving

    places: dict[str, tuple[Any, str, bool]] = {
        "before the file is whole": (connection.os, "fsync", False),
        "when the file is whole": (looking, "settle", False),
        "before the submission is recorded": (actions, "receive", False),
        "before the record is kept": (receiving, "sync_folder", False),
        "before the record of a file set aside is kept": (receiving, "_record", True),
        "when the record is kept": (looking, "let_go", False),
        "before the message is acknowledged": (
            connection.MailboxConnection, "acknowledge", False),
        "when the message is acknowledged": (connection.MailboxConnection, "acknowledge", True),
        "when the sender was told": (connection.MailboxConnection, "answer", True),
    }  # fmt: skip
    owner, name, after = places[step]
    setattr(owner, name, killed_when_called(getattr(owner, name), after=after))
    call_command("receive_from_mesh")


if __name__ == "__main__":
    main(sys.argv[1])
