"""speccomm: read the command, hand it to its module, turn what comes back into an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module, metadata

from speccomm.cli.parser import NotUnderstood, Parser
from speccomm.foundation.errors import Refusal

COULD_NOT_BE_DONE = 2
FAULT_OF_OURS = 70  # so that a fault never reads as "done with something refused"
INTERRUPTED = 130
NOBODY_READING = 141

# Each module adds its commands to the parser; none imports a job until it runs.
COMMAND_MODULES = (
    "demo",
    "evidence",
    "reference",
    "keys",
    "submissions",
    "assignment",
    "reports",
    "history",
    "pack",
    "receipt",
)
GUIDE = """\
A month's work: `speccomm check` a file, `speccomm load` it, then ask with `flows` and `contract`
or build a pack with `pack build`. `speccomm demo` does all of it on made-up files.

Exit codes: 0 done and clean, 1 done with something refused, 2 could not be done.
"""


def build_parser() -> Parser:
    """The whole command line, without importing anything that does the work."""
    parser = Parser(
        prog="speccomm",
        description="The open system for the specialised commissioning of NHS services.",
        epilog=GUIDE,
    )
    parser.add_argument(
        "--version", action="version", version=f"speccomm {metadata.version('speccomm')}"
    )
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True, parser_class=Parser
    )
    for name in COMMAND_MODULES:
        import_module(f"speccomm.cli.{name}").add_commands(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Nothing a user may meet shows a traceback."""
    _let_any_terminal_print()
    try:
        arguments = build_parser().parse_args(sys.argv[1:] if argv is None else argv)
        code = int(arguments.act(arguments))
        sys.stdout.flush()
        return code
    except Refusal as refusal:
        return _refuse(refusal)
    except BrokenPipeError:
        # The reader has gone; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READING
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as problem:
        place = f": {problem.filename}" if problem.filename else ""
        print(f"speccomm: {problem.strerror or problem}{place}.", file=sys.stderr)
        return COULD_NOT_BE_DONE
    except Exception:  # noqa: BLE001 - the outermost edge: a fault of ours is shown whole
        traceback.print_exc()
        print("speccomm: this is a fault in speccomm, not in your files.", file=sys.stderr)
        return FAULT_OF_OURS


def _refuse(refusal: Refusal) -> int:
    print(f"speccomm: {refusal}", file=sys.stderr)
    if isinstance(refusal, NotUnderstood):
        print(f"See {refusal.usage}", file=sys.stderr)
    return COULD_NOT_BE_DONE


def _let_any_terminal_print() -> None:
    """A terminal that lacks a character shows a question mark instead of stopping the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
