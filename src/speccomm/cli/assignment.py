"""assign and explain: who pays for a record, and why."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speccomm.cli import values


def add_commands(commands: Any) -> None:
    """Add assign and explain."""
    about = (
        "Find the responsible commissioner of every record by the commissioner assignment method."
    )
    parser = commands.add_parser(
        "assign", help="find each record's commissioner", description=about
    )
    _add_records(parser)
    parser.add_argument("--out", metavar="OUT.csv", type=Path, required=True, help="file to write")
    values.add_engine(parser)
    values.add_run(parser)
    about = (
        "Say, step by step, how one record reached its commissioner: each question and its answer."
    )
    parser = commands.add_parser("explain", help="say why one record is ours", description=about)
    _add_records(parser)
    parser.add_argument("--record", metavar="ID", required=True, help="its record_id")
    values.add_run(parser)


def _add_records(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "records", metavar="RECORDS.csv", type=values.existing_file, help="the records"
    )
    parser.add_argument(
        "--reference", metavar="DIR", type=values.existing_folder, required=True,
        help="folder with practices, postcodes and providers",
    )  # fmt: skip
    parser.add_argument(
        "--rules", metavar="NAME", required=True, help="the rulebook, such as cam-2025-26"
    )
