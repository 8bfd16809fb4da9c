"""Every reference table: its columns, types, units, what null means, and where it comes from.

`from_date` is inclusive and `to_date` exclusive; a null `to_date` is still in force and a null
`from_date` was in force from before the table begins. `open_date` and `close_date` are the
directory's own: the close date is the last day. Tables of organisations hold no person; the one
table that does, `opt_outs`, is marked disclosive and never listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

TEXT = pa.string()
DAY = pa.date32()
FLAG = pa.bool_()
DEGREES = pa.float64()
WHOLE = pa.int32()


@dataclass(frozen=True)
class Column:
    """One column. `missing` says what null means and is empty where null is not allowed.

    `optional` columns may be left out of a user's file; they are then null throughout. Texts of
    which a large table `repeats` a few are held dictionary coded.
    """

    name: str
    meaning: str
    type: pa.DataType = TEXT
    missing: str = ""
    unit: str = ""
    disclosive: bool = False
    optional: bool = False
    repeats: bool = False

    @property
    def held_as(self) -> pa.DataType:
        """The type the column has in memory."""
        return pa.dictionary(pa.int32(), self.type) if self.repeats else self.type

    @property
    def required(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class TableSpec:
    """One table. `key` is unique; where `period` is given, unique on each day of it.

    `file` is the file of the user's reference folder that holds or adds to the table; `shipped`
    says that the rulebook folder holds a first version.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    period: tuple[str, str] | None = None
    file: str | None = None
    shipped: bool = True
    inclusive_end: bool = field(default=False)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(column.name, column.held_as) for column in self.columns])

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _code(name: str, meaning: str, missing: str = "", *, repeats: bool = False) -> Column:
    return Column(name, meaning, missing=missing, repeats=repeats)


def _flag(name: str, meaning: str, missing: str = "") -> Column:
    return Column(name, meaning, type=FLAG, missing=missing)


def _day(name: str, meaning: str, missing: str = "") -> Column:
    return Column(name, meaning, type=DAY, missing=missing, unit="date")


FROM = _day("from_date", "first day in force", "from before the table begins")
TO = _day("to_date", "first day no longer in force", "still in force")
PERIOD = ("from_date", "to_date")
OPEN_CLOSE = (
    _day("open_date", "first day open, as in the directory", "not recorded"),
    _day("close_date", "last day open, as in the directory", "still open"),
)
POSTCODE = _code("postcode", "with one space before the last three characters", "not known")
PLACE = (
    Column("latitude", "north of the equator, WGS84", DEGREES, "not known", "degrees"),
    Column("longitude", "east of Greenwich, WGS84", DEGREES, "not known", "degrees"),
)
ONS = _code("ons_code", "nine-character code of the Office for National Statistics", "not known")

ORGANISATIONS = (
    TableSpec(
        "regions",
        "NHS England regions and the hubs that commission for them",
        ("region_code",),
        (
            _code("region_code", "Y56 to Y63"),
            _code("region_name", "short name"),
            _code("specialised_hub_code", "hub that buys specialised services"),
            _code("health_justice_hub_code", "hub that buys health care in prisons"),
            _code("public_health_code", "code that buys section 7A public health"),
            ONS,
            FROM,
            TO,
        ),
        PERIOD,
    ),
    TableSpec(
        "hubs",
        "Commissioning hubs, present and former",
        ("hub_code",),
        (
            _code("hub_code", "ODS code"),
            _code("hub_name", "name"),
            _code("hub_kind", "specialised, health_and_justice or national"),
            _code("region_code", "region it serves", "national, or closed before today's regions"),
            FROM,
            TO,
        ),
        PERIOD,
    ),
    TableSpec(
        "icbs",
        "Integrated care boards: the 42 of July 2022 and those of April 2026",
        ("icb_code",),
        (
            _code("icb_code", "ODS code"),
            _code("icb_name", "full name"),
            _code("region_code", "region"),
            ONS,
            FROM,
            TO,
        ),
        PERIOD,
    ),
    TableSpec(
        "icb_successors",
        "Boards that joined another whole",
        ("icb_code",),
        (
            _code("icb_code", "board that ended"),
            _code("successor_code", "board that took over all of it"),
            _day("effective_date", "first day of the successor"),
        ),
    ),
    TableSpec(
        "icb_divisions",
        "Boards divided between several: resolved for a sub-ICB, never for the board",
        ("icb_code", "successor_code"),
        (
            _code("icb_code", "board that ended"),
            _code("successor_code", "board that took over a part of it"),
            _day("effective_date", "first day of the successor"),
        ),
    ),
    TableSpec(
        "sub_icbs",
        "Sub-ICB locations, one row for each board they belonged to",
        ("sub_icb_code",),
        (
            _code("sub_icb_code", "ODS code"),
            _code("sub_icb_name", "name"),
            _code("icb_code", "board it belongs to in this period"),
            ONS,
            FROM,
            TO,
        ),
        PERIOD,
    ),
    TableSpec(
        "delegation",
        "Whether the delegation agreement for specialised services was in force",
        ("sub_icb_code",),
        (
            _code("sub_icb_code", "ODS code"),
            _flag("delegated", "true while an agreement is in force"),
            FROM,
            TO,
        ),
        PERIOD,
    ),
    TableSpec(
        "welsh_boards",
        "Welsh local health boards",
        ("board_code",),
        (_code("board_code", "ODS code"), _code("board_name", "name"), ONS, FROM, TO),
        PERIOD,
    ),
    TableSpec(
        "default_codes",
        "Codes that stand for a commissioner that is no organisation, or one outside England",
        ("code",),
        (_code("code", "code"), _code("name", "name"), _code("meaning", "when used"), FROM, TO),
        PERIOD,
    ),
    TableSpec(
        "area_codes",
        "ONS codes and the ODS codes they stand for, with the ONS codes of earlier years",
        ("ons_code",),
        (
            _code("ons_code", "nine-character code"),
            _code("code", "ODS code of the same organisation"),
            _code("area_kind", "region, icb, sub_icb or welsh_board"),
        ),
    ),
    TableSpec(
        "commissioner_successors",
        "Former clinical commissioning groups and the sub-ICB location that follows them",
        ("commissioner_code",),
        (
            _code("commissioner_code", "code that ended"),
            _code("successor_code", "sub-ICB location that follows it"),
            _day("effective_date", "first day of the successor"),
        ),
    ),
    TableSpec(
        "trusts",
        "English NHS trusts, present and former",
        ("provider_code",),
        (
            _code("provider_code", "ODS code"),
            _code("provider_name", "name"),
            _code("icb_code", "board of its head office, of the 42", "not known"),
            _code("region_code", "region of its head office", "not known"),
            POSTCODE,
            *PLACE,
            _code("kind", "acute, mental health, community ...", "not stated at source"),
            FROM,
            TO,
        ),
        PERIOD,
        file="trusts.csv",
    ),
    TableSpec(
        "trust_successors",
        "Organisations that ended and what follows them; two rows of one code are a division",
        ("provider_code", "successor_code"),
        (
            _code("provider_code", "code that ended"),
            _code("successor_code", "code that follows it"),
            _day("effective_date", "first day of the successor, as the directory gives it"),
        ),
        file="successors.csv",
    ),
    TableSpec(
        "trust_icbs",
        "Board of a head office where its board of 2022 was divided",
        ("provider_code",),
        (_code("provider_code", "trust"), _code("icb_code", "board in this period"), FROM, TO),
        PERIOD,
    ),
    TableSpec(
        "sites",
        "Hospital sites: Midlands, and those elsewhere that are well placed at source",
        ("site_code",),
        (
            _code("site_code", "ODS code"),
            _code("site_name", "name"),
            _code("provider_code", "trust", "not known"),
            POSTCODE,
            *PLACE,
            _code("icb_code", "board the site stands in", "not known"),
            FROM,
            TO,
        ),
        PERIOD,
        file="sites.csv",
    ),
)

SERVICES = (
    TableSpec(
        "service_lines",
        "National codes of specialised and other directly commissioned services",
        ("service_code",),
        (
            _code("service_code", "NCBPS..., NCBPH... or 99999999"),
            _code("service_name", "name"),
            _code("npoc_letter", "programme of care, A to G", "belongs to no programme"),
            _code("npoc_name", "name of the programme", "belongs to no programme"),
            _code("crg_code", "reference group; joint groups as F06/E03", "belongs to no group"),
            _code("crg_name", "name of the group", "belongs to no group"),
            _code(
                "line_kind",
                "service, top_up, network, public_health, catch_all or icb_exclusion",
            ),
            _flag("highly_specialised", "on the highly specialised list", "not stated at source"),
            _flag("mental_health", "counted as mental health for the category code"),
            _code("age_group", "read from the name", "the name does not say"),
        ),
    ),
    TableSpec(
        "service_status",
        "Delegation status of each service line by year",
        ("service_code", "financial_year"),
        (
            _code("service_code", "service line"),
            _code("financial_year", "written 2023-24"),
            _code("status", "GREEN, RED, AMBER, BLUE or NOT APPLICABLE", "not in that year's list"),
            _flag("assumed", "true where another year's list stands in"),
            _flag("in_list", "may be sent for that year"),
        ),
    ),
    TableSpec(
        "crgs",
        "Clinical reference groups, single and joint",
        ("crg_code",),
        (
            _code("crg_code", "code"),
            _code("crg_name", "name"),
            _code("npoc_letter", "programme of care"),
            _code("npoc_name", "name of the programme"),
        ),
    ),
    TableSpec(
        "points_of_delivery",
        "National points of delivery",
        ("pod_code",),
        (
            _code("pod_code", "code"),
            _code("description", "what is delivered"),
            _code("domain", "group"),
            _code("sub_category", "group within the domain"),
            _code("unit", "what one is: spell, attendance, pounds ..."),
            _flag("is_activity", "false for pounds only"),
            _flag("tariff_code_blank", "the tariff code must be left empty"),
            _code("patient_level_data_set", "plcm, drplcm or deplcm", "in no patient-level set"),
        ),
    ),
    TableSpec(
        "category_codes",
        "Commissioned service category codes",
        ("category_code",),
        (
            _code("category_code", "two digits"),
            _code("meaning", "what it says"),
            _code("usual_commissioner", "who pays as a rule", "varies"),
        ),
    ),
    TableSpec(
        "treatment_functions",
        "Treatment function codes",
        ("tfc",),
        (
            _code("tfc", "three digits"),
            _code("name", "name"),
            _code("status", "current, main specialty only or retired"),
        ),
    ),
    TableSpec(
        "hrgs",
        "Healthcare resource groups",
        ("hrg_code",),
        (_code("hrg_code", "code"), _code("description", "description")),
    ),
    TableSpec(
        "hrg_trimpoints",
        "Length of stay beyond which extra days are paid",
        ("hrg_code",),
        (
            _code("hrg_code", "code"),
            Column("elective_trimpoint_days", "elective", WHOLE, "none set", "days"),
            Column("emergency_trimpoint_days", "emergency", WHOLE, "none set", "days"),
        ),
    ),
    TableSpec(
        "establishments",
        "Prisons and other detained settings",
        ("establishment", "postcode", "prescribing_practice_code"),
        (
            _code("establishment", "name"),
            POSTCODE,
            _code("health_justice_hub_code", "hub that buys its health care"),
            _code("prescribing_practice_code", "practice code its prescribers use", "not known"),
        ),
    ),
    TableSpec(
        "armed_forces_practices",
        "Defence Medical Services practices",
        ("practice_code",),
        (
            _code("practice_code", "ODS code"),
            _code("name", "name"),
            POSTCODE,
            _code("country_code", "ONS country code"),
            *OPEN_CLOSE,
            _flag("english", "an English practice whose patients NHS England pays for"),
        ),
    ),
    TableSpec(
        "pseudo_postcodes",
        "Postcodes that stand for a country or an unknown address",
        ("postcode", "country"),
        (
            _code("postcode", "ZZ99 ..."),
            _code("country", "country or meaning"),
            _code("kind", "eea, non_eea or uk_default"),
        ),
    ),
    TableSpec(
        "infertility_codes",
        "Diagnoses and procedures that make care infertility care",
        ("classification", "code"),
        (
            _code("classification", "ICD-10 or OPCS-4"),
            _code("code", "code with its dot"),
            _code("match", "exact or prefix"),
        ),
    ),
)

FOLDER = (
    TableSpec(
        "practices",
        "General practices",
        ("practice_code",),
        (
            _code("practice_code", "ODS code"),
            POSTCODE,
            _code("status", "A active, P proposed, C closed, D dormant", "not known"),
            _code("commissioner_code", "sub-ICB location, Welsh board or 13Q", "not known"),
            _code("national_grouping", "region, W00 for Wales", "not known"),
            _code("high_level_health_geography", "board or equivalent", "not known"),
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
            _code("postcode", "with one space before the last three characters"),
            _code("country_code", "ONS country code", "not known", repeats=True),
            _code(
                "sub_icb_code", "sub-ICB location", "outside England, or not known", repeats=True
            ),
            _code("icb_code", "board", "outside England, or not known", repeats=True),
            _code(
                "region_code", "NHS England region", "outside England, or not known", repeats=True
            ),
            _code(
                "local_authority_code", "district or unitary authority", "not known", repeats=True
            ),
            _code(
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
            _code("provider_code", "ODS code"),
            POSTCODE,
            _code("hub_code", "specialised hub that contracts with it", "not known"),
            _flag("nhs_england_contract", "NHS England has a contract with it", "not known"),
        ),
        file="providers.csv",
        shipped=False,
    ),
    TableSpec(
        "calendar",
        "When each month's data are sent and counted",
        ("financial_year", "financial_month"),
        (
            _code("financial_year", "written 2023-24"),
            Column("financial_month", "1 is April", WHOLE),
            _day("flex_submission_date", "last day to send flex", "not set"),
            _day("flex_inclusion_date", "day flex is drawn", "not set"),
            _day("freeze_submission_date", "last day to send freeze", "not set"),
            _day("freeze_inclusion_date", "day freeze is drawn", "not set"),
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

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in (*ORGANISATIONS, *SERVICES, *FOLDER)}
