"""What the door gave back, put into the pack's tables: numbers, marks, money, shares and totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pyarrow as pa

from speccomm.publishing.leaving import _SEAL, ProtectedTable
from speccomm.publishing.model import Cell, Column, PackTable, Unit
from speccomm.publishing.publication.asking import (
    BY_CODE,
    LINKED,
    Asking,
    Question,
    Spot,
)
from speccomm.publishing.publication.lines import Line, lines_of
from speccomm.publishing.publication.rules import PublicationRules
from speccomm.publishing.sections.flow_words import UNKNOWN
from speccomm.publishing.sourcing import ALL, OTHERS
from speccomm.publishing.suppression import (
    Account,
    Earlier,
    PublishableTable,
    State,
    SuppressionRules,
    suppress,
)
from speccomm.publishing.wording import rounded

HUNDRED = Decimal(100)
Number = Decimal | int


@dataclass(frozen=True)
class Remembered:
    """A table as it goes out, with its family and the units its counts are in (1, or so many to one)."""

    table: PublishableTable
    family: str
    units: int


@dataclass(frozen=True)
class Answers:
    """What may be shown at each spot: a number, or the mark of a hidden one.

    `rules` are those that each table was protected by: of several, those that round.
    """

    cells: Mapping[Spot, Number | str | None]
    made: tuple[Remembered, ...]
    rules: Mapping[str, SuppressionRules] = field(default_factory=dict)

    @property
    def accounts(self) -> list[Account]:
        return [each.table.account for each in self.made]


def ask_door(
    asking: Asking,
    rules: SuppressionRules,
    alone_rules: SuppressionRules,
    *,
    release: str,
    earlier: Callable[[str, int], Sequence[Earlier]],
) -> Answers:
    """Send every question through the door, family by family.

    `earlier` gives the tables of earlier publications of a family with counts in some units; tables
    that share no declared margin with others are rounded under `alone_rules`.
    Raises as suppress.
    """
    families: dict[str, list[Question]] = {}
    for question in asking.questions():
        families.setdefault(question.family, []).append(question)
    cells: dict[Spot, Number | str | None] = {}
    made: list[Remembered] = []
    used: dict[str, SuppressionRules] = {}
    for family, questions in families.items():
        units = max(question.units for question in questions)
        chosen = rules if family in LINKED else alone_rules
        publication = suppress(
            [question.source for question in questions],
            release=release,
            rules=chosen.in_units(units),
            earlier=earlier(family, units),
        )
        for question, table in zip(questions, publication.tables, strict=True):
            cells.update(_cells_of(question, table))
            made.append(Remembered(table, family, question.units))
            for name in {spot.table for spot in question.spots.values()}:
                used[name] = chosen if chosen.base else used.get(name, chosen)
    return Answers(cells, tuple(made), used)


def _cells_of(question: Question, table: PublishableTable) -> dict[Spot, Number | str | None]:
    found: dict[Spot, Number | str | None] = {}
    for key, cell in table.cells.items():
        if cell.state is State.SUPPRESSED:
            found[question.spots[key]] = table.marks.suppressed
        else:
            found[question.spots[key]] = cell.number and cell.number / question.units
    return found


class Protecting:
    """Makes protected tables of a pack's tables and the answers."""

    def __init__(
        self, answers: Answers, rules: PublicationRules, suppression: SuppressionRules
    ) -> None:
        self.answers = answers
        self.rules = rules
        self.suppression = suppression
        self.mark = suppression.marks.suppressed

    def table(self, table: PackTable) -> ProtectedTable:
        """The table as everyone may see it, with notes on what was done to it."""
        lines = lines_of(table)
        said = {line.key: self._line(table, line) for line in lines}
        shown = {column.name for column in table.columns}
        hidden = any(self._hides(table, line) for line in lines if line.key != ALL)
        if hidden and ALL in said:
            for name in self.rules.without_total & set(said[ALL]):
                said[ALL][name] = self.mark
        totals = said.get(ALL)
        if totals is not None:
            said[ALL] = totals = {n: v for n, v in totals.items() if n in shown}
        for line in lines:
            said[line.key] |= self._shares(table, line, said[line.key], totals)
        rows = [said[line.key] for line in self._in_order(table, lines, said)]
        columns = tuple(self._column(c, rows) for c in table.columns)
        return ProtectedTable(
            id=table.id,
            title=table.title,
            columns=columns,
            rows=_as_rows(table, rows, totals),
            row_header=table.row_header,
            making=table.making,
            notes=(*table.notes, *self._notes(table)),
            total_label=table.total_label,
            placement=table.placement,
            emphasised=table.emphasised,
            keys=table.keys,
            instead=tuple(_instead(table, row) for row in rows),
            totals=totals,
            seal=_SEAL,
        )

    def _in_order(
        self, table: PackTable, lines: Sequence[Line], said: Mapping[str, Mapping[str, Cell]]
    ) -> list[Line]:
        """The rows, those with a hidden number after the others and by name: an order by size would
        tell sizes. A last row of what is unknown, or of several gathered, stays last."""
        rows = [line for line in lines if line.key != ALL]
        if not self._sorts(table):
            return rows
        nobody = {"", UNKNOWN, *OTHERS}
        last = [line for line in rows[-1:] if not set(line.values.values()) - nobody]
        rows = rows[: len(rows) - len(last)]
        shown = [line for line in rows if self.mark not in said[line.key].values()]
        hidden = [line for line in rows if self.mark in said[line.key].values()]
        return [*shown, *sorted(hidden, key=lambda line: line.key), *last]

    def _sorts(self, table: PackTable) -> bool:
        """Whether the rows of a table stood by size, so that those with a hidden number must move."""
        return (
            bool({key.of for key in table.keys} & BY_CODE)
            and table.id not in self.rules.kept_in_order
        )

    def _line(self, table: PackTable, line: Line) -> dict[str, Cell]:
        """One row with its counts and money as they may be shown; shares follow."""
        hides = self._hides(table, line)
        said: dict[str, Cell] = dict(line.cells)
        for column in table.columns:
            if not column.unit.is_figure or column.share_of or column.name not in line.cells:
                continue
            if self.rules.exempt(table, column) or column.name in self.rules.hidden_with:
                continue
            spot = Spot(table.id, line.key, column.name)
            value: Cell = self.answers.cells[spot] if spot in self.answers.cells else None
            if spot not in self.answers.cells:
                value = self.mark if hides else line.cells[column.name]
                if column.unit is not Unit.GBP:
                    value = self.mark if line.cells[column.name] is not None else None
            if column.unit is Unit.GBP and isinstance(value, Decimal | int):
                value = rounded(Decimal(value) / self.rules.money_to) * self.rules.money_to
            said[column.name] = value
        for name, of in self.rules.hidden_with.items():
            if name in said and said.get(of) == self.mark:
                said[name] = self.mark
        for name, (over, under) in self.rules.differences.items():
            left, right = said.get(over), said.get(under)
            if isinstance(said.get(name), Decimal) and left is not None and right is not None:
                said[name] = _difference(left, right)
        return said

    def _hides(self, table: PackTable, line: Line) -> bool:
        """Whether any count or money of a row came back hidden."""
        return any(
            self.answers.cells.get(Spot(table.id, line.key, column.name)) == self.mark
            for column in table.columns
        )

    def _shares(
        self,
        table: PackTable,
        line: Line,
        said: Mapping[str, Cell],
        totals: Mapping[str, Cell] | None,
    ) -> dict[str, Cell]:
        """Shares of what is shown; what is hidden in a number is hidden in its share."""
        shares: dict[str, Cell] = {}
        columns = {column.name for column in table.columns}
        for column in table.columns:
            if column.share_of is None:
                continue
            part, whole = column.share_of
            over = said.get(part)
            under = said.get(whole) if whole in columns else (totals or {}).get(part)
            shares[column.name] = self._share(over, under)
        return shares

    def _share(self, over: Cell, under: Cell) -> Cell:
        if self.mark in (over, under):
            return self.mark
        if not isinstance(over, Decimal | int) or not isinstance(under, Decimal | int) or not under:
            return None
        places = self.suppression.percentages.decimals_for(Decimal(under))
        share = Decimal(over) * HUNDRED / Decimal(under)
        return rounded(share, Decimal(1).scaleb(-places)) + 0  # a share of nearly none has no sign

    def _column(self, column: Column, rows: Sequence[Mapping[str, Cell]]) -> Column:
        """A column of shares says how many decimals any of them has."""
        if column.unit is not Unit.PERCENT:
            return column
        numbers = [row.get(column.name) for row in rows]
        whole = all(n % 1 == 0 for n in numbers if isinstance(n, Decimal))
        return replace(column, places=0 if whole else 1)

    def _notes(self, table: PackTable) -> Iterable[str]:
        asked = [c for c in table.columns if c.unit.is_figure and not self.rules.exempt(table, c)]
        if any(column.unit is not Unit.GBP for column in asked):
            yield self.answers.rules.get(table.id, self.suppression).note
            if self._sorts(table):
                yield "Rows with a hidden number follow the others, by code."
        if any(column.unit is Unit.GBP for column in asked):
            yield (
                f"Money is to the nearest £{self.rules.money_to:,}, and hidden where the units beside "
                "it are, so rows may not add up."
            )


def _difference(left: Cell, right: Cell) -> Cell:
    """One printed number less another; a mark where either is one."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left - right
    return left if isinstance(left, str) else right


def _as_rows(
    table: PackTable, rows: Sequence[Mapping[str, Cell]], totals: Mapping[str, Cell] | None
) -> pa.Table:
    """The rows again, with nothing in them that is not shown."""
    names = {column.name for column in table.columns if not column.share_of}
    names |= {key.column for key in table.keys}
    names |= {column.missing_from for column in table.columns if column.missing_from}
    wholes = {c.share_of[1]: c.share_of[0] for c in table.columns if c.share_of}
    arrays, fields = [], []
    for of in table.rows.schema:
        if of.name not in names | set(wholes):
            continue
        if of.name in names:
            values = [row.get(of.name) for row in rows]
        else:
            values = [(totals or {}).get(wholes[of.name])] * len(rows)
        if not (pa.types.is_string(of.type) or pa.types.is_large_string(of.type)):
            values = [None if isinstance(value, str) else value for value in values]
        arrays.append(pa.array(values, of.type))
        fields.append(of)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _instead(table: PackTable, row: Mapping[str, Cell]) -> dict[str, Cell]:
    """What stands where there is no number, and the shares."""
    found: dict[str, Cell] = {}
    for column in table.columns:
        value = row.get(column.name)
        if column.share_of:
            found[column.name] = column.missing if value is None else value
        elif column.unit.is_figure and not isinstance(value, Decimal | int):
            words = row.get(column.missing_from) if column.missing_from else None
            found[column.name] = value if value is not None else (words or column.missing)
    return found
