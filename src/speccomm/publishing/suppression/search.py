"""Which cells to hide: as few as possible, and among those the smallest numbers.

Choices and attacks take turns (Benders' decomposition of the cell suppression problem, after Fischetti
and Salazar): the cheapest choice that keeps all cuts is attacked, and what the attack recovers gives
more cuts. When no attack succeeds, no choice is cheaper. Where the rounds run out, the last choice is
filled up until no attack succeeds, thinned out again, and given with its gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np

from speccomm.publishing.suppression.frame import Flags, Numbers
from speccomm.publishing.suppression.master import Master
from speccomm.publishing.suppression.protection import Cut, Guard
from speccomm.publishing.suppression.rules import Effort

Stop = Callable[[], bool]
SLIGHT = 1e-6
DIGITS = 6
HALF = 0.5
NEARLY = 0.8  # shares from here on are hidden at once when a choice is made of them
LARGEST_WEIGHT = 1e5  # beyond it the solver's tolerance hides differences of total
SPARE = 4  # filling up is given up where it goes so far beyond the best


@dataclass(frozen=True)
class Gap:
    """A figure reached and the lowest it could be; together when that is proved."""

    reached: int
    bound: int

    @property
    def closed(self) -> bool:
        return self.reached <= self.bound


@dataclass(frozen=True)
class Pattern:
    """The switches that are on, how many and their total, each with what could at best be."""

    hidden: Flags
    cells: Gap
    total: Gap
    rounds: int


@dataclass(frozen=True)
class Problem:
    """What may be hidden and what must be protected.

    `forced` switches are on whatever else is; `totals` are what hiding each costs after the number
    of cells. An equation lists the switches of cells that are shown exactly and of which any one
    follows from the others.
    """

    forced: Flags
    totals: Numbers
    guards: tuple[Guard, ...]
    equations: tuple[tuple[int, ...], ...]


def find_pattern(problem: Problem, *, effort: Effort, stop: Stop = lambda: False) -> Pattern:
    """The cells to hide, fewest first and least total second, or the best found with its gaps.

    `stop` is asked before each round whether to end with what there is.
    Raises: CannotBeProtected where a target is not protected by hiding everything.
    """
    if all(guard.protects(problem.forced) for guard in problem.guards):
        count, total = int(problem.forced.sum()), _total(problem, problem.forced)
        return Pattern(problem.forced.copy(), Gap(count, count), Gap(total, total), 0)
    search = _Search(problem, effort, stop)
    weight = float(problem.totals.sum()) + 1.0
    first = search.descend(1.0 + problem.totals / weight, None)
    best = search.best()
    cells = Gap(int(best.sum()), min(int(best.sum()), floor(first.bound + SLIGHT)))
    bound = floor((first.bound - cells.reached) * weight + SLIGHT) if cells.closed else 0
    if cells.closed and (not first.solved or weight > LARGEST_WEIGHT):
        second = search.descend(problem.totals, cells.reached)
        best, bound = search.best(), max(bound, floor(second.bound + SLIGHT))
    total = _total(problem, best)
    return Pattern(best, cells, Gap(total, min(total, bound)), search.rounds)


@dataclass(frozen=True)
class _Descent:
    """Whether the cheapest choice was found, and what none can cost less than."""

    solved: bool
    bound: float


class _Search:
    """Choosing and attacking in turns, with everything learnt kept from one turn to the next."""

    def __init__(self, problem: Problem, effort: Effort, stop: Stop) -> None:
        self.problem = problem
        self.rounds = 0
        self._effort = effort
        self._stop = stop
        free = max(1, int((~problem.forced).sum()))
        aims = 2 * sum(len(guard.targets) for guard in problem.guards)
        self._turns = max(1, effort.attacks // max(1, aims))
        self._steps = effort.cell_steps // free
        self._master = Master(problem.forced, nodes=effort.nodes)
        self._best: Flags | None = None

    def best(self) -> Flags:
        """The best choice found that protects, making one if none was."""
        if self._best is None:
            self._fill_up(self.problem.forced)
        if self._best is None:
            raise AssertionError("filling up always ends")
        return self._best

    def descend(self, costs: Numbers, at_most: int | None) -> _Descent:
        """Rounds of choosing and attacking, until no attack succeeds or the effort is spent."""
        bound = 0.0
        spent = self._master.steps
        for number in range(self._effort.rounds):
            if self._stop() or self._master.steps - spent > self._steps or self._tired():
                break
            if number == self._effort.plain_rounds:
                shares, least = self._sound(costs, at_most)
                bound = max(bound, least)
                self._dive(costs, at_most, shares)
            choice = self._master.choose(costs, at_most=at_most)
            if choice is None:
                break
            self.rounds += 1
            bound = max(bound, choice.bound)
            cuts = self._missing(choice.hidden)
            if not cuts:
                self._keep(choice.hidden)
                return _Descent(solved=choice.bound >= choice.cost, bound=bound)
            self._master.add(cuts)
            if number >= self._effort.plain_rounds:
                self._fill_up(choice.hidden)
        return _Descent(solved=False, bound=bound)

    def _sound(self, costs: Numbers, at_most: int | None) -> tuple[Numbers, float]:
        """Cuts found between hiding and showing: many for little, and a limit for every choice."""
        shares, bound = self.problem.forced.astype(np.float64), 0.0
        for _ in range(min(self._effort.soundings, self._turns)):
            shares, bound = self._master.between(costs, at_most=at_most)
            cuts = [c for guard in self.problem.guards for c in guard.cuts_between(shares)]
            if not cuts or self._stop() or self._tired():
                break
            self._master.add(cuts)
        return shares, bound

    def _dive(self, costs: Numbers, at_most: int | None, shares: Numbers) -> None:
        """Make a choice of shares: the nearest to hidden is hidden, and the rest follows anew."""
        on = self.problem.forced.copy()
        for _ in range(min(self._effort.dives, self._turns)):
            between = (shares < 1.0 - SLIGHT) & (shares > SLIGHT)
            cuts = [c for guard in self.problem.guards for c in guard.cuts_between(shares)]
            if (not between.any() and not cuts) or self._stop() or self._tired():
                break
            self._master.add(cuts)
            if between.any():
                on |= between & (shares >= min(NEARLY, float(shares[between].max()) - SLIGHT))
            shares, _ = self._master.between(costs, at_most=at_most, on=on)
        self._fill_up(shares > HALF)

    def _tired(self) -> bool:
        """Whether so many attacks were made that the best choice so far must do."""
        return self._attacks() > self._effort.attacks_in_all

    def _attacks(self) -> int:
        return sum(guard.polytope.attacks for guard in self.problem.guards)

    def _missing(self, hidden: Flags) -> list[Cut]:
        found = [cut for guard in self.problem.guards for cut in guard.cuts(hidden)]
        if found:
            found += _lonely(self.problem, hidden)
        return found

    def _keep(self, hidden: Flags) -> None:
        """Remember a choice that protects if it is the best so far."""
        if self._best is None or self._cost(hidden) < self._cost(self._best):
            self._best = hidden

    def _cost(self, hidden: Flags) -> tuple[int, float]:
        return int(hidden.sum()), float(self.problem.totals[hidden].sum())

    def _fill_up(self, chosen: Flags) -> None:
        """Hide more, cheaply but not cheapest, until every target is protected; then thin out."""
        problem = self.problem
        hidden = chosen | problem.forced
        while cuts := [cut for guard in problem.guards for cut in guard.cuts(hidden)]:
            self._master.add(cuts)
            _widen(cuts, hidden, problem.totals)
            if self._best is not None and hidden.sum() > self._best.sum() + SPARE:
                return
        before = self._attacks()
        spare = np.flatnonzero(hidden & ~problem.forced)
        for switch in spare[np.argsort(-problem.totals[spare], kind="stable")].tolist():
            if self._attacks() - before > self._effort.attacks:
                break
            without = hidden.copy()
            without[switch] = False
            if all(guard.protects(without) for guard in problem.guards):
                hidden = without
        self._keep(hidden)


def _total(problem: Problem, hidden: Flags) -> int:
    return round(float(problem.totals[hidden].sum()))


def _lonely(problem: Problem, hidden: Flags) -> Iterator[Cut]:
    """A cell hidden alone among those it follows from is not hidden at all, so hides in vain."""
    for equation in problem.equations:
        members = np.array(equation)
        if problem.forced[members].any() or hidden[members].sum() != 1:
            continue
        for switch in equation:
            others = tuple((other, 1.0) for other in equation if other != switch)
            yield Cut((*others, (switch, -1.0)), 0.0)


def _widen(cuts: Sequence[Cut], hidden: Flags, totals: Numbers) -> None:
    """Turn switches on until every cut is kept, each time the one that helps most cuts most."""
    shares = np.zeros((len(cuts), len(hidden)))
    for number, cut in enumerate(cuts):
        for switch, share in cut.shares:
            shares[number, switch] = share
    lacking = np.array([cut.least for cut in cuts]) - shares[:, hidden].sum(axis=1)
    while (lacking > SLIGHT).any():
        unmet = lacking > SLIGHT
        helped = np.minimum(shares[unmet], lacking[unmet, None]).sum(axis=0)
        helped[hidden] = -np.inf
        chosen = int(np.lexsort((totals, -np.round(helped, DIGITS)))[0])
        hidden[chosen] = True
        lacking = lacking - shares[:, chosen]
