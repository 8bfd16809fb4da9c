"""From cells to the question of what to hide: limits, targets and equations for the search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from speccomm.publishing.suppression.demands import Demands, Wish, demands
from speccomm.publishing.suppression.frame import NO_SWITCH, Limits, Node
from speccomm.publishing.suppression.implied import apart, differences, remainders
from speccomm.publishing.suppression.ledger import ANYTHING, Entry, Ledger, Switches
from speccomm.publishing.suppression.polytope import Contradiction, Polytope
from speccomm.publishing.suppression.protection import Guard
from speccomm.publishing.suppression.revision import revised_cells
from speccomm.publishing.suppression.rules import SuppressionRules
from speccomm.publishing.suppression.search import Problem
from speccomm.publishing.suppression.sources import BadTable, Kind, SourceTable
from speccomm.publishing.suppression.universe import Coverage

LARGEST_AMOUNT = 1e5  # amounts are divided so that none is larger, to suit the solver's tolerances


@dataclass(frozen=True)
class Protected:
    """One measure ready for the search: its guard, which cell is which, and what cannot be had."""

    ledger: Ledger
    guard: Guard
    coverages: tuple[Coverage, ...]
    implied: tuple[Coverage, ...]
    demands: Demands
    revised: frozenset[Coverage]
    scale: float


@dataclass(frozen=True)
class Attempt:
    """What one attempt adds to the rules: zeros that are hidden too, as switches of their own."""

    zeros: dict[tuple[str, Coverage], int]

    @property
    def lowest(self) -> float:
        """The least a hidden count can be, for anyone: above zero as long as zeros are shown."""
        return 0.0 if self.zeros else 1.0


def protected(
    ledger: Ledger,
    tables: Sequence[SourceTable],
    rules: SuppressionRules,
    switches: Switches,
    attempt: Attempt,
) -> Protected:
    """One measure as a guard. Raises BadTable where the tables contradict each other."""
    scale = _scale(ledger)
    implied = dict(_implied(ledger, tables, rules)) if ledger.kind is Kind.COUNT else {}
    rows = _rows(ledger, rules, attempt)
    rows += [(coverage, Row((0.0, inf), (0.0, inf), NO_SWITCH)) for coverage in implied]
    free = -inf if ledger.negative else 0.0
    revised = frozenset(ledger.clashing) | _revised(ledger, rows, scale, tables)
    coverages = tuple(coverage for coverage, _ in rows)
    nodes = []
    for coverage, row in rows:
        loose = (free, inf) if coverage in revised and coverage not in ledger.entries else None
        nodes.append(_node(ledger, coverage, row, scale, loose))
    polytope = Polytope(
        nodes,
        ledger.universe.links,
        unknowns=ledger.universe.unknowns,
        searched=rules.effort.nodes,
        whole=ledger.kind is Kind.COUNT,
        negative=ledger.negative,
    )
    polytope.hide(np.ones(len(switches.totals), dtype=np.bool_))
    wishes = list(_wishes(ledger, coverages, implied, scale, rules))
    asked = demands(polytope, wishes, rules)
    forced = np.array(switches.forced, dtype=np.bool_)
    guard = Guard(polytope, asked.targets, forced)
    return Protected(ledger, guard, coverages, tuple(implied), asked, revised, scale)


def problem(
    parts: Sequence[Protected], switches: Switches, rules: SuppressionRules, attempt: Attempt
) -> Problem:
    """The whole question: every measure's guard over the same switches."""
    exact = not rules.base and not attempt.zeros
    found = {
        _switches(part.ledger, equation)
        for part in parts
        for equation in part.ledger.equations
        if exact
    }
    return Problem(
        forced=np.array(switches.forced, dtype=np.bool_),
        totals=np.array([float(total) for total in switches.totals]),
        guards=tuple(part.guard for part in parts if part.guard.targets),
        equations=tuple(sorted(equation for equation in found if len(equation) > 1)),
    )


@dataclass(frozen=True)
class Row:
    """A cell's limits while shown and hidden, and its switch."""

    shown: Limits
    hidden: Limits
    switch: int


def _rows(ledger: Ledger, rules: SuppressionRules, attempt: Attempt) -> list[tuple[Coverage, Row]]:
    rows = []
    for coverage, entry in ledger.entries.items():
        zero = attempt.zeros.get((ledger.measure, coverage))
        if zero is not None:
            most = float(rules.small_to) if rules.base else inf
            rows.append((coverage, Row((0.0, 0.0), (0.0, most), zero)))
        else:
            hidden = _when_hidden(ledger, entry, rules, attempt)
            rows.append((coverage, Row(entry.shown, hidden, entry.switch)))
    for coverage, said in ledger.earlier.items():
        if coverage not in ledger.entries:
            rows.append((coverage, Row(said, said, NO_SWITCH)))
    for coverage in ledger.nothing:
        if coverage not in ledger.entries and coverage not in ledger.earlier:
            rows.append((coverage, Row((0.0, 0.0), (0.0, 0.0), NO_SWITCH)))
    return rows


def _when_hidden(ledger: Ledger, entry: Entry, rules: SuppressionRules, attempt: Attempt) -> Limits:
    """What anyone knows of a cell that is hidden, before anything is added or subtracted.

    Where all counts are rounded, hidden ones are taken to be known for small or not small: hardly
    any but small ones are hidden then.
    """
    if ledger.kind is Kind.AMOUNT:
        return (-inf if ledger.negative else 0.0), inf
    if not rules.base:
        return attempt.lowest, inf
    if entry.small:
        return min(attempt.lowest, float(rules.small_from)), float(rules.small_to)
    return float(rules.small_to + 1), inf


def _node(ledger: Ledger, coverage: Coverage, row: Row, scale: float, loose: Limits | None) -> Node:
    said = ledger.earlier.get(coverage, ANYTHING)
    shown, hidden = loose or row.shown, loose or row.hidden
    if loose is None:
        shown = max(shown[0], said[0]), min(shown[1], said[1])
        hidden = max(hidden[0], said[0]), min(hidden[1], said[1])
    unknowns = ledger.universe.unknowns_of(coverage)
    return Node(
        unknowns,
        (shown[0] / scale, shown[1] / scale),
        (hidden[0] / scale, hidden[1] / scale),
        row.switch,
    )


def _implied(
    ledger: Ledger, tables: Sequence[SourceTable], rules: SuppressionRules
) -> Iterator[tuple[Coverage, float]]:
    """Small numbers nobody prints that one subtraction would give away."""
    numbers = {c: low for c, (low, high) in ledger.earlier.items() if low == high}
    numbers |= {coverage: float(number) for coverage, number in ledger.numbers_before.items()}
    numbers |= {coverage: float(entry.number) for coverage, entry in ledger.entries.items()}
    sums = list(differences(ledger.universe, list(numbers)))
    for table in tables:
        sums += remainders(table, ledger.universe)
    for found in sums:
        number = apart(found, numbers)
        if number is None or found[0] in ledger.entries or found[0] in ledger.earlier:
            continue
        if rules.small_from <= number <= rules.small_to:
            yield found[0], number


def _wishes(
    ledger: Ledger,
    coverages: Sequence[Coverage],
    implied: dict[Coverage, float],
    scale: float,
    rules: SuppressionRules,
) -> Iterator[Wish]:
    amounts = ledger.kind is Kind.AMOUNT
    if amounts and not rules.protect_amounts:
        return
    for cell, coverage in enumerate(coverages):
        entry = ledger.entries.get(coverage)
        if entry is not None and entry.small:
            unit = float(entry.number / entry.count) / scale if amounts else 1.0
            if unit:
                yield Wish(cell, float(entry.number) / scale, unit)
        elif coverage in implied:
            yield Wish(cell, implied[coverage])
        elif entry is None and coverage in ledger.hidden_before and not amounts:
            number = ledger.numbers_before.get(coverage)
            large = number is not None and not rules.is_small(number)
            yield Wish(cell, None if number is None else float(number), large=large)


def _revised(
    ledger: Ledger,
    rows: Sequence[tuple[Coverage, Row]],
    scale: float,
    tables: Sequence[SourceTable],
) -> frozenset[Coverage]:
    """Cells of earlier releases that the true numbers of now contradict."""
    truth = []
    for coverage, row in rows:
        entry = ledger.entries.get(coverage)
        exact = row.shown if entry is None else (float(entry.number), float(entry.number))
        limits = exact[0] / scale, exact[1] / scale
        truth.append(Node(ledger.universe.unknowns_of(coverage), limits, limits))
    universe = ledger.universe
    whole = Polytope(
        truth, universe.links, unknowns=universe.unknowns, whole=False, negative=ledger.negative
    )
    if whole.fits():
        return frozenset()
    said = ledger.earlier.keys() | ledger.nothing.keys()
    doubtful = [n for n, (c, _) in enumerate(rows) if c in said and c not in ledger.entries]
    try:
        found = revised_cells(
            truth,
            universe.links,
            doubtful,
            unknowns=universe.unknowns,
            negative=ledger.negative,
        )
    except Contradiction as problem:
        raise BadTable(
            ", ".join(table.id for table in tables),
            "these tables count the same thing and no numbers fit them all.",
        ) from problem
    return frozenset(rows[number][0] for number in found)


def _switches(ledger: Ledger, equation: Sequence[Coverage]) -> tuple[int, ...]:
    """The switches of an equation's cells; none where one of its cells is not known."""
    known = [coverage for coverage in equation if coverage not in ledger.nothing]
    entries = [ledger.entries.get(coverage) for coverage in known]
    found = [entry.switch for entry in entries if entry is not None]
    return () if None in entries else tuple(s for s in found if s != NO_SWITCH)


def _scale(ledger: Ledger) -> float:
    if ledger.kind is Kind.COUNT:
        return 1.0
    largest = max((abs(float(e.number)) for e in ledger.entries.values()), default=1.0)
    return max(1.0, largest / LARGEST_AMOUNT)
