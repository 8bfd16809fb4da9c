"""One figure in several places: a total in one table, the rows of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from speccomm.publishing.lint.description import Place, Tie
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import Row
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.totals import HALF, is_whole, say_difference, say_figure
from speccomm.publishing.wording import say_count


def check_ties(ties: Sequence[Tie], tables: Sequence[DescribedTable]) -> Iterator[Found]:
    """Places in the pack that should give one figure; places that are not there say nothing."""
    by_id = {table.id: table for table in tables}
    for tie in ties:
        ends = [end for place in tie.places if (end := _end(by_id, place))]
        for end in ends[1:]:
            yield from _check_tie(tie, ends[0], end)


@dataclass(frozen=True)
class _End:
    """One end of a tie, found: how a sentence names it, where it is and what it says."""

    name: str
    table: DescribedTable
    cell: str
    value: Decimal
    slack: Decimal


def _end(tables: dict[str, DescribedTable], place: Place) -> _End | None:
    table = tables.get(place.table)
    if table is None or not table.has(place.column):
        return None
    exact = is_whole(table, {table.kind(place.column)})
    if place.row:
        rows = [row for row in table.rows if table.matches(row, place.row)]
    else:
        rows = table.data_rows if table.spec.complete else []
    figures = [table.figure(row, place.column) for row in rows]
    if not rows or not all(f.is_number or f.counts_as_none for f in figures):
        return None
    slack = (
        Decimal(0) if exact else sum((f.unit for f in figures if f.is_number), Decimal(0)) * HALF
    )
    return _End(
        name=_end_name(table, place, rows),
        table=table,
        cell=table.address(rows[0], place.column) if len(rows) == 1 else "",
        value=sum((figure.value for figure in figures), Decimal(0)),
        slack=slack,
    )


def _end_name(table: DescribedTable, place: Place, rows: Sequence[Row]) -> str:
    if len(rows) == 1 and place.row:
        return f"{place.column} of {table.row_name(rows[0])} in {table.id}"
    return f"{place.column} of {say_count(len(rows), 'row')} in {table.id}"


def _check_tie(tie: Tie, first: _End, second: _End) -> Iterator[Found]:
    difference = second.value - first.value
    if abs(difference) <= first.table.rules.smallest_difference:
        return
    rounded = any(end.table.spec.rounded_to for end in (first, second))
    exact = tie.exact and not rounded
    within = not exact and abs(difference) <= first.slack + second.slack
    if within and (first.table.spec.rounding_noted or second.table.spec.rounding_noted):
        return
    yield found(
        "LINT-206" if within else "LINT-205",
        second.table.id,
        second.cell,
        first=first.name,
        first_value=say_figure(first.value),
        second=second.name,
        second_value=say_figure(second.value),
        difference=say_difference(difference),
        says=tie.says,
    )
