"""Counts stated in words above a table, against the rows below."""

from __future__ import annotations

from collections.abc import Iterator

from speccomm.publishing.lint.codes import CodeBook
from speccomm.publishing.lint.description import Kind, Statement
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import Row, folded
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.values import first_number, whole_number
from speccomm.publishing.wording import say_count, say_list

ROWS = "rows"


def check_statements(table: DescribedTable, codes: CodeBook) -> Iterator[Found]:
    """Every sentence that the description says states a count."""
    for statement in table.spec.statements:
        yield from _check_statement(table, statement, codes)


def _check_statement(
    table: DescribedTable, statement: Statement, codes: CodeBook
) -> Iterator[Found]:
    rules = table.rules
    if statement.says:
        stated = whole_number(statement.says, rules)
    else:
        stated = first_number(statement.text, rules)
    if stated is None:
        yield found("LINT-213", table.id, text=statement.text)
        return
    numbers = [whole_number(part, rules) for part in statement.parts]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        yield found("LINT-213", table.id, text=", ".join(statement.parts))
    elif known and sum(known) != stated:
        yield found(
            "LINT-212", table.id, text=statement.text, stated=f"{stated:,}", sum=f"{sum(known):,}"
        )
    if table.spec.complete:
        yield from _check_count(table, statement, stated, codes)


def _check_count(
    table: DescribedTable, statement: Statement, stated: int, codes: CodeBook
) -> Iterator[Found]:
    rows = [row for row in table.data_rows if table.matches(row, statement.where)]
    if statement.counts == ROWS:
        counted, words = len(rows), say_count(len(rows), "row")
    elif table.has(statement.counts):
        values = {v for row in rows if (v := _value(table, row, statement.counts))}
        counted = len(values)
        words = f"{counted:,} different {statement.counts}"
    else:
        return
    if counted == stated:
        return
    yield found(
        "LINT-211",
        table.id,
        _cell(table, rows),
        text=statement.text,
        stated=f"{stated:,}",
        counted=words,
        more=_organisations(table, rows, codes),
    )


def _value(table: DescribedTable, row: Row, column: str) -> str:
    if column in table.spec.columns and table.spec.columns[column].pattern:
        return table.code(row, column)
    return folded(table.text(row, column))


def _cell(table: DescribedTable, rows: list[Row]) -> str:
    """The rows counted, as a range of the column that names them."""
    if not rows:
        return ""
    first, last = (table.address(row, table.label) for row in (rows[0], rows[-1]))
    return first if first == last else f"{first}:{last}"


def _organisations(table: DescribedTable, rows: list[Row], codes: CodeBook) -> str:
    """That merged organisations are counted more than once, where they are."""
    if table.spec.period is None:
        return ""
    for column, _ in table.columns(Kind.PROVIDER):
        sent = [code for row in rows if (code := table.code(row, column).upper())]
        merged = {code: codes.current(code, table.spec.period.first.from_date) for code in sent}
        moved = [f"{old} is part of {new}" for old, new in sorted(merged.items()) if old != new]
        if moved and len(set(merged.values())) < len(set(sent)):
            number = say_count(len(set(merged.values())), "organisation")
            return f" They are {number}: {say_list(moved)}."
    return ""
