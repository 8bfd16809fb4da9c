"""Whether a choice of hidden cells protects what must be protected, and if not, what is missing.

The answer to a choice that fails is a cut: cells of which more must be hidden, whatever else is
chosen. It follows from what holds the attacked cell in place (the multipliers of the linear
programme), so it holds for every other choice too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from speccomm.publishing.suppression.frame import NO_SWITCH, WHOLE, Flags, Numbers
from speccomm.publishing.suppression.polytope import Contradiction, Extreme, Polytope

SLIGHT = 1e-7  # a share of a cut so small is none
BARELY = 1e-4  # a cut broken by less is kept
TOGETHER = 8  # attempts at all targets at once before each is tried on its own


@dataclass(frozen=True)
class Target:
    """A cell, and what whoever attacks it must still find possible.

    It could be as low as `low`, as high as `high`, and the two ends lie at least `apart`.
    """

    cell: int
    low: float = inf
    high: float = -inf
    apart: float = 0.0


@dataclass(frozen=True)
class Cut:
    """Of these switches, the shares of those that are on must add up to at least `least`."""

    shares: tuple[tuple[int, float], ...]
    least: float

    def kept_by(self, hidden: Flags) -> bool:
        return self.kept_by_shares(hidden.astype(np.float64))

    def kept_by_shares(self, shares: Numbers) -> bool:
        found = sum(share * shares[switch] for switch, share in self.shares)
        return bool(found >= self.least - BARELY)


class CannotBeProtected(Exception):
    """A target that hiding everything that may be hidden does not protect."""

    def __init__(self, target: Target) -> None:
        self.target = target
        super().__init__("a cell that nothing protects")


class Guard:
    """The targets of one measure and the numbers that fit what is shown of it."""

    def __init__(self, polytope: Polytope, targets: Sequence[Target], forced: Flags) -> None:
        self.polytope = polytope
        self.targets = tuple(targets)
        self._forced = forced
        size = polytope.size
        self._lowest, self._highest = np.full(size, inf), np.full(size, -inf)

    def cuts(self, hidden: Flags) -> list[Cut]:
        """What every choice must do that this one does not; nothing where it protects."""
        return list(dict.fromkeys(self._failures(hidden)))

    def protects(self, hidden: Flags) -> bool:
        """Whether every target is protected."""
        return next(self._failures(hidden), None) is None

    def cuts_between(self, shares: Numbers) -> list[Cut]:
        """Cuts that a choice between hiding and showing does not keep; it need not be a real choice.

        Each cell may move as far as its share lets it, and no cell further than the target must.
        """
        found: dict[Cut, None] = {}
        for target in self.targets:
            for goal, upward in ((target.high, True), (target.low, False)):
                cut = self._cut_between(target, goal, shares, upward=upward)
                if cut is not None and not cut.kept_by_shares(shares):
                    found[cut] = None
        return list(found)

    def _cut_between(
        self, target: Target, goal: float, shares: Numbers, *, upward: bool
    ) -> Cut | None:
        polytope, cell = self.polytope, target.cell
        start = polytope.shown_limits[cell, 0 if upward else 1]
        if not np.isfinite(start) or not np.isfinite(goal):
            return None
        need = (goal - start) if upward else (start - goal)
        if need <= WHOLE:
            return None
        polytope.loosen(shares, most=need)
        extreme = self._towards(cell, goal, upward=upward)
        if abs(extreme.reached - goal) <= WHOLE:
            return None
        base, gains = self._loosened(extreme.duals, upward=upward)
        need = (goal - base) if upward else (base - goal)
        if need - float(gains[self._forced].sum()) <= SLIGHT:
            return None  # what is hidden in every choice moves further than was tried
        return self._cut(need, gains, target)

    def _failures(self, hidden: Flags) -> Iterator[Cut]:
        self.polytope.hide(hidden)
        self._lowest[:], self._highest[:] = inf, -inf
        self._try_together(upward=True)
        self._try_together(upward=False)
        self._try_apart()
        for target in self.targets:
            yield from self._failures_of(target, hidden)

    def _met(self, target: Target) -> bool:
        low, high = self._lowest[target.cell], self._highest[target.cell]
        return bool(
            low <= target.low + WHOLE
            and high >= target.high - WHOLE
            and (target.apart <= 0 or high - low >= target.apart - WHOLE)
        )

    def _reached(self, target: Target, *, upward: bool) -> bool:
        """Whether a point is known at which a target is as high, or as low, as it must be."""
        if upward:
            return bool(
                not np.isfinite(target.high) or self._highest[target.cell] >= target.high - WHOLE
            )
        return bool(not np.isfinite(target.low) or self._lowest[target.cell] <= target.low + WHOLE)

    def _witness(self, extreme: Extreme) -> None:
        """Keep what a point that everyone must think possible says of every cell."""
        if len(extreme.values) and (extreme.whole or not self.polytope.whole):
            np.minimum(self._lowest, extreme.values, out=self._lowest)
            np.maximum(self._highest, extreme.values, out=self._highest)

    def _try_together(self, *, upward: bool) -> None:
        """Attempts at many targets at once: cheap, and often enough for most."""
        for _ in range(TOGETHER):
            caps = {
                target.cell: target.high if upward else target.low
                for target in self.targets
                if not self._reached(target, upward=upward)
            }
            if not caps:
                return
            try:
                self._witness(self.polytope.extreme(list(caps), upward=upward, caps=caps))
            except Contradiction:
                return  # the caps do not fit together; each target is tried on its own
            if not any(self._reached(t, upward=upward) for t in self.targets if t.cell in caps):
                return

    def _try_apart(self) -> None:
        """Pull all ends that must lie apart away from each other at once, as long as that helps."""
        wanted = [target for target in self.targets if target.apart > 0]
        for _ in range(TOGETHER):
            still_open = [target for target in wanted if not self._met(target)]
            if not still_open:
                return
            cells = list(dict.fromkeys(target.cell for target in still_open))
            try:
                self._witness(self.polytope.extreme(cells, upward=False))
                caps = {
                    target.cell: float(self._lowest[target.cell] + target.apart)
                    for target in still_open
                    if np.isfinite(self._lowest[target.cell])
                }
                if caps:
                    self._witness(self.polytope.extreme(list(caps), upward=True, caps=caps))
            except Contradiction:
                return  # each target is tried on its own
            if all(not self._met(target) for target in still_open):
                return

    def _failures_of(self, target: Target, hidden: Flags) -> Iterator[Cut]:
        if self._met(target):
            return
        cell = target.cell
        if self._lowest[cell] > target.low + WHOLE:
            down = self._go(target, target.low, upward=False)
            if down is None:
                yield self._no_good(hidden, target)
            elif down.reached > target.low + WHOLE:
                need, shares = self._loosened(down.duals, upward=False)
                yield self._cut(need - target.low, shares, target)
        if self._highest[cell] < target.high - WHOLE:
            up = self._go(target, target.high, upward=True)
            if up is None:
                yield self._no_good(hidden, target)
            elif up.reached < target.high - WHOLE:
                need, shares = self._loosened(up.duals, upward=True)
                yield self._cut(target.high - need, shares, target)
        if target.apart > 0:
            yield from self._too_close(target, hidden)

    def _too_close(self, target: Target, hidden: Flags) -> Iterator[Cut]:
        cell = target.cell
        if self._highest[cell] - self._lowest[cell] >= target.apart - WHOLE:
            return
        down = self.polytope.extreme([cell], upward=False)
        self._witness(down)
        up = self._towards(cell, down.reached + target.apart, upward=True)
        self._witness(up)
        if up.reached - down.reached < target.apart - WHOLE:
            least, under = self._loosened(down.duals, upward=False)
            most, over = self._loosened(up.duals, upward=True)
            yield self._cut(target.apart - (most - least), under + over, target)
        elif self.polytope.whole and not self._whole_apart(target, down.reached, up.reached):
            yield self._no_good(hidden, target)

    def _whole_apart(self, target: Target, low: float, high: float) -> bool:
        """Whether whole numbers far enough apart fit the target's cell."""
        enough = Target(target.cell, apart=target.apart)
        for upward, reached in ((False, low), (True, high)):
            if self._met(enough):
                return True
            try:
                found = self.polytope.whole_end(target.cell, upward=upward, reached=reached)
            except Contradiction:
                return False
            if found.reached is not None:
                self._witness(Extreme(found.reached, found.values, np.empty(0), whole=True))
        return self._met(enough)

    def _go(self, target: Target, goal: float, *, upward: bool) -> Extreme | None:
        """How far the cell can go towards its goal; None where only fractions go so far."""
        cell = target.cell
        extreme = self._towards(cell, goal, upward=upward)
        self._witness(extreme)
        short = extreme.reached < goal - WHOLE if upward else extreme.reached > goal + WHOLE
        if short or extreme.whole or not self.polytope.whole:
            return extreme
        try:
            end = self.polytope.whole_end(cell, upward=upward, reached=goal)
        except Contradiction:
            return extreme  # every whole number that fits lies beyond the goal
        if end.reached is None or (end.reached < goal if upward else end.reached > goal):
            return None
        found = Extreme(end.reached, end.values, np.empty(0), whole=True)
        self._witness(found)
        return found

    def _towards(self, cell: int, goal: float, *, upward: bool) -> Extreme:
        """How far a cell can go towards a goal, which it may lie beyond wherever it is."""
        try:
            return self.polytope.extreme([cell], upward=upward, caps={cell: goal})
        except Contradiction:
            nothing = np.empty(0)
            return Extreme(goal, nothing, nothing, whole=True)

    def _loosened(self, duals: Numbers, *, upward: bool) -> tuple[float, Numbers]:
        """The extreme with nothing hidden, as the multipliers give it, and what each switch adds."""
        polytope = self.polytope
        shown, hidden = polytope.shown_limits, polytope.hidden_limits
        at_top = (duals > 0) if upward else (duals < 0)
        at_bottom = (duals < 0) if upward else (duals > 0)
        base = float(np.dot(duals[at_top], shown[at_top, 1]))
        base += float(np.dot(duals[at_bottom], shown[at_bottom, 0]))
        gain = np.zeros(len(duals))
        gain[at_top] = np.abs(duals[at_top]) * (hidden[at_top, 1] - shown[at_top, 1])
        gain[at_bottom] = np.abs(duals[at_bottom]) * (shown[at_bottom, 0] - hidden[at_bottom, 0])
        shares = np.zeros(len(self._forced))
        moving = polytope.switches != NO_SWITCH
        np.add.at(shares, polytope.switches[moving], gain[moving])
        return base, shares

    def _cut(self, need: float, shares: Numbers, target: Target) -> Cut:
        """Share out a need among the switches that are not on in every choice."""
        need -= float(shares[self._forced].sum())
        if need <= SLIGHT:
            raise AssertionError("a cut that every choice keeps")
        free = np.where(self._forced, 0.0, np.minimum(shares, need) / need)
        chosen = np.flatnonzero(free > SLIGHT).tolist()
        if not chosen:
            raise CannotBeProtected(target)
        return Cut(tuple((switch, float(free[switch])) for switch in chosen), 1.0)

    def _no_good(self, hidden: Flags, target: Target) -> Cut:
        """Whole numbers do not go far enough: something more must be hidden."""
        chosen = np.flatnonzero(~hidden).tolist()
        if not chosen:
            raise CannotBeProtected(target)
        return Cut(tuple((switch, 1.0) for switch in chosen), 1.0)
