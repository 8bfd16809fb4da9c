"""What goes out: the cells of a table as everyone will see them, once it is known which are hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from speccomm.publishing.suppression.ledger import Ledger, rate_of, rounded, shown_limits
from speccomm.publishing.suppression.rules import SuppressionRules
from speccomm.publishing.suppression.sources import Key, Kind, PublishedTable, SourceTable
from speccomm.publishing.suppression.universe import Coverage
from speccomm.publishing.suppression.values import PublishedCell, State

NONE = Decimal(0)


@dataclass(frozen=True)
class Outcome:
    """Which cells of a measure are hidden, and what everyone knows of a hidden cell by itself."""

    hidden: Callable[[Coverage], bool]
    lowest: Decimal | None
    highest: Decimal | None

    def without(self, shown: frozenset[Coverage]) -> Outcome:
        """The same with some cells shown after all."""
        hidden = self.hidden
        return replace(self, hidden=lambda cell: cell not in shown and hidden(cell))


def published_table(
    table: SourceTable, ledger: Ledger, outcome: Outcome, rules: SuppressionRules, release: str
) -> PublishedTable:
    """The table as everyone sees it: hidden cells marked, others rounded where the method rounds."""
    coverages = ledger.universe.coverages(table)
    cells = {
        key: _cell(table, key, outcome.hidden(coverages[key]), outcome, rules)
        for key in table.cells
    }
    for key, coverage in coverages.items():
        if coverage in ledger.nothing and not table.cells[key].state.has_number:
            cells[key] = PublishedCell(table.cells[key].state, None, NONE, NONE)
    return PublishedTable(
        release, table.id, table.measure, table.dimensions, cells, table.scope, table.kind
    )


def _cell(
    table: SourceTable, key: Key, hidden: bool, outcome: Outcome, rules: SuppressionRules
) -> PublishedCell:
    value = table.cells[key]
    if value.number is None:
        return PublishedCell(value.state)
    if hidden:
        return PublishedCell(State.SUPPRESSED, None, outcome.lowest, outcome.highest)
    if value.state is State.ZERO:
        return PublishedCell(State.ZERO, NONE, NONE, NONE)
    if table.kind is Kind.AMOUNT:
        return PublishedCell(State.NUMBER, value.number, value.number, value.number)
    low, high = shown_limits(value.number, table, key, rules)
    number = value.number
    if rules.base and not (rules.national_exempt and table.national(key)):
        number = rounded(number, rules.base)
    if table.rate is not None:
        number = rate_of(number, table.rate, key)
    return PublishedCell(State.NUMBER, number, Decimal(int(low)), Decimal(int(high)))
