"""Division to the nearest decimal, worked out by hand."""

from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from speccomm.activity.rounding import months_of_twelve, rounded_quotient

EXACT = pa.decimal128(38, 4)


def quotient(engine, value, factor, divisor, places):
    table = pa.table(
        {
            name: pa.array([None if amount is None else Decimal(amount)], EXACT)
            for name, amount in (("v", value), ("f", factor), ("d", divisor))
        }
    )
    rows = ibis.memtable(table)
    return engine.to_pyarrow(rounded_quotient(rows.v, rows.f, rows.d, places=places))[0].as_py()


@pytest.mark.parametrize(
    ("value", "factor", "divisor", "places", "expected"),
    [
        ("10", "1", "3", 2, "3.33"),
        ("20", "1", "3", 2, "6.67"),
        ("1", "1", "200", 2, "0.01"),  # half a penny goes outwards
        ("-1", "1", "200", 2, "-0.01"),
        ("1", "-1", "200", 2, "-0.01"),
        ("1", "1", "-200", 2, "-0.01"),
        ("3", "1", "200", 2, "0.02"),
        ("0.9999", "1", "200", 2, "0.00"),
        ("0", "5", "7", 2, "0"),
        ("5", "0", "7", 2, "0"),
        ("999999999999.9999", "9999999999.9999", "9999999999.9998", 2, "1000000000000.01"),
        ("1", "1", "8", 5, "0.12500"),
        ("7", "1", "2", 0, "4"),
    ],
)
def test_the_nearest_with_halves_outwards(engine, value, factor, divisor, places, expected):
    assert quotient(engine, value, factor, divisor, places) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "factor", "divisor"),
    [
        ("1", "1", "0"),
        (None, "1", "1"),
        ("1", None, "1"),
        ("1", "1", None),
        ("99999999999999999", "1", "1"),
        ("1", "999999999999", "1"),
        ("9999999999999999", "99999999999", "0.0001"),
    ],
)
def test_what_cannot_be_divided_is_null(engine, value, factor, divisor):
    assert quotient(engine, value, factor, divisor, 2) is None


def test_places_are_bounded(engine):
    with pytest.raises(ValueError, match="places"):
        quotient(engine, "1", "1", "1", 6)


@pytest.mark.parametrize(
    ("amount", "months", "expected"),
    [
        ("1200", 9, "900"),
        ("1000", 1, "83.3333"),
        ("1000", 12, "1000"),
        ("0.0006", 1, "0.0001"),  # half of the last place goes outwards
        ("-0.0006", 1, "-0.0001"),
        ("0.0005", 1, "0.0000"),
    ],
)
def test_twelfths(engine, amount, months, expected):
    rows = ibis.memtable(pa.table({"a": pa.array([Decimal(amount)], EXACT)}))
    answer = engine.to_pyarrow(months_of_twelve(rows.a, months=months))[0].as_py()
    assert answer == Decimal(expected)
