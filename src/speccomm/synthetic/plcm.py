"""Patient level rows: one row for each activity, dated, priced and placed in its provider's file."""

from __future__ import annotations

from ibis.backends.duckdb import Backend

from speccomm.synthetic.tables import put_rule_tables

# Activity is laid along a line and cut at row ends moved by chance, so that rows differ and sums
# hold exactly. A patient's days lie three apart, so that nobody has two rows on one day.
ROWS = """
create or replace temp table syn_row as
with spread as (
  select p.*, unnest(range(least(g.rows_per_patient::bigint,
      g.row_count - p.patient * g.rows_per_patient::bigint))) as visit
  from syn_patient p join syn_group g on g.group_number = p.group_number
), numbered as (
  select s.*, g.* exclude (group_number, min_age, max_age, crg_code, source, confidence),
    g.crg_code, s.patient * g.rows_per_patient::bigint + s.visit as place,
    g.activity / g.row_count as average
  from spread s join syn_group g on g.group_number = s.group_number
), moved as (
  select *, (group_number::bigint << 32) + place as row_id,
    (rows_per_patient = 9 and average >= 10) as monthly,
    case when average < 2.5 then 0 when rows_per_patient = 9 then 0.15 else 0.6 end as play
  from numbered
), counted as (
  select *,
    floor((place + 1 + case when place + 1 = row_count then 0
        else play * chance(row_id + 1, 'cut') end) * activity / row_count)::bigint
    - floor((place + case when place = 0 then 0 else play * chance(row_id, 'cut') end)
        * activity / row_count)::bigint as activity_count,
    chance(row_id, 'month') as u
  from moved
), monthed as (
  select *, case when monthly and not (visit = 8 and u < 0.13) then visit + 1
      when monthly then 1 + floor(u / 0.13 * 8)::bigint
      when u < 0.112 then 1 when u < 0.224 then 2 when u < 0.337 then 3 when u < 0.449 then 4
      when u < 0.559 then 5 when u < 0.671 then 6 when u < 0.788 then 7 when u < 0.903 then 8
      else 9 end::tinyint as financial_month
  from counted
), dated as (
  select *, make_date(2023, financial_month + 3, 1) as month_start,
    case when usual_stay_days > 0
      then 1 + floor(chance(row_id, 'stay') * (2 * usual_stay_days - 1))::integer
      when pod_code in ('UNBNCC', 'UNBPCC', 'UNBREHAB') then activity_count::integer
      else 0 end as stay
  from monthed
), ended as (
  select *, case when monthly then last_day(month_start)
      else month_start + ((person * 11 + visit * 3) % 28)::integer end as activity_end_date
  from dated
), started as (
  select *, case
      when monthly then case when visit = 8 and u < 0.13 then month_start + 14 else month_start end
      when pod_code in ('UNBNCC', 'UNBPCC', 'UNBREHAB')
        then activity_end_date - greatest(stay - 1, 0)
      when pod_code = 'UNBRTHPY' then activity_end_date - least(activity_count, 27)::integer
      else activity_end_date - stay end as activity_start_date
  from ended
)
select s.row_id, s.group_number, s.direction, s.crg_code, s.person, s.financial_month,
  s.provider_code as file_provider,
  case when s.provider_code = 'RRK' and s.service_code = 'NCBPS30Z'
    and chance(s.row_id, 'historic') < 0.02 then 'RR1' else s.provider_code end as provider_code,
  t.site_codes[1 + floor(chance(s.person, 'site') ** 2 * len(t.site_codes))::integer] as site_code,
  s.sub_icb_code, case l.payer when 'host' then v.hub_code when 'patient' then a.hub_code
    else s.sub_icb_code end as commissioner_code,
  l.category_code, s.practice_code, s.nhs_number, s.postcode,
  case when s.max_age_zero then s.activity_start_date - floor(chance(s.person, 'born') * 4)::integer
    else s.birth_date end as birth_date,
  s.gender_code, s.ethnic_category, s.treatment_function_code, s.service_code, s.pod_code,
  s.tariff_code, s.national_tariff_indicator, s.activity_start_date, s.activity_end_date,
  s.stay::smallint as stay, s.activity_count::integer as activity_count,
  round(s.unit_price_gbp * case s.national_tariff_indicator when 'Y' then 1
    else 0.93 + 0.14 * chance(s.provider_code, s.mix_code) end, 2)::decimal(9, 2) as unit_price_gbp,
  s.monthly
from (select *, pod_code = 'UNBNCC' as max_age_zero from started) s
  join syn_providers v on v.provider_code = s.provider_code
  join syn_provider_sites t on t.provider_code = s.provider_code
  join syn_area a on a.sub_icb_code = s.sub_icb_code
  join syn_payers l on l.service_code = s.service_code
"""

# What each column of the layout says, as text; `changed` is laid over it where a fault is planted.
TEXT = {
    "financial_month": "financial_month::varchar",
    "financial_year": "'202324'",
    "dataset_created_at": "'2024-01-17T08:15:00'",
    "reporting_type": "case financial_month when 9 then 'FLEX' else 'FREEZE' end",
    "provider_code": "provider_code",
    "site_code": "site_code",
    "gp_responsibility_code": "sub_icb_code",
    "residence_responsibility_code": "sub_icb_code",
    "commissioner_code": "commissioner_code",
    "gp_practice_code": "practice_code",
    "withheld_identity_reason": "null::varchar",
    "nhs_number": "nhs_number",
    "local_patient_identifier": "file_provider || 'L' || lpad(person::varchar, 7, '0')",
    "postcode": "postcode",
    "birth_date": "birth_date::varchar",
    "age_years": "age_on(birth_date, activity_start_date)::varchar",
    "gender_code": "gender_code::varchar",
    "ethnic_category": "ethnic_category",
    "treatment_function_code": "treatment_function_code",
    "local_sub_specialty_code": "null::varchar",
    "spell_identifier": (
        "case when pod_code in ('EL', 'NEL', 'DC') then 'S' || row_id::varchar end"
    ),
    "attendance_identifier": (
        "case when pod_code like 'OP%' or pod_code like 'NF%' then 'A' || row_id::varchar end"
    ),
    "unbundled_indicator": "case when pod_code like 'UNB%' then 'Y' else 'N' end",
    "activity_start_date": "activity_start_date::varchar",
    "activity_end_date": "activity_end_date::varchar",
    "length_of_stay_days": "stay::varchar",
    "cds_unique_identifier": (
        "case when monthly then null else 'BC' || file_provider || lpad(row_id::varchar, 14, '0')"
        " end"
    ),
    "non_cds_unique_identifier": (
        "case when monthly then 'N' || file_provider || row_id::varchar end"
    ),
    "category_code": "category_code",
    "service_code": "service_code",
    "pod_code": "pod_code",
    "pod_detail_code": "null::varchar",
    "pod_detail_description": "null::varchar",
    "local_pod_code": "pod_code || '_' || treatment_function_code",
    "local_pod_description": "'Local ' || pod_code",
    "local_contract_code": "'C' || file_provider || '2324'",
    "local_contract_monitoring_code": "right(service_code, 3) || tariff_code",
    "local_contract_monitoring_description": "'Service ' || service_code",
    "tariff_code": "tariff_code",
    "national_tariff_indicator": "national_tariff_indicator",
    "activity_count": "activity_count::varchar",
    "unit_price_gbp": "unit_price_gbp::varchar",
    "total_cost_gbp": "(unit_price_gbp * activity_count)::varchar",
}


def put_plcm_rows(connection: Backend) -> None:
    """Make the rows of every patient, as syn_row.

    Shape:   one row per activity of a patient; activity adds up to each group's exactly.
    Units:   unit_price_gbp in pounds and pence.
    Missing: a provider whose sites nobody lists has no site.
    """
    put_rule_tables(connection, ("payers",))
    connection.raw_sql(ROWS)
