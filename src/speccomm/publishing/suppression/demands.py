"""What must stay possible of each cell that is protected, under the rulebook and what is already out.

Nothing can be asked that hiding everything would not give: whoever sees that zeros are shown knows that
seven hidden counts add up to seven at least, and an earlier release cannot be taken back. What is asked is cut
down to that, and where nothing is left the cell is reported, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from speccomm.publishing.suppression.frame import WHOLE, Numbers
from speccomm.publishing.suppression.polytope import Contradiction, Polytope
from speccomm.publishing.suppression.protection import TOGETHER, Target
from speccomm.publishing.suppression.rules import ProtectionKind, SuppressionRules

LEAST_APART = 1.0  # two possible whole numbers: never exact


@dataclass(frozen=True)
class Wish:
    """A cell to protect: its number where known, and the unit its small numbers are counted in.

    The unit is 1 for counts and the cell's own price for amounts. A large number was hidden before
    only to protect others.
    """

    cell: int
    number: float | None
    unit: float = 1.0
    large: bool = False


@dataclass(frozen=True)
class Demands:
    """Targets to reach, cells of which nothing is left to protect, and cells with less than asked."""

    targets: tuple[Target, ...]
    bare: tuple[int, ...]
    narrowed: tuple[int, ...]


def demands(polytope: Polytope, wishes: Iterable[Wish], rules: SuppressionRules) -> Demands:
    """Each wish as a target that can be reached; the polytope hides all that may be hidden."""
    reach = Reach(polytope)
    wishes = list(wishes)
    if rules.protection.kind is ProtectionKind.WIDTH:
        reach.pull({w.cell: rules.protection.width * abs(w.unit) for w in wishes if w.number})
    elif rules.protection.kind is ProtectionKind.RANGE:
        reach.raise_to(
            {w.cell: rules.small_to * w.unit for w in wishes if w.number and not w.large}
        )
    targets: list[Target] = []
    bare: list[int] = []
    narrowed: list[int] = []
    for wish in wishes:
        found = _asked(wish, reach, rules)
        if found is None:
            bare.append(wish.cell)
            continue
        target, less = found
        targets.append(target)
        if less:
            narrowed.append(wish.cell)
    return Demands(tuple(targets), tuple(bare), tuple(narrowed))


def _asked(wish: Wish, reach: Reach, rules: SuppressionRules) -> tuple[Target, bool] | None:
    if wish.number is None:
        return _unknown(wish, reach, rules)
    if wish.large:
        return _large(wish, reach)
    return _known(wish, reach, rules)


def _known(wish: Wish, reach: Reach, rules: SuppressionRules) -> tuple[Target, bool] | None:
    """A cell whose number is known to be small, None where it is out already."""
    number, unit, kind = float(wish.number or 0), wish.unit, rules.protection.kind
    smallest, largest = rules.small_from * unit, rules.small_to * unit
    if unit < 0:
        smallest, largest = largest, smallest
    span = largest - smallest
    least = LEAST_APART * abs(unit)
    if kind is ProtectionKind.RANGE:
        low = reach.low(wish.cell, smallest)
        wanted = max(largest, low + span)
    elif kind is ProtectionKind.AROUND:
        low = reach.low(wish.cell, number - rules.protection.below * abs(unit))
        wanted = max(number + rules.protection.above * abs(unit), low + least)
    else:
        least = rules.protection.width * abs(unit)
        if reach.apart(wish.cell, least):
            return Target(wish.cell, apart=least), False
        low = reach.low(wish.cell, -inf)
        high = reach.high(wish.cell, low + least)
        if high - low < least - WHOLE and high - low < LEAST_APART * abs(unit) - WHOLE:
            return None
        return Target(wish.cell, apart=min(least, high - low)), high - low < least - WHOLE
    high = reach.high(wish.cell, wanted)
    if high - low < least - WHOLE:
        return None
    return Target(wish.cell, low, high), high < wanted - WHOLE


def _unknown(wish: Wish, reach: Reach, rules: SuppressionRules) -> tuple[Target, bool] | None:
    """A cell hidden in an earlier release: of the small numbers, what is possible must remain so."""
    low = reach.low(wish.cell, float(rules.small_from))
    if low > rules.small_to:
        return _large(wish, reach)  # everyone can see that it is not small
    high = reach.high(wish.cell, max(float(rules.small_to), low + LEAST_APART))
    if high - low < LEAST_APART - WHOLE:
        return None
    return Target(wish.cell, low, high), False


def _large(wish: Wish, reach: Reach) -> tuple[Target, bool]:
    """A cell hidden in an earlier release to protect another: it is not given away now."""
    low = reach.low(wish.cell, -inf)
    apart = min(LEAST_APART, reach.high(wish.cell, low + LEAST_APART) - low)
    return Target(wish.cell, apart=apart), False


class Reach:
    """How far cells can go with everything hidden, remembering each point it comes across."""

    def __init__(self, polytope: Polytope) -> None:
        self._polytope = polytope
        size = polytope.size
        self._lowest, self._highest = np.full(size, inf), np.full(size, -inf)
        least = polytope.extreme(range(size), upward=False)
        self._note(least.values, whole=least.whole)

    def pull(self, wanted: Mapping[int, float]) -> None:
        """Look for points that lie as far apart as wanted in many cells at once."""
        for _ in range(TOGETHER):
            cells = [cell for cell, width in wanted.items() if not self.apart(cell, width)]
            if not cells:
                return
            least = self._polytope.extreme(cells, upward=False)
            self._note(least.values, whole=least.whole)
            caps = {c: float(self._lowest[c] + wanted[c]) for c in cells if self._found(c)}
            try:
                most = self._polytope.extreme(list(caps), upward=True, caps=caps)
            except Contradiction:
                return  # they do not fit together; each is looked at on its own
            self._note(most.values, whole=most.whole)
            if not any(self.apart(cell, wanted[cell]) for cell in cells):
                return

    def raise_to(self, goals: Mapping[int, float]) -> None:
        """Look for points at which many cells are as high as wanted at once."""
        for _ in range(TOGETHER):
            caps = {c: goal for c, goal in goals.items() if self._highest[c] < goal - WHOLE}
            if not caps:
                return
            try:
                most = self._polytope.extreme(list(caps), upward=True, caps=caps)
            except Contradiction:
                return  # some lie higher wherever they are; each is looked at on its own
            self._note(most.values, whole=most.whole)
            if not any(self._highest[c] >= goal - WHOLE for c, goal in caps.items()):
                return

    def apart(self, cell: int, width: float) -> bool:
        """Whether points so far apart are known."""
        return bool(self._highest[cell] - self._lowest[cell] >= width - WHOLE)

    def reaches(self, cell: int, number: float) -> bool:
        """Whether a point is known at which the cell is so high."""
        return bool(self._highest[cell] >= number - WHOLE)

    def _found(self, cell: int) -> bool:
        return bool(isfinite(self._lowest[cell]))

    def low(self, cell: int, wanted: float) -> float:
        """The lowest the cell can be, not looking below what is wanted."""
        if self._lowest[cell] <= wanted + WHOLE and isfinite(wanted):
            return wanted
        return self._end(cell, wanted, upward=False)

    def high(self, cell: int, wanted: float) -> float:
        """The highest the cell can be, not looking above what is wanted."""
        if self._highest[cell] >= wanted - WHOLE:
            return wanted
        return self._end(cell, wanted, upward=True)

    def _end(self, cell: int, wanted: float, *, upward: bool) -> float:
        caps = {cell: wanted} if isfinite(wanted) else {}
        extreme = self._polytope.extreme([cell], upward=upward, caps=caps)
        self._note(extreme.values, whole=extreme.whole)
        if extreme.whole or not self._polytope.whole or not isfinite(extreme.reached):
            return extreme.reached
        found = self._polytope.whole_end(cell, upward=upward, reached=extreme.reached)
        self._note(found.values, whole=True)
        if found.reached is None:
            raise Contradiction("no whole numbers found")
        return found.reached

    def _note(self, values: Numbers, *, whole: bool) -> None:
        if len(values) and (whole or not self._polytope.whole):
            np.minimum(self._lowest, values, out=self._lowest)
            np.maximum(self._highest, values, out=self._highest)
