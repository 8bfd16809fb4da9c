"""Every table of the store: accepted rows per data set, and the registers that say what they are.

The names and types here are a data contract: loads are checked against them, Delta tables are
made from them, and an empty table has exactly these columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from speccomm.foundation.errors import UnknownName
from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.foundation.money import GBP_TYPE
from speccomm.quality.declaring import PLACE, PLACE_TYPES, Register
from speccomm.quality.tables import REGISTERS as EVIDENCE_REGISTERS
from speccomm.warehouse.columns import (
    COMMON,
    CONTACT,
    INSTANT,
    NOT_GIVEN,
    PERSON,
    PSEUDONYM,
    TEXT,
    Column,
    activity,
    given,
    money,
    personal,
)

QUANTITY = Column("quantity", pa.decimal128(18, 4), NOT_GIVEN, unit="the row's unit of measure")


@dataclass(frozen=True)
class StoreTable:
    """One stored table. `columns` in order; `what` is its one line in the documentation."""

    name: str
    what: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema. Every field may be null in the file; `Column.null` says which are."""
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


@dataclass(frozen=True)
class RowTable(StoreTable):
    """Accepted rows of one data set.

    `activity` and `money` name the columns that are summed when two versions are compared;
    `identifiers` name the columns that say which row is which, the first one given winning.
    Without identifiers a row is known by everything in it that is not a measure.
    """

    activity: str = ""
    money: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


PLCM = RowTable(
    "plcm",
    "Patient level contract monitoring: one row per activity.",
    (
        *COMMON,
        *PERSON,
        *CONTACT,
        *given("unbundled_indicator"),
        personal("activity_start_date", pa.date32()),
        personal("activity_end_date", pa.date32()),
        Column("length_of_stay_days", pa.int32(), NOT_GIVEN, unit="days"),
        personal("cds_unique_identifier"),
        personal("non_cds_unique_identifier"),
        *given("tariff_code", "national_tariff_indicator"),
        *activity("activity_count"),
        *money("unit_price_gbp", "total_cost_gbp"),
    ),
    activity="activity_count",
    money=("total_cost_gbp",),
    identifiers=("cds_unique_identifier", "non_cds_unique_identifier"),
)

ACM = RowTable(
    "acm",
    "Aggregate contract monitoring: one row per line of the contract and month.",
    (
        *COMMON,
        *given("tariff_code", "national_tariff_indicator"),
        *activity("planned_activity", "actual_activity"),
        *money("planned_price_gbp", "actual_price_gbp", "planned_mff_gbp", "actual_mff_gbp"),
    ),
    activity="actual_activity",
    money=("actual_price_gbp", "actual_mff_gbp"),
    measures=(
        "planned_activity",
        "actual_activity",
        "planned_price_gbp",
        "actual_price_gbp",
        "planned_mff_gbp",
        "actual_mff_gbp",
    ),
)

IAP = RowTable(
    "iap",
    "Indicative activity plan: one row per planned line and month.",
    (
        *COMMON,
        *given(
            "ward_code",
            "mental_health_category_code",
            "local_contract_description",
            "additional_detail",
            "additional_description",
            "tariff_code",
            "national_tariff_indicator",
        ),
        *activity("planned_activity"),
        *money("planned_price_gbp", "planned_mff_gbp"),
    ),
    activity="planned_activity",
    money=("planned_price_gbp", "planned_mff_gbp"),
    measures=("planned_activity", "planned_price_gbp", "planned_mff_gbp"),
)

DRPLCM = RowTable(
    "drplcm",
    "Drugs patient level contract monitoring: one row per drug dispensed.",
    (
        *COMMON,
        *PERSON,
        *CONTACT,
        personal("dispensed_on", pa.date32()),
        personal("therapeutic_indication_code"),
        *given("drug_code", "drug_taxonomy_code", "drug_name", "drug_route", "drug_strength"),
        *given("drug_volume", "drug_pack_size"),
        QUANTITY,
        *given("drug_unit", "drug_dispensing_route", "vat_indicator"),
        *money("unit_price_commissioner_gbp", "unit_price_supplier_gbp", "support_charge_gbp"),
        *money("total_cost_gbp"),
        personal("non_cds_unique_identifier"),
    ),
    activity="quantity",
    money=("total_cost_gbp",),
    identifiers=("non_cds_unique_identifier",),
)

DEPLCM = RowTable(
    "deplcm",
    "Devices patient level contract monitoring: one row per device used.",
    (
        *COMMON,
        *PSEUDONYM,
        *CONTACT,
        personal("implanted_on", pa.date32()),
        *given("device_name"),
        QUANTITY,
        *given("device_size", "device_manufacturer", "device_procurement_route"),
        *given("device_local_code", "device_high_level_code", "device_subsidiary_code"),
        *given("vat_indicator"),
        *money("unit_price_commissioner_gbp", "unit_price_supplier_gbp", "total_cost_gbp"),
        personal("non_cds_unique_identifier"),
    ),
    activity="quantity",
    money=("total_cost_gbp",),
    identifiers=("non_cds_unique_identifier",),
)

FINDINGS = StoreTable(
    "findings",
    "What the checks found in each load; never the value itself.",
    tuple(
        Column(field.name, field.type, "see foundation.findings" if field.nullable else None)
        for field in FINDINGS_SCHEMA
    ),
)

REFUSED_ROWS = StoreTable(
    "refused_rows",
    "Rows kept out, encrypted for their submitter, a block of rows at a time.",
    (
        Column("load_id", TEXT),
        Column("dataset", TEXT),
        Column("file_name", TEXT),
        Column("key_id", TEXT),
        Column("first_row", pa.int64(), unit="row of the file; the header is 1"),
        Column("last_row", pa.int64(), unit="row of the file; the header is 1"),
        Column("row_count", pa.int64(), unit="rows"),
        Column("ciphertext", pa.binary(), disclosive=True),
    ),
)

SLICES = StoreTable(
    "slices",
    "What each load says of a data set, provider and month.",
    (
        Column("load_id", TEXT),
        Column("received_at", INSTANT),
        Column("dataset", TEXT),
        Column("provider_code", TEXT),
        Column("financial_year", TEXT),
        Column("financial_month", pa.int8()),
        Column("slice_number", pa.int32()),
        Column("accepted_rows", pa.int64(), unit="rows"),
        Column("refused_rows", pa.int64(), unit="rows"),
        Column("activity", pa.decimal128(18, 3), unit="the data set's activity"),
        Column("price_gbp", GBP_TYPE, unit="pounds"),
    ),
)

FILES = StoreTable(
    "files",
    "The files of each load.",
    (
        Column("load_id", TEXT),
        Column("dataset", TEXT),
        Column("file_name", TEXT),
        Column("sha256", TEXT),
        Column("bytes", pa.int64(), unit="bytes"),
        Column("read_rows", pa.int64(), unit="rows"),
        Column("accepted_rows", pa.int64(), unit="rows"),
        Column("refused_rows", pa.int64(), unit="rows"),
        Column("unattributed_refused_rows", pa.int64(), unit="rows with no known slice"),
    ),
)

LOADS = StoreTable(
    "loads",
    "Each load: when it came and under which rules, reference tables and key.",
    (
        Column("load_id", TEXT),
        Column("received_at", INSTANT),
        Column("committed_at", INSTANT),
        Column("key_id", TEXT),
        Column("rulebooks", TEXT, unit="JSON"),
        Column("reference", TEXT, unit="JSON"),
        Column("command", TEXT),
    ),
)

WITHDRAWALS = StoreTable(
    "withdrawals",
    "Loads made by mistake: from this time they count no more.",
    (
        Column("load_id", TEXT),
        Column("withdrawn_at", INSTANT),
        Column("reason", TEXT, "no reason was given"),
    ),
)

PURGES = StoreTable(
    "purges",
    "What was removed because its time to be kept had passed.",
    (
        Column("before", TEXT, unit="month, as 2023-04; exclusive"),
        Column("purged_at", INSTANT),
        Column("dataset", TEXT),
        Column("slices", pa.int64(), unit="slices, all versions"),
        Column("rows", pa.int64(), unit="rows, all versions"),
    ),
)


def _evidence_table(register: Register) -> StoreTable:
    """A register of evidence as the store keeps it: where each statement is from, and what it says."""
    places = tuple(
        Column(c.name, PLACE_TYPES.get(c.name, TEXT), c.missing or None, unit=c.meaning)
        for c in PLACE
    )
    said = tuple(
        Column(c.name, c.type, c.missing or None, unit=c.unit or c.meaning, disclosive=c.disclosive)
        for c in register.columns
    )
    return StoreTable(register.name, register.what, (*places, *said))


ROW_TABLES: dict[str, RowTable] = {table.name: table for table in (PLCM, ACM, DRPLCM, DEPLCM, IAP)}
REGISTERS: dict[str, StoreTable] = {
    table.name: table for table in (SLICES, FILES, LOADS, WITHDRAWALS, PURGES)
}
STORE_TABLES: dict[str, StoreTable] = {
    **ROW_TABLES,
    FINDINGS.name: FINDINGS,
    REFUSED_ROWS.name: REFUSED_ROWS,
    **REGISTERS,
}
# Made when the first statement comes: a store from before has none and reads them as empty.
EVIDENCE_TABLES: dict[str, StoreTable] = {
    name: _evidence_table(register) for name, register in EVIDENCE_REGISTERS.items()
}


def row_table(dataset: str) -> RowTable:
    """The declaration of a data set's rows. Raises UnknownName with the nearest known one."""
    if dataset not in ROW_TABLES:
        raise UnknownName("data set", dataset, sorted(ROW_TABLES))
    return ROW_TABLES[dataset]


def store_table(name: str) -> StoreTable:
    """The declaration of any stored table. Raises UnknownName with the nearest known one."""
    if name in EVIDENCE_TABLES:
        return EVIDENCE_TABLES[name]
    if name not in STORE_TABLES:
        raise UnknownName("table of the store", name, sorted({**STORE_TABLES, **EVIDENCE_TABLES}))
    return STORE_TABLES[name]


def is_small(table: StoreTable) -> bool:
    """Whether a table is appended to a few rows at a time, so that its files are merged."""
    return table.name in REGISTERS or table.name in EVIDENCE_TABLES
