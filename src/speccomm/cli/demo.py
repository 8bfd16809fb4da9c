"""demo: a synthetic Midlands, from files to a pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from speccomm.cli import values


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
