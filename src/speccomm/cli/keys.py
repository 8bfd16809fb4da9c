"""key new and rekey: the secret that pseudonyms and refused rows are made with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from speccomm.cli import values


def add_commands(commands: Any) -> None:
    """Add key new and rekey."""
    group = commands.add_parser(
        "key", help="make a key file", description="Key files."
    ).add_subparsers(dest="subcommand", metavar="COMMAND", required=True)
    about = "Make a key file that only its owner can read. An existing file is never replaced."
    parser = group.add_parser("new", help="make a key file", description=about)
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to make")
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
        help="the key it is to have",
    )  # fmt: skip
    values.add_engine(parser)
