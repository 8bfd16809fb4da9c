"""pack build: the pack of an ICB or a region, or a region's packs; pack diff and lint are beside."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, engine_settings, leave_run, now
from speccomm.cli.pack_annual import (
    ANNUAL_REPORT,
    add_body,
    add_kind,
    build_annual,
    method_of,
    notice,
    refuse_mixed,
)
from speccomm.cli.pack_diff import add_diff
from speccomm.cli.pack_lint import add_lint
from speccomm.cli.progress import progress

if TYPE_CHECKING:
    from speccomm.jobs.pack import PackRequest


def add_commands(commands: Any) -> None:
    """Add pack build, pack diff and pack lint."""
    group = commands.add_parser(
        "pack", help="build a pack for a board", description="Packs."
    ).add_subparsers(dest="subcommand", metavar="COMMAND", required=True)
    about = (
        "Build the pack of one ICB or of a region, or of every ICB of a region: a self-contained page "
        "and its tables, in each format asked for. It is unsuppressed and for internal use unless it "
        "is asked for publication."
    )
    parser = group.add_parser("build", help="build a pack, or a region's packs", description=about)
    parser.add_argument("--store", metavar="DIR", type=Path, required=True, help="the store")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--icb", metavar="CODE", type=values.code, help="one ICB, such as QWU")
    whose.add_argument("--region", metavar="CODE", type=values.code, help="one region, such as Y60")
    whose.add_argument(
        "--every-icb-of", metavar="CODE", type=values.code,
        help="each ICB of a region, in a folder of its own in --out, with an index",
    )  # fmt: skip
    add_body(whose)
    add_kind(parser)
    values.add_period(parser, required=False)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to write")
    parser.add_argument(
        "--store-version", metavar="N", type=values.version,
        help="build it as the store was at this version (default: the newest)",
    )  # fmt: skip
    parser.add_argument(
        "--formats", metavar="LIST",
        help="html, csv, pdf and so on, with commas between (default: all; csv always)",
    )  # fmt: skip
    parser.add_argument(
        "--sections", metavar="LIST", type=values.names,
        help="only these sections, with commas between (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--without", metavar="LIST", type=values.names, default=(), help="leave these sections out"
    )
    parser.add_argument(
        "--words", metavar="FILE", type=values.existing_file,
        help="an editor's words for sections (TOML), shown as theirs",
    )  # fmt: skip
    parser.add_argument(
        "--for", dest="audience", choices=("internal", "publication"), default="internal",
        help="who it is for: inside, unsuppressed and saying so; or everyone (default: internal)",
    )  # fmt: skip
    parser.add_argument(
        "--method", choices=("hes", "exact"),
        help="how small numbers are hidden in a publication (default: hes)",
    )  # fmt: skip
    parser.add_argument(
        "--releases", metavar="DIR", type=Path,
        help="the ledger of publications: checked before, added to after",
    )  # fmt: skip
    parser.add_argument(
        "--evidence-on", metavar="DATE", type=values.day,
        help="show evidence of services as it stood that day (default: of --as-at, or of the newest load)",
    )  # fmt: skip
    values.add_map(parser)
    values.add_reading(parser)
    values.add_engine(parser)
    values.add_run(parser)
    parser.set_defaults(act=_build)
    add_diff(group)
    add_lint(group)


def _build(arguments: argparse.Namespace) -> int:
    refuse_mixed(arguments)
    if arguments.audience == "internal" and (arguments.method or arguments.releases):
        raise values.NotAValue(
            "--method and --releases are of publications: add --for publication."
        )
    if arguments.kind == ANNUAL_REPORT:
        if arguments.evidence_on is not None:
            raise values.NotAValue(
                "--evidence-on is for --kind profile: an annual report shows its registers of money "
                "as they stand on the day of --as-at, or of the newest load."
            )
        return build_annual(arguments)
    from speccomm.jobs.pack import build_pack

    if arguments.every_icb_of is not None and arguments.run is not None:
        raise values.NotAValue(
            "--run keeps the tables of one pack. Leave it out: with --every-icb-of each pack's own "
            "folder has its tables and a manifest of how it was made."
        )
    started_at = now()
    request = _request(arguments, started_at)
    if arguments.every_icb_of is not None:
        return _build_each(request)
    answer = build_pack(request)
    leave_run(
        arguments,
        started_at=started_at,
        tables=answer.tables,
        findings=answer.findings,
        facts=answer.facts.as_manifest(),
    )
    _warn(answer.warnings)
    print(f"{notice(request.method, request.releases, answer.pack)}\nPack: {answer.page}")
    return DONE


def _build_each(request: PackRequest) -> int:
    from speccomm.jobs.region_packs import RegionPacksRequest, build_region_packs

    with progress() as say:
        answer = build_region_packs(RegionPacksRequest(request, progress=say))
    _warn(answer.warnings)
    print(f"{notice(request.method, request.releases)}\n{len(answer.packs)} packs: {answer.index}")
    return DONE


def _request(arguments: argparse.Namespace, started_at: datetime) -> PackRequest:
    from speccomm.jobs.pack import PackRequest
    from speccomm.publishing.editing import read_words
    from speccomm.publishing.rendering.formats import ALL_FORMATS, formats_asked

    words = arguments.words
    return PackRequest(
        store=arguments.store,
        icb=arguments.icb,
        region=arguments.region or arguments.every_icb_of,
        from_month=arguments.from_month,
        to_month=arguments.to_month,
        out=arguments.out,
        now=started_at,
        reference=arguments.reference,
        map_date=arguments.map_date,
        as_at=arguments.as_at,
        evidence_on=arguments.evidence_on,
        store_version=arguments.store_version,
        engine=engine_settings(arguments),
        formats=ALL_FORMATS if arguments.formats is None else formats_asked(arguments.formats),
        sections=arguments.sections,
        without=arguments.without,
        method=method_of(arguments),
        releases=arguments.releases,
        words=() if words is None else read_words(words, today=started_at.date()),
    )


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        print(f"warning {warning}", file=sys.stderr)
