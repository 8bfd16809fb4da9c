"""Answers written as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from speccomm_web.design.tables import Column, DataTable
from speccomm_web.runs.interface.answers import Answer, Field, Kind, Window

ON_A_PAGE = 100


def window_of(asked: Mapping[str, Any]) -> Window | None:
    """The rows that a question asks for; None, for every row, where it wants CSV."""
    if asked.get("format") == "csv" or "page" not in asked:
        return None
    size = asked["size"] or ON_A_PAGE
    return Window(((asked["page"] or 1) - 1) * size, size)


def as_json(answer: Answer, asked: Mapping[str, Any], window: Window | None) -> dict[str, Any]:
    """An answer as JSON: the question as it was understood, the facts, and the rows asked for."""
    count = len(answer.rows) if answer.row_count is None else answer.row_count
    rows = answer.rows
    if window is not None and answer.row_count is None:
        rows = rows[window.first : window.first + window.size]
    said: dict[str, Any] = {
        "question": {k: v for k, v in asked.items() if k != "format" and v not in (None, "")},
        **answer.facts,
        "rows": [{f.name: _of_kind(row[f.name], f) for f in answer.fields} for row in rows],
    }
    for name, value in answer.facts.items():
        if isinstance(value, dict):
            said[name] = {key: written(part) for key, part in value.items()}
    if window is not None:
        said["page"] = {
            "number": window.first // window.size + 1,
            "size": window.size,
            "rows": count,
            "last": max(1, -(-count // window.size)),
        }
    return said


def written(value: Any) -> Any:
    """A value as JSON has it: decimals as text, moments in universal time."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _of_kind(value: Any, column: Field) -> Any:
    """A value as its column is described: a decimal is text also where it happens to be whole."""
    if column.kind is Kind.DECIMAL and value is not None:
        return written(Decimal(value))
    return written(value)


def as_table(answer: Answer, name: str) -> DataTable:
    """An answer as a table for CSV: columns under their names, nothing where there is no value."""
    columns = tuple(Column(field.name, field.name, none="") for field in answer.fields)
    rows = [{key: _cell(value) for key, value in row.items()} for row in answer.rows]
    return DataTable(name=name, caption=name, columns=columns, rows=rows)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
