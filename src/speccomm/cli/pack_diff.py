"""pack diff: which printed figures changed between two packs, and because of what."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, engine_settings, leave_run, now
from speccomm.cli.printing import print_answer


def add_diff(group: Any) -> None:
    """Add pack diff."""
    about = (
        "Every figure that two packs of one area print differently, with its cause: new data, new "
        "rules, new map, another period; and the words that changed. With --store, each change is "
        "divided among its causes by building the first pack again with one changed at a time."
    )
    parser = group.add_parser("diff", help="compare two packs", description=about)
    parser.add_argument("before", metavar="A", type=Path, help="the folder of the earlier pack")
    parser.add_argument("after", metavar="B", type=Path, help="the folder of the later pack")
    parser.add_argument("--store", metavar="DIR", type=Path, help="the store they were built from")
    parser.add_argument(
        "--reference", metavar="DIR", type=Path, help="reference folder they were built with"
    )
    values.add_format(parser)
    values.add_engine(parser)
    values.add_run(parser)
    parser.set_defaults(act=_diff)


def _diff(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.pack_diff import PackDiffRequest, pack_diff

    started_at = now()
    answer = pack_diff(
        PackDiffRequest(
            before=arguments.before,
            after=arguments.after,
            now=started_at,
            store=arguments.store,
            reference=arguments.reference,
            engine=engine_settings(arguments),
        )
    )
    made = [{"cause": str(d.cause), "what": d.sentence} for d in answer.differences]
    leave_run(
        arguments,
        started_at=started_at,
        tables={"pack_diff": answer.figures, "words": answer.words},
        facts={"differences": made, "attributed": answer.how},
    )
    if arguments.format == "table":
        for entry in made:
            print(f"{entry['cause']}: {entry['what']}")
        print(f"{answer.figures.num_rows:,} figures changed; causes {answer.how}.\n")
    print_answer(
        answer.figures,
        form=arguments.format,
        metadata={
            "differences": made,
            "attributed": answer.how,
            "words": answer.words.to_pylist(),
        },
        totals=False,
        none_where_missing=answer.figures.column_names,
    )
    if arguments.format == "table":
        for row in answer.words.to_pylist():
            print(f"\n{row['section']} ({row['cause']})\n- {row['before']}\n+ {row['after']}")
    return DONE
