"""Any division at all: the nearest decimal, as fractions find it."""

from decimal import Decimal
from fractions import Fraction

import ibis
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speccomm.activity.rounding import months_of_twelve, rounded_quotient

EXACT = pa.decimal128(38, 4)
DECLARED = ibis.table(
    {"v": "decimal(38, 4)", "f": "decimal(38, 4)", "d": "decimal(38, 4)"}, name="q"
)
PLACES = (0, 2, 5)
SQL = str(
    ibis.to_sql(
        DECLARED.select(
            *(
                rounded_quotient(DECLARED.v, DECLARED.f, DECLARED.d, places=p).name(f"p{p}")
                for p in PLACES
            ),
            *(months_of_twelve(DECLARED.v, months=m).name(f"m{m}") for m in range(1, 13)),
        ),
        dialect="duckdb",
    )
)
values = st.integers(-(10**13), 10**13) | st.integers(-200, 200)
factors = st.integers(-(10**11), 10**11) | st.integers(-200, 200)
divisors = st.one_of(
    st.integers(1, 10**11), st.integers(-(10**11), -1), st.sampled_from([2, 4, 8, 200, 20000, -2])
)


def nearest(quotient, places):
    steps = (abs(quotient) * 10**places + Fraction(1, 2)).__floor__()
    return Fraction(-steps if quotient < 0 else steps, 10**places)


@settings(
    max_examples=40, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(rows=st.lists(st.tuples(values, factors, divisors), min_size=1, max_size=60))
def test_quotients_are_the_nearest_decimals(engine, rows):
    columns = [[Decimal(n).scaleb(-4) for n in column] for column in zip(*rows, strict=True)]
    engine.con.register(
        "q", pa.table({n: pa.array(c, EXACT) for n, c in zip("vfd", columns, strict=True)})
    )
    answers = engine.con.sql(SQL).to_arrow_table().to_pylist()
    for (v, f, d), answer in zip(zip(*columns, strict=True), answers, strict=True):
        quotient = Fraction(v) * Fraction(f) / Fraction(d)
        if abs(quotient) >= 10**15:
            continue
        for places in PLACES:
            assert Fraction(answer[f"p{places}"]) == nearest(quotient, places)
        for months in range(1, 13):
            assert Fraction(answer[f"m{months}"]) == nearest(Fraction(v) * months / 12, 4)
