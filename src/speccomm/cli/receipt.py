"""receipt: what one figure of a pack was made from, and whether it still comes out the same."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speccomm.cli import values
from speccomm.cli.answering import DONE, REFUSED, engine_settings, leave_run, now
from speccomm.cli.printing import NOTICE, print_json, table_text

if TYPE_CHECKING:
    from speccomm.jobs.receipt import ReceiptAnswer

WIDEST_NAME = 18
MOST_FILES = 20


def add_commands(commands: Any) -> None:
    """Add receipt."""
    about = (
        "What one figure of a pack was made from: files, rows, filter, rules and map. With --store "
        "it is worked out again at the pack's version of the store."
    )
    parser = commands.add_parser("receipt", help="what a figure was made from", description=about)
    parser.add_argument(
        "figure", metavar="ID", help="the figure's identifier, such as QWU.activity_icb.A06.intra"
    )
    parser.add_argument(
        "--pack", metavar="DIR", type=Path, required=True, help="the folder of the pack"
    )
    parser.add_argument(
        "--store", metavar="DIR", type=Path,
        help="the store it was built from; without it the receipt is what the pack says",
    )  # fmt: skip
    parser.add_argument(
        "--rows", action="store_true",
        help="give the accepted rows behind the figure, with --out or --run",
    )  # fmt: skip
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="write the rows here: FILE.csv or FILE.parquet"
    )
    parser.add_argument(
        "--reference", metavar="DIR", type=Path, help="reference folder the pack was built with"
    )
    values.add_format(parser)
    values.add_engine(parser)
    values.add_run(parser)
    parser.set_defaults(act=_receipt)


def _receipt(arguments: argparse.Namespace) -> int:
    from speccomm.jobs.receipt import ReceiptRequest, receipt

    if arguments.rows and arguments.store is None:
        raise values.NotAValue("The rows behind a figure are in the store: add --store DIR.")
    if arguments.rows and arguments.out is None and arguments.run is None:
        raise values.NotAValue("Say where the rows should go: --out FILE.csv, or --run DIR.")
    if arguments.out is not None and not arguments.rows:
        raise values.NotAValue("--out is where rows go: ask for them with --rows.")
    started_at = now()
    answer = receipt(
        ReceiptRequest(
            figure=arguments.figure,
            pack=arguments.pack,
            now=started_at,
            store=arguments.store,
            reference=arguments.reference,
            rows_out=arguments.out,
            keep_rows=arguments.rows and arguments.run is not None,
            engine=engine_settings(arguments),
        )
    )
    _print(answer, form=arguments.format)
    for path in answer.written:
        print(f"Rows: {path}", file=sys.stderr)
    if arguments.run is not None:
        import pyarrow as pa

        items = [{"item": name, "value": value} for name, value in _items(answer)]
        tables = {"receipt": items, "files": list(answer.files)}
        leave_run(
            arguments,
            started_at=started_at,
            tables={n: pa.Table.from_pylist(rows) for n, rows in tables.items()} | answer.rows,
            facts={"figure": str(answer.receipt.name), "agrees": answer.agrees},
        )
    return REFUSED if answer.agrees is False else DONE


def _print(answer: ReceiptAnswer, *, form: str) -> None:
    if form == "csv":
        print(NOTICE, file=sys.stderr)
        csv.writer(sys.stdout, lineterminator="\n").writerows([("item", "value"), *_items(answer)])
    elif form == "json":
        facts: dict[str, Any] = {}
        for name, value in answer.facts:
            facts[name] = [*facts[name], value] if name in facts else [value]
        plain = {name: v[0] if len(v) == 1 else v for name, v in facts.items()}
        print_json(
            {
                **plain,
                "agrees": answer.agrees,
                "files": list(answer.files),
                "rulebooks": answer.manifest["rulebooks"],
                "notice": NOTICE,
            }
        )
    else:
        lines = [f"{name.ljust(WIDEST_NAME)}  {value}" for name, value in answer.facts]
        files = [list(row.values()) for row in answer.files]
        print("\n".join([NOTICE, "", *lines, ""]))
        if files:
            print(table_text(list(answer.files[0]), files[:MOST_FILES], totals=False))
        if len(files) > MOST_FILES:
            print(f"and {len(files) - MOST_FILES:,} files more; --format csv or json has them all")


def _items(answer: ReceiptAnswer) -> list[tuple[str, str]]:
    files = [
        ("source file", f"{row['file_name']} {row['sha256']} received {row['received_at']}")
        for row in answer.files
    ]
    return [*answer.facts, *files]
