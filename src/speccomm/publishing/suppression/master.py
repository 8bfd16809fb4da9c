"""The fewest cells that keep every cut known so far, found with HiGHS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, inf

import highspy
import numpy as np

from speccomm.publishing.suppression.frame import Flags, Numbers, quiet_solver
from speccomm.publishing.suppression.protection import Cut

HALF = 0.5
NEARLY_ONE = 0.999  # whole costs that differ by less are the same
SLIGHT = 1e-6


@dataclass(frozen=True)
class Choice:
    """Which switches are on, and a limit below which no choice that keeps the cuts can cost."""

    hidden: Flags
    bound: float
    cost: float


class Master:
    """Chooses switches at least cost under a growing list of cuts."""

    def __init__(self, forced: Flags, *, nodes: int) -> None:
        self._size = len(forced)
        self._forced = forced
        self._nodes = nodes
        self._cuts: list[Cut] = []
        self.steps = 0  # of the simplex method, in all searches so far

    def add(self, cuts: Iterable[Cut]) -> None:
        self._cuts.extend(cuts)

    def choose(self, costs: Numbers, *, at_most: int | None = None) -> Choice | None:
        """The cheapest choice that keeps every cut, with at most so many switches on.

        None where the search ended without one.
        """
        every = np.arange(self._size, dtype=np.int32)
        scale = float(costs.max()) if len(costs) and costs.max() > 0 else 1.0
        whole = bool(np.all(costs == np.rint(costs)))
        solver = quiet_solver(presolve=True)
        for option, value in (
            ("mip_max_nodes", self._nodes),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", NEARLY_ONE / scale if whole else 0.0),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(self._model(costs / scale, at_most))
        kinds = np.full(self._size, highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(self._size, every, kinds)
        solver.run()
        info = solver.getInfo()
        self.steps += max(0, info.simplex_iteration_count)
        if not np.isfinite(info.objective_function_value):
            return None
        hidden = np.asarray(solver.getSolution().col_value) > HALF
        cost = float(costs[hidden].sum())
        bound = cost
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            bound = info.mip_dual_bound * scale
            bound = float(ceil(bound - SLIGHT * scale)) if whole else bound
        return Choice(hidden, min(bound, cost), cost)

    def between(
        self, costs: Numbers, *, at_most: int | None = None, on: Flags | None = None
    ) -> tuple[Numbers, float]:
        """Shares between showing and hiding that keep every cut at least cost, and the cost.

        Switches that are `on` stay on, besides those that always are.
        """
        solver = quiet_solver(presolve=True)
        model = self._model(costs, at_most)
        if on is not None:
            model.col_lower_ = (self._forced | on).astype(np.float64)
        solver.passModel(model)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return (self._forced | (on if on is not None else self._forced)).astype(float), 0.0
        shares = np.asarray(solver.getSolution().col_value)
        return shares, float(solver.getInfo().objective_function_value)

    def _model(self, costs: Numbers, at_most: int | None) -> highspy.HighsLp:
        rows = [(cut.shares, cut.least, inf) for cut in self._cuts]
        if at_most is not None:
            rows.append((tuple((s, 1.0) for s in range(self._size)), 0.0, float(at_most)))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self._size, len(rows)
        model.col_cost_ = costs
        model.col_lower_ = self._forced.astype(np.float64)
        model.col_upper_ = np.ones(self._size)
        model.row_lower_ = np.array([low for _, low, _ in rows], dtype=np.float64)
        model.row_upper_ = np.array([high for _, _, high in rows], dtype=np.float64)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lengths = [len(shares) for shares, _, _ in rows]
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        entries = [entry for shares, _, _ in rows for entry in shares]
        model.a_matrix_.index_ = np.array([switch for switch, _ in entries], dtype=np.int32)
        model.a_matrix_.value_ = np.array([share for _, share in entries], dtype=np.float64)
        return model
