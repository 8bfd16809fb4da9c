"""The tables and facts a pack is made from, declared column by column.

`jobs.pack` asks the store and the activity functions for them; nothing here knows where they came
from. Every table is checked against its schema when the facts are put together, so a renamed column
fails at the border and not in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from speccomm.foundation.periods import FinancialMonth, FinancialYear, months_between
from speccomm.publishing.evidence_facts import PackEvidence, no_evidence
from speccomm.publishing.model import BadPack
from speccomm.publishing.wording import say_period

ICB_USE, REGION_USE, CONTRACT_USE, NO_USE, EVIDENCE_USE = (
    "activity",
    "activity of the region only",
    "contract position",
    "no figure; what was refused",
    "evidence of services",
)
NOT_OF_THE_ICB = frozenset(
    {REGION_USE, EVIDENCE_USE}
)  # uses of files that its providers did not send
MEASURE_TYPE = pa.decimal128(38, 3)
MONEY_TYPE = pa.decimal128(38, 2)

FLOW_MEASURES = tuple(
    pa.field(name, MEASURE_TYPE)
    for name in (
        "intra",
        "imported",
        "exported",
        "provider_total",
        "patient_total",
        "grand_total",
    )
)
CRG = (pa.field("crg_code", pa.string()), pa.field("crg_name", pa.string()))
PROVIDER = (pa.field("provider_code", pa.string()), pa.field("provider_name", pa.string()))
SERVICE = (pa.field("service_code", pa.string()), pa.field("service_name", pa.string()))

FLOWS = pa.schema([*CRG, *FLOW_MEASURES])
FLOWS_BY_MONTH = pa.schema([pa.field("month", pa.string()), *FLOW_MEASURES])
FLOWS_BY_PROVIDER = pa.schema([*PROVIDER, *FLOW_MEASURES])
FLOWS_BY_ICB = pa.schema(
    [pa.field("icb_code", pa.string()), pa.field("icb_name", pa.string()), *FLOW_MEASURES]
)
UNKNOWN_FLOWS = pa.schema([*PROVIDER, *SERVICE, pa.field("reason", pa.string()), *FLOW_MEASURES])
CONTRACT = pa.schema(
    [
        *PROVIDER,
        *SERVICE,
        pa.field("plan_activity", MEASURE_TYPE),
        pa.field("actual_activity", MEASURE_TYPE),
        *(
            pa.field(name, MONEY_TYPE)
            for name in (
                "plan_gbp",
                "actual_gbp",
                "variance_gbp",
                "volume_gbp",
                "mix_gbp",
                "price_gbp",
                "not_planned_gbp",
                "non_activity_gbp",
                "market_forces_gbp",
                "forecast_straight_gbp",
                "forecast_profiled_gbp",
            )
        ),
    ]
)
PROVIDERS = pa.schema(PROVIDER)  # every provider named anywhere in the pack
SERVICES = pa.schema(
    [
        *PROVIDER,
        *SERVICE,
        pa.field("contracted", pa.bool_()),  # null: no plan of the provider is held
        pa.field("activity", MEASURE_TYPE),  # null: no activity rows
    ]
)
COVERAGE = pa.schema(
    [
        *PROVIDER,
        pa.field("dataset", pa.string()),
        pa.field("months_received", pa.int64()),
        pa.field("months_expected", pa.int64()),
        pa.field("missing_months", pa.string()),  # "2023-05, 2023-06"; null: none missing
    ]
)
FINDINGS = pa.schema(
    [
        pa.field("check_id", pa.string()),
        pa.field("level", pa.string()),
        pa.field("dataset", pa.string()),
        pa.field("field", pa.string()),
        pa.field("sentence", pa.string()),
        pa.field("remedy", pa.string()),
        pa.field("findings", pa.int64()),
        pa.field("rows", pa.int64()),  # rows named by at least one of the findings
        pa.field("providers", pa.string()),  # codes, comma separated
    ]
)
FILES = pa.schema(
    [
        pa.field("load_id", pa.string()),
        pa.field("received_at", pa.timestamp("us", tz="UTC")),
        pa.field("dataset", pa.string()),
        pa.field("providers", pa.string()),  # codes of the slices it fills, comma separated
        pa.field("file_name", pa.string()),
        pa.field("sha256", pa.string()),
        pa.field("bytes", pa.int64()),
        pa.field("read_rows", pa.int64()),
        pa.field("accepted_rows", pa.int64()),
        pa.field("refused_rows", pa.int64()),
        pa.field("used_for", pa.string()),  # one of the uses above
    ]
)
RULEBOOKS = pa.schema(
    [
        pa.field("identifier", pa.string()),
        pa.field("version", pa.string()),
        pa.field("used_for", pa.string()),
        pa.field("sha256", pa.string()),
    ]
)
REFERENCE = pa.schema([pa.field("table", pa.string()), pa.field("sha256", pa.string())])


@dataclass(frozen=True)
class Organisation:
    """A commissioner by code and name."""

    code: str
    name: str


@dataclass(frozen=True)
class PackFacts:
    """Everything the pack of one ICB, or of one region, is made from.

    `icb` is the organisation the pack is of: in a region's pack it is the region itself.
    `provider_contract` is the position of every provider of the region for all commissioners, where
    `contract` is that of the pack's own patients. `contract_by_icb` is, in a region's pack, that of
    the patients of each of its ICBs, named in `icb_names`. `evidence` is what is held of services.
    `evidence_asked` says whether its day was asked for.
    `local_providers` are the codes of providers whose head office is in the ICB on `map_date`.
    `holds_plan` are the providers of which any plan is held for the contract year, `sent_actual`
    those that sent contract monitoring of its months. `contract_last_month` is the last month of
    the position, None where no contract monitoring is loaded. `incomplete_months` are those held
    as at flex, before corrections. `cautions` are whole sentences the
    job knows to be needed, such as a list that stands in for another. `sets` are the
    codes that filters of figures name: patients:QWU, providers:QWU and so on.
    """

    icb: Organisation
    region: Organisation
    first_month: FinancialMonth
    last_month: FinancialMonth
    map_date: date
    as_at: datetime | None
    built_at: datetime
    store_version: int
    local_providers: tuple[str, ...]
    holds_plan: tuple[str, ...]
    sent_actual: tuple[str, ...]
    contract_year: FinancialYear
    contract_last_month: FinancialMonth | None
    incomplete_months: tuple[str, ...]
    cautions: tuple[str, ...]
    flows_icb: pa.Table
    flows_region: pa.Table
    flows_by_month: pa.Table
    flows_by_provider: pa.Table
    flows_by_icb: pa.Table
    unknown_flows: pa.Table
    contract: pa.Table
    providers: pa.Table
    services: pa.Table
    coverage: pa.Table
    findings: pa.Table
    files: pa.Table
    rulebooks: pa.Table
    reference: pa.Table
    row_counts: dict[str, int]
    software: str
    sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    provider_contract: pa.Table = field(default_factory=CONTRACT.empty_table)
    contract_by_icb: Mapping[str, pa.Table] = field(default_factory=dict)
    icb_names: Mapping[str, str | None] = field(default_factory=dict)
    evidence: PackEvidence = field(default_factory=no_evidence)
    evidence_asked: bool = False

    def __post_init__(self) -> None:
        for name, schema in SCHEMAS.items():
            table = getattr(self, name)
            if table.schema != schema:
                raise BadPack(f"{name} is not in its declared shape: {table.schema}")
        for code, position in self.contract_by_icb.items():
            if position.schema != CONTRACT:
                raise BadPack(f"the contract position of {code} is not in its declared shape")

    @property
    def is_region(self) -> bool:
        """Whether this is the pack of a whole region."""
        return self.icb.code == self.region.code

    @property
    def kind(self) -> str:
        """What a sentence calls the pack's area: ICB or region."""
        return "region" if self.is_region else "ICB"

    @property
    def months(self) -> list[FinancialMonth]:
        """Every month of the period."""
        return months_between(self.first_month, self.last_month)

    @property
    def contract_first_month(self) -> FinancialMonth:
        return FinancialMonth(self.contract_year, 1)

    @property
    def contract_period(self) -> str:
        """The months of the contract position in words; empty where there is none."""
        last = self.contract_last_month
        return say_period(self.contract_first_month, last) if last else ""


SCHEMAS = {
    "flows_icb": FLOWS,
    "flows_region": FLOWS,
    "flows_by_month": FLOWS_BY_MONTH,
    "flows_by_provider": FLOWS_BY_PROVIDER,
    "flows_by_icb": FLOWS_BY_ICB,
    "unknown_flows": UNKNOWN_FLOWS,
    "contract": CONTRACT,
    "provider_contract": CONTRACT,
    "providers": PROVIDERS,
    "services": SERVICES,
    "coverage": COVERAGE,
    "findings": FINDINGS,
    "files": FILES,
    "rulebooks": RULEBOOKS,
    "reference": REFERENCE,
}


def in_shape(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table's columns in the schema's order and types.

    Raises BadPack where a column is missing; pyarrow.ArrowInvalid where a value does not fit.
    """
    if missing := set(schema.names) - set(table.column_names):
        raise BadPack(f"a table lacks {', '.join(sorted(missing))}")
    return table.select(schema.names).cast(schema)


def row_of(records: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """A table of plain records in a declared shape."""
    return pa.Table.from_pylist(records, schema=schema)
