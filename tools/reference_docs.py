"""Write docs/reference/ from the code: commands, tables, checks and rulebooks.

`python tools/reference_docs.py` writes the pages; a house test demands that they are current.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from speccomm.activity.tables import CONTRACT_POSITION, FLOWS
from speccomm.cli.main import build_parser
from speccomm.foundation.rulebook import Rulebook, read_rulebook, rulebooks_root
from speccomm.reference.tables import TABLES as REFERENCE_TABLES
from speccomm.warehouse.tables import EVIDENCE_TABLES, STORE_TABLES

ROOT = Path(__file__).resolve().parent.parent
PERMISSIONS = ROOT / "src" / "speccomm_web" / "accounts" / "permissions.toml"
FOLDER = ROOT / "docs" / "reference"
MADE = "<!-- Written by `make reference-docs`. Change the code, not this page. -->\n\n"


ANSWERS = {"flows": FLOWS, "contract": CONTRACT_POSITION}


def pages() -> dict[str, str]:
    """The text of every reference page, by file name."""
    return {
        "commands.md": commands_page(),
        "tables.md": tables_page(),
        "checks.md": checks_page(),
        "rulebooks.md": rulebooks_page(),
        "permissions.md": permissions_page(),
    }


def permissions_page() -> str:
    """Who may open which page of the web application, from the table that it goes by."""
    table = tomllib.loads(PERMISSIONS.read_text(encoding="utf-8"))["pages"]
    lines = [
        "# Permissions\n",
        "The table that the web application goes by, and [why](../explanation/permissions_and_audit.md).\n",
        "A page that is not here may be opened by nobody.\n",
        "| Page | Name | Who may open it | What they see |",
        "|---|---|---|---|",
    ]
    for name, row in table.items():
        who = row["who"]
        words = ", ".join(who).replace("_", " ") if isinstance(who, list) else who
        lines.append(f"| {row['says']} | `{name}` | {words} | {row.get('sees', '')} |")
    return MADE + "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every command with its arguments, as the parser knows them."""
    sections = ["# Commands\n", _codes()]
    for name, parser in _commands(build_parser()):
        sections.append(f"## `{name}`\n\n{_sentence(parser.description or '')}\n")
        rows = [_argument(action) for action in parser._actions if action.dest != "help"]
        table = ["| Argument | Meaning |", "|---|---|", *rows]
        if rows:
            sections.append("\n".join(table) + "\n")
    return MADE + "\n".join(sections)


def _codes() -> str:
    return (
        "Exit codes: 0 done and clean, 1 done with something refused, 2 could not be done. "
        "`T` is ISO 8601 with a zone.\n"
    )


def _commands(
    parser: argparse.ArgumentParser, prefix: str = "speccomm"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                if any(isinstance(a, argparse._SubParsersAction) for a in child._actions):
                    yield from _commands(child, f"{prefix} {name}")
                else:
                    yield f"{prefix} {name}", child


def _argument(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings) or str(action.metavar or action.dest)
    if action.choices is not None:
        value = "|".join(str(choice) for choice in action.choices)
    else:
        value = _value_words(action) if action.nargs != 0 else ""
    shown = f"{names} {value}".strip() if action.option_strings else names
    needed = "" if action.required or not action.option_strings else " (optional)"
    meaning = (action.help or "").replace("%(default)s", str(action.default))
    return f"| `{_cell(shown)}` | {_cell(_sentence(meaning))}{needed} |"


def _value_words(action: argparse.Action) -> str:
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    return str(action.metavar or action.dest.upper())


def rulebooks_page() -> str:
    """Every rulebook: what it is, since when, from where."""
    lines = [
        "# Rulebooks\n",
        (
            "Rules are dated data. *Assumed* marks a rule that was not found at its source and stands in "
            "until it is.\n"
        ),
        "| Rulebook | Version | What | In force | Source | Next review |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_rulebook_row(name, read_rulebook(name)) for name in rulebook_names()]
    return MADE + "\n".join(lines) + "\n"


def rulebook_names(ending: str = ".toml") -> list[str]:
    """Paths under the rulebook root, without their ending, in order."""
    return sorted(
        name.removesuffix(ending) for name in _walk(rulebooks_root()) if name.endswith(ending)
    )


def _walk(folder: Traversable, prefix: str = "") -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name


def _rulebook_row(name: str, book: Rulebook) -> str:
    until = f" until {book.to_date}" if book.to_date else ""
    title = book.title + (" (assumed)" if book.assumed else "")
    return (
        f"| `{name}` | {_cell(book.version)} | {_cell(title)} | from {book.from_date}{until} | "
        f"{_cell(book.source)} | {book.next_review} |"
    )


def checks_page() -> str:
    """Every check of intake: its level, what it looks at, and what a submitter reads."""
    book = read_rulebook("intake/checks")
    lines = [
        "# Checks\n",
        (
            f"From rulebook `{book.identifier}` version {book.version}. A check that needs tables which are "
            "not loaded is reported as *not run, input missing*. A field's own level may differ where "
            "`intake/fields.csv` says so.\n"
        ),
        "| Check | Level | Looks at | What is said | What to do |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{check['id']}` {_cell(check['title'])} | {check['level']} | {check['scope']} | "
        f"{_cell(check['sentence'])} | {_cell(check['remedy'])} |"
        for check in book.rules["check"]
    ]
    lines += _evidence_checks()
    return MADE + "\n".join(lines) + "\n"


def _evidence_checks() -> list[str]:
    """Every check of spreadsheets of evidence."""
    book = read_rulebook("quality/checks")
    return [
        f"\n## Of evidence\n\nFrom rulebook `{book.identifier}` version {book.version}.\n",
        "| Check | Level | What is said | What to do |",
        "|---|---|---|---|",
        *(
            f"| `{check['id']}` {_cell(check['title'])} | {check['level']} | "
            f"{_cell(check['sentence'])} | {_cell(check['remedy'])} |"
            for check in book.rules["check"]
        ),
    ]


def tables_page() -> str:
    """Every table of the store, the answers and the reference folder."""
    parts = ["# Tables\n", "## In the store\n"]
    parts += [_table(f"`{name}`", t.what, t.columns) for name, t in STORE_TABLES.items()]
    parts.append("## Evidence of each service\n")
    parts.append(
        "In the store from the first statement on. Spreadsheets have the same columns, without the "
        "first five.\n"
    )
    parts += [_table(f"`{name}`", t.what, t.columns) for name, t in EVIDENCE_TABLES.items()]
    parts.append("## In an answer\n")
    parts += [_table(f"`{name}`", "", columns) for name, columns in ANSWERS.items()]
    parts.append("## In a reference folder\n")
    parts.append(
        "Files a user may hold, as CSV with these columns. Tables without a file are shipped.\n"
    )
    for spec in REFERENCE_TABLES.values():
        title = f"`{spec.file}`" if spec.file else f"`{spec.name}`"
        parts.append(_table(title, spec.title, spec.columns))
    return MADE + "\n".join(parts)


def _table(title: str, what: str, columns: Sequence[Any]) -> str:
    lines = [f"### {title}\n"]
    if what:
        lines.append(f"{_sentence(what).rstrip('.')}.\n")
    lines += ["| Column | Type | Unit or meaning | Missing means |", "|---|---|---|---|"]
    for column in columns:
        missing = getattr(column, "null", None) or getattr(column, "missing", "") or "never missing"
        about = [getattr(column, "meaning", ""), column.unit or "", getattr(column, "source", "")]
        meaning = "; ".join(dict.fromkeys(text for text in about if text))
        mark = " (disclosive)" if column.disclosive else ""
        lines.append(
            f"| `{column.name}` | {column.type} | {_cell(meaning)}{mark} | {_cell(missing)} |"
        )
    return "\n".join(lines) + "\n"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
