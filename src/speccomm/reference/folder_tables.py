"""Tables of the user's own reference folder: practices, postcodes, providers, and what is dated."""

from __future__ import annotations

from speccomm.reference.declaring import (
    FROM,
    OPEN_CLOSE,
    PERIOD,
    POSTCODE,
    TO,
    WHOLE,
    Column,
    TableSpec,
    code_column,
    day_column,
    flag_column,
)

FOLDER = (
    TableSpec(
        "practices",
        "General practices",
        ("practice_code",),
        (
            code_column("practice_code", "ODS code"),
            POSTCODE,
            code_column("status", "A active, P proposed, C closed, D dormant", "not known"),
            code_column("commissioner_code", "sub-ICB location, Welsh board or 13Q", "not known"),
            code_column("national_grouping", "region, W00 for Wales", "not known"),
            code_column("high_level_health_geography", "board or equivalent", "not known"),
            *OPEN_CLOSE,
        ),
        ("open_date", "close_date"),
        file="practices.csv",
        shipped=False,
        inclusive_end=True,
    ),
    TableSpec(
        "postcodes",
        "Postcodes and the areas they lie in",
        ("postcode",),
        (
            code_column("postcode", "with one space before the last three characters"),
            code_column("country_code", "ONS country code", "not known", repeats=True),
            code_column(
                "sub_icb_code", "sub-ICB location", "outside England, or not known", repeats=True
            ),
            code_column("icb_code", "board", "outside England, or not known", repeats=True),
            code_column(
                "region_code", "NHS England region", "outside England, or not known", repeats=True
            ),
            code_column(
                "local_authority_code", "district or unitary authority", "not known", repeats=True
            ),
            code_column(
                "health_board_code",
                "Welsh or Scottish board",
                "in England, or not known",
                repeats=True,
            ),
            Column(
                "small_area_code",
                "LSOA of 2021",
                missing="not known",
                optional=True,
                repeats=True,
            ),
        ),
        file="postcodes.csv",
        shipped=False,
    ),
    TableSpec(
        "providers",
        "What the assignment rules need of a provider",
        ("provider_code",),
        (
            code_column("provider_code", "ODS code"),
            POSTCODE,
            code_column("hub_code", "specialised hub that contracts with it", "not known"),
            flag_column("nhs_england_contract", "NHS England has a contract with it", "not known"),
        ),
        file="providers.csv",
        shipped=False,
    ),
    TableSpec(
        "calendar",
        "When each month's data are sent and counted",
        ("financial_year", "financial_month"),
        (
            code_column("financial_year", "written 2023-24"),
            Column("financial_month", "1 is April", WHOLE),
            day_column("flex_submission_date", "last day to send flex", "not set"),
            day_column("flex_inclusion_date", "day flex is drawn", "not set"),
            day_column("freeze_submission_date", "last day to send freeze", "not set"),
            day_column("freeze_inclusion_date", "day freeze is drawn", "not set"),
            Column("source", "where the dates come from", missing="not given", optional=True),
        ),
        file="calendar.csv",
        shipped=False,
    ),
    TableSpec(
        "opt_outs",
        "People who opted out of uses beyond their own care",
        ("nhs_number",),
        (
            Column("nhs_number", "ten digits", disclosive=True),
            FROM,
            TO,
        ),
        PERIOD,
        file="opt_outs.csv",
        shipped=False,
    ),
)
