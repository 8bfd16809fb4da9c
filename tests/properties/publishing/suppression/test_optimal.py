"""Hiding is least, and attacks are exact, against listing every table of whole numbers there is.

The list knows nothing of linear programmes: it counts through every table with cells up to a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from speccomm.publishing.suppression import (
    Dimension,
    Interval,
    SourceTable,
    attack,
    flat,
    nested,
    source_table,
    suppress,
    suppression_rules,
    value_of,
)
from speccomm.publishing.suppression.values import State

MOST = 21  # whole numbers below this are tried for each part
Key = tuple[str, ...]


class Listed:
    """Every way to fill the parts of a small table, and the sum each cell has in each way."""

    def __init__(self, table: SourceTable) -> None:
        self.table = table
        leaves = [sorted(dimension.parts()) for dimension in table.dimensions]
        parts = list(product(*leaves))
        axis = np.arange(MOST, dtype=np.int16)
        ways = np.stack([w.ravel() for w in np.meshgrid(*[axis] * len(parts), indexing="ij")])
        self.values: dict[Key, np.ndarray] = {}
        self.covers: dict[Key, frozenset[Key]] = {}
        for key in table.cells:
            chosen = [d.category(c).parts for d, c in zip(table.dimensions, key, strict=True)]
            inside = [
                n
                for n, part in enumerate(parts)
                if all(leaf in found for leaf, found in zip(part, chosen, strict=True))
            ]
            self.values[key] = ways[inside].sum(axis=0)
            self.covers[key] = frozenset(parts[n] for n in inside)
        self.numbers = {key: int(cell.number or 0) for key, cell in table.cells.items()}

    def fitting(self, hidden: frozenset[Key]) -> np.ndarray:
        """The ways that agree with what is shown, with hidden cells above zero."""
        fits = np.ones(len(next(iter(self.values.values()))), dtype=bool)
        for key, values in self.values.items():
            fits &= (values > 0) if key in hidden else (values == self.numbers[key])
        return fits

    def targets(self) -> Iterator[tuple[np.ndarray, int]]:
        """Small numbers, printed or given away by one subtraction: values in all ways, and truth."""
        for key, number in self.numbers.items():
            if 1 <= number <= 7:
                yield self.values[key], number
        known = set(self.covers.values())
        for one, other in combinations(self.covers, 2):
            wide, narrow = (one, other) if self.covers[other] < self.covers[one] else (other, one)
            differs = sum(a != b for a, b in zip(wide, narrow, strict=True))
            if not self.covers[narrow] < self.covers[wide] or differs > 1:
                continue
            number = self.numbers[wide] - self.numbers[narrow]
            if self.covers[wide] - self.covers[narrow] not in known and 1 <= number <= 7:
                yield self.values[wide] - self.values[narrow], number

    def least(self) -> tuple[int, int]:
        """The fewest cells that protect, and the least total among those."""
        forced = frozenset(k for k, n in self.numbers.items() if 1 <= n <= 7)
        free = [k for k, n in self.numbers.items() if n > 7]
        everything = self.fitting(frozenset(k for k, n in self.numbers.items() if n))
        demands = []
        for values, _ in self.targets():
            low = max(1, int(values[everything].min()))
            demands.append((values, low, max(7, low + 6)))
        for more in range(len(free) + 1):
            totals = []
            for chosen in combinations(free, more):
                fits = self.fitting(forced | set(chosen))
                if all(v[fits].min() <= low and v[fits].max() >= high for v, low, high in demands):
                    totals.append(sum(self.numbers[key] for key in (*forced, *chosen)))
            if totals:
                return len(forced) + more, min(totals)
        raise AssertionError("nothing protects")


def counts(random: Random, size: int) -> list[int]:
    return [random.choice((0, 1, 2, 3, 5, 7, 8, 9, 10, 11, 12)) for _ in range(size)]


def two_by_two(random: Random) -> SourceTable:
    return _table(random, (flat("service", ["a", "b"]), flat("area", ["x", "y"])))


def two_levels(random: Random) -> SourceTable:
    levels = [{"p": "A", "q": "A", "r": "B", "s": "B"}]
    return _table(random, (nested("area", levels),))


def one_line(random: Random) -> SourceTable:
    return _table(random, (flat("area", ["w", "x", "y", "z"]),))


def _table(random: Random, dimensions: tuple[Dimension, ...]) -> SourceTable:
    parts = list(product(*(sorted(dimension.parts()) for dimension in dimensions)))
    columns = {d.name: [part[n] for part in parts] for n, d in enumerate(dimensions)}
    return source_table(
        pa.table({**columns, "units": counts(random, len(parts))}),
        id="small",
        title="Small",
        measure="activity",
        dimensions=dimensions,
        value="units",
        absent=value_of(0),
    )


SHAPES = {"two_by_two": two_by_two, "two_levels": two_levels, "one_line": one_line}
CASES = [(shape, seed) for shape in SHAPES for seed in range(7)]


@pytest.mark.parametrize(("shape", "seed"), CASES)
def test_nothing_hides_less_and_attacks_are_exact(shape: str, seed: int) -> None:
    check(shape, seed)


@pytest.mark.soak
@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_hides_less_in_many_tables(shape: str) -> None:
    for seed in range(7, 60):
        check(shape, seed)


def check(shape: str, seed: int) -> None:
    listed = Listed(SHAPES[shape](Random(seed)))
    made = suppress([listed.table], release="one", rules=suppression_rules("exact")).tables[0]
    hidden = frozenset(k for k, c in made.cells.items() if c.state is State.SUPPRESSED)
    distinct = {listed.covers[key]: listed.numbers[key] for key in hidden}
    assert made.account.proof == "optimal"
    assert (len(hidden), sum(listed.numbers[key] for key in hidden)) == listed.least()
    assert len(distinct) == made.account.cells.reached
    assert made.evidence is not None
    found: Mapping[Key, Interval] = {each.key: each for each in attack([made.evidence])}
    fits = listed.fitting(hidden)
    parts = [
        values[fits].max() for key, values in listed.values.items() if len(listed.covers[key]) == 1
    ]
    whole_list = max(parts) < MOST - 1  # no way that fits lies beyond the list
    for key in hidden:
        values = listed.values[key][fits]
        low, high = found[key].low, found[key].high
        assert found[key].proved
        assert low is not None
        if whole_list:
            assert (low, high) == (int(values.min()), int(values.max()))
        else:
            assert low <= int(values.min())
            assert high is None or high >= int(values.max())
