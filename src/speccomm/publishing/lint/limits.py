"""What no cell of its kind can be: no number, more than the whole, or later than the pack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from speccomm.publishing.lint.description import Kind
from speccomm.publishing.lint.findings import Found, NotChecked, found
from speccomm.publishing.lint.grid import Row
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.totals import say_figure
from speccomm.publishing.lint.values import State, read_date


def check_figures(table: DescribedTable) -> Iterator[Found]:
    """Every cell of figures: a number, or a sign that says why there is none."""
    columns = table.figure_columns()
    for row in table.rows:
        for name in columns:
            yield from _check_figure(table, row, name)


def _check_figure(table: DescribedTable, row: Row, name: str) -> Iterator[Found]:
    figure, cell = table.figure(row, name), table.address(row, name)
    where = table.where(row, name)
    if figure.state is State.BLANK and not table.spec.columns[name].blank:
        yield found("LINT-108", table.id, cell, where=where)
    elif figure.state is State.UNREADABLE:
        yield found("LINT-107", table.id, cell, where=where)
    elif figure.state is State.FAULT:
        fault = table.cell(row, name).fault
        yield found("LINT-109", table.id, cell, where=where, fault=fault)
    elif figure.is_number and table.kind(name) is Kind.PERCENT:
        printed = f"{say_figure(figure.value)}%"
        if figure.value > table.rules.whole_percent:
            yield found("LINT-601", table.id, cell, where=where, printed=printed)
        elif figure.value < 0:
            yield found("LINT-602", table.id, cell, where=where, printed=printed)


def check_dates(table: DescribedTable) -> Iterator[Found | NotChecked]:
    """Every cell of a column of dates: a day, and one that has come by the pack's own date."""
    for name, spec in table.columns(Kind.DATE, Kind.PLANNED_DATE):
        dated = table.pack.dated
        if dated is None and spec.kind is Kind.DATE:
            yield NotChecked(f"dates in {name}", "the pack's own date is not given", table.id)
        for row in table.data_rows:
            if table.text(row, name) and table.is_legible(row, name):
                yield from _check_date(table, row, name, dated)


def _check_date(table: DescribedTable, row: Row, name: str, dated: date | None) -> Iterator[Found]:
    cell, where = table.address(row, name), table.where(row, name)
    text = table.text(row, name)
    day = read_date(table.cell(row, name))
    if day is None:
        if text.casefold() not in table.marks.missing:
            yield found("LINT-612", table.id, cell, where=where)
    elif table.kind(name) is Kind.DATE and dated is not None and day > dated:
        yield found(
            "LINT-611", table.id, cell, where=where, printed=text, dated=f"{dated:%-d %B %Y}"
        )


def check_undescribed(table: DescribedTable) -> Iterator[Found]:
    """What can be said of columns nothing is known of: errors of the spreadsheet, and nothing else.

    A percentage is not judged, because it may be a change.
    """
    for row in table.rows:
        for column in table.grid.columns:
            if column.name in table.spec.columns:
                continue
            cell = table.cell(row, column.name)
            if cell.fault:
                yield found(
                    "LINT-109",
                    table.id,
                    table.address(row, column.name),
                    where=table.where(row, column.name),
                    fault=cell.fault,
                )
