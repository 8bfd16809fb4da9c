"""Everything that could be true, given what is shown: the numbers behind it as a linear programme.

One `Polytope` holds the unknowns of one measure, the sums of them that are cells, and between which
limits each cell is known to lie while it is shown and while it is hidden. HiGHS finds how low and
how high a cell can be. It runs on one thread from a fixed seed, so that answers do not vary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import highspy
import numpy as np
import numpy.typing as npt

from speccomm.publishing.suppression.universe import Indices

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Limits = tuple[float, float]
NO_SWITCH = -1
WHOLE = 1e-6  # how far from a whole number the solver may leave one


@dataclass(frozen=True)
class Node:
    """One cell: the unknowns it adds up and its limits while shown and while hidden.

    Cells with the same `switch` are hidden together. With NO_SWITCH a cell never changes, and its
    limits are those of `shown`.
    """

    unknowns: Indices
    shown: Limits
    hidden: Limits
    switch: int = NO_SWITCH


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
        whole: bool = True,
        negative: bool = False,
    ) -> None:
        self.nodes = tuple(nodes)
        self.whole = whole
        self._floor = -inf if negative else 0.0
        self._width, parts, ties = _merged(self.nodes, list(links), unknowns, negative)
        self._cell = np.repeat(np.arange(len(parts)), [len(found) for found in parts])
        self._entry = np.concatenate([*parts, np.empty(0, dtype=np.int64)]).astype(np.int64)
        self._parts = [found.astype(np.int32) for found in parts]
        self._column, self._row = _places(parts)
        self.switches = np.array([node.switch for node in nodes], dtype=np.int64)
        self.shown_limits = np.array([node.shown for node in nodes], dtype=np.float64).reshape(
            -1, 2
        )
        self.hidden_limits = np.array([node.hidden for node in nodes], dtype=np.float64).reshape(
            -1, 2
        )
        self._limits = self.shown_limits.copy()
        self._model = self._built(ties)
        self._solver = quiet_solver(presolve=False)
        self._solver.passModel(self._model)
        self._apply(self._solver, np.arange(len(self.nodes)))
        self._aimed = np.empty(0, dtype=np.int32)

    def hide(self, hidden: Flags) -> None:
        """Hide the cells whose switch is on and show all others."""
        self._limits = self.limits_when(hidden)
        self._apply(self._solver, np.arange(len(self.nodes)))

    def loosen(self, shares: Numbers, *, most: float) -> None:
        """Let each cell move by its share of the way to hidden, and by `most` at the furthest."""
        share = np.zeros(len(self.nodes))
        moving = self.switches != NO_SWITCH
        share[moving] = shares[self.switches[moving]]
        shown, hidden = self.shown_limits[moving], self.hidden_limits[moving]
        self._limits = self.shown_limits.copy()
        self._limits[moving, 0] -= np.minimum(shown[:, 0] - hidden[:, 0], most) * share[moving]
        self._limits[moving, 1] += np.minimum(hidden[:, 1] - shown[:, 1], most) * share[moving]
        self._apply(self._solver, np.arange(len(self.nodes)))

    def limits_when(self, hidden: Flags) -> Numbers:
        """Each cell's limits under a choice of switches."""
        off = np.zeros(len(self.nodes), dtype=np.bool_)
        moving = self.switches != NO_SWITCH
        off[moving] = hidden[self.switches[moving]]
        return np.where(off[:, None], self.hidden_limits, self.shown_limits)

    def fits(self) -> bool:
        """Whether any numbers fit what is shown now."""
        empty = self._limits[(self._column < 0) & (self._row < 0)]
        if ((empty[:, 0] > 0) | (empty[:, 1] < 0)).any():
            return False
        self._aim((), 1.0)
        self._solver.run()
        return bool(self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def extreme(
        self, cells: Sequence[int], *, upward: bool, caps: Mapping[int, float] | None = None
    ) -> Extreme:
        """How high (or low) the sum of some cells can be; `caps` stops single cells for now.

        Raises: Contradiction where no numbers fit.
        """
        capped = np.array(sorted(caps or {}), dtype=np.int64)
        self._apply(self._solver, capped, caps or {}, upward)
        self._aim(cells, -1.0 if upward else 1.0)
        self._solver.run()
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            self._solver.clearSolver()  # a start from where it last stood led nowhere
            self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            answer = self._answer(list(cells), upward)
        elif status == highspy.HighsModelStatus.kUnbounded:
            nothing = np.empty(0)
            answer = Extreme(inf if upward else -inf, nothing, nothing, whole=False)
        else:
            raise Contradiction(str(status))
        self._apply(self._solver, capped)
        return answer

    def whole_extreme(
        self, cell: int, *, upward: bool, cap: float | None = None, nodes: int
    ) -> tuple[float | None, float, Numbers]:
        """How far one cell can go in whole numbers: reached, the limit proved, the values there.

        Reached is None where `nodes` steps of the search found no numbers; it equals the limit
        where the search ended. Raises Contradiction where no whole numbers fit.
        """
        solver = quiet_solver(presolve=True)
        solver.passModel(self._model)
        every = np.arange(self._width, dtype=np.int32)
        kinds = np.full(self._width, highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(self._width, every, kinds)
        solver.setOptionValue("mip_max_nodes", nodes)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.5)
        self._apply(solver, np.arange(len(self.nodes)))
        if cap is not None:
            self._apply(solver, np.array([cell]), {cell: cap}, upward)
        costs = np.zeros(self._width)
        costs[self._parts[cell]] = -1.0 if upward else 1.0
        solver.changeColsCost(self._width, every, costs)
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction(str(status))
        info = solver.getInfo()
        bound = -info.mip_dual_bound if upward else info.mip_dual_bound
        if not np.isfinite(info.objective_function_value):
            return None, bound, np.empty(0)
        values = self._values(np.rint(np.asarray(solver.getSolution().col_value)))
        if status == highspy.HighsModelStatus.kOptimal:
            return float(values[cell]), float(values[cell]), values
        return float(values[cell]), bound, values

    def _answer(self, cells: list[int], upward: bool) -> Extreme:
        solution = self._solver.getSolution()
        point = np.asarray(solution.col_value)
        values = self._values(point)
        by_column, by_row = np.asarray(solution.col_dual), np.asarray(solution.row_dual)
        duals = np.zeros(len(self.nodes))
        owning, rowed = self._column >= 0, self._row >= 0
        duals[owning] = by_column[self._column[owning]]
        duals[rowed] = by_row[self._row[rowed]]
        nearest = np.rint(duals)
        duals = np.where(np.abs(duals - nearest) < WHOLE, nearest, duals)
        whole = bool(np.all(np.abs(point - np.rint(point)) < WHOLE))
        return Extreme(float(values[cells].sum()), values, -duals if upward else duals, whole)

    def _values(self, point: Numbers) -> Numbers:
        found = np.bincount(self._cell, weights=point[self._entry], minlength=len(self.nodes))
        nearest = np.rint(found)
        return np.where(np.abs(found - nearest) < WHOLE, nearest, found)

    def _aim(self, cells: Sequence[int], sign: float) -> None:
        """Set the objective to the sum of some cells."""
        if len(self._aimed):
            self._solver.changeColsCost(len(self._aimed), self._aimed, np.zeros(len(self._aimed)))
        found = [self._parts[cell] for cell in cells]
        columns = np.concatenate([*found, np.empty(0, dtype=np.int32)])
        self._aimed, times = np.unique(columns, return_counts=True)
        self._aimed = self._aimed.astype(np.int32)
        if len(self._aimed):
            self._solver.changeColsCost(len(self._aimed), self._aimed, sign * times.astype(float))

    def _apply(
        self,
        solver: highspy.Highs,
        cells: Indices,
        caps: Mapping[int, float] | None = None,
        upward: bool = True,
    ) -> None:
        """Give the solver the present limits of some cells, tightened by caps."""
        if not len(cells):
            return
        limits = self._limits[cells].copy()
        for place, cell in enumerate(cells.tolist()):
            if caps and cell in caps:
                if upward:
                    limits[place, 1] = min(limits[place, 1], caps[cell])
                else:
                    limits[place, 0] = max(limits[place, 0], caps[cell])
        owning = self._column[cells] >= 0
        columns = self._column[cells[owning]].astype(np.int32)
        lower = np.maximum(limits[owning, 0], self._floor)
        solver.changeColsBounds(len(columns), columns, lower, limits[owning, 1].copy())
        rowed = self._row[cells] >= 0
        rows = self._row[cells[rowed]].astype(np.int32)
        low, high = limits[rowed, 0].copy(), limits[rowed, 1].copy()
        solver.changeRowsBounds(len(rows), rows, low, high)

    def _built(self, ties: list[tuple[Indices, Numbers]]) -> highspy.HighsLp:
        model = highspy.HighsLp()
        rowed = np.flatnonzero(self._row >= 0)
        rows = [(self._parts[cell], np.ones(len(self._parts[cell]))) for cell in rowed.tolist()]
        rows += [(columns.astype(np.int32), signs) for columns, signs in ties]
        model.num_col_, model.num_row_ = self._width, len(rows)
        model.col_cost_ = np.zeros(self._width)
        model.col_lower_ = np.full(self._width, self._floor)
        model.col_upper_ = np.full(self._width, inf)
        model.row_lower_ = np.zeros(len(rows))
        model.row_upper_ = np.zeros(len(rows))
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lengths = [len(columns) for columns, _ in rows]
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        model.a_matrix_.index_ = np.concatenate(
            [*(columns for columns, _ in rows), np.empty(0, dtype=np.int32)]
        )
        model.a_matrix_.value_ = np.concatenate([*(signs for _, signs in rows), np.empty(0)])
        return model


def quiet_solver(*, presolve: bool) -> highspy.Highs:
    """HiGHS on one thread, from a fixed seed, without a word."""
    solver = highspy.Highs()
    for option, value in {"output_flag": False, "threads": 1, "random_seed": 0}.items():
        solver.setOptionValue(option, value)
    solver.setOptionValue("presolve", "on" if presolve else "off")
    return solver


def _merged(
    nodes: Sequence[Node],
    links: Sequence[tuple[Indices, Indices]],
    unknowns: int,
    negative: bool,
) -> tuple[int, list[Indices], list[tuple[Indices, Numbers]]]:
    """Leave out unknowns known to be zero and make one of those that always stand together.

    Gives the number of columns, the columns of each cell, and each link as columns and signs.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in range(unknowns)]
    dropped = np.zeros(unknowns, dtype=np.bool_)
    for number, node in enumerate(nodes):
        if not negative and node.switch == NO_SWITCH and node.shown == (0.0, 0.0):
            dropped[node.unknowns] = True
        for unknown in node.unknowns.tolist():
            found[unknown].append((number, 0))
    for number, (left, right) in enumerate(links):
        for side, sign in ((left, 1), (right, -1)):
            for unknown in side.tolist():
                found[unknown].append((number, sign))
    column_of: dict[tuple[tuple[int, int], ...], int] = {}
    cells: list[list[int]] = [[] for _ in nodes]
    ties: list[list[tuple[int, int]]] = [[] for _ in links]
    for unknown in np.flatnonzero(~dropped).tolist():
        member = tuple(found[unknown])
        if not member or member in column_of:
            continue
        column = column_of.setdefault(member, len(column_of))
        for number, sign in member:
            if sign:
                ties[number].append((column, sign))
            else:
                cells[number].append(column)
    signed = [
        (np.array([c for c, _ in tie], dtype=np.int64), np.array([float(s) for _, s in tie]))
        for tie in ties
        if tie
    ]
    return max(1, len(column_of)), [np.array(columns, dtype=np.int64) for columns in cells], signed


def _places(parts: Sequence[Indices]) -> tuple[Indices, Indices]:
    """Where each cell's limits go: the bounds of a column that is its alone, or a row. -1: nowhere."""
    column = np.full(len(parts), -1, dtype=np.int64)
    row = np.full(len(parts), -1, dtype=np.int64)
    owned: set[int] = set()
    rows = 0
    for cell, columns in enumerate(parts):
        if len(columns) == 1 and int(columns[0]) not in owned:
            owned.add(int(columns[0]))
            column[cell] = int(columns[0])
        elif len(columns):
            row[cell] = rows
            rows += 1
    return column, row
