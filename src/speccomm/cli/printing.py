"""Tables for people and for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import pyarrow as pa

NOTICE = "Unsuppressed: for internal use"
NOT_KNOWN = "not known"
NONE = "none"
LINE_WIDTH = 100
WIDEST_TEXT = 60  # of every column but the last, whose sentences are shown whole


def print_answer(
    table: pa.Table,
    *,
    form: str,
    metadata: Mapping[str, Any],
    totals: bool = True,
    none_where_missing: Collection[str] = (),
    out: TextIO | None = None,
) -> None:
    """Write `table` as `form`: table, csv or json.

    The notice stands above a table, in the metadata of json, and on standard error for csv, whose
    output holds the rows and nothing else.
    """
    out = out or sys.stdout
    columns = list(table.column_names)
    rows = [list(row.values()) for row in table.to_pylist()]
    if form == "csv":
        print(NOTICE, file=sys.stderr)
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_for_csv(value) for value in row] for row in rows])
    elif form == "json":
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        answer = {"rows": records, "metadata": {"notice": NOTICE, **metadata}}
        out.write(_json(answer) + "\n")
    else:
        out.write(
            NOTICE
            + "\n\n"
            + table_text(columns, rows, totals=totals, none_where_missing=none_where_missing)
            + "\n"
        )


def print_json(answer: Mapping[str, Any]) -> None:
    """Write one JSON object, every digit of a decimal kept."""
    sys.stdout.write(_json(answer) + "\n")


def print_table(table: pa.Table, *, totals: bool = True) -> None:
    """Write a table for people, without the notice: for counts of rows, not of activity."""
    rows = [list(row.values()) for row in table.to_pylist()]
    print(table_text(table.column_names, rows, totals=totals))


def say_findings(findings: pa.Table) -> None:
    """Say on standard error what was found: each check once, with how often it spoke."""
    spoken: dict[tuple[str, str], list[str]] = {}
    for row in findings.select(["level", "check_id", "sentence"]).to_pylist():
        spoken.setdefault((row["level"], row["check_id"]), []).append(row["sentence"])
    order = {"refuse": 0, "warning": 1, "note": 2}
    for (level, check), sentences in sorted(spoken.items(), key=lambda s: (order[s[0][0]], s[0])):
        more = f" (and {len(sentences) - 1:,} more like it)" if len(sentences) > 1 else ""
        print(f"{level} {check}: {sentences[0]}{more}", file=sys.stderr)


def table_text(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    totals: bool = True,
    none_where_missing: Collection[str] = (),
) -> str:
    """Aligned columns, thousands separated, with a row of totals under the numbers.

    Missing: a missing value reads "not known" and is left out of the total, which then says so; in
             the columns of `none_where_missing` it reads "none", which is what it means there.
    """
    if not rows:
        return "No rows."
    numeric = [_is_numeric(row[index] for row in rows) for index in range(len(columns))]
    missing_reads = [NONE if name in none_where_missing else NOT_KNOWN for name in columns]
    cells = [
        [
            reads if value is None else _for_people(_to_print(name, value))
            for name, value, reads in zip(columns, row, missing_reads, strict=True)
        ]
        for row in rows
    ]
    cells = [[*(_cut(cell) for cell in line[:-1]), line[-1]] for line in cells]
    body = [list(columns), *cells]
    with_totals = totals and any(numeric) and len(rows) > 1
    if with_totals:
        body.append(_totals(columns, rows, numeric))
    widths = [max(len(line[index]) for line in body) for index in range(len(columns))]
    lines = [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in body
    ]
    rule = "  ".join("-" * width for width in widths)
    lines.insert(1, rule)
    if with_totals:
        lines.insert(-1, rule)
        missing = sum(row[i] is None for row in rows for i in range(len(columns)) if numeric[i])
        if missing:
            lines.append(f"Values not known, left out of the totals: {missing:,}")
    return "\n".join(lines)


def _totals(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Sequence[bool]
) -> list[str]:
    line = [""] * len(columns)
    for index, name in enumerate(columns):
        if numeric[index]:
            total = sum(row[index] for row in rows if row[index] is not None)
            line[index] = _for_people(_to_print(name, total))
    if not numeric[0]:
        line[0] = "Total"
    return line


def _to_print(name: str, value: Any) -> Any:
    """Money as a reader expects it: stored prices hold more than pennies."""
    if not name.endswith("_gbp") or not isinstance(value, Decimal):
        return value
    from speccomm.foundation.money import to_pence  # brings in Arrow, which a quick start avoids

    return to_pence(value)


def _is_numeric(values: Iterable[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in known
    )


def _for_people(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return f"{_without_empty_decimals(value):,f}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return " ".join(str(value).split())


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST_TEXT else text[: WIDEST_TEXT - 1] + "…"


def _without_empty_decimals(value: Decimal) -> Decimal:
    """Keep pennies as they are; write a count of 3.000 as 3."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2 and value == value.to_integral_value():
        return value.quantize(Decimal(1))
    return value


def _for_csv(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def _json(value: Any) -> str:
    """JSON in which a decimal keeps every digit; the standard writer would go through float."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{json.dumps(str(key))}: {_json(item)}" for key, item in value.items())
        return "{" + inside + "}"
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return "[" + ", ".join(_json(item) for item in items) + "]"
    if value is None or isinstance(value, bool | int | float | str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value.isoformat() if isinstance(value, date) else str(value))
