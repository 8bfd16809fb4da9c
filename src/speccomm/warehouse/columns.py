"""How a stored column is declared: its type, its unit, what null means, and whether it discloses."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from speccomm.foundation.money import ACTIVITY_TYPE, GBP_TYPE

TEXT = pa.string()
INSTANT = pa.timestamp("us", tz="UTC")
WALL_CLOCK = pa.timestamp("us")


@dataclass(frozen=True)
class Column:
    """One column of a stored table.

    `null` says what a missing value means; None where the column is never null. `disclosive` is
    true where a value could point to a person: such a column leaves only through publishing.
    """

    name: str
    type: pa.DataType
    null: str | None = None
    unit: str | None = None
    disclosive: bool = False


NOT_GIVEN = "the submission gave nothing"


def given(*names: str) -> tuple[Column, ...]:
    """Text columns kept as submitted, after normalising."""
    return tuple(Column(name, TEXT, NOT_GIVEN) for name in names)


def personal(name: str, kind: pa.DataType = TEXT, null: str = NOT_GIVEN) -> Column:
    """A column that, with others, could point to a person."""
    return Column(name, kind, null, disclosive=True)


def money(*names: str) -> tuple[Column, ...]:
    """Pounds, exact to four decimals."""
    return tuple(Column(name, GBP_TYPE, NOT_GIVEN, unit="pounds") for name in names)


def activity(*names: str) -> tuple[Column, ...]:
    """Counts of activity, exact to three decimals, in the unit of the row's point of delivery."""
    return tuple(
        Column(name, ACTIVITY_TYPE, NOT_GIVEN, unit="point of delivery's unit") for name in names
    )


PLACE = (
    Column("load_id", TEXT),
    Column("slice_number", pa.int32()),
    Column("file_name", TEXT),
    Column("row_number", pa.int64(), unit="row of the file; the header is 1"),
    Column("provider_code", TEXT),
    Column("financial_year", TEXT),
    Column("financial_month", pa.int8()),
    Column("dataset_created_at", WALL_CLOCK, "not given or not readable", unit="submitter's clock"),
)

SUBMITTED = given(
    "reporting_type",
    "site_code",
    "gp_responsibility_code",
    "residence_responsibility_code",
    "commissioner_code",
    "gp_practice_code",
    "treatment_function_code",
    "local_sub_specialty_code",
    "category_code",
    "service_code",
    "pod_code",
    "pod_detail_code",
    "pod_detail_description",
    "local_pod_code",
    "local_pod_description",
    "local_contract_code",
    "local_contract_monitoring_code",
    "local_contract_monitoring_description",
)

DERIVED = (
    Column("patient_commissioner_code", TEXT, "neither responsibility nor postcode is known"),
    Column("derived_commissioner_code", TEXT, "the rules reach no commissioner"),
    Column("derived_category_code", TEXT, "the rules reach no category"),
    Column("reason_code", TEXT, "the rules cover no such step for this data set"),
    Column("crg_code", TEXT, "unknown: the service line is not a known one"),
    Column("npoc_letter", TEXT, "unknown: the service line is not a known one"),
    Column("specialised", pa.bool_(), "unknown: the service line is not a known one"),
)

COMMON = PLACE + SUBMITTED + DERIVED

PSEUDONYM = (
    personal("person_pseudonym", pa.binary(), "no NHS number or local identifier was given"),
    Column("pseudonym_basis", TEXT, "no NHS number or local identifier was given"),
)

PERSON = (
    *given("withheld_identity_reason"),
    *PSEUDONYM,
    personal("small_area_code", null="the postcode is missing or not known"),
    Column("residence_sub_icb_code", TEXT, "the postcode is missing or not known"),
    personal("age_years", pa.int16(), "neither age nor birth date was usable"),
    personal("gender_code"),
    personal("ethnic_category"),
)

CONTACT = (personal("spell_identifier"), personal("attendance_identifier"))
