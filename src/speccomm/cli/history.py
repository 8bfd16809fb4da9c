"""history: every version of a slice, and what changed between two."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, deliver, engine_settings, now
from speccomm.cli.submissions import DATASETS


def add_commands(commands: Any) -> None:
    """Add history."""
    about = (
        "Every load of one slice, oldest first, and which one counts. With --diff, what changed "
        "between two of them: rows added, removed and changed, activity and money."
    )
    parser = commands.add_parser(
        "history", help="versions of a slice, and their difference", description=about
    )
    parser.add_argument("--store", metavar="DIR", type=Path, required=True, help="the store")
    parser.add_argument("--dataset", choices=DATASETS, required=True, help="the data set")
    parser.add_argument(
        "--provider", metavar="CODE", type=values.code, required=True, help="such as RKB"
    )
    parser.add_argument(
        "--year", metavar="YEAR", type=values.financial_year, required=True, help="such as 2023-24"
    )
    parser.add_argument(
        "--month", metavar="N", type=values.plan_month_number, required=True,
        help="April is 1; plans may also use 0 and 13",
    )  # fmt: skip
    parser.add_argument(
        "--diff", metavar=("LOAD_A", "LOAD_B"), nargs=2, help="show what changed from A to B"
    )
    values.add_reading(parser)
    values.add_format(parser)
    values.add_engine(parser)
    values.add_run(parser)
    parser.set_defaults(act=_history)


def _history(arguments: argparse.Namespace) -> int:
    from speccomm.foundation.findings import FINDINGS_SCHEMA
    from speccomm.jobs.history import HistoryRequest, history

    started_at = now()
    answer = history(
        HistoryRequest(
            store=arguments.store,
            dataset=arguments.dataset,
            provider_code=arguments.provider,
            financial_year=arguments.year,
            financial_month=arguments.month,
            now=started_at,
            diff=tuple(arguments.diff) if arguments.diff else None,
            as_at=arguments.as_at,
            engine=engine_settings(arguments),
        )
    )
    difference = answer.difference
    more = {}
    if difference is not None:
        more = {
            "versions": answer.history,
            "changed_columns": difference.columns,
            "changed_rows": difference.rows,
        }
    deliver(
        arguments,
        started_at=started_at,
        table=answer.history if difference is None else difference.summary,
        more=more,
        findings=FINDINGS_SCHEMA.empty_table(),
        facts=answer.facts.as_manifest(),
        totals=difference is not None,
        none_where_missing=("withdrawn_at", "withdrawn_reason"),
        left_out_for_people=() if difference is not None else ("file_hashes",),
    )
    return DONE
