"""The door: what is hidden, what a reader can still work out, and what is refused."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from speccomm.publishing.suppression import (
    NOT_COLLECTED,
    BadTable,
    CannotProtect,
    Earlier,
    Kind,
    NotARecord,
    NotThroughTheDoor,
    PublishableTable,
    Ratio,
    SourceTable,
    State,
    attack,
    check_release,
    flat,
    read_release_record,
    release_record,
    suppress,
    suppression_rules,
    value_of,
)
from speccomm.publishing.suppression.rules import Zeros

ROW = {"a": 3, "b": 20, "c": 40}
SQUARE = {("r", "x"): 3, ("r", "y"): 20, ("s", "x"): 40, ("s", "y"): 30}


def line(numbers, **changes) -> SourceTable:
    cells = {(code,): value_of(number) for code, number in numbers.items()}
    cells["total",] = value_of(sum(numbers.values()))
    table = SourceTable("line", "A line", "activity", (flat("area", list(numbers)),), cells)
    return replace(table, **changes)


def square(numbers, id="square") -> SourceTable:  # noqa: A002 the field's own name
    rows, columns = (list(dict.fromkeys(key[n] for key in numbers)) for n in (0, 1))
    dimensions = (flat("service", rows), flat("area", columns))
    cells = {}
    for key in product(*(dimension.codes for dimension in dimensions)):
        inside = (
            n
            for part, n in numbers.items()
            if key[0] in {part[0], "total"} and key[1] in {part[1], "total"}
        )
        cells[key] = value_of(sum(inside))
    return SourceTable(id, id, "activity", dimensions, cells)


def hidden(table: PublishableTable) -> set[str]:
    return {"/".join(k) for k, c in table.cells.items() if c.state is State.SUPPRESSED}


def exactly(tables, **more):
    return suppress(tables, release="one", rules=suppression_rules("exact"), **more)


def test_the_next_smallest_is_hidden_with_a_small_number() -> None:
    assert hidden(exactly([line(ROW)]).table("line")) == {"a", "b"}


def test_four_corners_of_a_square_are_hidden() -> None:
    made = exactly([square(SQUARE)]).table("square")
    assert hidden(made) == {"r/x", "r/y", "s/x", "s/y"}
    found = {each.key: each for each in attack([made.evidence])}
    assert (found["r", "x"].low, found["r", "x"].high) == (1, 22)


def test_hospital_statistics_hide_and_round() -> None:
    made = suppress([square(SQUARE)], release="one").table("square")
    assert made.printed(("r", "x")) == "*"
    assert made.printed(("r", "total")) == "25"
    assert made.printed(("total", "total")) == "95"


def test_a_margin_shared_by_two_tables_is_hidden_in_both() -> None:
    by_area = line({"x": 43, "y": 50}, id="by_area")
    made = exactly([square(SQUARE), by_area])
    assert hidden(made.table("by_area")) == set()
    small = line({"x": 4, "y": 50}, id="by_area")
    numbers = {**SQUARE, ("r", "x"): 1, ("s", "x"): 3}
    made = exactly([square(numbers), small])
    assert "x" in hidden(made.table("by_area"))
    assert "total/x" in hidden(made.table("square"))


def test_a_zero_stays_a_zero_and_nothing_is_not_zero() -> None:
    cells = {**line({"a": 0, "b": 60}).cells, ("c",): NOT_COLLECTED}
    dimension = flat("area", ["a", "b", "c"])
    table = SourceTable("line", "A line", "activity", (dimension,), cells)
    made = exactly([table]).table("line")
    said = [made.printed((code,)) for code in ("a", "b", "c")]
    assert said == ["0", "60", "not collected"]


def test_money_beside_a_hidden_count_is_hidden() -> None:
    pounds = line({"a": 300, "b": 4000, "c": 9000}, id="gbp", measure="gbp")
    pounds = replace(pounds, kind=Kind.AMOUNT, beside="line")
    made = exactly([line(ROW), pounds])
    assert hidden(made.table("gbp")) == hidden(made.table("line"))


def test_a_share_of_a_hidden_number_is_hidden() -> None:
    ratio = Ratio("share", "Share", "line", "line", at={"area": "total"})
    made = exactly([line(ROW)], ratios=[ratio])
    assert hidden(made.table("share")) == {"a", "b"}
    assert made.table("share").printed(("c",)) == "63.5"


def test_a_single_small_number_with_its_total_cannot_be_protected() -> None:
    with pytest.raises(CannotProtect, match="line: "):
        exactly([line({"a": 3, "b": 20}, must_show=frozenset({("b",), ("total",)}))])


def test_totals_that_do_not_add_up_are_refused() -> None:
    table = line(ROW)
    with pytest.raises(BadTable, match="is not the sum"):
        exactly([replace(table, cells={**table.cells, ("total",): value_of(64)})])


def test_a_later_release_does_not_give_an_earlier_one_away() -> None:
    first = exactly([line(ROW)]).table("line")
    rules = suppression_rules("exact")
    second = suppress(
        [line({"a": 3, "b": 20, "c": 41})],
        release="two",
        rules=rules,
        earlier=[Earlier(first.evidence)],
    ).table("line")
    assert check_release([second], [first.evidence], rules=rules).clear
    assert {"a", "b"} <= hidden(second)


def test_a_release_that_would_give_a_number_away_is_found() -> None:
    rules = suppression_rules("exact")
    first = exactly([line({"a": 30, "b": 20, "c": 40})]).table("line")
    second = suppress([line({"a": 33, "b": 20, "c": 40})], release="two", rules=rules).table("line")
    months = [{"month": frozenset({"m1"})}, {"month": frozenset({"m1", "m2"})}]
    earlier = replace(first.evidence, scope=months[0])
    later = replace(second, evidence=replace(second.evidence, scope=months[1]), seal=_seal())
    assert not check_release([later], [earlier], rules=rules).clear


def _seal() -> object:
    from speccomm.publishing.suppression import door

    return door._SEAL


def test_a_record_is_read_back_as_it_was() -> None:
    evidence = exactly([line(ROW)]).table("line").evidence
    assert read_release_record(release_record(evidence)) == evidence
    with pytest.raises(NotARecord):
        read_release_record({"record_format": 99})


def test_nobody_else_makes_a_publishable_table() -> None:
    made = exactly([line(ROW)]).table("line")
    with pytest.raises(NotThroughTheDoor):
        replace(made, title="mine", seal=object())


def test_the_same_table_is_hidden_the_same_way_each_time() -> None:
    first, second = (exactly([square(SQUARE)]).table("square") for _ in range(2))
    assert first.cells == second.cells
    assert first.account == second.account


def test_parts_of_units_are_small_where_they_round_to_a_small_number() -> None:
    rules = suppression_rules("hes").in_units(1000)
    assert rules.is_small(Decimal(500))
    assert rules.is_small(Decimal(7_499))
    assert not rules.is_small(Decimal(7_500))
    made = suppress([line({"a": 2_500, "b": 12_400})], release="one", rules=rules).table("line")
    assert made.cells["a",].state is State.SUPPRESSED
    assert made.cells["b",].number == 10_000
    assert "1 to 7" in made.note


def test_effort_that_runs_out_is_told_as_a_gap() -> None:
    rules = suppression_rules("exact")
    none = replace(rules, effort=replace(rules.effort, rounds=0))
    numbers = {(r, c): 3 if (r, c) == ("r0", "c0") else 20 for r, c in _grid(4)}
    account = suppress([square(numbers)], release="one", rules=none).tables[0].account
    assert account.cells.bound < account.cells.reached
    assert (
        account.proof
        == f"at most {account.cells.reached - account.cells.bound} more hidden than needed"
    )


def _grid(size: int) -> list[tuple[str, str]]:
    return [(f"r{r}", f"c{c}") for r in range(size) for c in range(size)]


def test_a_search_that_is_stopped_still_protects_and_states_its_gap() -> None:
    numbers = {(r, c): 3 if r.strip("r") == c.strip("c") else 20 for r, c in _grid(4)}
    made = exactly([square(numbers)], stop=lambda: True).table("square")
    assert made.account.cells.bound < made.account.cells.reached
    assert "more hidden than needed" in made.account.proof
    for found in attack([made.evidence]):
        assert not found.exact


def test_zeros_are_hidden_where_nothing_else_protects_and_never_if_the_rules_say_so() -> None:
    eight = line({"a": 2, "b": 3, "c": 3, "d": 0}, must_show=frozenset({("total",)}))
    made = exactly([eight]).table("line")
    assert made.cells["a",].state is State.SUPPRESSED
    assert made.account.zeros_hidden
    rules = suppression_rules("exact")
    with pytest.raises(CannotProtect, match="Nothing was published"):
        suppress([eight], release="one", rules=replace(rules, zeros=Zeros.NEVER))


def test_credits_are_hidden_with_their_counts() -> None:
    """Money that may be below zero has no limit, so a hidden amount is anything at all."""
    units = square(SQUARE)
    cells = {k: value_of((c.number or 0) * (-7 if "x" in k else 9)) for k, c in units.cells.items()}
    for row in ("r", "s", "total"):
        cells[row, "total"] = value_of(cells[row, "x"].number + cells[row, "y"].number)
    money = SourceTable(
        "gbp", "gbp", "price", units.dimensions, cells, kind=Kind.AMOUNT, beside="square"
    )
    made = exactly([units, money]).table("gbp")
    assert hidden(made) == {"r/x", "r/y", "s/x", "s/y"}
    assert {(each.low, each.high) for each in attack([made.evidence])} == {(None, None)}


def test_a_figure_revised_to_be_small_is_hidden_whatever_was_said_before() -> None:
    first = exactly([line({"a": 30, "b": 20, "c": 40})])
    before = [table.evidence for table in first.tables]
    then = exactly(
        [line({"a": 4, "b": 20, "c": 40})], earlier=[Earlier(table) for table in before]
    ).table("line")
    assert "a" in hidden(then)
    assert then.account.revised
    assert check_release([then], before, rules=suppression_rules("exact")).clear


def _money(**changes) -> SourceTable:
    units = line(ROW)
    given = {"kind": Kind.AMOUNT, "beside": "line", **changes}
    return SourceTable("gbp", "gbp", "price", units.dimensions, units.cells, **given)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (lambda: [line(ROW), line(ROW)], "has the same name"),
        (lambda: [line(ROW), replace(_money(), measure="activity")], "an amount elsewhere"),
        (lambda: [_money()], "the counts it stands beside are not there"),
        (lambda: [_money(beside="")], "amounts stand beside a table of counts"),
        (lambda: [line(ROW, must_show=frozenset({("a",)}))], "is small and must be hidden"),
        (lambda: [line(ROW, must_show=frozenset({("z",)}))], "is not one of its cells"),
        (lambda: [line({"a": -3, "b": 20})], "a count is negative"),
        (lambda: [line(ROW), replace(line({**ROW, "b": 21}), id="other")], "than elsewhere"),
        (lambda: [line(ROW, scope={"area": frozenset({"a"})})], "a dimension is named twice"),
    ],
)
def test_what_cannot_be_protected_as_it_stands_is_refused_in_words(tables, said) -> None:
    with pytest.raises(BadTable, match=said):
        exactly(tables())
