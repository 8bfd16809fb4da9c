"""pack build: one ICB's pack; pack diff and pack lint are beside."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, engine_settings, leave_run, now
from speccomm.cli.pack_diff import add_diff
from speccomm.cli.pack_lint import add_lint
from speccomm.cli.printing import NOTICE


def add_commands(commands: Any) -> None:
    """Add pack build, pack diff and pack lint."""
    group = commands.add_parser(
        "pack", help="build a pack for a board", description="Packs."
    ).add_subparsers(dest="subcommand", metavar="COMMAND", required=True)
    about = (
        "Build one ICB's pack: a self-contained page and its tables as CSV. "
        "It is unsuppressed and for internal use."
    )
    parser = group.add_parser("build", help="build one ICB's pack", description=about)
    parser.add_argument("--store", metavar="DIR", type=Path, required=True, help="the store")
    parser.add_argument(
        "--icb", metavar="CODE", type=values.code, required=True, help="such as QWU"
    )
    values.add_period(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to write")
    parser.add_argument(
        "--store-version", metavar="N", type=values.version,
        help="build it as the store was at this version (default: the newest)",
    )  # fmt: skip
    parser.add_argument(
        "--formats", metavar="LIST",
        help="html, csv, pdf and so on, with commas between (default: all; csv always)",
    )  # fmt: skip
    values.add_map(parser)
    values.add_reading(parser)
    values.add_engine(parser)
    values.add_run(parser)
    parser.set_defaults(act=_build)
    add_diff(group)
    add_lint(group)


def _build(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.pack import PackRequest, build_pack
    from speccomm.publishing.rendering.formats import ALL_FORMATS, formats_asked

    formats = ALL_FORMATS if arguments.formats is None else formats_asked(arguments.formats)
    started_at = now()
    answer = build_pack(
        PackRequest(
            store=arguments.store,
            icb=arguments.icb,
            from_month=arguments.from_month,
            to_month=arguments.to_month,
            out=arguments.out,
            now=started_at,
            reference=arguments.reference,
            map_date=arguments.map_date,
            as_at=arguments.as_at,
            store_version=arguments.store_version,
            engine=engine_settings(arguments),
            formats=formats,
        )
    )
    leave_run(
        arguments,
        started_at=started_at,
        tables=answer.tables,
        findings=answer.findings,
        facts=answer.facts.as_manifest(),
    )
    print(f"{NOTICE}\nPack: {answer.page}")
    return DONE
