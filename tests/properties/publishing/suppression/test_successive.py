"""Releases of other shapes, one after another, fit each other or say in a sentence that they do not."""

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from speccomm.publishing.suppression import (
    Contradictory,
    Kind,
    PublishableTable,
    PublishedCell,
    PublishedTable,
    SourceTable,
    State,
    attack,
    check_release,
    flat,
    suppression_rules,
    value_of,
)
from speccomm.publishing.suppression.evidence import taken_together
from tests.made_up.publications import Release, publish, shapes_on

SEEDS = 6
SORTS: Mapping[str, Mapping[str, Any]] = {
    "as they were": {},
    "with credits": {"credited": 0.2},
    "revised": {"revised": 0.3},
    "revised, with credits": {"credited": 0.2, "revised": 0.3},
    "made again under one name": {"revised": 0.3, "renamed": False},
}


@pytest.mark.parametrize("method", ["exact", "hes"])
@pytest.mark.parametrize("sort", SORTS)
def test_releases_of_other_shapes_never_contradict_each_other(sort: str, method: str) -> None:
    rules = suppression_rules(method)
    money_hidden = 0
    for seed in range(SEEDS):
        done = publish(shapes_on(Random(f"{sort} {seed}"), **SORTS[sort]), rules, held=False)
        for earlier, now in _in_order(done.publications):
            check_release(now, earlier, rules=rules)
        attack(done.evidence)
        money_hidden += sum(
            cell.state is State.SUPPRESSED
            for table in done.evidence
            if table.kind is Kind.AMOUNT
            for cell in table.cells.values()
        )
    assert money_hidden  # money with nothing hidden would fit anyhow


def test_what_is_not_revised_is_not_set_aside() -> None:
    """Nothing is taken for revised where later releases only look at the same counts differently."""
    for seed in range(SEEDS):
        done = publish(
            shapes_on(Random(f"true {seed}"), credited=0.2), suppression_rules("exact"), held=False
        )
        for table in done.evidence:
            of_measure = [each for each in done.evidence if each.measure == table.measure]
            assert not taken_together(of_measure).revised


def _in_order(
    publications: list[PublishableTable],
) -> list[tuple[list[PublishedTable], list[PublishableTable]]]:
    """Each release of a table of units and one of pounds, with the tables that were out before."""
    pairs = [publications[place : place + 2] for place in range(0, len(publications), 2)]
    return [
        ([t.evidence for pair in pairs[:place] for t in pair if t.evidence is not None], pair)
        for place, pair in enumerate(pairs)
    ]


def _line(numbers: Mapping[str, int], total: int, *, id: str = "line") -> PublishedTable:  # noqa: A002
    cells = {
        (code,): PublishedCell(State.NUMBER, Decimal(n), Decimal(n), Decimal(n))
        for code, n in {**numbers, "total": total}.items()
    }
    return PublishedTable("one", id, "activity", (flat("area", list(numbers)),), cells)


def test_a_total_that_is_not_the_sum_is_said_in_a_sentence() -> None:
    with pytest.raises(Contradictory, match="Look for totals that do not add up"):
        attack([_line({"a": 20, "b": 30}, 60)])


def test_two_tables_that_print_one_cell_differently_are_said_in_a_sentence() -> None:
    with pytest.raises(Contradictory, match="No numbers fit what the latest tables of activity"):
        attack([_line({"a": 20, "b": 30}, 50), _line({"a": 21, "b": 29}, 50, id="other")])


def test_a_penny_of_billions_revised_is_a_revision() -> None:
    """By area, then by service: a total that differs by less than the solver tells apart fits again."""
    people = {"x": 400, "y": 600}
    first = _money(people, {"x": Decimal("1500000000.00"), "y": Decimal("700000000.00")}, "area")
    then = _money(people, {"x": Decimal("1500000000.01"), "y": Decimal("700000000.00")}, "service")
    rules = suppression_rules("exact")
    done = publish([Release("one", first), Release("two", then)], rules, held=False)
    (_, _), (earlier, now) = _in_order(done.publications)
    assert check_release(now, earlier, rules=rules).revised
    assert attack(done.evidence) == ()


def _money(
    people: Mapping[str, int], pounds: Mapping[str, Decimal], name: str
) -> tuple[SourceTable, SourceTable]:
    by = (flat(name, list(people)),)
    units = {(code,): value_of(n) for code, n in people.items()}
    units["total",] = value_of(sum(people.values()))
    spent = {(code,): value_of(n) for code, n in pounds.items()}
    spent["total",] = value_of(sum(pounds.values(), start=Decimal(0)))
    return (
        SourceTable("units", "units", "people", by, units),
        SourceTable("pounds", "pounds", "price", by, spent, kind=Kind.AMOUNT, beside="units"),
    )
