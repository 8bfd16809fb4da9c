"""demo: a synthetic Midlands, from files to a pack."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, as_typed, engine_settings, leave_run, now
from speccomm.cli.printing import NOTICE
from speccomm.cli.progress import progress

if TYPE_CHECKING:
    from speccomm.jobs.demo import DemoAnswer


def add_commands(commands: Any) -> None:
    """Add demo."""
    about = (
        "Make a synthetic Midlands: files and reference, loaded into a store, and a pack. "
        "Nothing is served; it prints where the pack is."
    )
    parser = commands.add_parser("demo", help="files to pack, on made-up data", description=about)
    parser.add_argument(
        "--dir", metavar="DIR", type=Path, default=Path("demo"), help="where (default: ./demo)"
    )
    parser.add_argument(
        "--scale", metavar="N", type=values.positive_number, default=1.0,
        help="share of the full size; 1.0 reproduces the published Midlands table",
    )  # fmt: skip
    parser.add_argument(
        "--icb", metavar="CODE", type=values.code, default="QWU", help="whose pack (default: QWU)"
    )
    values.add_engine(parser)
    values.add_run(parser)
    parser.set_defaults(act=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.demo import DemoRequest, demo

    started_at = now()
    with progress() as say:
        answer = demo(
            DemoRequest(
                folder=arguments.dir,
                icb=arguments.icb,
                now=started_at,
                scale=arguments.scale,
                command=as_typed(arguments),
                settings=engine_settings(arguments),
                progress=say,
            )
        )
    last = answer.loads[-1]
    leave_run(
        arguments,
        started_at=started_at,
        tables=answer.pack.tables,
        findings=answer.pack.findings,
        facts=answer.pack.facts.as_manifest(),
    )
    seconds = (now() - started_at).total_seconds()
    print(
        f"{len(answer.generated.files):,} files of synthetic trusts in {answer.generated.submissions}\n"
        f"Read {last.read:,} rows: accepted {last.accepted:,}, refused {last.refused:,}, "
        f"as planted in {answer.generated.manifest}\n"
        f"Evidence of services in {answer.folder / 'evidence'}: "
        f"{answer.evidence.facts.row_counts['accepted']:,} statements\n"
        f"Store in {answer.folder / 'store'}, its key in {answer.folder / 'key'}\n"
        f"Done in {seconds:,.0f} seconds\n\n"
        f"{NOTICE}\nPack: {answer.page.absolute()}\n"
        f"As a document, workbook and slides too: {_every_format(answer)}"
    )
    return DONE  # every refused row was planted to be


def _every_format(answer: DemoAnswer) -> str:
    """The command that builds the demonstration's pack again in every format."""
    from speccomm.jobs.demo import FROM_MONTH, TO_MONTH

    words = ["speccomm", "pack", "build", "--store", answer.folder / "store"]
    words += ["--reference", answer.generated.reference, "--icb", answer.pack.folder.name]
    words += ["--from", FROM_MONTH, "--to", TO_MONTH, "--out", answer.pack.folder]
    return shlex.join(map(str, words))
