"""Made-up practices and postcodes in real places: enough for every sub-ICB, none of them real."""

from __future__ import annotations

from ibis.backends.duckdb import Backend

from speccomm.synthetic.tables import put_rule_tables

# The inward letters C, I, K, M, O and V are never issued, so no such postcode has an address.
POSTCODES = """
create or replace temp table syn_postcode as
with doubled as (
  select a.*, n.copy, p.icb_code, p.region_code
  from syn_small_areas a join syn_populations p using (sub_icb_code), range(2) n(copy)
), numbered as (
  select *, row_number() over (
      partition by postcode_district order by small_area_code, copy) - 1 as k,
    row_number() over (
      partition by sub_icb_code order by small_area_code, copy) - 1 as number_in_sub_icb
  from doubled
)
select postcode_district || ' ' || (k % 10)::varchar
    || substr('CIKMOV', 1 + ((k // 10) % 6)::integer, 1)
    || substr('CIKMOV', 1 + ((k // 60) % 6)::integer, 1) as postcode,
  'E92000001' as country_code, sub_icb_code, icb_code, region_code, local_authority_code,
  null::varchar as health_board_code, small_area_code, number_in_sub_icb
from numbered
order by postcode
"""

# M80 is a prefix no practice holds; about one practice for 40,000 people, four at least.
PRACTICES = """
create or replace temp table syn_practice as
with wanted as (
  select *, case when region_code = 'Y60' then greatest(4, round(residents / 40000))
    else 4 end::bigint as practices
  from syn_populations
), listed as (
  select sub_icb_code, icb_code, region_code, n.k as number_in_sub_icb, practices
  from wanted, range(60) n(k) where k < practices
)
select 'M80' || lpad((row_number() over (order by l.sub_icb_code, l.number_in_sub_icb))::varchar,
    3, '0') as practice_code,
  p.postcode, 'A' as status, l.sub_icb_code as commissioner_code,
  l.region_code as national_grouping, l.icb_code as high_level_health_geography,
  date '2010-04-01' as open_date, null::date as close_date,
  l.sub_icb_code, l.number_in_sub_icb
from listed l join syn_postcode p on p.sub_icb_code = l.sub_icb_code
  and p.number_in_sub_icb = l.number_in_sub_icb % 16
order by practice_code
"""

# How many of each stand in a sub-ICB, so that a draw names one by its number.
AREAS = """
create or replace temp table syn_area as
select p.*, c.postcodes, q.practices
from syn_populations p
  join (select sub_icb_code, count(*) as postcodes from syn_postcode group by all) c
    using (sub_icb_code)
  join (select sub_icb_code, count(*) as practices from syn_practice group by all) q
    using (sub_icb_code)
"""


def put_places(connection: Backend) -> None:
    """Make the practices and postcodes patients live among, as syn_practice, syn_postcode and syn_area.

    Shape:  two postcodes for each small area; four or more practices for each sub-ICB.
    Source: synthetic/small_areas and synthetic/populations; codes and addresses are made up.
    """
    put_rule_tables(connection, ("small_areas", "populations"))
    connection.raw_sql(POSTCODES)
    connection.raw_sql(PRACTICES)
    connection.raw_sql(AREAS)
