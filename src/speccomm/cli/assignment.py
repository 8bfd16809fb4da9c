"""assign and explain: who pays for a record, and why."""

from __future__ import annotations

import argparse
from pathlib import Path
from textwrap import fill
from typing import Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, REFUSED, engine_settings, leave_run, now, write_csv
from speccomm.cli.printing import LINE_WIDTH, say_findings


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
    parser.set_defaults(act=_assign)
    about = (
        "Say, step by step, how one record reached its commissioner: each question and its answer."
    )
    parser = commands.add_parser("explain", help="say why one record is ours", description=about)
    _add_records(parser)
    parser.add_argument("--record", metavar="ID", required=True, help="its record_id")
    values.add_run(parser)
    parser.set_defaults(act=_explain)


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
    parser.add_argument(
        "--setting", metavar="NAME=VALUE", type=_setting, action="append", default=[],
        help="turn a setting of the rulebook, where its text is ambiguous; may be repeated",
    )  # fmt: skip


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise values.NotAValue(f"{text!r} is not a setting. Write it as NAME=VALUE.")
    return name, value


def _assign(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.assign import AssignRequest, assign

    started_at = now()
    answer = assign(
        AssignRequest(
            records=arguments.records,
            rules=arguments.rules,
            now=started_at,
            reference=arguments.reference,
            settings=dict(arguments.setting),
            engine=engine_settings(arguments),
        )
    )
    write_csv(answer.assignments, arguments.out)
    leave_run(
        arguments,
        started_at=started_at,
        tables={"assignments": answer.assignments},
        findings=answer.findings,
        facts=answer.facts.as_manifest(),
    )
    print(
        f"Read {answer.rows_read:,} records: assigned {answer.rows_assigned:,}, "
        f"refused {answer.rows_refused:,}.\nWrote {arguments.out}"
    )
    say_findings(answer.findings)
    return REFUSED if answer.rows_refused else DONE


def _explain(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.assign import ExplainRequest, explain

    started_at = now()
    answer = explain(
        ExplainRequest(
            records=arguments.records,
            record_id=arguments.record,
            rules=arguments.rules,
            now=started_at,
            reference=arguments.reference,
            settings=dict(arguments.setting),
        )
    )
    leave_run(
        arguments,
        started_at=started_at,
        tables={"steps": answer.steps},
        findings=answer.findings,
        facts=answer.facts.as_manifest(),
    )
    told = answer.explanation
    print(f"Record {told.record_id}, by {told.rulebook}\n")
    for sentence in told.sentences:
        print(fill(sentence, width=LINE_WIDTH, subsequent_indent="    "))
    print(f"\nPath {told.path}, exit {told.exit}")
    say_findings(answer.findings_besides)
    return DONE
