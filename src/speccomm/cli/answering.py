"""What every answering command does alike: note the time, leave a run folder, describe itself."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speccomm.cli.printing import print_answer, say_findings

if TYPE_CHECKING:
    import pyarrow as pa

    from speccomm.jobs.settings import EngineSettings

DONE = 0
REFUSED = 1  # done, and some rows were refused

NOT_ARGUMENTS = {"act", "command", "subcommand"}


def now() -> datetime:
    """The time, read here and nowhere else in the product."""
    return datetime.now(UTC)


def engine_settings(arguments: argparse.Namespace) -> EngineSettings:
    """The engine settings that --memory-mib and --threads ask for."""
    from speccomm.jobs.settings import EngineSettings

    return EngineSettings(
        memory_limit_mib=arguments.memory_mib,
        threads=arguments.threads or len(os.sched_getaffinity(0)),
    )


def command_name(arguments: argparse.Namespace) -> str:
    """The command as typed: flows, or reference import."""
    subcommand = getattr(arguments, "subcommand", None)
    return f"{arguments.command} {subcommand}" if subcommand else str(arguments.command)


def as_typed(arguments: argparse.Namespace) -> str:
    """The command with its arguments, as one line for a record."""
    given = {k: v for k, v in written_arguments(arguments).items() if v not in (None, False, [])}
    words = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    return " ".join(["speccomm", command_name(arguments), *words])


def written_arguments(arguments: argparse.Namespace) -> dict[str, Any]:
    """The arguments as a manifest keeps them: paths, never the contents of a key file."""
    return {
        name: value if value is None or isinstance(value, bool | int | float) else _written(value)
        for name, value in sorted(vars(arguments).items())
        if name not in NOT_ARGUMENTS
    }


def deliver(
    arguments: argparse.Namespace,
    *,
    started_at: datetime,
    table: pa.Table,
    findings: pa.Table,
    facts: Mapping[str, Any],
    more: Mapping[str, pa.Table] | None = None,
    totals: bool = True,
    none_where_missing: Collection[str] = (),
    left_out_for_people: Collection[str] = (),
) -> None:
    """Answer with one table: leave the run folder, print the table, say what must be known of it.

    `more` holds tables that only the run folder keeps. `totals` puts sums under a table for people,
    in which a missing value of the columns `none_where_missing` reads "none" and the columns
    `left_out_for_people`, of use to programs only, do not appear.
    """
    name = command_name(arguments).replace(" ", "_")
    tables = {name: table, **(more or {})}
    leave_run(arguments, started_at=started_at, tables=tables, findings=findings, facts=facts)
    metadata = {
        "command": command_name(arguments),
        "arguments": written_arguments(arguments),
        **facts,
        "started_at": started_at,
        "ended_at": now(),
        "findings": findings.to_pylist(),
    }
    shown = table.drop_columns(list(left_out_for_people)) if arguments.format == "table" else table
    print_answer(
        shown,
        form=arguments.format,
        metadata=metadata,
        totals=totals,
        none_where_missing=none_where_missing,
    )
    say_findings(findings)


def leave_run(
    arguments: argparse.Namespace,
    *,
    started_at: datetime,
    tables: Mapping[str, pa.Table],
    facts: Mapping[str, Any],
    findings: pa.Table | None = None,
) -> None:
    """Write the run folder that --run names, if it names one, and say where on standard error."""
    if arguments.run is None:
        return
    from speccomm.jobs.run_folder import write_run

    place = write_run(
        arguments.run,
        command=command_name(arguments),
        arguments=written_arguments(arguments),
        tables=tables,
        findings=findings,
        manifest={**facts, "started_at": started_at, "ended_at": now()},
    )
    print(f"Run folder: {place}", file=sys.stderr)


def say_files_left(left: bool) -> None:
    """Say that files which should be gone are still being read, where they are."""
    if left:
        print(
            "Another command still reads an earlier version; its files go with the next write.",
            file=sys.stderr,
        )


def write_csv(table: pa.Table, path: Path, *, owner_only: bool = False) -> None:
    """Write a table as CSV beside its place and rename it there, whole or not at all."""
    from pyarrow import csv as arrow_csv

    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if owner_only else 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            arrow_csv.write_csv(table, file)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _written(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else str(value)
