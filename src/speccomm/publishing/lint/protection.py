"""Small numbers in tables that are described as published: shown, or hidden and yet to be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speccomm.publishing.lint.description import AcrossSum
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import Row
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.totals import parts_of
from speccomm.publishing.lint.values import State

Spot = tuple[Row, str]


def check_protection(table: DescribedTable) -> Iterator[Found]:
    """Small numbers shown, and single hidden ones that a total gives away. The number is not said."""
    if not table.spec.published:
        return
    yield from _check_shown(table)
    if table.spec.rounded_to:
        return  # totals of rounded figures give nothing away exactly
    given_away: dict[tuple[int, str], str] = {}
    for spots, line in (*_across_lines(table), *_down_lines(table)):
        spot = _only_hidden(table, spots)
        if spot is not None:
            given_away.setdefault((spot[0].number, spot[1]), line)
    rows = {row.number: row for row in table.rows}
    for (number, name), line in sorted(given_away.items()):
        row = rows[number]
        yield found(
            "LINT-702",
            table.id,
            table.address(row, name),
            where=table.where(row, name),
            line=line,
        )


def _check_shown(table: DescribedTable) -> Iterator[Found]:
    names = [n for n, spec in table.spec.columns.items() if spec.kind.is_protected and table.has(n)]
    small = table.rules.small
    for row in table.rows:
        for name in names:
            figure = table.figure(row, name)
            if figure.is_number and small[0] <= abs(figure.value) <= small[-1]:
                yield found(
                    "LINT-701",
                    table.id,
                    table.address(row, name),
                    where=table.where(row, name),
                    small_from=small[0],
                    small_to=small[-1],
                )


def _across_lines(table: DescribedTable) -> Iterator[tuple[list[Spot], str]]:
    for across in table.spec.across:
        names = _names(table, across)
        if table.has(*names):
            for row in table.rows:
                yield [(row, name) for name in names], f"the sum in row {row.number}"


def _names(table: DescribedTable, across: AcrossSum) -> list[str]:
    return [across.total, *(table.part(name)[0] for name in across.of)]


def _down_lines(table: DescribedTable) -> Iterator[tuple[list[Spot], str]]:
    if not table.spec.complete:
        return
    for down in table.spec.down:
        for total in table.rows:
            if table.matches(total, down.total_row):
                rows = [total, *parts_of(table, down, total)]
                for name in down.columns or table.figure_columns():
                    if table.has(name) and table.kind(name).adds_up:
                        yield [(row, name) for row in rows], f"the column {name}"


def _only_hidden(table: DescribedTable, spots: Sequence[Spot]) -> Spot | None:
    """The one hidden figure of a line whose other figures are all there, if that is how it is."""
    hidden = [spot for spot in spots if table.figure(*spot).state is State.HIDDEN]
    figures = [table.figure(*spot) for spot in spots if spot not in hidden]
    if len(hidden) != 1 or not all(figure.is_number for figure in figures):
        return None
    return hidden[0]
