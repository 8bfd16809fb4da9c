"""pack lint: what in a pack's tables cannot be so."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, REFUSED, leave_run, now, write_csv

if TYPE_CHECKING:
    from speccomm.jobs.lint import LintAnswer


MOST_SHOWN = 5  # of one check in one table
SEVERITIES = ("error", "warning", "note")  # as they are said, severest first


def add_lint(group: Any) -> None:
    """Add pack lint to the commands of packs."""
    about = (
        "Read a pack's tables, ours or anyone's, and say what in them cannot be so: totals that do "
        "not add, contradictions, codes out of date, small numbers shown. Ends with 0 where nothing "
        "is found, 1 where something is."
    )
    parser = group.add_parser("lint", help="look for faults in a pack's tables", description=about)
    parser.add_argument(
        "place", metavar="FILE|DIR", type=Path,
        help="a CSV file, an XLSX workbook, a folder of them, or a pack that speccomm built",
    )  # fmt: skip
    parser.add_argument(
        "--description", metavar="FILE", type=values.existing_file,
        help="TOML that says what the tables hold and what adds up to what; default "
        "description.toml in the folder, or what a pack of ours says of itself",
    )  # fmt: skip
    parser.add_argument(
        "--reference", metavar="DIR", type=values.existing_folder,
        help="folder of reference files; default the tables speccomm ships",
    )  # fmt: skip
    parser.add_argument(
        "--findings", metavar="FILE", type=Path, help="write the findings here as CSV"
    )
    values.add_run(parser)
    parser.set_defaults(act=_lint)


def _lint(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.lint import LintRequest, lint

    started_at = now()
    answer = lint(
        LintRequest(
            place=arguments.place,
            now=started_at,
            description=arguments.description,
            reference=arguments.reference,
        )
    )
    if arguments.findings is not None:
        write_csv(answer.findings, arguments.findings)
    leave_run(
        arguments,
        started_at=started_at,
        tables={"not_checked": answer.not_checked},
        findings=answer.findings,
        facts=answer.facts,
    )
    _say(answer)
    return DONE if answer.is_clean else REFUSED


def _say(answer: LintAnswer) -> None:
    """The findings by table and check, then on standard error what could not be judged."""
    rows = answer.findings.to_pylist()
    for (table, code), group in groupby(rows, key=lambda row: (row["table"], row["code"])):
        found = list(group)
        print(f"{table}: {code} {found[0]['severity']}")
        for row in found[:MOST_SHOWN]:
            place = f"{row['cell']}: " if row["cell"] else ""
            print(f"  {place}{row['sentence']}")
        if len(found) > MOST_SHOWN:
            print(f"  and {len(found) - MOST_SHOWN:,} more like these; --findings writes them all")
        for remedy in dict.fromkeys(row["remedy"] for row in found[:MOST_SHOWN]):
            print(f"  What to do: {remedy}")
        print()
    counts = Counter(row["severity"] for row in rows)
    said = ", ".join(
        f"{counts[severity]:,} {_plural(severity, counts[severity])}"
        for severity in SEVERITIES
        if counts[severity]
    )
    tables = f"{answer.tables:,} {_plural('table', answer.tables)}"
    lines = f"{answer.rows:,} {_plural('row', answer.rows)}"
    print(f"Read {tables} with {lines}. Found: {said or 'nothing'}.")
    for row in answer.not_checked.to_pylist():
        table = f" of {row['table']}" if row["table"] else ""
        print(f"Not checked: {row['what']}{table}, because {row['why']}.", file=sys.stderr)


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"
