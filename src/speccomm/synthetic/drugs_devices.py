"""Drug and device rows: passed-through items given to people who have activity rows."""

from __future__ import annotations

from ibis.backends.duckdb import Backend

from speccomm.synthetic.tables import put_rule_tables

PERSON = """
  r.row_id, r.direction, r.person, r.financial_month, r.file_provider, r.provider_code,
  r.site_code, r.sub_icb_code, r.commissioner_code, r.category_code, r.practice_code, r.nhs_number,
  r.postcode, r.birth_date, r.gender_code, r.ethnic_category, r.treatment_function_code,
  r.service_code, r.pod_code as activity_pod, r.activity_end_date
"""

DRUG_ROWS = """
create or replace temp table syn_drug_row as
with listed as (
  select *, sum(share) over (partition by service_code order by drug_name) as to_share,
    sum(share) over (partition by service_code order by drug_name) - share as from_share
  from syn_drugs
)
select {person}, d.drug_name, d.drug_route, d.drug_strength, d.drug_unit,
  d.therapeutic_indication_code, greatest(1, round(d.usual_quantity
    * (0.7 + 0.6 * chance(r.row_id, 'quantity'))))::integer as quantity,
  round(d.price_gbp * (0.96 + 0.08 * chance(r.file_provider, d.drug_name)), 2)::decimal(9, 2)
    as unit_price_gbp
from syn_row r join listed d on d.service_code = r.service_code
where chance(r.row_id, 'drug') >= d.from_share and chance(r.row_id, 'drug') < d.to_share
"""

DEVICE_ROWS = """
create or replace temp table syn_device_row as
with listed as (
  select *, sum(share) over (partition by service_code, pod_code order by device_name) as to_share,
    sum(share) over (partition by service_code, pod_code order by device_name) - share
      as from_share
  from syn_devices
)
select {person}, d.device_name, d.device_size, d.device_manufacturer, d.device_high_level_code,
  1 as quantity,
  round(d.price_gbp * (0.95 + 0.1 * chance(r.file_provider, d.device_name)), 2)::decimal(9, 2)
    as unit_price_gbp
from syn_row r
  join listed d on d.service_code = r.service_code and d.pod_code = r.pod_code
where chance(r.row_id, 'device') >= d.from_share and chance(r.row_id, 'device') < d.to_share
"""

HEADER = {
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
    "nhs_number": "nhs_number",
    "local_patient_identifier": "file_provider || 'L' || lpad(person::varchar, 7, '0')",
    "treatment_function_code": "treatment_function_code",
    "spell_identifier": (
        "case when activity_pod in ('EL', 'NEL', 'DC') then 'S' || row_id::varchar end"
    ),
    "attendance_identifier": (
        "case when activity_pod like 'OP%' or activity_pod like 'NF%'"
        " then 'A' || row_id::varchar end"
    ),
    "category_code": "category_code",
    "service_code": "service_code",
    "local_contract_code": "'C' || file_provider || '2324'",
    "vat_indicator": "'N'",
    "unit_price_commissioner_gbp": "unit_price_gbp::varchar",
    "unit_price_supplier_gbp": "unit_price_gbp::varchar",
    "total_cost_gbp": "(unit_price_gbp * quantity)::varchar",
    "quantity": "quantity::varchar",
}

DRUG_TEXT = {
    **HEADER,
    "postcode": "postcode",
    "birth_date": "birth_date::varchar",
    "age_years": "age_on(birth_date, activity_end_date)::varchar",
    "gender_code": "gender_code::varchar",
    "ethnic_category": "ethnic_category",
    "dispensed_on": "activity_end_date::varchar",
    "therapeutic_indication_code": "therapeutic_indication_code",
    "drug_name": "drug_name",
    "drug_route": "drug_route",
    "drug_strength": "drug_strength",
    "drug_unit": "drug_unit",
    "drug_dispensing_route": "'Hospital pharmacy'",
    "pod_code": "'DRUG'",
    "support_charge_gbp": "'0.00'",
    "non_cds_unique_identifier": "'D' || file_provider || row_id::varchar",
}

DEVICE_TEXT = {
    **HEADER,
    "implanted_on": "activity_end_date::varchar",
    "device_name": "device_name",
    "device_size": "device_size",
    "device_manufacturer": "device_manufacturer",
    "device_serial_number": "'MADEUP' || row_id::varchar",
    "device_procurement_route": "'Local'",
    "device_high_level_code": "device_high_level_code",
    "pod_code": "'DEVICE'",
    "non_cds_unique_identifier": "'V' || file_provider || row_id::varchar",
}


def put_drugs_and_devices(connection: Backend) -> None:
    """Give some activity rows a drug or a device, as syn_drug_row and syn_device_row.

    Shape:   at most one drug and one device for each activity row, at its date and provider.
    Units:   unit_price_gbp in pounds and pence; quantity in the drug's own unit.
    Source:  synthetic/drugs and synthetic/devices: names are real, prices and shares made up.
    """
    put_rule_tables(connection, ("drugs", "devices"))
    connection.raw_sql(DRUG_ROWS.replace("{person}", PERSON))
    connection.raw_sql(DEVICE_ROWS.replace("{person}", PERSON))
