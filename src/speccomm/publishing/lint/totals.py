"""Totals against their parts: across a row and down a column.

A total may differ from printed parts because each was rounded by itself. Each rounded figure is
off by at most half of its smallest step, so n parts and their total explain a difference of up to
(n + 1) halves. More than that is an error whatever was rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from speccomm.publishing.lint.description import AcrossSum, DownSum, Kind, Share
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import Row, folded
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.values import Figure
from speccomm.publishing.wording import MINUS, say_count, say_list

HALF = Decimal("0.5")
ALL_PERCENT = 100


@dataclass(frozen=True)
class Comparison:
    """A printed total beside what its parts come to."""

    printed: Figure
    parts: tuple[Figure, ...]
    sum: Decimal
    bound: Decimal  # what rounding can explain

    @property
    def difference(self) -> Decimal:
        return self.printed.value - self.sum

    @property
    def is_within_rounding(self) -> bool:
        return abs(self.difference) <= self.bound

    @property
    def blanks(self) -> int:
        return sum(part.counts_as_none for part in self.parts)


def check_totals(table: DescribedTable) -> Iterator[Found]:
    """Every sum and share that the table's description names."""
    for across in table.spec.across:
        yield from _check_across(table, across)
    for down in table.spec.down:
        yield from _check_down(table, down)
    for share in table.spec.shares:
        yield from _check_share(table, share)


def compare(
    table: DescribedTable, printed: Figure, parts: Sequence[tuple[Figure, int]], *, exact: bool
) -> Comparison | None:
    """A total beside its parts, or None where a figure that is needed cannot be read."""
    figures = [figure for figure, _ in parts]
    if not printed.is_number or not all(f.is_number or f.counts_as_none for f in figures):
        return None
    if not any(figure.is_number for figure in figures):
        return None
    numbers = [figure for figure in figures if figure.is_number]
    total = sum((figure.value * sign for figure, sign in parts), Decimal(0))
    step = Decimal(table.spec.rounded_to) if table.spec.rounded_to else None
    steps = [step or figure.unit for figure in (*numbers, printed)]
    bound = Decimal(0) if exact else sum(steps, Decimal(0)) * HALF
    return Comparison(printed, tuple(figures), total, bound)


def _check_across(table: DescribedTable, across: AcrossSum) -> Iterator[Found]:
    parts = [table.part(name) for name in across.of]
    if not table.has(across.total, *(name for name, _ in parts)):
        return
    kinds = {table.kind(name) for name in (across.total, *(name for name, _ in parts))}
    for row in table.rows:
        result = compare(
            table,
            table.figure(row, across.total),
            [(table.figure(row, name), sign) for name, sign in parts],
            exact=across.exact or is_whole(table, kinds),
        )
        if result is None or not _differs(table, result):
            continue
        yield _finding(
            table,
            result,
            codes=("LINT-201", "LINT-202"),
            cell=table.address(row, across.total),
            row=table.row_name(row),
            total=across.total,
            parts=_say_parts(parts),
        )


def _check_down(table: DescribedTable, down: DownSum) -> Iterator[Found]:
    totals = [row for row in table.rows if table.matches(row, down.total_row)]
    if not totals and not table.pack.optional:
        wanted = say_list([value for values in down.total_row.values() for value in values])
        yield found("LINT-111", table.id, wanted=f"“{wanted}”")
    if not table.spec.complete or (down.by and not table.has(down.by)):
        return
    named = [name for name in down.columns if table.has(name)]
    columns = named or [name for name in table.figure_columns() if table.kind(name).adds_up]
    for total in totals:
        parts = parts_of(table, down, total)
        for column in columns:
            result = compare(
                table,
                table.figure(total, column),
                [(table.figure(row, column), 1) for row in parts],
                exact=down.exact or is_whole(table, {table.kind(column)}),
            )
            if result is None or not _differs(table, result):
                continue
            yield _finding(
                table,
                result,
                codes=("LINT-203", "LINT-204"),
                cell=table.address(total, column),
                column=column,
                row=table.row_name(total)
                if not down.by
                else f"{table.row_name(total)} of {table.text(total, down.by)}",
                rows=f"the {say_count(len(parts), 'row')}",
            )


def parts_of(table: DescribedTable, down: DownSum, total: Row) -> list[Row]:
    """The rows that a total row of the table is the sum of."""
    if down.of_rows:
        rows = [row for row in table.rows if table.matches(row, down.of_rows)]
    else:
        rows = table.data_rows
    if down.by:
        group = folded(table.text(total, down.by))
        rows = [row for row in rows if folded(table.text(row, down.by)) == group]
    return [row for row in rows if row.number != total.number]


def _check_share(table: DescribedTable, share: Share) -> Iterator[Found]:
    if not table.has(share.percent, share.part, share.whole):
        return
    for row in table.rows:
        percent, part, whole = (
            table.figure(row, name) for name in (share.percent, share.part, share.whole)
        )
        if not (percent.is_number and part.is_number and whole.is_number) or whole.value == 0:
            continue
        exact = part.value * ALL_PERCENT / whole.value
        slack = percent.unit * HALF + (part.unit + whole.unit) * HALF * ALL_PERCENT / abs(
            whole.value
        )
        if is_whole(table, {table.kind(share.part), table.kind(share.whole)}):
            slack = percent.unit * HALF
        if abs(percent.value - exact) <= slack + table.rules.smallest_difference:
            continue
        yield found(
            "LINT-221",
            table.id,
            table.address(row, share.percent),
            where=table.where(row, share.percent),
            printed=f"{say_figure(percent.value)}%",
            part=say_figure(part.value),
            whole=say_figure(whole.value),
            share=f"{say_figure(exact.quantize(percent.unit))}%",
        )


def is_whole(table: DescribedTable, kinds: set[Kind]) -> bool:
    """Whether the figures are counts of whole things, which rounding cannot have touched."""
    return not table.spec.rounded_to and all(kind.is_whole for kind in kinds)


def _differs(table: DescribedTable, result: Comparison) -> bool:
    if abs(result.difference) <= table.rules.smallest_difference:
        return False
    return not (table.spec.rounding_noted and result.is_within_rounding)


def _finding(
    table: DescribedTable,
    result: Comparison,
    *,
    codes: tuple[str, str],
    cell: str,
    **values: str,
) -> Found:
    numbers = sum(part.is_number for part in result.parts)
    return found(
        codes[0] if result.is_within_rounding else codes[1],
        table.id,
        cell,
        printed=say_figure(result.printed.value),
        sum=say_figure(result.sum),
        difference=say_difference(result.difference),
        figures=f"{numbers} figures and their total" if numbers > 1 else "a figure and its total",
        bound=say_figure(_whole_steps(result)),
        cause=_cause(result),
        **values,
    )


def _whole_steps(result: Comparison) -> Decimal:
    """The largest difference in whole steps of the printing that rounding can explain."""
    step = min((part.unit for part in result.parts if part.is_number), default=Decimal(1))
    step = min(step, result.printed.unit)
    return (result.bound / step).to_integral_value(ROUND_FLOOR) * step


def _cause(result: Comparison) -> str:
    if result.bound == 0:
        cause = "Nothing here is rounded, so rounding cannot explain it."
    else:
        cause = f"Rounding cannot explain more than {say_figure(_whole_steps(result))}."
    if result.blanks:
        cells = say_count(result.blanks, "cell")
        cause += f" {cells[0].upper()}{cells[1:]} without a figure counted as none."
    return cause


def _say_parts(parts: Sequence[tuple[str, int]]) -> str:
    """Intra, imported and exported; or plan taken from actual."""
    added = [name for name, sign in parts if sign > 0]
    taken = [name for name, sign in parts if sign < 0]
    return f"{say_list(added)} less {say_list(taken)}" if taken else say_list(added)


def say_figure(value: Decimal) -> str:
    """A figure with thousands and all its decimals."""
    plain = value.normalize()
    return f"{plain:,f}".replace("-", MINUS)


def say_difference(value: Decimal) -> str:
    """How far a printed figure is from what it should be: 3 more, 1 less."""
    return f"{say_figure(abs(value))} {'more' if value > 0 else 'less'}"
