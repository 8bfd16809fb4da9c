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
