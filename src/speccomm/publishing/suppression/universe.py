"""The smallest unknowns behind a set of tables, and each cell as a sum of some of them.

Every table that counts the same thing adds up the same unknowns, so that margins, levels, tables
that share a margin, and releases of neighbouring periods or maps need no list of what follows from
what. Parts that every table treats alike are one part. Tables broken down by different dimensions
keep unknowns of their own and agree on what they share; where sharing runs in a ring (three tables,
each pair sharing a dimension) that would lose something, and they are broken down by all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Protocol

import numpy as np
import numpy.typing as npt

from speccomm.foundation.errors import Refusal
from speccomm.publishing.suppression.dimensions import Dimension
from speccomm.publishing.suppression.sources import Key

Indices = npt.NDArray[np.int64]
# What a cell covers: for each dimension of the universe its classes of parts, None for all of them.
Coverage = tuple[frozenset[int] | None, ...]


class Layout(Protocol):
    """What a table is broken down by and narrowed to."""

    @property
    def dimensions(self) -> tuple[Dimension, ...]: ...
    @property
    def scope(self) -> Mapping[str, frozenset[str]]: ...


class TooManyUnknowns(Refusal):
    """Tables that together are broken down too finely to be protected at once."""

    def __init__(self, unknowns: int, limit: int) -> None:
        self.unknowns = unknowns
        self.limit = limit
        super().__init__(
            f"These tables together have {unknowns:,} unknown numbers behind them, and {limit:,} can "
            "be protected at once. Publish fewer tables that share a margin, or broader categories."
        )


@dataclass(frozen=True)
class Clique:
    """Unknowns broken down by the dimensions at `places`; the first of them is number `offset`."""

    places: tuple[int, ...]
    sizes: tuple[int, ...]
    offset: int


class Universe:
    """The unknowns behind tables of one measure."""

    def __init__(self, layouts: Sequence[Layout], *, limit: int) -> None:
        self.names = _dimension_names(layouts)
        self.classes = [_classes(name, layouts) for name in self.names]
        self._sizes = [max(classes.values(), default=0) + 1 for classes in self.classes]
        edges = [self._active(layout) for layout in layouts]
        groups, joins = _join_tree(edges)
        self.cliques: list[Clique] = []
        offset = 0
        for group in groups:
            sizes = tuple(self._size(place) for place in group)
            self.cliques.append(Clique(group, sizes, offset))
            offset += prod(sizes)
            if offset > limit:
                raise TooManyUnknowns(offset, limit)
        self.unknowns = offset
        self._unknowns_of: dict[Coverage, Indices] = {}
        self.links = [link for one, other in joins for link in self._links(one, other)]

    def coverage(self, layout: Layout, key: Key) -> Coverage:
        """What a cell of a table covers."""
        named = dict(zip((d.name for d in layout.dimensions), key, strict=True))
        parts = {d.name: d.category(named[d.name]).parts for d in layout.dimensions}
        return self._coverage({**layout.scope, **parts})

    def coverages(self, layout: Layout) -> dict[Key, Coverage]:
        """What every cell of a table covers."""
        keys: dict[Key, dict[str, frozenset[str]]] = {(): dict(layout.scope)}
        for dimension in layout.dimensions:
            keys = {
                (*key, category.code): {**parts, dimension.name: category.parts}
                for key, parts in keys.items()
                for category in dimension.categories
            }
        return {key: self._coverage(parts) for key, parts in keys.items()}

    def every(self, place: int) -> frozenset[int]:
        """Every class of parts of a dimension."""
        return frozenset(self.classes[place].values())

    def classes_of(self, name: str, parts: frozenset[str]) -> frozenset[int]:
        """The classes that some parts of a dimension make up."""
        classes = self.classes[self.names.index(name)]
        return frozenset(classes[part] for part in parts)

    def unknowns_of(self, coverage: Coverage) -> Indices:
        """The unknowns that add up to a cell."""
        if coverage not in self._unknowns_of:
            self._unknowns_of[coverage] = self._found_unknowns(coverage)
        return self._unknowns_of[coverage]

    def _found_unknowns(self, coverage: Coverage) -> Indices:
        active = {place for place, classes in enumerate(coverage) if classes is not None}
        clique = next(c for c in self.cliques if active <= set(c.places))
        chosen = [
            np.arange(size) if (classes := coverage[place]) is None else np.array(sorted(classes))
            for place, size in zip(clique.places, clique.sizes, strict=True)
        ]
        if not chosen:
            return np.array([clique.offset], dtype=np.int64)
        grid = np.ix_(*chosen)
        flat = np.ravel_multi_index(np.broadcast_arrays(*grid), clique.sizes)
        return np.asarray(flat.ravel() + clique.offset, dtype=np.int64)

    def _coverage(self, parts: Mapping[str, frozenset[str]]) -> Coverage:
        covered: list[frozenset[int] | None] = []
        for place, name in enumerate(self.names):
            named = parts.get(name)
            classes = self.classes[place]
            found = None if named is None else frozenset(classes[part] for part in named)
            covered.append(None if found is None or len(found) == self._size(place) else found)
        return tuple(covered)

    def _size(self, place: int) -> int:
        return self._sizes[place]

    def _active(self, layout: Layout) -> frozenset[int]:
        """The dimensions that some cell of the table covers only a part of."""
        active = set()
        for place, name in enumerate(self.names):
            shown = [c.parts for d in layout.dimensions if d.name == name for c in d.categories]
            narrowed = [layout.scope[name]] if name in layout.scope else []
            classes = self.classes[place]
            for parts in (*shown, *narrowed):
                if len({classes[part] for part in parts}) < self._size(place):
                    active.add(place)
        return frozenset(active)

    def _links(self, one: int, other: int) -> list[tuple[Indices, Indices]]:
        """Sums that two groups of unknowns must agree on."""
        shared = sorted(set(self.cliques[one].places) & set(self.cliques[other].places))
        combinations = np.ndindex(*(self._size(place) for place in shared))
        links = []
        for combination in combinations:
            at = dict(zip(shared, combination, strict=True))
            links.append((self._slice(one, at), self._slice(other, at)))
        return links

    def _slice(self, number: int, at: Mapping[int, int]) -> Indices:
        clique = self.cliques[number]
        index = np.arange(prod(clique.sizes)).reshape(clique.sizes)
        cut = tuple(at.get(place, slice(None)) for place in clique.places)
        return np.asarray(np.atleast_1d(index[cut]).ravel() + clique.offset, dtype=np.int64)


def _dimension_names(layouts: Sequence[Layout]) -> tuple[str, ...]:
    named = {d.name: None for layout in layouts for d in layout.dimensions}
    narrowed = {name: None for layout in layouts for name in layout.scope}
    return tuple({**named, **narrowed})


def _classes(name: str, layouts: Sequence[Layout]) -> dict[str, int]:
    """Each part's class: parts that no category and no scope tells apart share one."""
    covers: dict[frozenset[str], None] = {}
    for layout in layouts:
        shown = [d for d in layout.dimensions if d.name == name]
        covers |= {category.parts: None for d in shown for category in d.categories}
        if name in layout.scope:
            covers[layout.scope[name]] = None
    member: dict[str, list[int]] = {}
    for number, parts in enumerate(covers):
        for part in sorted(parts):
            member.setdefault(part, []).append(number)
    numbered: dict[tuple[int, ...], int] = {}
    return {p: numbered.setdefault(tuple(found), len(numbered)) for p, found in member.items()}


def _join_tree(
    edges: Sequence[frozenset[int]],
) -> tuple[list[tuple[int, ...]], list[tuple[int, int]]]:
    """Groups of dimensions, and pairs of groups that share some, without a ring.

    Reduction after Graham, Yu and Ozsoyoglu; the part that does not reduce becomes one group.
    """
    groups = _widest(edges)
    while True:
        joins, core = _reduce(groups)
        if not core:
            return [tuple(sorted(group)) for group in groups], joins
        merged = frozenset().union(*(groups[number] for number in core))
        kept = [group for number, group in enumerate(groups) if number not in core]
        groups = _widest([*kept, merged])


def _widest(edges: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    distinct = list(dict.fromkeys(edges))
    return [edge for edge in distinct if not any(edge < other for other in distinct)]


def _reduce(groups: Sequence[frozenset[int]]) -> tuple[list[tuple[int, int]], set[int]]:
    """Joins found by taking ears off, and what is left in rings (empty where nothing is)."""
    left = {number: set(group) for number, group in enumerate(groups)}
    joins: list[tuple[int, int]] = []
    changed = True
    while changed and len(left) > 1:
        changed = False
        for number in list(left):
            others = set().union(*(left[n] for n in left if n != number))
            left[number] &= others
        for number in sorted(left):
            holder = next(
                (n for n in sorted(left) if n != number and left[number] <= left[n]), None
            )
            if holder is not None:
                joins.append((number, holder))
                del left[number]
                changed = True
                break
    return joins, set(left) if len(left) > 1 else set()
