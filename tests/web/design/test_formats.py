"""Numbers, money and dates as a British reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from speccomm_web.design import formats


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.whole(1234567), "1,234,567"),
        (formats.whole(Decimal("-1234.5")), "−1,235"),
        (formats.counted(1, "row"), "1 row"),
        (formats.counted(0, "row"), "0 rows"),
        (formats.counted(1234, "entry", "entries"), "1,234 entries"),
        (formats.decimal(Decimal("0.25")), "0.3"),
        (formats.pounds(Decimal("-1234.50"), pence=True), "−£1,234.50"),
        (formats.pounds(Decimal("12"), signed=True), "+£12"),
        (formats.pounds(Decimal("-0.4")), "£0"),
        (formats.percent(Decimal("-2.44")), "−2.4%"),
        (formats.day(date(2026, 4, 1)), "1 April 2026"),
        (formats.moment(datetime(2026, 7, 1, 23, 5, tzinfo=UTC)), "2 July 2026 at 12:05am"),
        (formats.moment(datetime(2026, 1, 1, 12, 0, tzinfo=UTC)), "1 January 2026 at 12:00pm"),
        (formats.month(date(2026, 12, 1)), "December 2026"),
    ],
)
def test_values_are_written(written: str, expected: str) -> None:
    assert written == expected


def test_what_is_not_known_is_not_written_as_nothing() -> None:
    writers = (formats.whole, formats.decimal, formats.pounds, formats.percent, formats.day,
               formats.moment, formats.month)  # fmt: skip
    assert {writer(None) for writer in writers} == {"No value"}
