"""Every figure of a pack that counts care, as questions to the one door.

A figure's declared source and its row's keys say what it covers, so tables that share a margin are
protected together. A figure that says neither is protected in its own table.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.publishing.model import Cell, Column, Pack, PackTable, Unit
from speccomm.publishing.publication.care import (
    AND,
    FIELDS,
    Asked,
    Care,
    flow_parts,
)
from speccomm.publishing.publication.lines import (
    Line,
    cell_value,
    finest,
    lines_of,
    pairs_of,
)
from speccomm.publishing.publication.rules import PublicationRules
from speccomm.publishing.receipts.figures import HEADLINES
from speccomm.publishing.sourcing import ALL, GROUP, OTHERS, Counted, Of, Position
from speccomm.publishing.suppression import (
    Category,
    CellValue,
    Dimension,
    Kind,
    SourceTable,
    months,
)
from speccomm.publishing.suppression.sources import Key

CARE, MONTH, PATIENTS, FLOW, LINES = "care", "month", "patients of", "flow", "line"
# Tables by provider or service line are protected together, and so are all others. What both have
# in common are the wholes, which either must show as they are: see `_wholes`.
ACTIVITY, BY_PROVIDER, CONTRACT = "activity", "activity by provider", "contract"
LINKED = frozenset({ACTIVITY, BY_PROVIDER, CONTRACT})
COUNTS = frozenset({Unit.ACTIVITY, Unit.NUMBER})
NOBODY = "not known"
BY_CODE = frozenset({Of.CRG, Of.SERVICE, Of.PROVIDER, Of.PATIENT_ICB})


@dataclass(frozen=True)
class Spot:
    """Where a figure stands in the pack; the row of a total is `ALL`."""

    table: str
    row: str
    column: str


@dataclass(frozen=True)
class Question:
    """A table for the door, where its cells stand, and which questions it is answered with.

    Its counts are in units of which so many make one.
    """

    source: SourceTable
    spots: Mapping[Key, Spot]
    family: str
    units: int


class MoneyWithoutCounts(Refusal):
    """A table of money that asks to be published without the counts it was paid for."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"Nothing was published: the table {title} gives money and not how much care it paid for, so "
            "nobody can tell which of it is of few people. Leave its section out with --without, or "
            "bring it in as published accounts."
        )


class Asking:
    """Questions about one pack, under the rules of publication.

    `units` says, for a family of questions, what earlier publications counted it in; `headlines` are
    the headline figures as a table, and `small_to` is the largest small number.
    """

    def __init__(
        self,
        pack: Pack,
        tables: Sequence[PackTable],
        rules: PublicationRules,
        units: Mapping[str, int],
        *,
        headlines: PackTable | None = None,
        small_to: int = 0,
    ) -> None:
        self.small_to = small_to + 1  # beside what rounds down to a small number
        self.pack = pack
        self.rules = rules
        self.tables = list(tables)
        self.headlines = headlines
        self.area, self.region = pack.area, str(pack.facts.get("region_code", ""))
        self.care = Care(pack.met, pack.facts.get("sets", {}).get("services_left_out", ()))
        pairs = pairs_of(pack.tables()) or frozenset((s, p) for _, s, p in pack.met)
        self.lines = Care((("", service, provider) for service, provider in pairs), ())
        self._earlier_units = units
        self._units = {
            family: max(units.get(family, 1), finest(self._numbers_of(kind)))
            for family, kind in ((ACTIVITY, Counted), (CONTRACT, Position))
        }

    def questions(self) -> Iterator[Question]:
        """Every question, by the families that are answered together."""
        for table in [*self.tables, *([self.headlines] if self.headlines else [])]:
            lines = lines_of(table)
            asked = [c for c in table.columns if self._counts(table, c)]
            groups: dict[object, list[Column]] = {}
            for column in asked:
                groups.setdefault(_group(column), []).append(column)
            for columns in groups.values():
                yield from self._of_columns(table, lines, columns)

    def demand_counts_under_money(self, asked: Container[Spot]) -> None:
        """Raise MoneyWithoutCounts for money by code of which nobody can tell how many are behind it."""
        for table in self.tables:
            if not {key.of for key in table.keys} & BY_CODE:
                continue
            money = [
                column.name
                for column in table.columns
                if column.unit is Unit.GBP and not self.rules.exempt(table, column)
            ]
            spots = (Spot(table.id, line.key, name) for line in lines_of(table) for name in money)
            if money and table.rows.num_rows and not any(spot in asked for spot in spots):
                raise MoneyWithoutCounts(table.title)

    def _numbers_of(self, kind: type[Counted] | type[Position]) -> Iterator[Cell]:
        """Every count of a kind of source, the totals with them."""
        for table in self.tables:
            columns = [c for c in table.columns if c.unit in COUNTS and isinstance(c.source, kind)]
            for line in lines_of(table) if columns else ():
                yield from (line.cells.get(column.name) for column in columns)

    def _counts(self, table: PackTable, column: Column) -> bool:
        if self.rules.exempt(table, column) or column.share_of:
            return False
        if column.name in self.rules.hidden_with:
            return False
        return column.unit in COUNTS or (
            column.name in self.rules.beside and isinstance(column.source, Position)
        )

    def _of_columns(
        self, table: PackTable, lines: Sequence[Line], columns: Sequence[Column]
    ) -> Iterator[Question]:
        source = columns[0].source
        found: list[Question] | None = None
        if isinstance(source, Counted) and source.area in {self.area, self.region}:
            flows = self._flows(table, lines, columns, source)
            found = None if flows is None else [flows]
        elif isinstance(source, Position) and source.measure and source.to_month:
            found = self._position(table, lines, columns, source)
        yield from found if found is not None else alone(table, lines, columns, self._earlier_units)

    def _flows(
        self, table: PackTable, lines: Sequence[Line], columns: Sequence[Column], source: Counted
    ) -> Question | None:
        """A table of activity; None where what its rows cover cannot be told."""
        wider = source.area != self.area
        keys = {key.of for key in table.keys} - {Of.NOTHING, Of.MEASURE}
        scope = {MONTH: _months(source.first_month, source.last_month)}
        letters = {c.name: c.source.flow for c in columns if isinstance(c.source, Counted)}
        rows = self._rows(keys, lines, source, wider=wider)
        if rows is None or (rows[0] and not rows[1]):
            return None
        name, categories = rows
        if name == FLOW:
            by_flow = Dimension(FLOW, categories)
            return self._asked(table, lines, columns, (by_flow,), scope, {})
        found = {n: flow_parts(flow, wider=wider) for n, flow in letters.items() if flow}
        if len(found) != len(columns) or len(set(found.values())) != len(found):
            return None
        names = {n: f"{source.area} {letters[n]}" for n in found}
        flows = Dimension(FLOW, tuple(Category(names[n], n, parts) for n, parts in found.items()))
        if name == MONTH:
            scope = {}
        dimensions = (*((Dimension(name, categories),) if name else ()), flows)
        return self._asked(table, lines, columns, dimensions, scope, names)

    def _rows(
        self, keys: set[Of], lines: Sequence[Line], source: Counted, *, wider: bool
    ) -> tuple[str, tuple[Category, ...]] | None:
        """What the rows are broken down by, and the parts each covers."""
        if not keys:
            return "", ()
        if len(keys) == 1 and (only := next(iter(keys))) not in FIELDS:
            return self._of_one(only, lines, source, wider=wider)
        if not keys <= set(FIELDS):
            return None
        categories = []
        for line in lines:
            asked = Asked(
                tuple((of, line.values[of]) for of in FIELDS if of in line.values),
                source.left_out,
                source.unknown_crg,
                wider,
            )
            parts = self.care.covered(asked)
            if parts:
                categories.append(Category(asked.code, line.key, parts))
            elif any(isinstance(v, Decimal | int) and v for v in line.cells.values()):
                return None
        codes = {category.code for category in categories}
        return (CARE, tuple(categories)) if len(codes) == len(categories) else None

    def _of_one(
        self, of: Of, lines: Sequence[Line], source: Counted, *, wider: bool
    ) -> tuple[str, tuple[Category, ...]] | None:
        if of not in {Of.MONTH, Of.PATIENT_ICB, Of.FLOW}:
            return None
        every = frozenset(line.values[of] or NOBODY for line in lines if line.key != ALL)
        categories = []
        for line in lines:
            value = line.values.get(of, "") or NOBODY
            parts = every if line.key == ALL else frozenset({value})
            if of is Of.FLOW:
                parts = flow_parts(value, wider=wider)
                value = f"{source.area} {value}"
            categories.append(Category(ALL if line.key == ALL else value, line.key, parts))
        name = {Of.MONTH: MONTH, Of.PATIENT_ICB: PATIENTS, Of.FLOW: FLOW}[of]
        return name, tuple(categories)

    def _position(
        self, table: PackTable, lines: Sequence[Line], columns: Sequence[Column], source: Position
    ) -> list[Question] | None:
        """Counts and the money beside them, by provider or service line."""
        if table.id == HEADLINES:
            return []  # said again from the totals of the tables
        rows = self._position_rows(table, lines, source)
        if rows is None:
            return None
        year = FinancialYear.parse(source.year)
        last = FinancialMonth(year, source.to_month)
        scope = {MONTH: months(FinancialMonth(year, 1), last)}
        names = {column.name for column in columns}
        if any(self.rules.beside.get(name, name) not in names for name in names):
            raise MoneyWithoutCounts(table.title)
        return [
            self._one_measure(table, lines, column, (rows,), scope)
            for column in columns
            if column.name in {*self.rules.beside, *self.rules.beside.values()}
        ]

    def _position_rows(
        self, table: PackTable, lines: Sequence[Line], source: Position
    ) -> Dimension | None:
        """The rows of a table of the contract position: lines of plan and actual, or whose patients."""
        keys = {key.of for key in table.keys}
        if keys == {Of.PATIENT_ICB}:
            found = self._of_one(Of.PATIENT_ICB, lines, Counted(source.area, "", ""), wider=False)
            return None if found is None else Dimension(*found)
        if not keys <= {Of.PROVIDER, Of.SERVICE}:
            return None
        categories = []
        for line in lines:
            values = ((of, self._gathered(line.values[of])) for of in FIELDS if of in line.values)
            asked = Asked(tuple(values))
            parts = self.lines.covered(asked)
            if not parts:
                return None
            categories.append(Category(asked.code, line.key, parts))
        return Dimension(LINES, tuple(categories))

    def _gathered(self, value: str) -> str:
        """A code, or those that a row of several gathers: such a row says which in every publication."""
        if value not in OTHERS:
            return value
        codes = self.pack.facts.get("sets", {}).get(f"{GROUP}{value}", ())
        return AND.join(sorted(codes))

    def _one_measure(
        self,
        table: PackTable,
        lines: Sequence[Line],
        column: Column,
        dimensions: tuple[Dimension, ...],
        scope: Mapping[str, frozenset[str]],
    ) -> Question:
        """One column of the contract position: units, or money beside them."""
        beside = self.rules.beside.get(column.name, "")
        units = 1 if beside else self._units[CONTRACT]
        by_key = {line.key: line for line in lines}
        cells: dict[Key, CellValue] = {}
        spots: dict[Key, Spot] = {}
        for category in dimensions[0].categories:
            cells[(category.code,)] = cell_value(
                by_key[category.title].cells.get(column.name), units
            )
            spots[(category.code,)] = Spot(table.id, category.title, column.name)
        source = SourceTable(
            f"{table.id}.{column.name}",
            table.title,
            f"{_measure(column)} of {self.area}",
            dimensions,
            cells,
            dict(scope),
            Kind.AMOUNT if beside else Kind.COUNT,
            f"{table.id}.{beside}" if beside else "",
        )
        return Question(source, spots, CONTRACT, units)

    def _asked(
        self,
        table: PackTable,
        lines: Sequence[Line],
        columns: Sequence[Column],
        dimensions: tuple[Dimension, ...],
        scope: Mapping[str, frozenset[str]],
        names: Mapping[str, str],
    ) -> Question:
        """A table of activity with its rows, and its columns where there are several flows."""
        by_key = {line.key: line for line in lines}
        flows = {code: name for name, code in names.items()}
        cells, spots = {}, {}
        for key in product(*(dimension.codes for dimension in dimensions)):
            row = next(iter(by_key)) if dimensions[0].name == FLOW and names else ""
            row = row or dimensions[0].category(key[0]).title
            column = flows[key[-1]] if names else columns[0].name
            cells[key] = cell_value(by_key[row].cells.get(column), self._units[ACTIVITY])
            spots[key] = Spot(table.id, row, column)
        name = table.id if len(columns) > 1 or not names else f"{table.id}.{columns[0].name}"
        measure = f"activity of {self.area}"
        units = self._units[ACTIVITY]
        source = SourceTable(
            name,
            table.title,
            measure,
            dimensions,
            cells,
            dict(scope),
            must_show=_wholes(cells, self.small_to * units),
        )
        by_provider = {Of.PROVIDER, Of.SERVICE} & {key.of for key in table.keys}
        return Question(source, spots, BY_PROVIDER if by_provider else ACTIVITY, units)


def alone(
    table: PackTable,
    lines: Sequence[Line],
    columns: Sequence[Column],
    units: Mapping[str, int],
) -> Iterator[Question]:
    """Each column as a table of its own: rows, and their total where they have one."""
    keys = frozenset(line.key for line in lines if line.key != ALL)
    for column in columns:
        name = f"{table.id}.{column.name}"
        shown = [line for line in lines if line.key != ALL or column.adds_up]
        by = max(units.get(name, 1), finest(line.cells.get(column.name) for line in shown))
        categories = tuple(
            Category(line.key, line.key, keys if line.key == ALL else frozenset({line.key}))
            for line in shown
        )
        if not categories:
            continue
        rows = Dimension(f"rows of {table.id}", categories)
        cells: dict[Key, CellValue] = {
            (line.key,): cell_value(line.cells.get(column.name), by) for line in shown
        }
        spots = {key: Spot(table.id, key[0], column.name) for key in cells}
        yield Question(SourceTable(name, table.title, name, (rows,), cells), spots, name, by)


def _wholes(cells: Mapping[Key, CellValue], small_to: int) -> frozenset[Key]:
    """Cells of all rows that are not small: shown in every table, so that none hides what another
    shows."""
    return frozenset(
        key
        for key, cell in cells.items()
        if key[0] == ALL and cell.number is not None and cell.number > small_to
    )


def _group(column: Column) -> object:
    """What columns share that one question asks about together."""
    source = column.source
    if isinstance(source, Counted):
        return replace(source, flow="")
    if isinstance(source, Position):
        return replace(source, measure="any") if source.measure else source
    return None


def _measure(column: Column) -> str:
    """What a column of the contract position counts, whatever a table calls it."""
    source = column.source
    return (source.measure if isinstance(source, Position) else "") or column.name


def _months(first: str, last: str) -> frozenset[str]:
    return months(FinancialMonth.parse_calendar(first), FinancialMonth.parse_calendar(last))
