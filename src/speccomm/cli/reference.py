"""reference import: the organisation and geography files a user holds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, REFUSED, engine_settings, leave_run, now

KINDS = ("epraccur", "etr", "ets", "successors", "nhspd", "calendar")


def add_commands(commands: Any) -> None:
    """Add reference import."""
    group = commands.add_parser(
        "reference", help="bring in reference files", description="Reference files."
    ).add_subparsers(dest="subcommand", metavar="COMMAND", required=True)
    about = (
        "Read a published organisation, geography or calendar file and write what speccomm needs "
        "of it into a reference folder."
    )
    parser = group.add_parser("import", help="bring in one file", description=about)
    parser.add_argument("kind", metavar="KIND", choices=KINDS, help=", ".join(KINDS))
    parser.add_argument(
        "file", metavar="FILE", type=values.existing_file, help="the file as published"
    )
    parser.add_argument(
        "--reference",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder to write to; made if missing",
    )
    values.add_run(parser)
    values.add_engine(parser)
    parser.set_defaults(act=_import)


def _import(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.reference_import import ReferenceImportRequest, import_reference

    started_at = now()
    answer = import_reference(
        ReferenceImportRequest(
            kind=arguments.kind,
            file=arguments.file,
            folder=arguments.reference,
            now=started_at,
            settings=engine_settings(arguments),
        )
    )
    outcome = answer.outcome
    print(f"Read {outcome.read:,} rows of {outcome.file.name}: kept {outcome.kept:,}.")
    for kind, reasons in (("Refused", outcome.refused), ("Left empty", outcome.notes)):
        for reason, count in sorted(reasons.items()):
            print(f"{kind} {count:,}: {reason}")
    print(f"Wrote {', '.join(path.name for path in outcome.written)} in {arguments.reference}")
    leave_run(
        arguments, started_at=started_at, tables={"outcome": answer.table}, facts=answer.manifest
    )
    return REFUSED if any(outcome.refused.values()) else DONE
