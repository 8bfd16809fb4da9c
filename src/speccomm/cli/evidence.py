"""evidence import, export, list: the registers of each service's quality."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, REFUSED, as_typed, deliver, leave_run, now, write_csv
from speccomm.cli.printing import NOTICE, print_table, say_findings

REGISTER_NAMES = (
    "provision",
    "ssqd",
    "networks",
    "safety_events",
    "complaints",
    "cqc_reports",
    "other_intelligence",
    "workforce",
    "surveillance",
    "fragile_services",
    "deep_dives",
    "priorities",
    "priority_deliverables",
    "looks",
    "accounts",
    "funding_decisions",
)


def add_commands(commands: Any) -> None:
    """Add evidence import, export and list."""
    group = commands.add_parser(
        "evidence", help="registers of each service's quality", description="Evidence."
    ).add_subparsers(dest="subcommand", metavar="COMMAND", required=True)
    _add_import(group)
    _add_export(group)
    _add_list(group)


def _add_import(group: Any) -> None:
    about = (
        "Bring in spreadsheets (CSV or XLSX) as statements: who said what, when, and from which "
        "date it holds. A change adds to what was said before; good rows are kept, and every "
        "other cell is named with what to do."
    )
    parser = group.add_parser("import", help="bring in spreadsheets", description=about)
    parser.add_argument(
        "files", metavar="FILE", nargs="+", type=values.existing_file, help="the spreadsheets"
    )
    _add_store(parser)
    parser.add_argument(
        "--table", choices=REGISTER_NAMES, help="what every file holds; default told from headers"
    )
    parser.add_argument(
        "--said-by", metavar="ROLE", help="the role or body that said so, where no column does"
    )
    parser.add_argument(
        "--said-on", metavar="DATE", type=values.day, help="when it was said, where no column does"
    )
    parser.add_argument(
        "--reference", metavar="DIR", type=values.existing_folder,
        help="folder of reference files; default the tables speccomm ships",
    )  # fmt: skip
    parser.add_argument(
        "--key-file", metavar="FILE", type=values.existing_file,
        help="makes the store under this key if it is not there",
    )  # fmt: skip
    parser.add_argument(
        "--received-at", metavar="T", type=values.instant,
        help="when the files came (ISO 8601 with zone); default now",
    )  # fmt: skip
    parser.add_argument(
        "--findings", metavar="OUT.csv", type=Path, help="write the findings to this file"
    )
    values.add_run(parser)
    parser.set_defaults(act=_import)


def _add_export(group: Any) -> None:
    about = (
        "Write registers as CSV files that import unchanged. They are unsuppressed: for internal "
        "use only."
    )
    parser = group.add_parser("export", help="write registers as CSV", description=about)
    parser.add_argument(
        "table", metavar="TABLE", nargs="?", choices=REGISTER_NAMES,
        help="the register to write; or --all",
    )  # fmt: skip
    parser.add_argument("--all", action="store_true", help="write every register with an entry")
    _add_store(parser)
    parser.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="folder to write to; made if missing"
    )
    parser.add_argument(
        "--on", metavar="DATE", type=values.day,
        help="only what holds on this date; default every date something holds from",
    )  # fmt: skip
    values.add_reading(parser)
    values.add_run(parser)
    parser.set_defaults(act=_export)


def _add_list(group: Any) -> None:
    about = "Say how much each register holds, and when somebody last said anything."
    parser = group.add_parser("list", help="what the registers hold", description=about)
    _add_store(parser)
    parser.add_argument(
        "--on", metavar="DATE", type=values.day, help="the date to hold on; default the day asked"
    )
    values.add_reading(parser)
    values.add_format(parser)
    values.add_run(parser)
    parser.set_defaults(act=_list)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", metavar="DIR", type=Path, required=True, help="the store")


def _import(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.evidence import EvidenceImportRequest, import_evidence

    started_at = now()
    answer = import_evidence(
        EvidenceImportRequest(
            store=arguments.store,
            files=tuple(arguments.files),
            now=started_at,
            command=as_typed(arguments),
            reference=arguments.reference,
            key_file=arguments.key_file,
            register=arguments.table,
            said_by=arguments.said_by,
            said_on=arguments.said_on,
            received_at=arguments.received_at,
        )
    )
    print_table(answer.counts.drop_columns(["sha256", "bytes"]))
    counts = answer.facts.row_counts
    print(
        f"\nRead {counts['read']:,} rows: accepted {counts['accepted']:,} "
        f"({counts['already_held']:,} of them held already), refused {counts['refused']:,}. "
        f"Load {answer.load_id}."
    )
    say_findings(answer.findings)
    if arguments.findings is not None:
        write_csv(answer.findings, arguments.findings)
    leave_run(
        arguments,
        started_at=started_at,
        tables={"counts": answer.counts},
        facts=answer.facts.as_manifest(),
        findings=answer.findings,
    )
    return REFUSED if counts["refused"] else DONE


def _export(arguments: argparse.Namespace) -> int:
    from speccomm.cli.parser import NotUnderstood
    from speccomm.jobs.evidence import EvidenceExportRequest, export_evidence

    if arguments.all == (arguments.table is not None):
        raise NotUnderstood(
            "Name one register, or give --all for every one.",
            usage="speccomm evidence export --help",
        )
    started_at = now()
    answer = export_evidence(
        EvidenceExportRequest(
            store=arguments.store,
            out=arguments.out,
            now=started_at,
            registers=None if arguments.all else (arguments.table,),
            as_at=arguments.as_at,
            on=arguments.on,
        )
    )
    print(NOTICE, file=sys.stderr)
    print_table(answer.table)
    leave_run(
        arguments,
        started_at=started_at,
        tables={"written": answer.table},
        facts=answer.facts.as_manifest(),
    )
    return DONE


def _list(arguments: argparse.Namespace) -> int:
    from speccomm.foundation.findings import FINDINGS_SCHEMA
    from speccomm.jobs.evidence import EvidenceListRequest, list_evidence

    started_at = now()
    answer = list_evidence(
        EvidenceListRequest(
            store=arguments.store, now=started_at, as_at=arguments.as_at, on=arguments.on
        )
    )
    deliver(
        arguments,
        started_at=started_at,
        table=answer.table,
        findings=FINDINGS_SCHEMA.empty_table(),
        facts=answer.facts.as_manifest(),
        none_where_missing=("last_said_on", "last_recorded_at"),
    )
    return DONE
