"""Releases after one another: what the next one would give away, and how each is remembered.

A record of a release holds what everyone has seen and nothing else, so it may be kept beside the
release itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import inf
from typing import Any

from speccomm.foundation.errors import Refusal
from speccomm.publishing.suppression.demands import Reach
from speccomm.publishing.suppression.dimensions import Category, Dimension
from speccomm.publishing.suppression.door import PublishableTable
from speccomm.publishing.suppression.evidence import Evidence, Interval, interval, taken_together
from speccomm.publishing.suppression.implied import differences
from speccomm.publishing.suppression.polytope import Contradiction
from speccomm.publishing.suppression.rules import ProtectionKind, SuppressionRules
from speccomm.publishing.suppression.sources import Key, Kind, PublishedTable
from speccomm.publishing.suppression.universe import Coverage
from speccomm.publishing.suppression.values import PublishedCell, State

RECORD_FORMAT = 1
SURELY_APART = 1e-3  # amounts that lie so far apart, as they are scaled, are not the same


class NotARecord(Refusal):
    """A file that is not the record of a release."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This is not the record of a published table: {reason}.")


@dataclass(frozen=True)
class Recovery:
    """A number that the releases together give away, or narrow down too far.

    A hidden cell is named by its release, table and key. A number that nobody printed is named by
    the two printed cells whose difference it is. `before` is what earlier releases alone allowed.
    """

    cells: tuple[tuple[str, str, Key], ...]
    before: Interval | None
    after: Interval


@dataclass(frozen=True)
class ReleaseCheck:
    """What a release, published after earlier ones, would give away; empty where nothing."""

    recovered: tuple[Recovery, ...]
    checked_against: tuple[str, ...]
    revised: int

    @property
    def clear(self) -> bool:
        return not self.recovered


def check_release(
    new: Sequence[PublishableTable],
    earlier: Sequence[PublishedTable],
    *,
    rules: SuppressionRules,
) -> ReleaseCheck:
    """Attack a release together with every earlier one about the same things.

    Hidden cells of all releases are attacked, and every difference of two printed cells that
    cover the same save for one part: another month, a place that moved to another ICB. Reported is
    what the earlier releases alone did not give away.
    Raises: Contradictory where no numbers fit the new tables.
    """
    tables = [table.evidence for table in new if table.evidence is not None]
    recovered: list[Recovery] = []
    revised = 0
    for measure in dict.fromkeys(table.measure for table in tables):
        before = [table for table in earlier if table.measure == measure]
        now = [table for table in tables if table.measure == measure]
        together = Evidence(now, earlier=before)
        alone = taken_together(before, universe=together.universe) if before else None
        revised += len(together.revised)
        recovered += _hidden_recovered([*before, *now], together, alone, rules)
        if now[0].kind is Kind.COUNT:
            recovered += _differences_recovered([*before, *now], together, alone, rules)
    names = dict.fromkeys(table.release for table in earlier)
    return ReleaseCheck(tuple(recovered), tuple(names), revised)


def _hidden_recovered(
    tables: Sequence[PublishedTable],
    together: Evidence,
    alone: Evidence | None,
    rules: SuppressionRules,
) -> Iterator[Recovery]:
    open_enough = _open_enough(tables, together, rules)
    for table in tables:
        coverages = together.universe.coverages(table)
        for key, cell in table.cells.items():
            if cell.state is not State.SUPPRESSED or coverages[key] in open_enough:
                continue
            name = (table.release, table.id, key)
            after = interval(together, coverages[key], *name)
            if _too_narrow(after, table.kind, rules):
                before = _before(alone, coverages[key], name)
                if before is None or before != after:
                    yield Recovery((name,), before, after)


def _open_enough(
    tables: Sequence[PublishedTable], together: Evidence, rules: SuppressionRules
) -> frozenset[Coverage]:
    """Hidden cells seen to be wide enough open, without saying how wide.

    Every point that fits counts for every cell, so the points that many cells are pulled apart by are
    looked at first, and a cell is pulled on its own only where none of them will do.
    """
    hidden = {
        coverage: together.cell_of[coverage]
        for table in tables
        for key, coverage in together.universe.coverages(table).items()
        if table.cells[key].state is State.SUPPRESSED and coverage in together.cell_of
    }
    reach = Reach(together.polytope)
    least = float(max(1, _least_apart(rules))) if together.whole else SURELY_APART
    larger = rules.small_to + 1 if together.whole else inf

    def is_open(cell: int) -> bool:
        return reach.apart(cell, least) or (reach.apart(cell, 1.0) and reach.reaches(cell, larger))

    reach.pull(dict.fromkeys(hidden.values(), least))
    for cell in hidden.values():
        if not is_open(cell):
            with suppress(Contradiction):  # none found; the interval says what is proved
                reach.high(cell, reach.low(cell, -inf) + least)
    return frozenset(coverage for coverage, cell in hidden.items() if is_open(cell))


def _differences_recovered(
    tables: Sequence[PublishedTable],
    together: Evidence,
    alone: Evidence | None,
    rules: SuppressionRules,
) -> Iterator[Recovery]:
    names: dict[Coverage, tuple[str, str, Key]] = {}
    for table in tables:
        for key, coverage in together.universe.coverages(table).items():
            cell = table.cells[key]
            if cell.state.has_number and cell.low is not None and cell.low == cell.high:
                names[coverage] = (table.release, table.id, key)
    known = {c: low for c, (low, high) in together.known.items() if c in names and low == high}
    for between, pair in differences(together.universe, list(known)):
        number = known[pair[0]] - known[pair[1]]
        if between in together.cell_of or not rules.small_from <= number <= rules.small_to:
            continue
        if alone is not None and all(_printed_before(alone, cell) for cell in pair):
            continue
        cells = (names[pair[0]], names[pair[1]])
        said = Decimal(int(number))
        yield Recovery(cells, None, Interval(*cells[0], said, said, proved=True))


def _printed_before(alone: Evidence, cell: Coverage) -> bool:
    low, high = alone.known.get(cell, (0.0, 1.0))
    return low == high


def _before(
    alone: Evidence | None, coverage: Coverage, name: tuple[str, str, Key]
) -> Interval | None:
    if alone is None or coverage not in alone.cell_of:
        return None
    return interval(alone, coverage, *name)


def _too_narrow(found: Interval, kind: Kind, rules: SuppressionRules) -> bool:
    """Whether a hidden cell is worked out, or known to be small and more than that."""
    if found.exact or found.high is None or found.low is None or kind is Kind.AMOUNT:
        return found.exact
    return found.high <= rules.small_to and found.high - found.low < _least_apart(rules)


def _least_apart(rules: SuppressionRules) -> int:
    """How far the possible numbers of a hidden small one lie from each other at least."""
    protection = rules.protection
    return {
        ProtectionKind.RANGE: rules.small_to - rules.small_from,
        ProtectionKind.AROUND: protection.below + protection.above,
        ProtectionKind.WIDTH: protection.width,
    }[protection.kind]


def release_record(table: PublishedTable) -> dict[str, Any]:
    """A published table as plain data for a JSON file."""
    return {
        "record_format": RECORD_FORMAT,
        "release": table.release,
        "id": table.id,
        "measure": table.measure,
        "kind": str(table.kind),
        "dimensions": [
            {
                "name": dimension.name,
                "categories": [
                    {
                        "code": category.code,
                        "title": category.title,
                        "parts": sorted(category.parts),
                        "national": category.national,
                    }
                    for category in dimension.categories
                ],
            }
            for dimension in table.dimensions
        ],
        "scope": {name: sorted(parts) for name, parts in sorted(table.scope.items())},
        "cells": [
            {
                "key": list(key),
                "state": str(cell.state),
                "number": _text(cell.number),
                "low": _text(cell.low),
                "high": _text(cell.high),
            }
            for key, cell in table.cells.items()
        ],
    }


def read_release_record(record: Mapping[str, Any]) -> PublishedTable:
    """The table a record was made of. Raises NotARecord where it is none."""
    try:
        if record["record_format"] != RECORD_FORMAT:
            raise NotARecord(f"its format is {record['record_format']!r}")
        dimensions = tuple(
            Dimension(
                each["name"],
                tuple(
                    Category(c["code"], c["title"], frozenset(c["parts"]), bool(c["national"]))
                    for c in each["categories"]
                ),
            )
            for each in record["dimensions"]
        )
        cells = {
            tuple(each["key"]): PublishedCell(
                State(each["state"]),
                _number(each["number"]),
                _number(each["low"]),
                _number(each["high"]),
            )
            for each in record["cells"]
        }
        scope = {name: frozenset(parts) for name, parts in record["scope"].items()}
        return PublishedTable(
            record["release"],
            record["id"],
            record["measure"],
            dimensions,
            cells,
            scope,
            Kind(record["kind"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as problem:
        raise NotARecord(f"{type(problem).__name__} at {problem}") from problem


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
