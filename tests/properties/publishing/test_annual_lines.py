"""Pence always add to a pound, and nothing is lost by gathering."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.publishing.annual_report.lines import Line, named_and_other, pence_of, total_of

QUIET = settings(max_examples=200, deadline=None, derandomize=True)
AMOUNTS = st.decimals(Decimal("-1000000"), Decimal("9999999999"), places=2, allow_nan=False)


@given(st.lists(AMOUNTS, min_size=1, max_size=60))
@QUIET
def test_pence_add_to_a_hundred_and_stay_within_a_penny_of_their_share(amounts) -> None:
    total = sum(amounts, Decimal(0))
    pence = pence_of(amounts)
    if total <= 0:
        assert pence is None
        return
    assert sum(pence) == 100
    for amount, part in zip(amounts, pence, strict=True):
        assert abs(part * total - amount * 100) < total


@given(st.lists(AMOUNTS, min_size=1, max_size=30), st.decimals(0, 10**9, places=0))
@QUIET
def test_named_and_other_lines_hold_every_penny_and_every_name(amounts, level) -> None:
    lines = [Line(f"line {n}", f"key {n}", amount) for n, amount in enumerate(amounts)]
    shown = named_and_other(lines, named_from=level, fewest=2, other="Other", key="other_services")
    assert total_of(shown) == total_of(lines)
    assert sum(line.covers for line in shown) == len(lines)
    keys = [line.key for line in shown if not line.gathered]
    keys += [key for line in shown for key in line.gathered]
    assert sorted(keys) == sorted(line.key for line in lines)
    if any(line.gathered for line in shown):
        assert all(line.amount >= level for line in shown if not line.gathered)


@given(st.lists(AMOUNTS, min_size=2, max_size=20))
@QUIET
def test_a_larger_amount_never_has_fewer_pence(amounts) -> None:
    pence = pence_of(amounts)
    if pence is None:
        return
    ordered = sorted(zip(amounts, pence, strict=True))
    assert [part for _, part in ordered] == sorted(part for _, part in ordered)
