"""Whole numbers: how far a cell can go for someone who knows that counts are not fractions.

Most answers come from stepping away from one whole solution, as little as possible: the steps are
nearly always whole themselves. A solution come across by the way does to start from; one is searched
for only where steps from it are not whole. Where those from neither are, HiGHS searches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, inf

import highspy
import numpy as np

from speccomm.publishing.suppression.frame import WHOLE, Frame, Numbers, quiet_solver

SOLVED = highspy.HighsModelStatus.kOptimal
LOOSE_END = 0.5  # two whole answers that differ by less are the same


@dataclass(frozen=True)
class WholeEnd:
    """How far a cell goes in whole numbers, the limit that is proved, and every cell's value there.

    `reached` is None where the search was given up without numbers; the two agree where it ended.
    """

    reached: float | None
    bound: float
    values: Numbers


class NoWholeNumbers(Exception):
    """No whole numbers fit all that is shown."""


class WholeNumbers:
    """Whole solutions of one frame, whatever the limits of its cells are at the time."""

    def __init__(self, frame: Frame, start_limits: Numbers, *, nodes: int) -> None:
        self._frame = frame
        self._nodes = nodes
        self._start_limits = start_limits
        self._offered: Numbers | None = None
        self._start: Numbers | None = None
        self._sought = False
        self._stepper: highspy.Highs | None = None

    def offer(self, point: Numbers) -> None:
        """Keep the first whole solution come across to step away from, whatever limits it fits."""
        if self._offered is None:
            self._offered = np.rint(point)

    def end(self, cell: int, limits: Numbers, *, upward: bool, reached: float) -> WholeEnd:
        """How far a cell can go within limits that fractions let it reach `reached` in.

        Raises: NoWholeNumbers where none fit.
        """
        goal = float(floor(reached + WHOLE) if upward else ceil(reached - WHOLE))
        for start in self._starts() if np.isfinite(goal) else ():
            values = self._stepped(start, cell, limits, goal, upward=upward)
            if values is not None:
                return WholeEnd(goal, goal, values)
        return self._searched(cell, limits, goal, upward=upward)

    def _starts(self) -> Iterator[Numbers]:
        """Whole numbers to step away from, those that cost nothing first."""
        if self._offered is not None:
            yield self._offered
        start = self._found_start()
        if start is not None:
            yield start

    def _stepped(
        self, start: Numbers, cell: int, limits: Numbers, goal: float, *, upward: bool
    ) -> Numbers | None:
        """Cells after the shortest way from a start to the goal; None where it is not whole."""
        frame = self._frame
        stepper = self._stepper or self._built_stepper()
        self._stepper = stepper
        aimed = limits.copy()
        aimed[cell, 0 if upward else 1] = goal
        rows, columns = frame.by_row(aimed), frame.by_column(aimed)
        moved = frame.row_sums(start)
        width = frame.width
        every = np.arange(2 * width, dtype=np.int32)
        most = np.concatenate([columns[:, 1] - start, start - columns[:, 0]])
        least = np.concatenate([columns[:, 0] - start, start - columns[:, 1]])
        stepper.changeColsBounds(2 * width, every, np.maximum(least, 0.0), np.maximum(most, 0.0))
        count = frame.height
        stepper.changeRowsBounds(
            count, np.arange(count, dtype=np.int32), rows[:, 0] - moved, rows[:, 1] - moved
        )
        stepper.run()
        if stepper.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        steps = np.asarray(stepper.getSolution().col_value)
        point = start + steps[:width] - steps[width:]
        if np.any(np.abs(point - np.rint(point)) > WHOLE):
            return None
        return frame.values(np.rint(point))

    def _searched(self, cell: int, limits: Numbers, goal: float, *, upward: bool) -> WholeEnd:
        frame = self._frame
        capped = limits.copy()
        end = 1 if upward else 0
        capped[cell, end] = min(limits[cell, end], goal) if upward else max(limits[cell, end], goal)
        costs = np.zeros(frame.width)
        costs[frame.parts[cell]] = -1.0 if upward else 1.0
        solver = self._searching(capped, costs)
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise NoWholeNumbers(str(status))
        bound = -info.mip_dual_bound if upward else info.mip_dual_bound
        bound = min(bound, goal) if upward else max(bound, goal)
        if not np.isfinite(info.objective_function_value):
            return WholeEnd(None, bound, np.empty(0))
        values = frame.values(np.rint(np.asarray(solver.getSolution().col_value)))
        found = float(values[cell])
        return WholeEnd(found, found if status == SOLVED else bound, values)

    def _found_start(self) -> Numbers | None:
        """One whole solution with every cell shown; it fits whatever is hidden."""
        if not self._sought:
            self._sought = True
            solver = self._searching(self._start_limits, np.zeros(self._frame.width))
            solver.run()
            if np.isfinite(solver.getInfo().objective_function_value):
                self._start = np.rint(np.asarray(solver.getSolution().col_value))
        return self._start

    def _searching(self, limits: Numbers, costs: Numbers) -> highspy.Highs:
        frame = self._frame
        solver = quiet_solver(presolve=True)
        solver.passModel(frame.model(limits, costs))
        every = np.arange(frame.width, dtype=np.int32)
        kinds = np.full(frame.width, highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(frame.width, every, kinds)
        for option, value in (
            ("mip_max_nodes", self._nodes),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", LOOSE_END),
        ):
            solver.setOptionValue(option, value)
        return solver

    def _built_stepper(self) -> highspy.Highs:
        """Steps up and steps down of every unknown, as few as possible."""
        frame = self._frame
        width = frame.width
        single = frame.model(self._start_limits, np.zeros(width))
        starts = np.asarray(single.a_matrix_.start_)
        index, value = np.asarray(single.a_matrix_.index_), np.asarray(single.a_matrix_.value_)
        doubled_index, doubled_value = [], []
        for first, last in zip(starts[:-1], starts[1:], strict=True):
            doubled_index += [index[first:last], index[first:last] + width]
            doubled_value += [value[first:last], -value[first:last]]
        double = highspy.HighsLp()
        double.num_col_, double.num_row_ = 2 * width, frame.height
        double.col_cost_ = np.ones(2 * width)
        double.col_lower_ = np.zeros(2 * width)
        double.col_upper_ = np.full(2 * width, inf)
        double.row_lower_ = np.zeros(frame.height)
        double.row_upper_ = np.zeros(frame.height)
        double.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        double.a_matrix_.start_ = (2 * starts).astype(np.int32)
        double.a_matrix_.index_ = np.concatenate([*doubled_index, np.empty(0)]).astype(np.int32)
        double.a_matrix_.value_ = np.concatenate([*doubled_value, np.empty(0)])
        solver = quiet_solver(presolve=False)
        solver.passModel(double)
        return solver
