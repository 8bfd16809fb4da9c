"""What holds on every map, whatever the day."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.foundation.identifiers import written_postcode
from speccomm.reference import Reference, commissioner_map, open_reference, provider_map
from speccomm.reference.columns import written_postcodes

DAYS = st.dates(date(2010, 1, 1), date(2030, 12, 31))
SMALL = settings(max_examples=25, derandomize=True, deadline=None)


@cache
def book() -> Reference:
    return open_reference(None)


@SMALL
@given(DAYS)
def test_every_board_named_is_in_force_and_agrees_with_its_region(on: date) -> None:
    boards = {row["icb_code"]: row for row in book().icbs.to_pylist()}
    for row in commissioner_map(book(), on=on).to_pylist():
        if row["icb_code"] is None:
            continue
        board = boards[row["icb_code"]]
        assert board["from_date"] <= on
        assert board["to_date"] is None or on < board["to_date"]
        assert row["region_code"] == board["region_code"]


@SMALL
@given(DAYS)
def test_the_trust_that_answers_answers_for_itself(on: date) -> None:
    rows = provider_map(book(), on=on).to_pylist()
    current = {row["provider_code"]: row["current_provider_code"] for row in rows}
    assert len(current) == len(rows)
    for code in current.values():
        assert current.get(code, code) == code


@SMALL
@given(DAYS, DAYS)
def test_codes_are_the_same_on_every_map(one: date, other: date) -> None:
    first, second = (commissioner_map(book(), on=on)["commissioner_code"] for on in (one, other))
    assert first.equals(second)
    trusts = [set(provider_map(book(), on=on)["provider_code"].to_pylist()) for on in (one, other)]
    known = set(book().trusts["provider_code"].to_pylist())
    assert all(known <= codes for codes in trusts)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]? {0,2}[0-9][A-Z]{2}", fullmatch=True),
            st.from_regex(r"[a-z]{1,2}[0-9] ?[0-9][a-z]{2}", fullmatch=True),
            st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=9),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_columns_and_single_postcodes_are_written_alike(texts: list[str]) -> None:
    import pyarrow as pa

    column: Any = pa.chunked_array([pa.array(texts, pa.string())])
    assert written_postcodes(column).to_pylist() == [written_postcode(text) for text in texts]
