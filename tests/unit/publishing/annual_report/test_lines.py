"""Named lines, the gathered one, and pence of the pound."""

from decimal import Decimal

import pytest

from speccomm.publishing.annual_report.front import _sentence
from speccomm.publishing.annual_report.lines import (
    Line,
    named_and_other,
    pence_of,
    say_level,
    total_of,
)
from speccomm.publishing.annual_report.rules import annual_rules
from speccomm.publishing.annual_report.ties import Tie

LEVEL = Decimal(100)


def line(label, amount, **more):
    return Line(label, label, Decimal(amount), **more)


def gathered(lines):
    return named_and_other(
        lines, named_from=LEVEL, fewest=2, other="Other providers", key="other_providers"
    )


def test_pence_left_over_go_to_the_largest_parts_cut_off() -> None:
    # 33.3, 33.3 and 33.3: one penny is left, and equal parts and amounts leave it to the first.
    assert pence_of([Decimal(1)] * 3) == [34, 33, 33]
    # 16.6, 16.6, 66.6: the largest amount comes before the first in the table, then the first.
    assert pence_of([Decimal(1), Decimal(1), Decimal(4)]) == [17, 16, 67]


def test_pence_of_nothing_are_not_known_and_a_credit_takes_pence_away() -> None:
    assert pence_of([Decimal(0), Decimal(0)]) is None
    assert pence_of([Decimal(-5)]) is None
    pence = pence_of([Decimal(150), Decimal(-50)])
    assert pence == [150, -50]


def test_small_lines_are_one_line_that_says_how_many_and_how_much() -> None:
    shown = gathered([line("a", 500), line("b", 99), line("c", "0.01"), line("d", 100)])
    assert [x.label for x in shown] == ["a", "d", "Other providers"]
    assert (shown[-1].covers, shown[-1].amount) == (2, Decimal("99.01"))
    assert shown[-1].gathered == ("b", "c")


def test_one_small_line_keeps_its_name() -> None:
    assert [x.label for x in gathered([line("a", 500), line("b", 1)])] == ["a", "b"]


def test_what_is_not_stated_and_what_holds_several_are_never_gathered() -> None:
    unknown = Line("Not stated", None, Decimal(1), is_kept=True)
    several = line("Other acute", 5, covers=None)
    shown = gathered([line("a", 500), line("b", 1), line("c", 2), unknown, several])
    assert [x.label for x in shown] == ["a", "Other acute", "Not stated", "Other providers"]


def test_the_rulebook_names_levels_for_every_kind_of_report() -> None:
    rules = annual_rules()
    for by in ("provider", "service"):
        levels = [rules.named_from(by, kind) for kind in ("icb", "body", "region")]
        assert levels == sorted(levels)
        assert levels[0] > 0


@pytest.mark.parametrize(
    ("gbp", "said"), [("5000000", "£5 million"), ("500000", "£500,000"), ("1500000", "£1,500,000")]
)
def test_a_level_is_said_without_needless_noughts(gbp, said) -> None:
    assert say_level(Decimal(gbp)) == said


@pytest.mark.parametrize(
    ("first", "slack", "verdict"),
    [
        (100, 0, "ties"),
        (103, 0, "does not tie, by £3"),
        (97, 5, "does not tie, by £3; rounding of the printed lines can explain it"),
    ],
)
def test_a_tie_says_by_how_much_it_is_broken(first, slack, verdict) -> None:
    tie = Tie("one", Decimal(first), "other", Decimal(100), Decimal(slack))
    assert tie.verdict == verdict


@pytest.mark.parametrize(
    ("income", "part", "verdict"),
    [
        (100, False, "ties: nothing left over"),
        (101, False, "surplus"),
        (99, False, "deficit"),
        (101, True, "not a surplus or a deficit: expenditure is of part of the year"),
    ],
)
def test_income_less_expenditure_is_named_for_what_it_is(income, part, verdict) -> None:
    tie = Tie("in", Decimal(income), "out", Decimal(100), is_balance=True, is_part_year=part)
    assert tie.verdict == verdict


@pytest.mark.parametrize(
    ("many", "sentence"),
    [
        (1, "The one pair of sums that should be the same is, exactly."),
        (2, "Both pairs of sums that should be the same are, exactly."),
        (6, "All 6 pairs of sums that should be the same are, exactly."),
    ],
)
def test_pairs_that_tie_are_counted_in_words_people_use(many, sentence) -> None:
    assert _sentence([Tie("one", Decimal(7), "other", Decimal(7))] * many) == sentence


def test_totals_are_exact() -> None:
    assert total_of([line("a", "0.10"), line("b", "0.20")]) == Decimal("0.30")
