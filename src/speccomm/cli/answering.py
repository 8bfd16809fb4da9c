"""What every answering command does alike: note the time, leave a run folder, describe itself."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
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
) -> None:
    """Answer with one table: leave the run folder, print the table, say what must be known of it.

    `more` holds tables that only the run folder keeps.
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
    print_answer(table, form=arguments.format, metadata=metadata)
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


def _written(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else str(value)
