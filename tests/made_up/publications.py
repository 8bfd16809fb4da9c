"""Made-up publications to attack: margins, levels, linked tables, and releases that follow each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from random import Random

from speccomm.publishing.suppression import (
    CannotProtect,
    Category,
    Dimension,
    Earlier,
    Kind,
    PublishableTable,
    PublishedTable,
    Rate,
    SourceTable,
    SuppressionRules,
    flat,
    nested,
    suppress,
    value_of,
)

Parts = tuple[str, ...]
Counts = Mapping[Parts, int]


@dataclass(frozen=True)
class Release:
    """The tables of one release, before the door."""

    name: str
    tables: tuple[SourceTable, ...]


@dataclass
class Published:
    """Releases after the door, in order, with the true numbers to judge an attack by."""

    publications: list[PublishableTable] = field(default_factory=list)
    truth: dict[tuple[str, str, tuple[str, ...]], Decimal] = field(default_factory=dict)
    out_before: int = 0
    refused: int = 0

    @property
    def evidence(self) -> list[PublishedTable]:
        return [table.evidence for table in self.publications if table.evidence is not None]


def publish(releases: Sequence[Release], rules: SuppressionRules, *, held: bool) -> Published:
    """Send releases through the door one after another, each told of those before it.

    With `held`, the true numbers of earlier hidden cells are handed in too. A release that the
    door refuses is not published.
    """
    done = Published()
    for release in releases:
        earlier = [_earlier(table, done, held=held) for table in done.evidence]
        try:
            made = suppress(release.tables, release=release.name, rules=rules, earlier=earlier)
        except CannotProtect:
            done.refused += 1
            continue
        done.publications += made.tables
        for table in release.tables:
            for key, cell in table.cells.items():
                if cell.number is not None:
                    done.truth[release.name, table.id, key] = cell.number
        done.out_before += sum(table.account.out_before for table in made.tables)
    return done


def _earlier(table: PublishedTable, done: Published, *, held: bool) -> Earlier:
    numbers = {key: done.truth[table.release, table.id, key] for key in table.cells}
    return Earlier(table, numbers if held else {})


def table_of(
    counts: Counts,
    dimensions: Sequence[Dimension],
    axes: Sequence[int],
    *,
    id: str,  # noqa: A002 the field's own name
    scope: Mapping[str, frozenset[str]] | None = None,
    measure: str = "activity",
    rate: Rate | None = None,
) -> SourceTable:
    """Add counts of smallest parts up into a table broken down by some of their axes.

    A scope limits axes by number in the counts: the name of a dimension not shown.
    """
    cells = {}
    limits = scope or {}
    names = AXES
    for key in product(*(dimension.codes for dimension in dimensions)):
        chosen = [d.category(code).parts for d, code in zip(dimensions, key, strict=True)]
        total = 0
        for parts, count in counts.items():
            inside = all(parts[axis] in found for axis, found in zip(axes, chosen, strict=True))
            if inside and all(parts[names.index(n)] in kept for n, kept in limits.items()):
                total += count
        cells[key] = value_of(total)
    return SourceTable(id, id, measure, tuple(dimensions), cells, limits, rate=rate)


AXES = ("service", "area", "pod", "period")


def small_count(random: Random) -> int:
    """A count as specialised services have them: often nothing, often few, now and then many."""
    draw = random.random()
    if draw < 0.25:
        return 0
    if draw < 0.6:
        return random.randint(1, 7)
    return random.randint(8, 40) if draw < 0.95 else random.randint(100, 900)


def cube(random: Random, *sizes: int) -> dict[Parts, int]:
    """Counts by the first axes, of the sizes given, with one part each on the others."""
    full = (*sizes, *(1 for _ in range(len(AXES) - len(sizes))))
    names = [[f"{axis[0]}{n}" for n in range(size)] for axis, size in zip(AXES, full, strict=True)]
    return {parts: small_count(random) for parts in product(*names)}


def codes(axis: int, size: int) -> list[str]:
    return [f"{AXES[axis][0]}{n}" for n in range(size)]


def margins(random: Random) -> list[Release]:
    """One table with both margins."""
    rows, columns = random.randint(2, 5), random.randint(2, 5)
    counts = cube(random, rows, columns)
    dimensions = [flat("service", codes(0, rows)), flat("area", codes(1, columns))]
    return [Release("one", (table_of(counts, dimensions, (0, 1), id="margins"),))]


def levels(random: Random) -> list[Release]:
    """Places in ICBs in regions, by service."""
    places = random.randint(4, 7)
    rows = random.randint(2, 3)
    counts = cube(random, rows, places)
    icbs = {place: f"I{number // 2}" for number, place in enumerate(codes(1, places))}
    regions = {icb: f"R{int(icb[1:]) // 2}" for icb in dict.fromkeys(icbs.values())}
    dimensions = [flat("service", codes(0, rows)), nested("area", [icbs, regions])]
    return [Release("one", (table_of(counts, dimensions, (0, 1), id="levels"),))]


def linked(random: Random) -> list[Release]:
    """Two or three tables of the same counts that share a margin; three make a ring."""
    sizes = [random.randint(2, 3) for _ in range(3)]
    counts = cube(random, *sizes)
    by = [flat(AXES[axis], codes(axis, size)) for axis, size in enumerate(sizes)]
    pairs = [(0, 1), (1, 2), (0, 2)][: random.randint(2, 3)]
    tables = [table_of(counts, [by[a], by[b]], (a, b), id=f"{AXES[a]}_{AXES[b]}") for a, b in pairs]
    return [Release("one", tuple(tables))]


def months_on(random: Random) -> list[Release]:
    """The year to one month, then to the next, then the month after that."""
    rows, columns, periods = random.randint(2, 3), random.randint(2, 3), 4
    counts = cube(random, rows, columns, 1, periods)
    dimensions = [flat("service", codes(0, rows)), flat("area", codes(1, columns))]
    releases = []
    for last in range(2, periods + 1):
        scope = {"period": frozenset(codes(3, last))}
        table = table_of(counts, dimensions, (0, 1), id="to_date", scope=scope)
        releases.append(Release(f"to month {last}", (table,)))
    return releases


def another_map(random: Random) -> list[Release]:
    """The same counts by ICBs as they were, then as they are: one place has moved."""
    places, rows = random.randint(4, 6), random.randint(1, 3)
    counts = cube(random, rows, places)
    service = flat("service", codes(0, rows))
    named = codes(1, places)
    border = random.randint(1, places - 2)
    releases = []
    for year, at in (("old", border), ("new", border + 1)):
        icbs = (
            Category("QAA", "One", frozenset(named[:at])),
            Category("QBB", "Two", frozenset(named[at:])),
            Category("total", "Total", frozenset(named)),
        )
        table = table_of(counts, [service, Dimension("area", icbs)], (0, 1), id="by_icb")
        releases.append(Release(year, (table,)))
    return releases


def rates_only(random: Random) -> list[Release]:
    """Rates are printed, their counts are not; everyone knows the populations."""
    rows, columns = random.randint(2, 4), random.randint(2, 3)
    counts = cube(random, rows, columns)
    dimensions = [flat("service", codes(0, rows)), flat("area", codes(1, columns))]
    people = {code: Decimal(random.randint(5_000, 400_000)) for code in codes(1, columns)}
    people["total"] = sum(people.values(), start=Decimal(0))
    under = {key: people[key[1]] for key in product(*(d.codes for d in dimensions))}
    rate = Rate(under, Decimal(100_000), random.randint(0, 2))
    return [Release("one", (table_of(counts, dimensions, (0, 1), id="rates", rate=rate),))]


def with_money(random: Random) -> list[Release]:
    """Counts and what they cost, side by side."""
    rows, columns = random.randint(2, 4), random.randint(2, 4)
    counts = cube(random, rows, columns)
    price = {parts: Decimal(random.randint(20_000, 900_000)) / 100 for parts in counts}
    dimensions = [flat("service", codes(0, rows)), flat("area", codes(1, columns))]
    table = table_of(counts, dimensions, (0, 1), id="units")
    return [Release("one", (table, _money_beside(table, (0, 1), counts, price)))]


def _money_beside(
    table: SourceTable, axes: Sequence[int], counts: Counts, price: Mapping[Parts, Decimal]
) -> SourceTable:
    """What the counts of a table cost."""
    cells = {}
    for key in table.cells:
        chosen = [d.category(code).parts for d, code in zip(table.dimensions, key, strict=True)]
        limits = [(AXES.index(name), kept) for name, kept in table.scope.items()]
        inside = [
            parts
            for parts in counts
            if all(parts[axis] in found for axis, found in zip(axes, chosen, strict=True))
            and all(parts[axis] in kept for axis, kept in limits)
        ]
        cells[key] = value_of(sum((price[p] * counts[p] for p in inside), start=Decimal(0)))
    return SourceTable(
        "pounds",
        "pounds",
        "price",
        table.dimensions,
        cells,
        table.scope,
        kind=Kind.AMOUNT,
        beside=table.id,
    )


def shapes_on(
    random: Random, *, credited: float = 0.0, revised: float = 0.0, renamed: bool = True
) -> list[Release]:
    """Releases of other shapes one after another: by service, by area, by both; a quarter, a year to date.

    Some prices are credits; some counts are others from one release to the next; without `renamed`
    every release is called the same.
    """
    rows, columns, periods = random.randint(2, 4), random.randint(2, 3), 4
    counts = cube(random, rows, columns, 1, periods)
    price = {
        parts: Decimal(random.randint(20_000, 900_000) * (-1 if random.random() < credited else 1))
        / 100
        for parts in counts
    }
    by = {0: flat("service", codes(0, rows)), 1: flat("area", codes(1, columns))}
    releases = []
    for number in range(random.randint(2, 3)):
        axes = random.choice([(0,), (1,), (0, 1), (1, 0)])
        first = random.randint(0, periods - 1)
        scope = {"period": frozenset(codes(3, periods)[random.choice([0, first]) : first + 1])}
        units = table_of(counts, [by[axis] for axis in axes], axes, id="units", scope=scope)
        money = _money_beside(units, axes, counts, price)
        releases.append(Release(f"release {number if renamed else 0}", (units, money)))
        counts = {
            p: small_count(random) if random.random() < revised else n for p, n in counts.items()
        }
    return releases


FAMILIES: dict[str, Callable[[Random], list[Release]]] = {
    "margins": margins,
    "levels": levels,
    "linked": linked,
    "months_on": months_on,
    "another_map": another_map,
    "rates_only": rates_only,
    "with_money": with_money,
}
