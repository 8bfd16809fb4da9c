"""A grid together with its description: which rows are totals, what each cell of figures says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from speccomm.foundation.errors import nearest_name
from speccomm.publishing.lint.description import LABEL, ColumnSpec, Kind, PackSpec, TableSpec, Where
from speccomm.publishing.lint.findings import Found, found
from speccomm.publishing.lint.grid import Cell, Grid, Row, folded
from speccomm.publishing.lint.rules import LintRules
from speccomm.publishing.lint.values import Figure, Marks, read_figure

LEAST_COLUMNS_OF_A_HEADING = 3


@dataclass(frozen=True)
class DescribedTable:
    """A table to be checked: asks are by the description's names, answers are the grid's cells."""

    grid: Grid
    spec: TableSpec
    pack: PackSpec
    rules: LintRules

    @property
    def id(self) -> str:
        return self.spec.id

    @cached_property
    def marks(self) -> Marks:
        pack, rules = self.pack, self.rules
        return Marks(
            hidden=_folded(pack.hidden_marks) or rules.hidden_marks,
            missing=_folded(pack.missing_marks) or rules.missing_marks,
            not_legible=_folded(pack.not_legible),
        )

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column of the description, and each of the grid, stands."""
        named = {column.name: place for place, column in enumerate(self.grid.columns)}
        for name in self._asked_names():
            place = self.grid.index(name)
            if place is not None:
                named[name] = place
        return named

    @property
    def label(self) -> str:
        """The name of the column that names the rows."""
        return self.spec.label if self.spec.label in self.places else self.grid.columns[0].name

    def columns(self, *kinds: Kind) -> Iterator[tuple[str, ColumnSpec]]:
        """The described columns of these kinds that the table has."""
        for name, spec in self.spec.columns.items():
            if spec.kind in kinds and name in self.places:
                yield name, spec

    def figure_columns(self) -> list[str]:
        return [n for n, spec in self.spec.columns.items() if spec.kind.is_figure and self.has(n)]

    def has(self, *names: str) -> bool:
        return all(name in self.places for name in names)

    def kind(self, name: str) -> Kind:
        spec = self.spec.columns.get(name)
        return spec.kind if spec else Kind.TEXT

    def cell(self, row: Row, name: str) -> Cell:
        return row.cells[self.places[name]]

    def text(self, row: Row, name: str) -> str:
        return " ".join(self.cell(row, name).text.split())

    def is_legible(self, row: Row, name: str) -> bool:
        return folded(self.cell(row, name).text) not in self.marks.not_legible

    def figure(self, row: Row, name: str) -> Figure:
        return self._figures(name)[row.number]

    def _figures(self, name: str) -> dict[int, Figure]:
        """The figures of a column by row, each as fine as the finest of them.

        Files drop noughts after the point, so a 3 beside a 1.25 is a 3.00. What is written in
        thousands or millions keeps its own step.
        """
        if name not in self._read:
            figures = {
                row.number: read_figure(self.cell(row, name), self.marks) for row in self.rows
            }
            if self.kind(name).adds_up:
                steps = [f.unit for f in figures.values() if f.is_number and f.unit <= 1]
                finest = min(steps, default=Decimal(1))
                figures = {
                    number: replace(figure, unit=finest) if figure.unit <= 1 else figure
                    for number, figure in figures.items()
                }
            self._read[name] = figures
        return self._read[name]

    @cached_property
    def _read(self) -> dict[str, dict[int, Figure]]:
        return {}

    def address(self, row: Row, name: str) -> str:
        """The cell as a spreadsheet names it."""
        return f"{self.grid.columns[self.places[name]].letter}{row.number}"

    def row_name(self, row: Row) -> str:
        """How a sentence names a row: by its label, or by its number where it has none."""
        return self.text(row, self.label) or f"Row {row.number}"

    def where(self, row: Row, name: str) -> str:
        """How a sentence names a cell."""
        return f"{name} of {self.row_name(row)}" if name != self.label else f"Row {row.number}"

    def matches(self, row: Row, wanted: Where) -> bool:
        """Whether a row is one of those wanted; a column the table lacks matches nothing."""
        for column, values in wanted.items():
            name = self.label if column == LABEL else column
            if name not in self.places or folded(self.text(row, name)) not in _folded(values):
                return False
        return True

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every row but headings: rows that hold nothing but a label."""
        if len(self.grid.columns) < LEAST_COLUMNS_OF_A_HEADING:
            return self.grid.rows
        return tuple(r for r in self.grid.rows if sum(not c.is_blank for c in r.cells) > 1)

    @cached_property
    def total_numbers(self) -> frozenset[int]:
        """The numbers of the rows that are totals."""
        wanted: list[Where] = [down.total_row for down in self.spec.down]
        if self.spec.totals:
            wanted.append({LABEL: self.spec.totals})
        return frozenset(r.number for r in self.rows if any(self.matches(r, w) for w in wanted))

    @property
    def data_rows(self) -> list[Row]:
        """The rows that are not totals."""
        return [row for row in self.rows if row.number not in self.total_numbers]

    def code(self, row: Row, name: str) -> str:
        """The code in a cell: what the column's pattern takes, or the whole text; "" for none."""
        text = self.text(row, name)
        if not self.is_legible(row, name) or folded(text) in self.marks.missing:
            return ""
        pattern = self.spec.columns[name].pattern
        if not pattern:
            return text
        match = re.search(pattern, text)
        return match[1] if match and match[1] else ""

    def absent_columns(self) -> list[Found]:
        """A finding for each column the description names and the table does not have."""
        if self.pack.optional:
            return []
        names = [column.name for column in self.grid.columns]
        findings = []
        for name in self._asked_names():
            if self.grid.index(name) is None:
                nearest = nearest_name(name, names)
                hint = f" It has {nearest!r}." if nearest else ""
                findings.append(found("LINT-105", self.id, column=repr(name), hint=hint))
        return findings

    def _asked_names(self) -> list[str]:
        """Every column that the description names, once, in order."""
        spec = self.spec
        asked = [spec.label, *spec.columns, *spec.one_row_per, spec.unknown_measure]
        for across in spec.across:
            asked += [across.total, *(self.part(part)[0] for part in across.of)]
        for down in spec.down:
            asked += [*down.columns, down.by, *down.total_row, *down.of_rows]
        for share in spec.shares:
            asked += [share.percent, share.part, share.whole]
        for statement in spec.statements:
            asked += [*statement.where, *([] if statement.counts == "rows" else [statement.counts])]
        return [name for name in dict.fromkeys(asked) if name]

    def part(self, name: str) -> tuple[str, int]:
        """A column of a sum and its sign: a name after - is taken away."""
        if name.startswith("-") and self.grid.index(name) is None:
            return name[1:].strip(), -1
        return name, 1


def _folded(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(folded(text) for text in texts)
