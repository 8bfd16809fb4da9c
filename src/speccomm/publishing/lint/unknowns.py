"""Rows that stand for what is unknown: how much that is, and whether anything explains it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from speccomm.publishing.lint.description import Kind
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import Row, folded
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.totals import say_figure
from speccomm.publishing.wording import TENTH, rounded

ALL_PERCENT = 100
SHORT_WORD = 3  # shorter words for unknown are parts of other words
NAMING = {
    Kind.TEXT,
    Kind.SERVICE_NAME,
    Kind.SERVICE_CODE,
    Kind.PROVIDER,
    Kind.COMMISSIONER,
    Kind.SITE,
}


def check_unknowns(table: DescribedTable, tables: Collection[str]) -> Iterator[Found]:
    """Every row named Unknown that nothing explains, or that is much of its table."""
    explained = table.pack.unknown_explained_by in tables or _is_explained(table)
    for row in table.data_rows:
        column = _unknown_column(table, row)
        if column is None:
            continue
        size, share = _size(table, row)
        is_much = share is not None and share > table.rules.unknown_share_percent
        if explained and not is_much:
            continue
        yield found(
            "LINT-502" if explained else "LINT-501",
            table.id,
            table.address(row, column),
            label=table.text(row, column),
            size=size,
            limit=say_figure(table.rules.unknown_share_percent),
        )


def _is_explained(table: DescribedTable) -> bool:
    """Whether any words around the table speak of what is unknown."""
    words = folded(" ".join((*table.grid.words, *table.spec.notes)))
    return any(word in words for word in table.rules.unknown_words if len(word) > SHORT_WORD)


def _unknown_column(table: DescribedTable, row: Row) -> str | None:
    """The column that names the row and says Unknown."""
    named = [table.label, *(n for n in table.spec.columns if table.kind(n) in NAMING)]
    for name in dict.fromkeys(named):
        if table.has(name) and folded(table.text(row, name)) in table.rules.unknown_words:
            return name
    return None


def _size(table: DescribedTable, row: Row) -> tuple[str, Decimal | None]:
    """How much the row is, in words, and its share of the column in percent."""
    measure = _measure(table)
    if measure is None:
        return "", None
    figure = table.figure(row, measure)
    if not figure.is_number:
        return " with figures that are not legible or not given", None
    whole = _whole(table, measure)
    said = f" with {say_figure(figure.value)} in {measure}"
    if not table.spec.complete or whole <= 0:
        return said, None
    share = figure.value * ALL_PERCENT / whole
    tenth = rounded(share, TENTH)
    shown = f"{tenth}%" if tenth or not share else "under 0.1%"
    return f"{said} ({shown} of {say_figure(whole)})", share


def _whole(table: DescribedTable, measure: str) -> Decimal:
    """What the whole column comes to: as its one total row prints it, else the sum of its rows."""
    totals = [row for row in table.rows if row.number in table.total_numbers]
    if len(totals) == 1 and table.figure(totals[0], measure).is_number:
        return table.figure(totals[0], measure).value
    figures = [table.figure(row, measure) for row in table.data_rows]
    return sum((figure.value for figure in figures if figure.is_number), Decimal(0))


def _measure(table: DescribedTable) -> str | None:
    """The column that says how much a row is: as described, else the last one that adds up."""
    if table.spec.unknown_measure and table.has(table.spec.unknown_measure):
        return table.spec.unknown_measure
    columns = [name for name in table.figure_columns() if table.kind(name).adds_up]
    return columns[-1] if columns else None
