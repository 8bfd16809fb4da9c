"""Tables of services and codes that are shipped: lines, programmes, categories, points of delivery."""

from __future__ import annotations

from speccomm.reference.declaring import (
    OPEN_CLOSE,
    POSTCODE,
    WHOLE,
    Column,
    TableSpec,
    code_column,
    flag_column,
)

SERVICES = (
    TableSpec(
        "service_lines",
        "National codes of specialised and other directly commissioned services",
        ("service_code",),
        (
            code_column("service_code", "NCBPS..., NCBPH... or 99999999"),
            code_column("service_name", "name"),
            code_column("npoc_letter", "programme of care, A to G", "belongs to no programme"),
            code_column("npoc_name", "name of the programme", "belongs to no programme"),
            code_column(
                "crg_code", "reference group; joint groups as F06/E03", "belongs to no group"
            ),
            code_column("crg_name", "name of the group", "belongs to no group"),
            code_column(
                "line_kind",
                "service, top_up, network, public_health, catch_all or icb_exclusion",
            ),
            flag_column(
                "highly_specialised", "on the highly specialised list", "not stated at source"
            ),
            flag_column("mental_health", "counted as mental health for the category code"),
            code_column("age_group", "read from the name", "the name does not say"),
        ),
    ),
    TableSpec(
        "service_status",
        "Delegation status of each service line by year",
        ("service_code", "financial_year"),
        (
            code_column("service_code", "service line"),
            code_column("financial_year", "written 2023-24"),
            code_column(
                "status", "GREEN, RED, AMBER, BLUE or NOT APPLICABLE", "not in that year's list"
            ),
            flag_column("assumed", "true where another year's list stands in"),
            flag_column("in_list", "may be sent for that year"),
        ),
    ),
    TableSpec(
        "crgs",
        "Clinical reference groups, single and joint",
        ("crg_code",),
        (
            code_column("crg_code", "code"),
            code_column("crg_name", "name"),
            code_column("npoc_letter", "programme of care"),
            code_column("npoc_name", "name of the programme"),
        ),
    ),
    TableSpec(
        "points_of_delivery",
        "National points of delivery",
        ("pod_code",),
        (
            code_column("pod_code", "code"),
            code_column("description", "what is delivered"),
            code_column("domain", "group"),
            code_column("sub_category", "group within the domain"),
            code_column("unit", "what one is: spell, attendance, pounds ..."),
            flag_column("is_activity", "false for pounds only"),
            flag_column("tariff_code_blank", "the tariff code must be left empty"),
            code_column(
                "patient_level_data_set", "plcm, drplcm or deplcm", "in no patient-level set"
            ),
        ),
    ),
    TableSpec(
        "category_codes",
        "Commissioned service category codes",
        ("category_code",),
        (
            code_column("category_code", "two digits"),
            code_column("meaning", "what it says"),
            code_column("usual_commissioner", "who pays as a rule", "varies"),
        ),
    ),
    TableSpec(
        "treatment_functions",
        "Treatment function codes",
        ("tfc",),
        (
            code_column("tfc", "three digits"),
            code_column("name", "name"),
            code_column("status", "current, main specialty only or retired"),
        ),
    ),
    TableSpec(
        "hrgs",
        "Healthcare resource groups",
        ("hrg_code",),
        (code_column("hrg_code", "code"), code_column("description", "description")),
    ),
    TableSpec(
        "hrg_trimpoints",
        "Length of stay beyond which extra days are paid",
        ("hrg_code",),
        (
            code_column("hrg_code", "code"),
            Column("elective_trimpoint_days", "elective", WHOLE, "none set", "days"),
            Column("emergency_trimpoint_days", "emergency", WHOLE, "none set", "days"),
        ),
    ),
    TableSpec(
        "establishments",
        "Prisons and other detained settings",
        ("establishment", "postcode", "prescribing_practice_code"),
        (
            code_column("establishment", "name"),
            POSTCODE,
            code_column("health_justice_hub_code", "hub that buys its health care"),
            code_column(
                "prescribing_practice_code", "practice code its prescribers use", "not known"
            ),
        ),
    ),
    TableSpec(
        "armed_forces_practices",
        "Defence Medical Services practices",
        ("practice_code",),
        (
            code_column("practice_code", "ODS code"),
            code_column("name", "name"),
            POSTCODE,
            code_column("country_code", "ONS country code"),
            *OPEN_CLOSE,
            flag_column("english", "an English practice whose patients NHS England pays for"),
        ),
    ),
    TableSpec(
        "pseudo_postcodes",
        "Postcodes that stand for a country or an unknown address",
        ("postcode", "country"),
        (
            code_column("postcode", "ZZ99 ..."),
            code_column("country", "country or meaning"),
            code_column("kind", "eea, non_eea or uk_default"),
        ),
    ),
    TableSpec(
        "infertility_codes",
        "Diagnoses and procedures that make care infertility care",
        ("classification", "code"),
        (
            code_column("classification", "ICD-10 or OPCS-4"),
            code_column("code", "code with its dot"),
            code_column("match", "exact or prefix"),
        ),
    ),
)
