"""check, load, refused, withdraw, purge: what is done with a submission."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from speccomm.cli import values
from speccomm.cli.answering import (
    DONE,
    REFUSED,
    as_typed,
    engine_settings,
    leave_run,
    now,
    say_files_left,
    write_csv,
)
from speccomm.cli.printing import LINE_WIDTH, print_json, print_table
from speccomm.cli.progress import progress

if TYPE_CHECKING:
    from speccomm.jobs.load import CheckAnswer, LoadAnswer

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
    parser.set_defaults(act=_check)


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
    parser.set_defaults(act=_load)


def _add_refused(commands: Any) -> None:
    about = (
        "Write the refused rows of a load, with their reasons, for the submitter: one file for "
        "each file of the load. They may name patients, so only their owner can read them."
    )
    parser = commands.add_parser("refused", help="read a load's refused rows", description=about)
    parser.add_argument("load", metavar="LOAD", help="the load's identifier")
    _add_store(parser)
    _add_key(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to write")
    values.add_engine(parser)
    parser.set_defaults(act=_refused)


def _add_withdraw(commands: Any) -> None:
    about = "Withdraw a load made by mistake: every answer from now on is as if it never came."
    parser = commands.add_parser("withdraw", help="withdraw a load", description=about)
    parser.add_argument("load", metavar="LOAD", help="the load's identifier")
    _add_store(parser)
    parser.add_argument("--reason", metavar="TEXT", help="why, for the record")
    values.add_run(parser)
    parser.set_defaults(act=_withdraw)


def _add_purge(commands: Any) -> None:
    about = "Delete every version of the slices before a month, leaving a record of it."
    parser = commands.add_parser("purge", help="delete data past retention", description=about)
    parser.add_argument(
        "--before", metavar="YEAR-MONTH", type=values.calendar_month, required=True,
        help="the first month to keep, such as 2022-04",
    )  # fmt: skip
    _add_store(parser)
    values.add_engine(parser)
    values.add_run(parser)
    parser.set_defaults(act=_purge)


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


def _check(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.load import CheckRequest, check

    started_at = now()
    with progress() as say:
        answer = check(
            CheckRequest(
                file=arguments.file,
                reference=arguments.reference,
                now=started_at,
                dataset=arguments.dataset,
                settings=engine_settings(arguments),
                progress=say,
            )
        )
    _say_outcome(answer)
    if arguments.findings is not None:
        write_csv(answer.findings, arguments.findings)
        print(f"Findings: {arguments.findings}")
    _leave(arguments, started_at, answer)
    return REFUSED if answer.refused else DONE


def _load(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.load import LoadRequest, load

    started_at = now()
    with progress() as say:
        answer = load(
            LoadRequest(
                files=tuple(arguments.files),
                store=arguments.store,
                reference=arguments.reference,
                key_file=arguments.key_file,
                received_at=arguments.received_at or started_at,
                now=started_at,
                dataset=arguments.dataset,
                accept_shrink=arguments.accept_shrink,
                command=as_typed(arguments),
                settings=engine_settings(arguments),
                progress=say,
            )
        )
    if arguments.json:
        print_json(
            {
                "load_id": answer.load_id,
                "store_version": answer.store_version,
                "read": answer.read,
                "accepted": answer.accepted,
                "refused": answer.refused,
                "files": answer.files.to_pylist(),
                "slices": answer.slices.to_pylist(),
                "findings": answer.findings_summary.to_pylist(),
                "checks_not_run": answer.checks_not_run.to_pylist(),
            }
        )
    else:
        print(f"Load {answer.load_id}, store version {answer.store_version}")
        _say_outcome(answer)
    _leave(arguments, started_at, answer)
    return REFUSED if answer.refused else DONE


def _refused(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.refused import RefusedRequest, refused

    answer = refused(
        RefusedRequest(
            load_id=arguments.load,
            store=arguments.store,
            key_file=arguments.key_file,
            settings=engine_settings(arguments),
        )
    )
    arguments.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, table in answer.tables.items():
        target = arguments.out / f"{Path(name).stem}_refused.csv"
        write_csv(table, target, owner_only=True)
        print(f"{table.num_rows:,} refused rows of {name}: {target}")
    print("They may name patients: keep them as you would the files they came from.")
    return DONE


def _withdraw(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.withdraw import WithdrawRequest, withdraw

    started_at = now()
    answer = withdraw(
        WithdrawRequest(
            store=arguments.store,
            load_id=arguments.load,
            now=started_at,
            reason=arguments.reason,
        )
    )
    leave_run(
        arguments,
        started_at=started_at,
        tables={"slices": answer.slices},
        facts=answer.facts.as_manifest(),
    )
    changed = answer.slices.num_rows
    print(
        f"Withdrew load {arguments.load}, store version {answer.facts.store_version}. "
        f"It was current for {changed:,} slices."
    )
    if changed:
        print()
        print_table(answer.slices, totals=False)
    return DONE


def _purge(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.purge import PurgeRequest, purge

    started_at = now()
    answer = purge(
        PurgeRequest(
            store=arguments.store,
            before=arguments.before,
            now=started_at,
            engine=engine_settings(arguments),
        )
    )
    leave_run(
        arguments,
        started_at=started_at,
        tables={"purges": answer.purges},
        facts=answer.facts.as_manifest(),
    )
    if answer.purges.num_rows:
        print(f"Removed for good what was before {arguments.before}.\n")
        print_table(answer.purges)
    else:
        print(f"There was nothing before {arguments.before}.")
    say_files_left(answer.files_left)
    return DONE


def _say_outcome(answer: LoadAnswer | CheckAnswer) -> None:
    print(f"Read {answer.read:,} rows: accepted {answer.accepted:,}, refused {answer.refused:,}.\n")
    if answer.findings_summary.num_rows:
        shown = answer.findings_summary.select(["level", "check_id", "dataset", "finding_count"])
        sentences = answer.findings_summary["sentence"]
        print_table(shown.append_column("sentence", sentences), totals=False)
    missing: dict[str, list[str]] = {}
    for row in answer.checks_not_run.to_pylist():
        missing.setdefault(row["check_id"], []).append(row["missing_input"])
    if missing:
        named = (f"{check} ({', '.join(inputs)})" for check, inputs in sorted(missing.items()))
        print(fill("Not run, input missing: " + ", ".join(named), width=LINE_WIDTH))


def _leave(
    arguments: argparse.Namespace, started_at: datetime, answer: LoadAnswer | CheckAnswer
) -> None:
    leave_run(
        arguments,
        started_at=started_at,
        tables={
            "files": answer.files,
            "findings_summary": answer.findings_summary,
            "checks_not_run": answer.checks_not_run,
        },
        # Written out in full only for a run folder: there may be millions.
        findings=None if arguments.run is None else answer.findings,
        facts=answer.manifest,
    )
