"""Who is treated where: the published activity divided among providers, areas and patients."""

from __future__ import annotations

from ibis.backends.duckdb import Backend

from speccomm.synthetic.tables import put_rule_tables

RULE_TABLES = ("published_midlands", "case_mix", "providers", "provider_services", "catchments")
MIDLANDS = "Y60"

# Sums of fractions name their order, so that threads cannot change the last digit.
# How a provider's patients divide among ICBs inside the region and outside it. A trust without a
# published catchment draws on its own ICB; a little of everyone's work comes from anywhere.
AFFINITY = """
create or replace temp table syn_affinity as
with icb as (
  select icb_code, region_code, sum(residents) as residents from syn_populations group by all
), pair as (
  select p.provider_code, p.region_code as provider_region, i.icb_code, i.region_code,
    i.residents, coalesce(c.share,
      case when p.provider_code not in (select provider_code from syn_catchments)
        and p.icb_code = i.icb_code then 1 else 0 end) as share
  from syn_providers p cross join icb i
    left join syn_catchments c on c.provider_code = p.provider_code and c.icb_code = i.icb_code
  where p.region_code = 'Y60' or i.region_code = 'Y60'
), totals as (
  select *, (region_code = 'Y60') as in_region,
    sum(share) over whole as shares, sum(residents) over whole as people
  from pair
  window whole as (partition by provider_code, region_code = 'Y60' order by icb_code
    rows between unbounded preceding and unbounded following)
)
select provider_code, icb_code,
  case when provider_region <> 'Y60' then 'exported' when in_region then 'intra'
    else 'imported' end as direction,
  case when provider_region <> 'Y60' then share ** 0.6 + 0.02 * residents / people
    when in_region then 0.85 * share / greatest(shares, 0.001) + 0.15 * residents / people
    else (shares + 0.01) * (0.9 * share / greatest(shares, 0.001) + 0.1 * residents / people)
    end as affinity
from totals
"""

# Published cell x scale, halves up, never nothing where something was published; then divided
# among its kinds of care by largest remainder.
GROUPS = """
create or replace temp table syn_group as
with control as (
  unpivot (select crg_code, intra, imported, exported from syn_published_midlands)
  on intra, imported, exported into name direction value published
), scaled as (
  select crg_code, direction, case when published = 0 then 0
    else greatest(1, floor(published * getvariable('syn_scale') + 0.5)) end as activity
  from control
), divided as (
  select m.*, s.direction, s.activity as crg_activity,
    s.activity * m.share / sum(m.share) over (partition by m.crg_code, s.direction
      order by m.mix_code rows between unbounded preceding and unbounded following) as exact
  from scaled s join syn_case_mix m using (crg_code)
), ranked as (
  select *, row_number() over (
      partition by crg_code, direction order by exact - floor(exact) desc, mix_code) as place,
    crg_activity - sum(floor(exact)) over (partition by crg_code, direction) as left_over
  from divided
), counted as (
  select * exclude (place, left_over, exact, crg_activity, share),
    (floor(exact) + (place <= left_over)::integer)::bigint as activity
  from ranked
), rowed as (
  select *, greatest(1, least(activity, round(activity / activity_per_row)))::bigint as row_count
  from counted where activity > 0
)
select *, (row_count + rows_per_patient - 1)::bigint // rows_per_patient::bigint as patients,
  row_number() over (order by mix_code, direction) as group_number
from rowed
"""

CELLS = """
create or replace temp table syn_cell as
with weighted as (
  select g.group_number, g.patients, w.provider_code, a.sub_icb_code,
    w.weight * f.affinity * coalesce(k.factor::double, 1)
      * a.residents / sum(a.residents) over (partition by g.group_number, w.provider_code,
        a.icb_code) as weight
  from syn_group g
    join syn_provider_services w on w.crg_code = g.crg_code
      and (w.service_codes is null
        or list_contains(string_split(w.service_codes, ';'), g.service_code))
    join syn_affinity f on f.provider_code = w.provider_code and f.direction = g.direction
    join syn_populations a on a.icb_code = f.icb_code
    join syn_providers p on p.provider_code = w.provider_code
    left join syn_calibration k on k.provider_icb_code = p.icb_code
      and k.patient_icb_code = a.icb_code
), running as (
  select *, sum(weight) over (partition by group_number order by provider_code, sub_icb_code)
    as up_to
  from weighted
), bounded as (
  select *, floor(up_to / max(up_to) over (partition by group_number) * patients
    + chance(group_number, 'offset'))::bigint as to_patient
  from running
)
select group_number, provider_code, sub_icb_code,
  weight / sum(weight) over (partition by group_number) * patients as expected,
  coalesce(lag(to_patient) over (
    partition by group_number order by provider_code, sub_icb_code), 0) as from_patient,
  to_patient
from bounded
"""

PLACED = """
create or replace temp table syn_placed as
select group_number, provider_code, sub_icb_code,
  unnest(range(from_patient, to_patient)) as patient
from syn_cell where to_patient > from_patient
"""

# At small scales chance passes some providers by. Each of those is given one patient of the kind
# of care it does most of, from the provider of that care with most patients; where two ask for the
# same patient, one of them asks again.
NOBODY_LEFT_OUT = """
create or replace temp table syn_moved as
with totals as (
  select provider_code, count(*) as placed from syn_placed group by all
), wanting as (
  select group_number, provider_code, sub_icb_code from syn_cell
  where provider_code not in (select provider_code from totals)
    and group_number in (select group_number from syn_placed p
      join totals t on t.provider_code = p.provider_code where t.placed > 5)
  qualify row_number() over (partition by provider_code
    order by expected desc, group_number, sub_icb_code) = 1
), takers as (
  select *, row_number() over (partition by group_number order by provider_code) as turn
  from wanting
), givers as (
  select p.group_number, p.patient, row_number() over (partition by p.group_number
      order by t.placed desc, p.provider_code, p.patient) as turn
  from syn_placed p join totals t on t.provider_code = p.provider_code
  where t.placed > 5 and p.group_number in (select group_number from takers)
)
select t.group_number, g.patient, t.provider_code, t.sub_icb_code
from takers t join givers g on g.group_number = t.group_number and g.turn = t.turn;
update syn_placed set provider_code = m.provider_code, sub_icb_code = m.sub_icb_code
from syn_moved m
where m.group_number = syn_placed.group_number and m.patient = syn_placed.patient
"""

PATIENTS = """
create or replace temp table syn_patient as
with numbered as (
  select *, row_number() over (order by group_number, patient) - 1 as person from syn_placed
)
select n.group_number, n.patient, n.provider_code, n.sub_icb_code, n.person,
  h.nhs_number, q.practice_code, c.postcode,
  (date '2023-04-01' - to_years((g.min_age
      + floor(chance(n.person, 'age') * (g.max_age - g.min_age + 1)))::integer)
    - to_days(floor(chance(n.person, 'born') * 364)::integer))::date as birth_date,
  (1 + (chance(n.person, 'sex') < 0.52)::integer)::tinyint as gender_code,
  substr('AAAAAAAAAAAAABCDEFGHJKLMNPRSZ',
    1 + floor(chance(n.person, 'ethnic') * 29)::integer, 1) as ethnic_category
from numbered n
  join syn_group g on g.group_number = n.group_number
  join syn_nhs_number h on h.number = n.person % getvariable('syn_nhs_numbers')
  join syn_area a on a.sub_icb_code = n.sub_icb_code
  join syn_practice q on q.sub_icb_code = a.sub_icb_code
    and q.number_in_sub_icb = floor(chance(n.person, 'practice') * a.practices)::bigint
  join syn_postcode c on c.sub_icb_code = a.sub_icb_code
    and c.number_in_sub_icb = floor(chance(n.person, 'postcode') * a.postcodes)::bigint
"""


def put_flows(connection: Backend, *, scale: float) -> None:
    """Divide the published activity times `scale` among kinds of care, providers and patients.

    Shape:   syn_group: a kind of care in a direction; syn_cell: its patients at one provider from
             one sub-ICB; syn_patient: one row per patient of one kind of care.
    Units:   a published cell times scale is rounded halves up and is at least 1 where published;
             every provider has at least one patient where there are enough to go round.
    Missing: beyond 909,000 patients (a scale above 1) NHS numbers are used again.
    Source:  rulebook synthetic/midlands and the tables it names.
    """
    put_rule_tables(connection, (*RULE_TABLES, "calibration"))
    connection.raw_sql(f"set variable syn_scale = {float(scale)}::double")
    connection.raw_sql("set variable syn_nhs_numbers = (select count(*) from syn_nhs_number)")
    for statement in (AFFINITY, GROUPS, CELLS, PLACED, *[NOBODY_LEFT_OUT] * 3, PATIENTS):
        connection.raw_sql(statement)
