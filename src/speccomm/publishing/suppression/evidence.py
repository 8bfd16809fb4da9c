"""What everyone knows: published tables, and the numbers that fit all of them.

`attack` says of every hidden cell what it could be, for someone who has every table given, adds and
subtracts without mistake, and knows that counts are whole and not negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, inf, isfinite

from speccomm.foundation.errors import Refusal
from speccomm.publishing.suppression.frame import WHOLE, Limits, Node
from speccomm.publishing.suppression.polytope import Contradiction, Polytope
from speccomm.publishing.suppression.revision import revised_cells
from speccomm.publishing.suppression.sources import Key, Kind, PublishedTable
from speccomm.publishing.suppression.universe import Coverage, Universe
from speccomm.publishing.suppression.values import State

VARIABLES = 60_000
LARGEST_AMOUNT = 1e5
DIGITS = 6


class Contradictory(Refusal):
    """Published tables of one release that no numbers fit."""

    def __init__(self, measure: str) -> None:
        self.measure = measure
        super().__init__(
            f"No numbers fit what the latest tables of {measure} show. Look for totals that do not add up, "
            "or for tables that cover different things under the same dimension."
        )


@dataclass(frozen=True)
class Interval:
    """What a hidden cell could be. None is no limit; `proved` that no tighter limits can be had."""

    release: str
    table: str
    key: Key
    low: Decimal | None
    high: Decimal | None
    proved: bool

    @property
    def exact(self) -> bool:
        """Whether the number is recovered."""
        return self.low is not None and self.low == self.high

    @property
    def width(self) -> Decimal | None:
        if self.low is None or self.high is None:
            return None
        return self.high - self.low


class Evidence:
    """The published cells of one measure, each with everything known of it taken together.

    The tables of a release are believed over those of `earlier` ones: what was said earlier and
    no numbers fit any more is taken as revised since, and set aside (`revised`). Whoever knows that
    cells were revised hands them in.
    """

    def __init__(
        self,
        tables: Sequence[PublishedTable],
        *,
        earlier: Sequence[PublishedTable] = (),
        revised: frozenset[Coverage] = frozenset(),
        also: Iterable[Coverage] = (),
        universe: Universe | None = None,
    ) -> None:
        self.measure = tables[0].measure
        self.whole = all(table.kind is Kind.COUNT for table in (*tables, *earlier))
        self.universe = universe or Universe([*earlier, *tables], limit=VARIABLES)
        firm, clashing = self._said(tables, {})
        if clashing:
            raise Contradictory(self.measure)
        known, clashing = self._said(earlier, firm, revised)
        self.negative = any(low < 0 for low, _ in known.values())
        for coverage in (*revised, *also):
            known.setdefault(coverage, (-inf if self.negative else 0.0, inf))
        self.scale = _scale(known.values(), whole=self.whole)
        self.cell_of = {coverage: number for number, coverage in enumerate(known)}
        self._reached: dict[int, tuple[float, float, bool]] = {}
        self.polytope = self._polytope(known)
        self.revised = revised | clashing | self._set_aside(known, firm)
        self.known = known

    def reach(self, coverage: Coverage) -> tuple[float, float, bool]:
        """The least and the most a cell could be, and whether that is proved to be all."""
        cell = self.cell_of[coverage]
        if cell not in self._reached:
            low, low_proved = self._end(cell, upward=False)
            high, high_proved = self._end(cell, upward=True)
            proved = low_proved and high_proved
            self._reached[cell] = low * self.scale, high * self.scale, proved
        return self._reached[cell]

    def exactly(self, coverage: Coverage) -> bool:
        """Whether a cell's number can be worked out."""
        cell = self.cell_of[coverage]
        ends = [self.polytope.extreme([cell], upward=upward) for upward in (False, True)]
        low, high = (end.reached for end in ends)
        if all(end.whole for end in ends) or not self.whole or high - low <= WHOLE:
            return high - low <= WHOLE
        low, high, _ = self.reach(coverage)
        return high - low <= WHOLE

    def _end(self, cell: int, *, upward: bool) -> tuple[float, bool]:
        extreme = self.polytope.extreme([cell], upward=upward)
        reached = extreme.reached
        if not self.whole or not isfinite(reached):
            return reached, True
        rounded = float(floor(reached + WHOLE) if upward else ceil(reached - WHOLE))
        if extreme.whole:
            return rounded, True
        found = self.polytope.whole_end(cell, upward=upward, reached=reached)
        bound = float(floor(found.bound + WHOLE) if upward else ceil(found.bound - WHOLE))
        return bound, found.reached == bound

    def _said(
        self,
        tables: Sequence[PublishedTable],
        firm: Mapping[Coverage, Limits],
        revised: frozenset[Coverage] = frozenset(),
    ) -> tuple[dict[Coverage, Limits], frozenset[Coverage]]:
        """Each cell's limits from all that is said of it, the latest first, and those that clash."""
        known = dict(firm)
        clashing: set[Coverage] = set()
        for table in reversed(tables):
            for key, coverage in self.universe.coverages(table).items():
                cell = table.cells[key]
                if cell.says_nothing or coverage in revised:
                    continue
                low = -inf if cell.low is None else float(cell.low)
                high = inf if cell.high is None else float(cell.high)
                before = known.get(coverage, (-inf, inf))
                both = max(low, before[0]), min(high, before[1])
                if both[0] <= both[1]:
                    known[coverage] = both
                else:
                    clashing.add(coverage)
        return known, frozenset(clashing)

    def _set_aside(
        self, known: dict[Coverage, Limits], firm: Mapping[Coverage, Limits]
    ) -> frozenset[Coverage]:
        """Free the cells of what was said earlier and does not fit, and say which.

        A cell of the release keeps what the release says of it.
        """
        if self.polytope.fits():
            return frozenset()
        order = list(known)
        doubtful = [n for n, coverage in enumerate(order) if known[coverage] != firm.get(coverage)]
        try:
            found = revised_cells(
                [*self._nodes(known), *self._nodes(firm)],
                self.universe.links,
                doubtful,
                unknowns=self.universe.unknowns,
                negative=self.negative,
            )
        except Contradiction as problem:
            raise Contradictory(self.measure) from problem
        free = (-inf if self.negative else 0.0, inf)
        for number in found:
            known[order[number]] = firm.get(order[number], free)
        self.polytope = self._polytope(known)
        return frozenset(order[number] for number in found)

    def _nodes(self, known: Mapping[Coverage, Limits]) -> list[Node]:
        scaled = [
            (coverage, (low / self.scale, high / self.scale))
            for coverage, (low, high) in known.items()
        ]
        return [Node(self.universe.unknowns_of(c), limits, limits) for c, limits in scaled]

    def _polytope(self, known: dict[Coverage, Limits]) -> Polytope:
        return Polytope(
            self._nodes(known),
            self.universe.links,
            unknowns=self.universe.unknowns,
            whole=self.whole,
            negative=self.negative,
        )


def attack(tables: Sequence[PublishedTable]) -> tuple[Interval, ...]:
    """What each hidden cell of some published tables could be, from all of them together.

    Tables are given in the order they were published. Counts are taken to be whole and not
    negative; the limits of a count are proved over whole numbers, not only over fractions.
    Raises: Contradictory where no numbers fit the tables of the latest release.
    """
    found: list[Interval] = []
    for measure in dict.fromkeys(table.measure for table in tables):
        chosen = [table for table in tables if table.measure == measure]
        evidence = taken_together(chosen)
        for table in chosen:
            coverages = evidence.universe.coverages(table)
            found += [
                interval(evidence, coverages[key], table.release, table.id, key)
                for key, cell in table.cells.items()
                if cell.state is State.SUPPRESSED
            ]
    return tuple(found)


def taken_together(
    tables: Sequence[PublishedTable], *, universe: Universe | None = None
) -> Evidence:
    """The evidence of tables in the order they were published.

    The last release is the run of tables at the end under one name, each once: a release made again
    under the name it had before is another.
    """
    last: list[PublishedTable] = []
    for table in reversed(tables):
        named = {each.id for each in last}
        if last and (table.release != last[0].release or table.id in named):
            break
        last.insert(0, table)
    before = tables[: len(tables) - len(last)]
    return Evidence(last, earlier=before, universe=universe)


def interval(
    evidence: Evidence, coverage: Coverage, release: str, table: str, key: Key
) -> Interval:
    """What one cell could be."""
    low, high, proved = evidence.reach(coverage)
    return Interval(release, table, key, _said(low), _said(high), proved)


def _said(number: float) -> Decimal | None:
    return Decimal(repr(round(number, DIGITS))).normalize() + 0 if isfinite(number) else None


def _scale(limits: Iterable[Limits], *, whole: bool) -> float:
    """What amounts are divided by, so that the solver's tolerances suit them; counts stay."""
    if whole:
        return 1.0
    finite = [abs(end) for pair in limits for end in pair if isfinite(end)]
    return max(1.0, max(finite, default=1.0) / LARGEST_AMOUNT)
