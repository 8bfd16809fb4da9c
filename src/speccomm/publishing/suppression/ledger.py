"""The cells that ask to be published, each known once, with its true number and what was said of it.

Two tables that show the same cell share one entry and hide it together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import inf

from speccomm.publishing.suppression.frame import NO_SWITCH, Limits
from speccomm.publishing.suppression.implied import equations
from speccomm.publishing.suppression.rules import SuppressionRules
from speccomm.publishing.suppression.sources import (
    BadTable,
    Earlier,
    Key,
    Kind,
    Rate,
    SourceTable,
)
from speccomm.publishing.suppression.universe import Coverage, Universe
from speccomm.publishing.suppression.values import State, to_decimals

ANYTHING: Limits = (-inf, inf)
HALF = Decimal("0.5")


@dataclass(frozen=True)
class Entry:
    """One cell of a measure: its true number, who shows it, and how it is shown.

    `said` is what earlier releases let anyone conclude of it alone. `switch` is NO_SWITCH where it
    is never hidden. `count` is, for an amount, the count it stands beside.
    """

    number: Decimal
    shown: Limits
    said: Limits
    switch: int
    small: bool
    count: Decimal


@dataclass
class Ledger:
    """Every cell of one measure, and the switches of all measures as they are given out."""

    measure: str
    kind: Kind
    universe: Universe
    entries: dict[Coverage, Entry] = field(default_factory=dict)
    earlier: dict[Coverage, Limits] = field(default_factory=dict)
    hidden_before: frozenset[Coverage] = frozenset()
    numbers_before: dict[Coverage, Decimal] = field(default_factory=dict)
    nothing: dict[Coverage, str] = field(default_factory=dict)
    clashing: set[Coverage] = field(default_factory=set)
    equations: list[tuple[Coverage, ...]] = field(default_factory=list)

    @property
    def negative(self) -> bool:
        """Whether any amount is below zero, so that nobody may take them not to be."""
        numbers = (float(entry.number) for entry in self.entries.values())
        said = (low for low, _ in self.earlier.values())
        return self.kind is Kind.AMOUNT and any(number < 0 for number in (*numbers, *said))


class Switches:
    """Numbers for what can be hidden: one for each counted cell, shared by amounts beside it."""

    def __init__(self) -> None:
        self.totals: list[Decimal] = []
        self.forced: list[bool] = []

    def new(self, total: Decimal, *, forced: bool) -> int:
        self.totals.append(total)
        self.forced.append(forced)
        return len(self.totals) - 1


def count_ledger(
    tables: Sequence[SourceTable],
    earlier: Sequence[Earlier],
    rules: SuppressionRules,
    switches: Switches,
) -> Ledger:
    """The cells of tables of counts. Raises BadTable where the tables disagree."""
    ledger = _opened(tables, earlier, rules)
    for table in tables:
        _demand_sums(table)
        for key, coverage in ledger.universe.coverages(table).items():
            number = table.cells[key].number
            if number is None:
                if not _wide(table, key):
                    ledger.nothing[coverage] = table.id
                continue
            known = ledger.entries.get(coverage)
            if known is not None and known.number != number:
                raise BadTable(table.id, f"{' / '.join(key)} is another number than elsewhere.")
            shown = shown_limits(number, table, key, rules)
            if known is not None:
                shown = max(shown[0], known.shown[0]), min(shown[1], known.shown[1])
            entry = _counted(ledger, coverage, number, shown, table.national(key), rules, switches)
            if key in table.must_show:
                if entry.small:
                    raise BadTable(table.id, f"{' / '.join(key)} is small and must be hidden.")
                entry = Entry(number, shown, entry.said, NO_SWITCH, small=False, count=number)
            ledger.entries[coverage] = entry
        ledger.equations += _equations(table, ledger.universe)
    return ledger


def amount_ledger(
    tables: Sequence[SourceTable],
    earlier: Sequence[Earlier],
    rules: SuppressionRules,
    counts: Mapping[str, tuple[SourceTable, Ledger]],
) -> Ledger:
    """The cells of tables of amounts, each hidden with the count it stands beside."""
    ledger = _opened(tables, earlier, rules)
    for table in tables:
        _demand_sums(table)
        beside, counted = counts[table.beside]
        theirs = counted.universe.coverages(beside)
        for key, coverage in ledger.universe.coverages(table).items():
            number = table.cells[key].number
            if number is None:
                if not _wide(table, key):
                    ledger.nothing[coverage] = table.id
                continue
            known = ledger.entries.get(coverage)
            if known is not None and known.number != number:
                raise BadTable(table.id, f"{' / '.join(key)} is another number than elsewhere.")
            count = counted.entries.get(theirs[key])
            switch = NO_SWITCH if count is None else count.switch
            if known is not None and known.switch != switch:
                raise BadTable(table.id, f"{' / '.join(key)} stands beside two counts.")
            shown = float(number), float(number)
            said = _still_said(ledger, coverage, number)
            small = count is not None and count.small
            ledger.entries[coverage] = Entry(
                number, shown, said, switch, small, Decimal(0) if count is None else count.number
            )
    return ledger


def shown_limits(number: Decimal, table: SourceTable, key: Key, rules: SuppressionRules) -> Limits:
    """What anyone can conclude of a count from the cell that shows it."""
    exact = float(number), float(number)
    if number == 0 or (rules.national_exempt and table.national(key)):
        return exact
    if rules.base:
        printed = rounded(number, rules.base)
        half = Decimal(rules.base) / 2
        low = (printed - half).to_integral_value(ROUND_CEILING)
        high = (printed + half).to_integral_value(ROUND_CEILING) - 1
        return float(max(low, Decimal(rules.small_to + 1))), float(high)
    if table.rate is not None:
        return _behind_rate(number, table.rate, key)
    return exact


def rounded(number: Decimal, base: int) -> Decimal:
    """To the nearest multiple of the base, halves up."""
    return to_decimals(number / base, 0) * base


def rate_of(number: Decimal, rate: Rate, key: Key) -> Decimal:
    """The rate a cell prints."""
    return to_decimals(number * rate.per / rate.denominators[key], rate.decimals)


def _behind_rate(number: Decimal, rate: Rate, key: Key) -> Limits:
    """The counts that print the same rate, for anyone who knows the denominator."""
    half = HALF.scaleb(-rate.decimals)
    unit = rate.denominators[key] / rate.per
    printed = rate_of(number, rate, key)
    low = ((printed - half) * unit).to_integral_value(ROUND_CEILING)
    high = ((printed + half) * unit).to_integral_value(ROUND_FLOOR)
    if rate_of(high, rate, key) != printed and high > number:
        high -= 1
    return float(max(low, Decimal(1))), float(high)


def _opened(
    tables: Sequence[SourceTable], earlier: Sequence[Earlier], rules: SuppressionRules
) -> Ledger:
    before = [each.published for each in earlier]
    universe = Universe([*before, *tables], limit=rules.effort.variables)
    ledger = Ledger(tables[0].measure, tables[0].kind, universe)
    hidden: set[Coverage] = set()
    for each in earlier:
        for key, coverage in universe.coverages(each.published).items():
            cell = each.published.cells[key]
            if key in each.numbers:
                ledger.numbers_before[coverage] = each.numbers[key]
            if cell.says_nothing:
                continue
            low = -inf if cell.low is None else float(cell.low)
            high = inf if cell.high is None else float(cell.high)
            so_far = ledger.earlier.get(coverage, ANYTHING)
            both = max(low, so_far[0]), min(high, so_far[1])
            if both[0] > both[1]:
                ledger.clashing.add(coverage)
                both = (low, high)
            ledger.earlier[coverage] = both
            if cell.state is State.SUPPRESSED:
                hidden.add(coverage)
    ledger.hidden_before = frozenset(hidden)
    return ledger


def _counted(
    ledger: Ledger,
    coverage: Coverage,
    number: Decimal,
    shown: Limits,
    national: bool,
    rules: SuppressionRules,
    switches: Switches,
) -> Entry:
    """The entry of a count."""
    said = _still_said(ledger, coverage, number)
    known = ledger.entries.get(coverage)
    exempt = national and rules.national_exempt
    if known is not None:
        return Entry(number, shown, said, known.switch, known.small, number)
    if number == 0 or exempt:
        return Entry(number, shown, said, NO_SWITCH, small=False, count=number)
    small = rules.is_small(number)
    return Entry(number, shown, said, switches.new(number, forced=small), small, number)


def _still_said(ledger: Ledger, coverage: Coverage, number: Decimal) -> Limits:
    """What earlier releases say of a cell; nothing where it was revised since and they are wrong."""
    said = ledger.earlier.get(coverage, ANYTHING)
    if said[0] <= float(number) <= said[1]:
        return said
    ledger.clashing.add(coverage)
    del ledger.earlier[coverage]
    return ANYTHING


def _demand_sums(table: SourceTable) -> None:
    """Raise BadTable where a cell is not the sum of the cells within it."""
    for whole, parts in equations(table):
        number = table.cells[whole].number
        found = [table.cells[part].number for part in parts]
        if number is not None and number != sum(n for n in found if n is not None):
            raise BadTable(table.id, f"{' / '.join(whole)} is not the sum of the cells within it.")


def _wide(table: SourceTable, key: Key) -> bool:
    """Whether other categories of the table lie within the cell."""
    named = zip(table.dimensions, key, strict=True)
    return any(dimension.children(code) for dimension, code in named)


def _equations(table: SourceTable, universe: Universe) -> list[tuple[Coverage, ...]]:
    """Cells of which any one follows from the others, where they are shown as they are."""
    coverages = universe.coverages(table)
    if table.rate is not None:
        return []
    return [
        (coverages[whole], *(coverages[part] for part in parts))
        for whole, parts in equations(table)
    ]
