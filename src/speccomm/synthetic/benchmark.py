"""One large PLCM file for measuring: any number of rows, streamed, with faults in about one in 11.

It reproduces no published figure; `generate` does that. What it keeps of real files is what costs
time: repeated patients, many codes, all 43 columns, and faults scattered among good rows.
"""

from __future__ import annotations

from pathlib import Path

from ibis.backends.duckdb import Backend

from speccomm.synthetic.layouts import quoted_columns
from speccomm.synthetic.people import put_nhs_numbers
from speccomm.synthetic.places import put_places
from speccomm.synthetic.tables import (
    joined_as_written,
    open_chance,
    put_rule_tables,
    put_slots,
)

LARGEST_PEOPLE = 900_000

PEOPLE = """
create or replace temp table bench_person as
with drawn as (
  select k as person, slot_of(chance(k, 'mix')) as mix_slot,
    slot_of(chance(k, 'provider')) as provider_slot, slot_of(chance(k, 'area')) as area_slot
  from range(getvariable('bench_people')) n(k)
)
select d.person, n.nhs_number, m.mix_code, p.provider_code, p.hub_code as host_hub,
  p.site_codes, a.sub_icb_code, a.hub_code as patient_hub, q.practice_code, c.postcode,
  (date '2023-04-01' - (m.min_age + floor(chance(d.person, 'age') * (m.max_age - m.min_age))
     )::integer * interval 1 year
   - (floor(chance(d.person, 'born') * 364))::integer * interval 1 day)::date as birth_date,
  1 + (chance(d.person, 'sex') < 0.52)::integer as gender_code,
  substr('AAAAAAAAAABCDEFGHJKLMNPRSZ', 1 + floor(chance(d.person, 'ethnic') * 26)::integer, 1)
    as ethnic_category
from drawn d
  join syn_nhs_number n on n.number = d.person
  join bench_mix_slot ms on ms.slot = d.mix_slot join syn_case_mix m on m.mix_code = ms.chosen
  join bench_provider_slot ps on ps.slot = d.provider_slot
  join syn_providers p on p.provider_code = ps.chosen
  join bench_area_slot s on s.slot = d.area_slot join syn_area a on a.sub_icb_code = s.chosen
  join syn_practice q on q.sub_icb_code = a.sub_icb_code
    and q.number_in_sub_icb = floor(chance(d.person, 'practice') * a.practices)::bigint
  join syn_postcode c on c.sub_icb_code = a.sub_icb_code
    and c.number_in_sub_icb = floor(chance(d.person, 'postcode') * a.postcodes)::bigint
"""

SLOTS = (
    (
        "bench_mix_slot",
        """select mix_code as code, share * (case crg_code when 'A06' then 3 else 1 end) as weight
           from syn_case_mix where crg_code <> 'Unknown' and max_age > 0""",
    ),
    (
        "bench_provider_slot",
        """select provider_code as code, size_weight as weight
           from syn_providers where region_code = 'Y60'
             and getvariable('bench_provider') in ('', provider_code)""",
    ),
    (
        "bench_area_slot",
        """select sub_icb_code as code,
             residents * (case region_code when 'Y60' then 1.0 else 0.006 end) as weight
           from syn_populations""",
    ),
)

# A range is read by one thread, which keeps the rows in order; joins on two threads would not.
# Rows come month by month. A fixed share of them are people seen every month, as on dialysis; the
# rest go round everyone else, so that nobody has two rows on one day.
ROWS = """
create or replace temp view bench_row as
with numbered as (
  select i, 1 + (i * 9) // getvariable('bench_rows') as month_number,
    (i * 7368787) % (1 + getvariable('bench_rows') // 9) as q
  from range(getvariable('bench_rows')) n(i)
), sized as (
  select *, getvariable('bench_regulars') as regulars,
    1 + getvariable('bench_rows') // 9 as month_rows, getvariable('bench_people') as people
  from numbered
), placed as (
  select i, month_number,
    case when q < regulars then q
      else regulars + ((month_number * (month_rows - regulars) + q - regulars) * 15485863)
        % (people - regulars) end as person,
    case when q < regulars then 0
      else (month_number * (month_rows - regulars) + q - regulars) // (people - regulars)
      end as visit,
    chance(i, 'fault') as fault
  from sized
)
select p.*, s.* exclude (person), m.* exclude (mix_code),
  make_date(2023 + (p.month_number > 9)::integer, 1 + ((p.month_number + 2) % 12)::integer,
    1 + ((s.person * 11 + visit * 5) % 28)::integer) as ended,
  case when m.activity_per_row > 1
    then 1 + floor(chance(i, 'count') * (2 * m.activity_per_row - 1))::integer
    else 1 end as quantity,
  round(m.unit_price_gbp * (0.9 + 0.2 * chance(s.provider_code, m.mix_code)), 2)::decimal(18, 2)
    as price,
  case when m.usual_stay_days > 0
    then 1 + floor(chance(i, 'stay') * (2 * m.usual_stay_days - 1))::integer else 0 end as stay
from placed p join bench_person s using (person) join syn_case_mix m using (mix_code)
"""

# Twelve kinds of fault, each in one row of about 130; refusing, warning and merely noted alike.
VALUES = """
create or replace temp view bench_plcm as
select r.month_number::varchar as financial_month,
  case when fault between 0.000 and 0.0075 then '2023/24' else '202324' end as financial_year,
  '2024-01-17T08:15:00' as dataset_created_at,
  case when month_number = 9 then 'FLEX' else 'FREEZE' end as reporting_type,
  case when fault between 0.0075 and 0.015 then r.provider_code || '00' else r.provider_code end
    as provider_code,
  split_part(r.site_codes, ';', 1) as site_code,
  case when fault between 0.015 and 0.0225 then lower(r.sub_icb_code) else r.sub_icb_code end
    as gp_responsibility_code,
  r.sub_icb_code as residence_responsibility_code,
  case when l.payer = 'host' then r.host_hub else r.patient_hub end as commissioner_code,
  r.practice_code as gp_practice_code, null as withheld_identity_reason,
  case when fault between 0.0225 and 0.030 then left(r.nhs_number, 9)
      || ((right(r.nhs_number, 1)::integer + 1) % 10)::varchar
    when fault between 0.030 and 0.0325 then null else r.nhs_number end as nhs_number,
  r.provider_code || lpad(r.person::varchar, 8, '0') as local_patient_identifier,
  r.postcode, r.birth_date::varchar as birth_date,
  case when fault between 0.0325 and 0.0375 then '187'
    else age_on(r.birth_date, r.ended)::varchar end as age_years,
  r.gender_code::varchar as gender_code, r.ethnic_category, r.treatment_function_code,
  null as local_sub_specialty_code,
  case when r.stay > 0 or r.pod_code = 'DC' then 'S' || r.i::varchar end as spell_identifier,
  case when r.pod_code like 'OP%' or r.pod_code like 'NF%' then 'A' || r.i::varchar end
    as attendance_identifier,
  case when r.pod_code like 'UNB%' then 'Y' else 'N' end as unbundled_indicator,
  (r.ended - r.stay)::varchar as activity_start_date,
  case when fault between 0.0375 and 0.045 then strftime(r.ended, '%d/%m/%Y')
    when fault between 0.045 and 0.0525 then (r.ended + 200)::varchar
    else r.ended::varchar end as activity_end_date,
  r.stay::varchar as length_of_stay_days,
  'BC' || r.provider_code || lpad(r.i::varchar, 14, '0') as cds_unique_identifier,
  null as non_cds_unique_identifier, '21' as category_code,
  case when fault between 0.0525 and 0.060 then 'NCBPS99Q' else r.service_code end as service_code,
  case when fault between 0.060 and 0.0675 then 'INPT' else r.pod_code end as pod_code,
  null as pod_detail_code, null as pod_detail_description,
  r.pod_code || '_' || r.treatment_function_code as local_pod_code,
  'Local point of delivery ' || r.pod_code as local_pod_description,
  'C' || r.provider_code || '2324' as local_contract_code,
  right(r.service_code, 3) || r.tariff_code as local_contract_monitoring_code,
  'Service ' || r.service_code as local_contract_monitoring_description,
  r.tariff_code, r.national_tariff_indicator,
  case when fault between 0.0675 and 0.0725 then 'TBC' else r.quantity::varchar end
    as activity_count,
  case when fault between 0.0725 and 0.0775 then '£' || r.price::varchar else r.price::varchar end
    as unit_price_gbp,
  case when fault between 0.0775 and 0.085 then (r.price * r.quantity + 25)::varchar
    when fault between 0.085 and 0.090 then 'about 200' else (r.price * r.quantity)::varchar end
    as total_cost_gbp
from bench_row r left join syn_payers l using (service_code)
"""


def benchmark_plcm(
    connection: Backend, path: Path, rows: int, seed: int, *, provider: str = ""
) -> int:
    """Write one PLCM file of `rows` rows in the full published layout; return its bytes.

    With `provider`, every row is of that provider, as one submission of one sender is.

    Shape:   43 columns, UTF-8, rows in month order (months 1 to 9 of 2023/24) and mixed within it.
             A fifth as many people as rows, 900,000 at most: the 999 test range holds no more, so
             larger files see each person more often. About 9 rows in 100 hold one fault.
    Units:   about 300 bytes a row.
    Missing: nothing; the reference files that go with it are written by `write_reference`.
    Source:  the generator's own tables; nothing in it is a real person, practice or address.
    """
    open_chance(connection, seed=seed)
    put_rule_tables(connection, ("case_mix", "providers", "payers"))
    put_places(connection)
    people = max(20, min(rows // 5, LARGEST_PEOPLE))
    regulars = min(rows * 3 // 90, people // 5)
    for name, number in (("people", people), ("rows", rows), ("regulars", regulars)):
        connection.raw_sql(f"set variable bench_{name} = {int(number)}::bigint")
    put_nhs_numbers(connection)
    connection.con.execute("set variable bench_provider = ?", [provider])
    for name, weights in SLOTS:
        put_slots(connection, name, weights)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.con.execute("set variable bench_path = ?", [str(path)])
    with joined_as_written(connection):
        for statement in (PEOPLE, ROWS, VALUES):
            connection.raw_sql(statement)
        connection.raw_sql(
            "copy (from bench_plcm select " + quoted_columns("plcm") + ") "
            "to (getvariable('bench_path')) (header, delimiter ',')"
        )
    for name in ("bench_person", "syn_nhs_number"):
        connection.raw_sql(f"drop table {name} cascade")
    return path.stat().st_size
