"""Planted faults that lie between two rows: doubles, divided spells, visits inside a stay."""

from __future__ import annotations

from ibis.backends.duckdb import Backend

# Each pair is two rows of one provider: `one` stays, `two` is made to collide with it.
PAIRS = """
create or replace temp table syn_pair as
with free as (
  select * from syn_candidate_plcm where provider_code <> 'RR1' and not monthly
    and row_id not in (select row_id from syn_change)
), double as (
  select 'CHK-C04' as check_id, a.row_id as one, b.row_id as two, a.file_provider
  from free a join free b on a.file_provider = b.file_provider and a.row_id < b.row_id
    and a.financial_month = b.financial_month
  where a.service_code = 'NCBPS08O' and b.service_code = 'NCBPS37Z'
), inside as (
  select 'CHK-C05', a.row_id, b.row_id, a.file_provider
  from free a join free b on a.file_provider = b.file_provider
    and b.activity_start_date > a.activity_start_date
    and b.activity_start_date < a.activity_end_date
  where a.pod_code in ('EL', 'NEL') and a.stay >= 3 and b.pod_code = 'OPFASPCL'
), divided as (
  select 'CHK-A06', a.row_id, b.row_id, a.file_provider
  from free a join free b on a.file_provider = b.file_provider and a.row_id <> b.row_id
    and a.financial_month = b.financial_month
  where a.pod_code = 'NEL' and b.pod_code = 'EL' and a.service_code <> b.service_code
    and a.service_code <> '99999999'
), care as (
  select 'CHK-A09', a.row_id, b.row_id, a.file_provider
  from free a join free b on a.file_provider = b.file_provider
  where a.pod_code = 'NEL' and a.service_code = '99999999' and b.pod_code like 'OPFU%'
    and b.service_code like 'NCBPS0%'
), found as (
  from double union all from inside union all from divided union all from care
)
from found
qualify row_number() over (partition by check_id
  order by file_provider in ('RKB', 'RLT', 'RJC') desc, chance(one, two), one, two) = 1
"""

CHANGES = """
insert into syn_change
select 'plcm', two, column_name, text from (
  select p.two, p.check_id, r.file_provider, r.row_id, r.nhs_number, r.person
  from syn_pair p join syn_row r on r.row_id = p.one
), lateral (
  select unnest(case check_id
    when 'CHK-C04' then [{'column_name': 'cds_unique_identifier',
      'text': 'BC' || file_provider || lpad(row_id::varchar, 14, '0')}]
    when 'CHK-C05' then [{'column_name': 'nhs_number', 'text': nhs_number},
      {'column_name': 'local_patient_identifier',
       'text': file_provider || 'L' || lpad(person::varchar, 7, '0')}]
    when 'CHK-A06' then [{'column_name': 'spell_identifier', 'text': 'S' || row_id::varchar}]
    else [{'column_name': 'pod_code', 'text': 'UNBACC'},
      {'column_name': 'spell_identifier', 'text': 'S' || row_id::varchar}]
    end, recursive := true)
)
"""

PLANTED = """
insert into syn_planted
select 'plcm', two, check_id, case check_id when 'CHK-C04' then 'cds_unique_identifier'
    when 'CHK-C05' then 'nhs_number' when 'CHK-A06' then 'spell_identifier' else 'pod_code' end,
  'warning', case check_id when 'CHK-C04' then 'identifier of another row'
    when 'CHK-C05' then 'first attendance inside a stay'
    when 'CHK-A06' then 'two services in one spell'
    else 'specialised critical care in a spell that is not' end
from syn_pair
union all
select 'plcm', one, check_id, 'spell_identifier', 'warning', 'two services in one spell'
from syn_pair where check_id = 'CHK-A06'
"""


def plant_pairs(connection: Backend) -> None:
    """Plant one of each fault that lies between two rows.

    Missing: a kind is left out where no two rows will do, as at very small scales.
    """
    for statement in (PAIRS, CHANGES, PLANTED):
        connection.raw_sql(statement)
