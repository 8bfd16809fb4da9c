"""Rows that stand for one thing twice, and whether they contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from speccomm.publishing.lint.answers import answer_of
from speccomm.publishing.lint.description import Kind
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import Row, folded
from speccomm.publishing.lint.names import ServiceName, read_service_name, same_age
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.totals import say_figure
from speccomm.publishing.wording import say_list

Key = tuple[tuple[str, ...], ...]


def check_duplicates(table: DescribedTable) -> Iterator[Found]:
    """Rows with one key, in tables that say what each row stands for; and values that disagree."""
    names = table.spec.one_row_per
    if not names or not table.has(*names):
        return
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in table.data_rows:
        if all(table.text(row, name) and table.is_legible(row, name) for name in names):
            groups[tuple(_key(table, row, name) for name in names)].append(row)
    for rows in groups.values():
        for first, second in combinations(rows, 2):
            if all(_same_age(table, rows, first, second, name) for name in names):
                yield _duplicate(table, first, second)


def _key(table: DescribedTable, row: Row, name: str) -> tuple[str, ...]:
    kind = table.kind(name)
    if kind is Kind.SERVICE_NAME:
        return _service(table, row, name).words
    if name in table.spec.columns and table.spec.columns[name].pattern:
        return (table.code(row, name).upper(),)
    return (folded(table.text(row, name)),)


def _service(table: DescribedTable, row: Row, name: str) -> ServiceName:
    return read_service_name(table.text(row, name), table.rules.names)


def _same_age(
    table: DescribedTable, rows: Sequence[Row], first: Row, second: Row, name: str
) -> bool:
    """Whether two rows of one key are for one age group, as far as their names say."""
    if table.kind(name) is not Kind.SERVICE_NAME:
        return True
    ages = {_service(table, row, name).age for row in rows}
    return same_age(_service(table, first, name), _service(table, second, name), among=ages)


def _duplicate(table: DescribedTable, first: Row, second: Row) -> Found:
    contradictions = [
        f"{name} {one} and {other}"
        for name in table.spec.columns
        if name not in table.spec.one_row_per and table.has(name)
        for one, other in _disagreement(table, first, second, name)
    ]
    return found(
        "LINT-301" if contradictions else "LINT-302",
        table.id,
        table.address(second, table.spec.one_row_per[0]),
        names=_names(table, first, second),
        contradictions="; ".join(contradictions),
        more=_unread(table, first, second),
    )


def _names(table: DescribedTable, first: Row, second: Row) -> str:
    """Which rows, under which names."""
    one, other = (_title(table, row) for row in (first, second))
    rows = f"Rows {first.number} and {second.number}"
    if folded(one) == folded(other):
        return f"{rows} are both “{one}”"
    said = f"{rows}, “{one}” and “{other}”, name what reads as one thing"
    for name in table.spec.one_row_per:
        if table.kind(name) is Kind.SERVICE_NAME:
            ages = {_service(table, row, name).age for row in (first, second)}
            if len(ages) > 1:
                return f"{said} (one does not say for which ages)"
    return said


def _title(table: DescribedTable, row: Row) -> str:
    return say_list([table.text(row, name) for name in table.spec.one_row_per])


def _disagreement(
    table: DescribedTable, first: Row, second: Row, name: str
) -> Iterator[tuple[str, str]]:
    """Two values that cannot both be so; blanks and what cannot be read contradict nothing."""
    kind = table.kind(name)
    one, other = table.text(first, name), table.text(second, name)
    if kind is Kind.FLAG:
        answers = [answer_of(table, row, name) for row in (first, second)]
        if None not in answers and answers[0] is not answers[1]:
            yield one, other
    elif kind.is_figure:
        figures = [table.figure(row, name) for row in (first, second)]
        if all(f.is_number for f in figures) and figures[0].value != figures[1].value:
            yield say_figure(figures[0].value), say_figure(figures[1].value)


def _unread(table: DescribedTable, first: Row, second: Row) -> str:
    """That some answers could not be compared, so that agreement is not claimed for them."""
    names = [
        name
        for name, _ in table.columns(Kind.FLAG)
        if not (table.is_legible(first, name) and table.is_legible(second, name))
    ]
    return f" Not legible and so not compared: {say_list(names)}." if names else ""
