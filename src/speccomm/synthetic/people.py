"""Numbers for made-up people: every valid NHS number of the range kept for tests."""

from __future__ import annotations

from ibis.backends.duckdb import Backend

# Numbers that start 999 are never given to a person. Their first three digits add 243 to the
# weighted sum; a check digit of ten means the number does not exist.
NHS_NUMBERS = """
create or replace temp table syn_nhs_number as
with summed as (
  select k, (11 - (243 + k // 100000 * 7 + k // 10000 % 10 * 6 + k // 1000 % 10 * 5
      + k // 100 % 10 * 4 + k // 10 % 10 * 3 + k % 10 * 2) % 11) % 11 as digit
  from range(1000000) n(k)
)
select '999' || lpad(k::varchar, 6, '0') || digit::varchar as nhs_number,
  row_number() over (order by hash(k, getvariable('synthetic_seed'))) - 1 as number
from summed where digit <> 10
"""


def put_nhs_numbers(connection: Backend) -> None:
    """Put every valid number of the 999 test range into syn_nhs_number, in the seed's order.

    Shape:  909,091 rows or so: number from 0, nhs_number.
    Source: the modulus 11 rule of the NHS number.
    """
    connection.raw_sql(NHS_NUMBERS)
