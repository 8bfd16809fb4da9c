"""key new and rekey: the secret that pseudonyms and refused rows are made with."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, engine_settings, leave_run, now, say_files_left
from speccomm.cli.printing import print_table


def add_commands(commands: Any) -> None:
    """Add key new and rekey."""
    group = commands.add_parser(
        "key", help="make a key file", description="Key files."
    ).add_subparsers(dest="subcommand", metavar="COMMAND", required=True)
    about = "Make a key file that only its owner can read. An existing file is never replaced."
    parser = group.add_parser("new", help="make a key file", description=about)
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to make")
    parser.add_argument(
        "--after", metavar="OLD", type=values.existing_file,
        help="the key file it follows, when a store's key is to be rotated",
    )  # fmt: skip
    parser.set_defaults(act=_new)
    about = (
        "Give every pseudonym and refused row in a store a new key. "
        "Every earlier version goes, so that nothing under the old key is left."
    )
    parser = commands.add_parser("rekey", help="rotate a store's key", description=about)
    parser.add_argument("--store", metavar="DIR", type=Path, required=True, help="the store")
    parser.add_argument(
        "--key-file", metavar="OLD", type=values.existing_file, required=True, help="the key it has"
    )
    parser.add_argument(
        "--new-key-file", metavar="NEW", type=values.existing_file, required=True,
        help="the key it is to have, made by `speccomm key new NEW --after OLD`",
    )  # fmt: skip
    values.add_engine(parser)
    values.add_run(parser)
    parser.set_defaults(act=_rekey)


def _new(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.keys import NewKeyRequest, new_key

    answer = new_key(NewKeyRequest(path=arguments.file, after=arguments.after))
    print(f"Made {answer.path}, key {answer.key_id}. Keep it away from the store, and a copy safe.")
    return DONE


def _rekey(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.rekey import RekeyRequest, rekey

    started_at = now()
    answer = rekey(
        RekeyRequest(
            store=arguments.store,
            key_file=arguments.key_file,
            new_key_file=arguments.new_key_file,
            now=started_at,
            engine=engine_settings(arguments),
        )
    )
    leave_run(
        arguments,
        started_at=started_at,
        tables={"rekeyed": answer.tables},
        facts=answer.facts.as_manifest(),
    )
    print(f"The store is under key {answer.key_id}, version {answer.facts.store_version}.\n")
    print_table(answer.tables)
    say_files_left(answer.files_left)
    return DONE
