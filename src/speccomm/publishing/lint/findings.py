"""What the lint found, as rows: code, severity, table, cell, sentence, remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from speccomm.publishing.lint.rules import LintRules

LINT_FINDINGS = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),  # error, warning or note
        pa.field("table", pa.string(), nullable=False),
        pa.field("cell", pa.string()),  # as a spreadsheet names it, G34; null: about the table
        pa.field("sentence", pa.string(), nullable=False),
        pa.field("remedy", pa.string(), nullable=False),
    ]
)
NOT_CHECKED = pa.schema(
    [
        pa.field("table", pa.string()),  # null: about every table
        pa.field("what", pa.string(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Found:
    """One finding before it is put in words: its check, its place, and what the words need."""

    code: str
    table: str
    cell: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotChecked:
    """Something that could not be judged, and why: never the same as being found right."""

    what: str
    why: str
    table: str = ""


def found(code: str, table: str, cell: str = "", /, **values: Any) -> Found:
    """A finding of a check at a cell of a table, with the values its sentence names."""
    return Found(code, table, cell, values)


def findings_table(findings: Iterable[Found], rules: LintRules) -> pa.Table:
    """Put findings in words.

    Shape:   one row per finding, in the order given.
    Missing: cell is null where the finding is about a whole table.
    Raises:  KeyError for a check that the rulebook does not have.
    """
    rows = []
    for finding in findings:
        check = rules.checks[finding.code]
        rows.append(
            {
                "code": check.code,
                "severity": str(check.severity),
                "table": finding.table,
                "cell": finding.cell or None,
                "sentence": check.sentence.format(**finding.values).strip(),
                "remedy": check.remedy.format(**finding.values),
            }
        )
    return pa.Table.from_pylist(rows, schema=LINT_FINDINGS)


def not_checked_table(entries: Iterable[NotChecked]) -> pa.Table:
    """What could not be judged.

    Shape:   one row for each thing, without repeats, in the order given.
    Missing: table is null for what concerns every table.
    """
    rows = [
        {"table": entry.table or None, "what": entry.what, "why": entry.why}
        for entry in dict.fromkeys(entries)
    ]
    return pa.Table.from_pylist(rows, schema=NOT_CHECKED)
