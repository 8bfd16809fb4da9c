"""What a table is broken down by, and which part of the whole each category covers.

Categories that overlap (an ICB and its region, months 1 to 8 and months 1 to 9, an ICB on two maps)
are told apart by the smallest parts they cover, so that everything that follows from adding and
subtracting is known without being listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from speccomm.foundation.periods import FinancialMonth, months_between

T = TypeVar("T", str, int)


@dataclass(frozen=True)
class Category:
    """One line of a dimension: its code, its title and the smallest parts it covers."""

    code: str
    title: str
    parts: frozenset[str]
    national: bool = False

    def __post_init__(self) -> None:
        if not self.code or not self.parts:
            raise ValueError("a category needs a code and at least one part")


@dataclass(frozen=True)
class Dimension:
    """A name and its categories in the order they are shown."""

    name: str
    categories: tuple[Category, ...]

    def __post_init__(self) -> None:
        codes = [category.code for category in self.categories]
        if not codes or len(set(codes)) != len(codes):
            raise ValueError(f"dimension {self.name} has no categories, or one of them twice")

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(category.code for category in self.categories)

    def category(self, code: str) -> Category:
        return self._by_code[code]

    def parts(self) -> frozenset[str]:
        """Every smallest part that any category covers."""
        return frozenset().union(*(category.parts for category in self.categories))

    def children(self, code: str) -> tuple[Category, ...]:
        """The widest categories that lie strictly within this one."""
        return self._children[self.category(code).parts]

    @cached_property
    def _by_code(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    @cached_property
    def _children(self) -> dict[frozenset[str], tuple[Category, ...]]:
        """The widest categories within each set of parts, in the order they are shown."""
        first = {c.parts: c for c in reversed(self.categories)}
        order = {parts: place for place, parts in enumerate(reversed(first))}
        wider: dict[frozenset[str], list[frozenset[str]]] = {parts: [] for parts in first}
        for narrow, wide in nested_pairs(first):
            wider[narrow].append(wide)
        children: dict[frozenset[str], list[Category]] = {parts: [] for parts in first}
        for narrow, found in wider.items():
            for wide in found:
                if not any(between < wide for between in found):
                    children[wide].append(first[narrow])
        return {
            parts: tuple(sorted(found, key=lambda category: order[category.parts]))
            for parts, found in children.items()
        }


def nested_pairs(sets: Iterable[frozenset[T]]) -> Iterator[tuple[frozenset[T], frozenset[T]]]:
    """Each pair of sets of which the first lies strictly within the second.

    Only sets that share a member are compared: most categories share none.
    """
    holding: dict[T, list[frozenset[T]]] = {}
    kept = list(sets)
    for each in kept:
        for member in each:
            holding.setdefault(member, []).append(each)
    for narrow in kept:
        fewest = min((holding[member] for member in narrow), key=len)
        yield from ((narrow, wide) for wide in fewest if narrow < wide)


def flat(
    name: str, titles: Mapping[str, str] | Iterable[str], *, total: str | None = "total"
) -> Dimension:
    """A dimension without levels: each code is its own smallest part, with a total unless None."""
    named = dict(titles) if isinstance(titles, Mapping) else {code: code for code in titles}
    categories = [Category(code, title, frozenset({code})) for code, title in named.items()]
    if total is not None:
        categories.append(Category(total, "Total", frozenset(named)))
    return Dimension(name, tuple(categories))


def nested(
    name: str,
    levels: Iterable[Mapping[str, str]],
    *,
    total: str | None = "total",
    national: Iterable[str] = (),
) -> Dimension:
    """A dimension with levels, from the smallest up: each level maps a code to the one above it.

    `nested("area", [{"15E": "QHL", ...}, {"QHL": "Y60", ...}])` has sub-ICBs in ICBs in regions.
    """
    steps = [dict(level) for level in levels]
    covered = {code: frozenset({code}) for code in steps[0]}
    everything = frozenset(steps[0])
    exempt = set(national)
    categories = [Category(code, code, parts, code in exempt) for code, parts in covered.items()]
    for step in steps:
        above: dict[str, frozenset[str]] = {}
        for code, parent in step.items():
            above[parent] = above.get(parent, frozenset()) | covered[code]
        categories += [Category(code, code, parts, code in exempt) for code, parts in above.items()]
        covered = above
    if total is not None:
        categories.append(Category(total, "Total", everything, total in exempt))
    return Dimension(name, tuple(categories))


def months(first: FinancialMonth, last: FinancialMonth) -> frozenset[str]:
    """The months from first to last as smallest parts of a period, for a table's scope."""
    return frozenset(str(month) for month in months_between(first, last))
