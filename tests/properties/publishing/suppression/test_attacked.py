"""A thousand made-up publications attacked with everything that was published of them.

`make test` attacks about two hundred of them, `make soak` all.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

import pytest

from speccomm.publishing.suppression import (
    Interval,
    Kind,
    State,
    attack,
    check_release,
    suppression_rules,
)
from tests.made_up.publications import FAMILIES, Published, publish

SMALLEST, LARGEST = 1, 7
PENNY = Decimal("0.01")
FEW = 10


def published(family: str, method: str, seed: int) -> Published:
    releases = FAMILIES[family](Random(f"{family} {seed}"))
    return publish(releases, suppression_rules(method), held=seed % 2 == 0)


def attacked(done: Published) -> Iterator[tuple[Interval, Decimal, Kind]]:
    kinds = {(table.release, table.id): table.kind for table in done.evidence}
    for found in attack(done.evidence):
        truth = done.truth[found.release, found.table, found.key]
        assert found.low is None or found.low <= truth
        assert found.high is None or found.high >= truth
        assert found.proved
        yield found, truth, kinds[found.release, found.table]


def attack_exact(family: str, seed: int) -> int:
    """Nothing recovered, and every small number could be any small number."""
    done = published(family, "exact", seed)
    assert not done.refused
    assert not done.out_before
    for found, truth, kind in attacked(done):
        assert not found.exact
        if kind is Kind.COUNT and SMALLEST <= truth <= LARGEST and found.high is not None:
            assert found.high >= LARGEST
            assert found.high - found.low >= LARGEST - SMALLEST
    _demand_money_open(done)
    _demand_no_subtraction(done)
    _demand_checked(done, "exact")
    return len(done.publications)


def attack_rounded(family: str, seed: int) -> int:
    """Rounding leaves more than one possible number everywhere."""
    done = published(family, "hes", seed)
    for found, _, _ in attacked(done):
        assert not found.exact
    for table in done.publications:
        counted = table.evidence is not None and table.evidence.kind is Kind.COUNT
        rated = table.id == "rates"
        for key, cell in table.cells.items():
            truth = done.truth[table.release, table.id, key]
            if counted:
                assert not (SMALLEST <= truth <= LARGEST) or cell.state is State.SUPPRESSED
                assert rated or cell.number is None or cell.number % 5 == 0
            assert (cell.state is State.ZERO) == (truth == 0) or cell.state is State.SUPPRESSED
    return len(done.publications) + done.refused


def _demand_money_open(done: Published) -> None:
    """At its own price, the money of a small count could be that of any small count."""
    for found, truth, kind in attacked(done):
        if kind is Kind.AMOUNT:
            count = done.truth[found.release, "units", found.key]
            if SMALLEST <= count <= LARGEST and truth:
                assert found.low is None or found.low <= truth / count + PENNY
                assert found.high is None or found.high >= LARGEST * truth / count - PENNY


def _demand_no_subtraction(done: Published) -> None:
    """The same cell of two releases, subtracted, is no small number where both are printed."""
    for later in done.evidence:
        for before in done.evidence:
            if later.kind is Kind.COUNT and later.id == before.id != "rates":
                for key, cell in later.cells.items():
                    other = before.cells[key]
                    if cell.number is not None and other.number is not None:
                        assert not SMALLEST <= abs(cell.number - other.number) <= LARGEST


def _demand_checked(done: Published, method: str) -> None:
    releases = list(dict.fromkeys(table.release for table in done.publications))
    for release in releases[1:]:
        before = [t for t in done.evidence if releases.index(t.release) < releases.index(release)]
        now = [table for table in done.publications if table.release == release]
        assert check_release(now, before, rules=suppression_rules(method)).clear


@pytest.mark.parametrize("family", FAMILIES)
def test_exact_tables_give_nothing_away(family: str) -> None:
    assert sum(attack_exact(family, seed) for seed in range(FEW)) >= FEW


@pytest.mark.parametrize("family", FAMILIES)
def test_rounded_tables_give_no_number_away(family: str) -> None:
    assert sum(attack_rounded(family, seed) for seed in range(FEW)) >= FEW


@pytest.mark.soak
def test_a_thousand_exact_tables_give_nothing_away() -> None:
    tables = sum(attack_exact(family, seed) for family in FAMILIES for seed in range(100, 200))
    assert tables >= 1_000


@pytest.mark.soak
def test_a_thousand_rounded_tables_give_no_number_away() -> None:
    tables = sum(attack_rounded(family, seed) for family in FAMILIES for seed in range(100, 200))
    assert tables >= 1_000
