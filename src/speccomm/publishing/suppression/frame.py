"""Cells over unknowns as a matrix: what every linear programme about them shares."""

from __future__ import annotations

from collections.abc import Sequence
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


class Frame:
    """The unknowns that matter as columns; each cell as a column that is its alone, or a row.

    Unknowns known to be zero are left out, and those that always stand together are one column.
    Links (sums that must agree) are rows after those of the cells. `negative` unknowns may lie
    below zero.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        links: Sequence[tuple[Indices, Indices]],
        *,
        unknowns: int,
        negative: bool,
    ) -> None:
        self.floor = -inf if negative else 0.0
        self.width, found, self._ties = _merged(nodes, links, unknowns, negative)
        self.parts = [columns.astype(np.int32) for columns in found]
        self.column, self.row = _places(found)
        self._cells = len(found)
        self._cell = np.repeat(np.arange(len(found)), [len(columns) for columns in found])
        self._entry = np.concatenate([*found, np.empty(0, dtype=np.int64)]).astype(np.int64)
        self.owning, self.rowed = self.column >= 0, self.row >= 0
        self._rows = int(self.rowed.sum())
        self.height = self._rows + len(self._ties)

    def values(self, point: Numbers) -> Numbers:
        """The value of each cell where the columns have these values."""
        found = np.bincount(self._cell, weights=point[self._entry], minlength=self._cells)
        nearest = np.rint(found)
        return np.where(np.abs(found - nearest) < WHOLE, nearest, found)

    def row_sums(self, point: Numbers) -> Numbers:
        """The value of each row where the columns have these values."""
        sums = np.zeros(self.height)
        sums[self.row[self.rowed]] = self.values(point)[self.rowed]
        for number, (columns, signs) in enumerate(self._ties):
            sums[self._rows + number] = float(np.dot(point[columns], signs))
        return sums

    def by_column(self, limits: Numbers) -> Numbers:
        """Limits of the columns from limits of the cells."""
        bounds = np.empty((self.width, 2))
        bounds[:, 0], bounds[:, 1] = self.floor, inf
        columns = self.column[self.owning]
        bounds[columns, 0] = np.maximum(limits[self.owning, 0], self.floor)
        bounds[columns, 1] = limits[self.owning, 1]
        return bounds

    def by_row(self, limits: Numbers) -> Numbers:
        """Limits of the rows from limits of the cells; links must agree."""
        bounds = np.zeros((self.height, 2))
        bounds[self.row[self.rowed]] = limits[self.rowed]
        return bounds

    def empty_fit(self, limits: Numbers) -> bool:
        """Whether cells that nothing adds up to may be zero."""
        empty = limits[~self.owning & ~self.rowed]
        return bool(np.all((empty[:, 0] <= 0) & (empty[:, 1] >= 0)))

    def model(self, limits: Numbers, costs: Numbers) -> highspy.HighsLp:
        """The linear programme with these limits and costs."""
        rowed = np.flatnonzero(self.rowed)
        rows = [(self.parts[cell], np.ones(len(self.parts[cell]))) for cell in rowed.tolist()]
        rows += [(columns.astype(np.int32), signs) for columns, signs in self._ties]
        columns, bounds = self.by_column(limits), self.by_row(limits)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.width, self.height
        model.col_cost_ = costs
        model.col_lower_, model.col_upper_ = columns[:, 0].copy(), columns[:, 1].copy()
        model.row_lower_, model.row_upper_ = bounds[:, 0].copy(), bounds[:, 1].copy()
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lengths = [len(found) for found, _ in rows]
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        model.a_matrix_.index_ = np.concatenate(
            [*(found for found, _ in rows), np.empty(0, dtype=np.int32)]
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
