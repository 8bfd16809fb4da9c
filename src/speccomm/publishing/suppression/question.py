"""One publication put as a question and answered: every table's cells, and which of them to hide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from speccomm.foundation.errors import Refusal
from speccomm.publishing.suppression.frame import NO_SWITCH
from speccomm.publishing.suppression.implied import equations
from speccomm.publishing.suppression.ledger import Ledger, Switches, amount_ledger, count_ledger
from speccomm.publishing.suppression.model import Attempt, Protected, problem, protected
from speccomm.publishing.suppression.protection import CannotBeProtected
from speccomm.publishing.suppression.publication import Outcome
from speccomm.publishing.suppression.rules import SuppressionRules, Zeros
from speccomm.publishing.suppression.search import Pattern, find_pattern
from speccomm.publishing.suppression.sources import Earlier, Key, Kind, SourceTable
from speccomm.publishing.suppression.universe import Coverage
from speccomm.publishing.suppression.values import State

Lines = frozenset[tuple[str, Key]]  # zeros, by table and cell


class CannotProtect(Refusal):
    """Small numbers that could be worked out whatever else is hidden."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = tuple(cells)
        super().__init__(
            f"Whatever else is hidden, these could be worked out: {'; '.join(self.cells)}. Nothing was "
            "published. Join their categories with others, leave out the total they belong to, or let more "
            "cells be hidden."
        )


@dataclass(frozen=True)
class Answer:
    """Every measure with its cells and demands, and which switches are on."""

    parts: tuple[Protected, ...]
    pattern: Pattern
    attempt: Attempt
    forced: int

    def part(self, measure: str) -> Protected:
        return next(part for part in self.parts if part.ledger.measure == measure)

    def hides(self, measure: str, coverage: Coverage) -> bool:
        """Whether a cell of a measure is hidden."""
        ledger = self.part(measure).ledger
        entry = ledger.entries.get(coverage)
        shown = NO_SWITCH if entry is None else entry.switch
        switch = self.attempt.zeros.get((measure, coverage), shown)
        return bool(switch != NO_SWITCH and self.pattern.hidden[switch])

    def outcome(self, measure: str, rules: SuppressionRules) -> Outcome:
        """What everyone knows of a hidden cell of a measure by its mark alone."""
        ledger = self.part(measure).ledger
        if ledger.kind is Kind.AMOUNT:
            lowest = None if ledger.negative else Decimal(0)
            return Outcome(lambda coverage: self.hides(measure, coverage), lowest, None)
        only_small = rules.base and self.pattern.cells.reached == self.forced
        highest = Decimal(rules.small_to) if only_small else None
        lowest = Decimal(int(self.attempt.lowest))
        return Outcome(lambda coverage: self.hides(measure, coverage), lowest, highest)


def answer(
    tables: Sequence[SourceTable],
    earlier: Sequence[Earlier],
    rules: SuppressionRules,
    stop: Callable[[], bool],
) -> Answer:
    """What to hide in all tables together.

    Zeros are first taken to be known. Where that leaves a cell that nothing protects and the rules
    allow it, the zeros of its lines are hidden as well and the question is put again.
    Raises: BadTable where the tables contradict each other; CannotProtect where nothing helps.
    """
    lines: Lines = frozenset()
    try:
        return _attempt(tables, earlier, rules, lines, stop)
    except _Bare as bare:
        if rules.zeros is Zeros.NEVER or not bare.zeros:
            raise CannotProtect(bare.cells) from bare
        lines = bare.zeros
    try:
        return _attempt(tables, earlier, rules, lines, stop)
    except _Bare as bare:
        raise CannotProtect(bare.cells) from bare


class _Bare(Exception):
    """Cells that nothing protects, in words, and the zeros beside them."""

    def __init__(self, cells: Sequence[str], zeros: Lines) -> None:
        self.cells = tuple(cells)
        self.zeros = zeros
        super().__init__("cells that nothing protects")


def _attempt(
    tables: Sequence[SourceTable],
    earlier: Sequence[Earlier],
    rules: SuppressionRules,
    lines: Lines,
    stop: Callable[[], bool],
) -> Answer:
    parts, switches, attempt = _parts(tables, earlier, rules, lines)
    short = [part for part in parts if part.demands.bare or part.demands.narrowed]
    alone = parts if not earlier else _parts(tables, (), rules, lines)[0] if short else ()
    for part in alone:
        if cells := [*part.demands.bare, *part.demands.narrowed]:
            raise _bare(part, tables, cells)
    try:
        pattern = find_pattern(
            problem(parts, switches, rules, attempt), effort=rules.effort, stop=stop
        )
    except CannotBeProtected as failure:
        failed = next(part for part in parts if failure.target in part.guard.targets)
        raise _bare(failed, tables, [failure.target.cell]) from failure
    return Answer(parts, pattern, attempt, sum(switches.forced))


def _parts(
    tables: Sequence[SourceTable],
    earlier: Sequence[Earlier],
    rules: SuppressionRules,
    lines: Lines,
) -> tuple[tuple[Protected, ...], Switches, Attempt]:
    """Every measure's cells and demands; amounts after the counts they stand beside."""
    switches = Switches()
    ledgers: dict[str, Ledger] = {}
    counts: dict[str, tuple[SourceTable, Ledger]] = {}
    for kind in (Kind.COUNT, Kind.AMOUNT):
        for measure in dict.fromkeys(table.measure for table in tables if table.kind is kind):
            chosen = _of(tables, measure)
            before = [each for each in earlier if each.published.measure == measure]
            if kind is Kind.COUNT:
                ledger = count_ledger(chosen, before, rules, switches)
                counts |= {table.id: (table, ledger) for table in chosen}
            else:
                ledger = amount_ledger(chosen, before, rules, counts)
            ledgers[measure] = ledger
    zeros: dict[tuple[str, Coverage], int] = {}
    for id, key in sorted(lines):  # noqa: A001 a table's own name
        table, ledger = counts[id]
        cell = table.measure, ledger.universe.coverage(table, key)
        if cell not in zeros:
            zeros[cell] = switches.new(Decimal(0), forced=True)
    attempt = Attempt(zeros)
    parts = tuple(
        protected(ledger, _of(tables, measure), rules, switches, attempt)
        for measure, ledger in ledgers.items()
    )
    return parts, switches, attempt


def _of(tables: Sequence[SourceTable], measure: str) -> list[SourceTable]:
    return [table for table in tables if table.measure == measure]


def _bare(part: Protected, tables: Sequence[SourceTable], cells: Sequence[int]) -> _Bare:
    """The cells by table and category, and the zeros of every sum they take part in."""
    sought = {part.coverages[cell] for cell in cells}
    names: list[str] = []
    zeros: set[tuple[str, Key]] = set()
    for table in _of(tables, part.ledger.measure):
        coverages = part.ledger.universe.coverages(table)
        found = {key for key, coverage in coverages.items() if coverage in sought}
        names += [f"{table.id}: {' / '.join(key)}" for key in sorted(found)]
        if table.kind is Kind.AMOUNT:
            continue
        for whole, within in equations(table):
            if found & {whole, *within}:
                zeros |= {(table.id, k) for k in within if table.cells[k].state is State.ZERO}
    return _Bare(names or ["a number that subtraction gives"], frozenset(zeros))
