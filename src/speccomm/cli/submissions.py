"""check, load, refused, withdraw, purge: what is done with a submission."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speccomm.cli import values

DATASETS = ("acm", "plcm", "drplcm", "deplcm", "iap")


def add_commands(commands: Any) -> None:
    """Add check, load, refused, withdraw and purge."""
    _add_check(commands)
    _add_load(commands)
    _add_refused(commands)
    _add_withdraw(commands)
    _add_purge(commands)


def _add_check(commands: Any) -> None:
    about = "Check a file before it is sent or loaded; nothing is stored."
    parser = commands.add_parser("check", help="check a file before sending it", description=about)
    parser.add_argument("file", metavar="FILE", type=values.existing_file, help="the file to check")
    parser.add_argument("--dataset", choices=DATASETS, required=True, help="what the file holds")
    _add_reference(parser)
    parser.add_argument(
        "--findings", metavar="OUT.csv", type=Path, help="write the findings to this file"
    )
    values.add_engine(parser)
    values.add_run(parser)


def _add_load(commands: Any) -> None:
    about = (
        "Load files as one submission: read, check, protect, assign and store them, all or none. "
        "Each replaces the slices (data set, provider, month) that it covers."
    )
    parser = commands.add_parser("load", help="load files as one submission", description=about)
    parser.add_argument(
        "files", metavar="FILE", nargs="+", type=values.existing_file, help="the files"
    )
    _add_store(parser)
    _add_reference(parser)
    _add_key(parser)
    parser.add_argument(
        "--dataset", choices=DATASETS, help="what every file holds; default told from its header"
    )
    parser.add_argument(
        "--received-at", metavar="T", type=values.instant,
        help="when the submission arrived (ISO 8601 with zone); default now",
    )  # fmt: skip
    parser.add_argument(
        "--accept-shrink", action="store_true", help="load even if a slice loses much of its rows"
    )
    parser.add_argument("--json", action="store_true", help="print the result as json")
    values.add_engine(parser)
    values.add_run(parser)


def _add_refused(commands: Any) -> None:
    about = (
        "Write the refused rows of a load, with their reasons, for the submitter. "
        "They may name patients: the file is readable by its owner only."
    )
    parser = commands.add_parser("refused", help="read a load's refused rows", description=about)
    parser.add_argument("load", metavar="LOAD", help="the load's identifier")
    _add_store(parser)
    _add_key(parser)
    parser.add_argument("--out", metavar="OUT.csv", type=Path, required=True, help="file to write")


def _add_withdraw(commands: Any) -> None:
    about = "Withdraw a load made by mistake: every answer from now on is as if it never came."
    parser = commands.add_parser("withdraw", help="withdraw a load", description=about)
    parser.add_argument("load", metavar="LOAD", help="the load's identifier")
    _add_store(parser)
    parser.add_argument(
        "--reason", default="loaded by mistake", help="why, for the record (default: %(default)s)"
    )


def _add_purge(commands: Any) -> None:
    about = "Delete every version of the slices before a month, leaving a record of it."
    parser = commands.add_parser("purge", help="delete data past retention", description=about)
    parser.add_argument(
        "--before", metavar="YEAR-MONTH", type=values.calendar_month, required=True,
        help="the first month to keep, such as 2022-04",
    )  # fmt: skip
    _add_store(parser)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", metavar="DIR", type=Path, required=True, help="the store")


def _add_reference(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reference", metavar="DIR", type=values.existing_folder, required=True,
        help="folder of reference files",
    )  # fmt: skip


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key-file", metavar="FILE", type=values.existing_file, required=True,
        help="the key file, made by `speccomm key new`",
    )  # fmt: skip
