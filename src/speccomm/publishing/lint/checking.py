"""Hold every table of a pack to every check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from speccomm.publishing.lint.answers import check_answers
from speccomm.publishing.lint.codes import CodeBook
from speccomm.publishing.lint.description import PackSpec
from speccomm.publishing.lint.duplicates import check_duplicates
from speccomm.publishing.lint.findings import (
    Found,
    NotChecked,
    findings_table,
    not_checked_table,
)
from speccomm.publishing.lint.limits import check_dates, check_figures, check_undescribed
from speccomm.publishing.lint.organisations import check_codes
from speccomm.publishing.lint.protection import check_protection
from speccomm.publishing.lint.reading import Reading, read_tables
from speccomm.publishing.lint.rules import LintRules
from speccomm.publishing.lint.statements import check_statements
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.ties import check_ties
from speccomm.publishing.lint.totals import check_totals
from speccomm.publishing.lint.unknowns import check_unknowns
from speccomm.reference import Reference

NO_DESCRIPTION = NotChecked(
    "sums, counts, codes, answers, names, dates and small numbers", "no description was given"
)


@dataclass(frozen=True)
class Linted:
    """What was found, what could not be judged, and what was read."""

    findings: pa.Table
    not_checked: pa.Table
    files: tuple[Path, ...]
    tables: int
    rows: int


def lint_pack(place: Path, pack: PackSpec, *, reference: Reference, rules: LintRules) -> Linted:
    """Read the tables at a place and hold them to what the description says of them.

    Findings stand by table in the order of the description, then by code and cell.

    Raises: NoTables, NotATextFile, NotAWorkbook for what cannot be read as tables.
    """
    reading = read_tables(place, pack, rules)
    tables = [DescribedTable(grid, spec, pack, rules) for grid, spec in reading.tables]
    found, not_checked = _checked(reading, tables, pack, CodeBook(reference), alone=place.is_file())
    order = {spec.id: place for place, spec in enumerate(pack.tables)}
    found.sort(key=lambda f: (order.get(f.table, len(order)), f.table, f.code))
    return Linted(
        findings=findings_table(found, rules),
        not_checked=not_checked_table(not_checked),
        files=reading.files,
        tables=len(tables),
        rows=sum(len(table.grid.rows) for table in tables),
    )


def _checked(
    reading: Reading,
    tables: Sequence[DescribedTable],
    pack: PackSpec,
    book: CodeBook,
    *,
    alone: bool,
) -> tuple[list[Found], list[NotChecked]]:
    found, not_checked = list(reading.findings), list(reading.not_checked)
    if not pack.given:
        not_checked.insert(0, NO_DESCRIPTION)
    names = {table.id for table in tables}
    if alone:
        names |= {spec.id for spec in pack.tables}  # the others are there and were not given
    for table in tables:
        for result in _check_table(table, names, book):
            if isinstance(result, Found):
                found.append(result)
            else:
                not_checked.append(result)
    found += check_ties(pack.ties, tables)
    return found, not_checked


def _check_table(
    table: DescribedTable, names: set[str], book: CodeBook
) -> Iterator[Found | NotChecked]:
    yield from table.absent_columns()
    yield from check_figures(table)
    yield from check_undescribed(table)
    yield from check_totals(table)
    yield from check_statements(table, book)
    yield from check_duplicates(table)
    yield from check_answers(table)
    yield from check_codes(table, book)
    yield from check_unknowns(table, names)
    yield from check_dates(table)
    yield from check_protection(table)
