"""Numbers that nobody prints and one subtraction gives away.

Months 1 to 9 less months 1 to 8 is month 9; an ICB on the new map less the same ICB on the old one is
the part that moved; a total less the lines listed is all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from speccomm.publishing.suppression.dimensions import Category, Dimension, nested_pairs
from speccomm.publishing.suppression.sources import Key
from speccomm.publishing.suppression.universe import Coverage, Layout, Universe

Sums = tuple[Coverage, tuple[Coverage, ...]]


def differences(universe: Universe, coverages: Sequence[Coverage]) -> Iterator[Sums]:
    """Each pair of cells that differ in one dimension and lie one in the other, and what is between.

    Gives the difference, then the wider and the narrower cell.
    """
    for place in range(len(universe.names)):
        alike: dict[Coverage, dict[frozenset[int] | None, Coverage]] = {}
        for coverage in coverages:
            rest = (*coverage[:place], *coverage[place + 1 :])
            alike.setdefault(rest, {})[coverage[place]] = coverage
        every = universe.every(place)
        for group in alike.values():
            cells = {classes or every: coverage for classes, coverage in group.items()}
            for narrow, wide in nested_pairs(cells):
                first = cells[wide]
                between = (*first[:place], wide - narrow, *first[place + 1 :])
                yield between, (first, cells[narrow])


def equations(layout: Layout) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    """Every cell of a table that is the sum of others of the same table, with those."""
    for place, whole, parts in _levels(layout):
        if sum(len(part.parts) for part in parts) == len(whole.parts):
            for key in _others(layout, place):
                yield _put(key, place, whole), tuple(_put(key, place, part) for part in parts)


def remainders(layout: Layout, universe: Universe) -> Iterator[Sums]:
    """What a table's wider cells cover beyond all the lines listed within them.

    Gives the remainder, then the wider cell and the lines.
    """
    for place, whole, parts in _levels(layout):
        listed = frozenset().union(*(part.parts for part in parts))
        if len(listed) != sum(len(part.parts) for part in parts) or listed == whole.parts:
            continue
        name = layout.dimensions[place].name
        for key in _others(layout, place):
            keys = [_put(key, place, category) for category in (whole, *parts)]
            cells = tuple(universe.coverage(layout, each) for each in keys)
            at = universe.names.index(name)
            rest = universe.classes_of(name, whole.parts - listed)
            yield (*cells[0][:at], rest, *cells[0][at + 1 :]), cells


def apart(cells: Sums, numbers: Mapping[Coverage, float]) -> float | None:
    """The number of a difference or a remainder, None where a number it needs is not known."""
    known = [numbers.get(coverage) for coverage in cells[1]]
    found = [number for number in known if number is not None]
    return None if len(found) != len(known) else found[0] - sum(found[1:])


def _levels(layout: Layout) -> Iterator[tuple[int, Category, tuple[Category, ...]]]:
    for place, dimension in enumerate(layout.dimensions):
        for category in dimension.categories:
            if children := dimension.children(category.code):
                yield place, category, children


def _others(layout: Layout, place: int) -> Iterator[Key]:
    """Every key with the one dimension left out."""
    rest: tuple[Dimension, ...] = (*layout.dimensions[:place], *layout.dimensions[place + 1 :])
    yield from product(*(dimension.codes for dimension in rest))


def _put(key: Key, place: int, category: Category) -> Key:
    return (*key[:place], category.code, *key[place:])
