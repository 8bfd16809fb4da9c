"""The tables assignment takes and hands on: columns and types. Meanings stand beside each."""

from __future__ import annotations

# Contract rows in. Any other column is carried through untouched.
CONTRACT_ROW = {
    "category_code": "string",  # service category sent by the provider, null when missing
    "service_code": "string",  # service line sent, null when missing
    "provider_code": "string",
    "gp_responsibility_code": "string",  # body responsible through the GP practice
    "residence_responsibility_code": "string",  # body responsible through residence
    "gp_practice_code": "string",
    "treatment_function_code": "string",
    "pod_code": "string",  # point of delivery
    "financial_year": "string",  # written 2023-24
    "financial_month": "int8",  # 1 is April
}

# What the contract variant adds.
CONTRACT_ANSWER = {
    "derived_commissioner_code": "string",  # null: not derived, the reason says why
    "derived_category_code": "string",  # null: not derived
    "reason_code": "string",  # rulebooks/assignment/reason_codes.csv; never null
    "specialised": "boolean",  # null: the service line is not known, so nobody can say
}

# What the service line derivation adds.
SERVICE_LINE = {
    "crg_code": "string",  # null: unknown line, or a line of no clinical reference group
    "npoc_letter": "string",  # programme of care; null as above
    "service_in_list": "boolean",  # in the list of the row's year; null: year not held
}

_PERIOD = {"financial_year": "string", "financial_month": "int8"}

CONTRACT_LOOKUPS = {
    "services": {
        "service_code": "string",
        "financial_year": "string",
        "status": "string",  # delegation status; null: none published for the year
        "in_list": "boolean",
        "line_kind": "string",
        "crg_code": "string",
        "npoc_letter": "string",
        "mental_health": "boolean",
        "highly_specialised": "boolean",
    },
    "commissioners": {
        "body_code": "string",
        **_PERIOD,
        "level": "string",  # sub_icb, icb or devolved
        "sub_icb_code": "string",  # null unless level is sub_icb
        "icb_code": "string",
        "hub_code": "string",
        "justice_hub_code": "string",
        "public_health_code": "string",
        "delegated": "boolean",
    },
    "providers": {
        "provider_code": "string",
        **_PERIOD,
        "sub_icb_code": "string",  # null: head office's sub-ICB not known
        "icb_code": "string",
        "hub_code": "string",
        "public_health_code": "string",
        "delegated": "boolean",
    },
    "practices": {
        "practice_code": "string",
        **_PERIOD,
        "prison": "boolean",
        "justice_hub_code": "string",
        "armed_forces": "boolean",
    },
    "months": {**_PERIOD, "delegation_begun": "boolean"},
}

# One commissioning-data-set record, as RECORDS.csv gives it.
RECORD = {
    "record_id": "string",  # the sender's own; needed and unique
    "cds_type": "string",  # 011 emergency, 020 outpatient, 120 to 200 admitted; needed
    "activity_date": "date",  # arrival, appointment, discharge or (unfinished) start; needed
    "overseas_visitor_charging_category": "string",
    "administrative_category": "string",
    "gp_practice_code": "string",
    "postcode": "string",  # disclosive: of usual address; null counts as not known
    "provider_code": "string",
    "service_code": "string",
    "treatment_function_code": "string",
    "source_of_admission": "string",
    "diagnosis_codes": "string",  # disclosive: ICD-10, semicolons between
    "procedure_codes": "string",  # OPCS-4, semicolons between
    "welsh_referral_assessment": "string",  # Y or null, as the three below
    "healthcare_agreement": "string",
    "other_public_health": "string",
    "armed_forces_infertility": "string",
}

# What the flow chart says of a record.
ASSIGNMENT = {
    "record_id": "string",
    "exit": "string",  # name of an exit of the rulebook
    "commissioner_code": "string",  # null: not found, or nobody is expected to pay
    "category_code": "string",  # null: none is published for this exit
    "path": "string",  # the steps asked, joined by >
    "rulebook": "string",
}

# Lookups of the flow chart. Periods are from_date inclusive, to_date exclusive, never null.
CAM_LOOKUPS = {
    "practices": {  # disjoint periods, active practices only
        "practice_code": "string",
        "from_date": "date",
        "to_date": "date",
        "commissioner_code": "string",  # null: none, or a retired code that must be rejected
        "english": "boolean",
        "english_geography": "boolean",
        "island": "boolean",  # Channel Islands or Isle of Man
        "forces_postcode": "boolean",
        "forces": "boolean",  # an English forces practice
        "hub_code": "string",  # specialised hub of its region
        "public_health_code": "string",
        "place_public_health_code": "string",  # of its postcode, as the rest
        "country_code": "string",
        "sub_icb_code": "string",
        "icb_code": "string",
        "region_code": "string",
        "local_authority_code": "string",
        "health_board_code": "string",
    },
    "postcodes": {
        "postcode_key": "string",  # capitals, no spaces
        "country_code": "string",
        "sub_icb_code": "string",
        "icb_code": "string",
        "region_code": "string",
        "local_authority_code": "string",
        "health_board_code": "string",
    },
    "special_postcodes": {
        "postcode_key": "string",
        "uk_default": "boolean",
        "european": "boolean",
        "prison": "boolean",
        "justice_hub_code": "string",  # null: establishments of two hubs share the postcode
    },
    "providers": {
        "provider_code": "string",
        "contract": "boolean",
        "hub_code": "string",
        "sub_icb_code": "string",  # of its main site, as the rest
        "icb_code": "string",
        "region_code": "string",
        "local_authority_code": "string",
        "health_board_code": "string",
    },
    "services": {
        "service_code": "string",
        "year_start": "int32",  # calendar year a financial year begins in
        "status": "string",
        "specialised": "boolean",
        "highly_specialised": "boolean",
        "mental_health": "boolean",
    },
    "sub_icbs": {  # disjoint periods
        "sub_icb_code": "string",
        "from_date": "date",
        "to_date": "date",
        "delegated": "boolean",
        "hub_code": "string",
        "public_health_code": "string",
    },
    "regions": {"region_code": "string", "hub_code": "string", "public_health_code": "string"},
    "paths": {
        "path_number": "int32",
        "path": "string",
        "exit": "string",
        "last_step": "string",
    },
}
