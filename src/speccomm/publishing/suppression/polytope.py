"""Everything that could be true, given what is shown: how low and how high each cell can be.

One `Polytope` holds the unknowns of one measure, the sums of them that are cells, and between which
limits each cell is known to lie while it is shown and while it is hidden. HiGHS finds the extremes.
It runs on one thread from a fixed seed, so that answers do not vary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import highspy
import numpy as np

from speccomm.publishing.suppression.frame import (
    NO_SWITCH,
    WHOLE,
    Flags,
    Frame,
    Limits,
    Node,
    Numbers,
    quiet_solver,
)
from speccomm.publishing.suppression.universe import Indices
from speccomm.publishing.suppression.whole import NoWholeNumbers, WholeEnd, WholeNumbers

STATUS = highspy.HighsModelStatus
SEARCHED = 2000  # nodes of a search over whole numbers, unless the caller says otherwise


@dataclass(frozen=True)
class Extreme:
    """How far cells can go, every cell's value there, and what holds them.

    `duals` has for each cell the change of the extreme for a unit's change of the limit that holds
    it; empty where a search over whole numbers found the point. `whole` says that every unknown is
    a whole number there, so that whoever knows they are can go as far.
    """

    reached: float
    values: Numbers
    duals: Numbers
    whole: bool


class Contradiction(Exception):
    """No numbers fit all that is shown."""


class Polytope:
    """The numbers that fit a set of cells, some shown and some hidden."""

    def __init__(
        self,
        nodes: Sequence[Node],
        links: Iterable[tuple[Indices, Indices]] = (),
        *,
        unknowns: int,
        searched: int = SEARCHED,
        whole: bool = True,
        negative: bool = False,
    ) -> None:
        self.whole = whole
        self.size = len(nodes)
        self.switches = np.array([node.switch for node in nodes], dtype=np.int64)
        self.shown_limits = _pairs([node.shown for node in nodes])
        self.hidden_limits = _pairs([node.hidden for node in nodes])
        self._limits = self.shown_limits
        self._frame = Frame(nodes, list(links), unknowns=unknowns, negative=negative)
        self._solver = quiet_solver(presolve=False)
        self._solver.passModel(self._frame.model(self._limits, np.zeros(self._frame.width)))
        self._aimed = np.empty(0, dtype=np.int32)
        self.attacks = 0  # single ones, so far
        self._whole = WholeNumbers(self._frame, self.shown_limits, nodes=searched)

    def hide(self, hidden: Flags) -> None:
        """Hide the cells whose switch is on and show all others."""
        off = np.zeros(self.size, dtype=np.bool_)
        moving = self.switches != NO_SWITCH
        off[moving] = hidden[self.switches[moving]]
        self._set(np.where(off[:, None], self.hidden_limits, self.shown_limits))

    def loosen(self, shares: Numbers, *, most: float) -> None:
        """Let each cell move by its share of the way to hidden, and by `most` at the furthest."""
        moving = self.switches != NO_SWITCH
        share = shares[self.switches[moving]]
        shown, hidden = self.shown_limits[moving], self.hidden_limits[moving]
        limits = self.shown_limits.copy()
        limits[moving, 0] -= np.minimum(shown[:, 0] - hidden[:, 0], most) * share
        limits[moving, 1] += np.minimum(hidden[:, 1] - shown[:, 1], most) * share
        self._set(limits)

    def fits(self) -> bool:
        """Whether any numbers fit what is shown now."""
        if not self._frame.empty_fit(self._limits):
            return False
        self._aim((), 1.0)
        return bool(self._run() == STATUS.kOptimal)

    def extreme(
        self, cells: Sequence[int], *, upward: bool, caps: Mapping[int, float] | None = None
    ) -> Extreme:
        """How high (or low) the sum of some cells can be; `caps` stops single cells for now.

        Raises: Contradiction where no numbers fit.
        """
        kept = self._limits
        if caps:
            self._set(self._capped(caps, upward=upward))
        self._aim(cells, -1.0 if upward else 1.0)
        status = self._run()
        if status == STATUS.kOptimal:
            answer = self._answer(list(cells), upward=upward)
        elif status == STATUS.kUnbounded:
            nothing = np.empty(0)
            answer = Extreme(inf if upward else -inf, nothing, nothing, whole=False)
        if caps:
            self._set(kept)
        if status not in {STATUS.kOptimal, STATUS.kUnbounded}:
            raise Contradiction(str(status))
        return answer

    def whole_end(self, cell: int, *, upward: bool, reached: float) -> WholeEnd:
        """How far a cell goes in whole numbers that goes as far as `reached` in fractions.

        Raises: Contradiction where no whole numbers fit.
        """
        try:
            return self._whole.end(cell, self._limits, upward=upward, reached=reached)
        except NoWholeNumbers as problem:
            raise Contradiction(str(problem)) from problem

    def _run(self) -> highspy.HighsModelStatus:
        self.attacks += 1
        self._solver.run()
        if self._solver.getModelStatus() == STATUS.kUnknown:
            self._solver.clearSolver()  # a start from where it last stood led nowhere
            self._solver.run()
        return self._solver.getModelStatus()

    def _answer(self, cells: list[int], *, upward: bool) -> Extreme:
        frame = self._frame
        solution = self._solver.getSolution()
        point = np.asarray(solution.col_value)
        values = frame.values(point)
        by_column, by_row = np.asarray(solution.col_dual), np.asarray(solution.row_dual)
        duals = np.zeros(self.size)
        duals[frame.owning] = by_column[frame.column[frame.owning]]
        duals[frame.rowed] = by_row[frame.row[frame.rowed]]
        nearest = np.rint(duals)
        duals = np.where(np.abs(duals - nearest) < WHOLE, nearest, duals)
        whole = bool(np.all(np.abs(point - np.rint(point)) < WHOLE))
        if whole and self.whole:
            self._whole.offer(point)
        return Extreme(float(values[cells].sum()), values, -duals if upward else duals, whole)

    def _aim(self, cells: Sequence[int], sign: float) -> None:
        """Set the objective to the sum of some cells."""
        if len(self._aimed):
            self._solver.changeColsCost(len(self._aimed), self._aimed, np.zeros(len(self._aimed)))
        found = [self._frame.parts[cell] for cell in cells]
        columns = np.concatenate([*found, np.empty(0, dtype=np.int32)])
        aimed, times = np.unique(columns, return_counts=True)
        self._aimed = aimed.astype(np.int32)
        if len(self._aimed):
            self._solver.changeColsCost(len(self._aimed), self._aimed, sign * times.astype(float))

    def _capped(self, caps: Mapping[int, float], *, upward: bool) -> Numbers:
        limits = self._limits.copy()
        cells = np.array(list(caps), dtype=np.int64)
        stops = np.array(list(caps.values()))
        if upward:
            limits[cells, 1] = np.minimum(limits[cells, 1], stops)
        else:
            limits[cells, 0] = np.maximum(limits[cells, 0], stops)
        return limits

    def _set(self, limits: Numbers) -> None:
        """Give the solver the limits that changed."""
        frame = self._frame
        changed = (limits != self._limits).any(axis=1)
        self._limits = limits
        owning, rowed = changed & frame.owning, changed & frame.rowed
        if owning.any():
            columns = frame.column[owning].astype(np.int32)
            lower, upper = np.maximum(limits[owning, 0], frame.floor), limits[owning, 1].copy()
            self._solver.changeColsBounds(len(columns), columns, lower, upper)
        if rowed.any():
            rows = frame.row[rowed].astype(np.int32)
            lower, upper = limits[rowed, 0].copy(), limits[rowed, 1].copy()
            self._solver.changeRowsBounds(len(rows), rows, lower, upper)


def _pairs(limits: Sequence[Limits]) -> Numbers:
    return np.array(limits, dtype=np.float64).reshape(-1, 2)
