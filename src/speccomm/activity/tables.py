"""The tables this domain hands on: each column's type, unit, meaning of null and handling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

UNKNOWN = "Unknown"
ELSEWHERE = "Elsewhere"

ACTIVITY = pa.decimal128(18, 3)
GBP = pa.decimal128(18, 2)
ACTIVITY_TEXT = "decimal(18, 3)"
GBP_TEXT = "decimal(18, 2)"


@dataclass(frozen=True)
class ColumnMeaning:
    """One column of a table that is handed on.

    `missing` says what null means, and is empty where null cannot occur. `disclosive` marks a
    figure that may describe few people and must be suppressed before it is published.
    """

    name: str
    type: pa.DataType
    unit: str
    missing: str = ""
    disclosive: bool = False
    source: str = ""


def _name(name: str, missing: str = "the code is not in the reference tables") -> ColumnMeaning:
    return ColumnMeaning(name, pa.string(), "name", missing, source="reference")


def _code(name: str, source: str) -> ColumnMeaning:
    return ColumnMeaning(name, pa.string(), "code", source=source)


def _activity(name: str, missing: str = "") -> ColumnMeaning:
    return ColumnMeaning(name, ACTIVITY, "units of activity", missing, disclosive=True)


def _gbp(name: str, missing: str = "") -> ColumnMeaning:
    return ColumnMeaning(name, GBP, "pounds", missing)


FLOW_MEASURES = (
    "intra",
    "imported",
    "exported",
    "provider_total",
    "patient_total",
    "grand_total",
)

FLOWS = (
    _code("crg_code", "assignment; Unknown where no clinical reference group follows"),
    _name("crg_name"),
    *(_activity(name) for name in FLOW_MEASURES),
)

DRILL_DOWN_COLUMNS: dict[str, tuple[ColumnMeaning, ...]] = {
    "provider": (
        _code("provider_code", "submission; the successor's code on the map date"),
        _name("provider_name"),
    ),
    "icb": (
        _code("icb_code", "patient's commissioner on the map date; Unknown, or Elsewhere"),
        _name("icb_name"),
    ),
    "service": (_code("service_code", "submission"), _name("service_name")),
    "pod": (_code("pod_code", "submission"),),
    "month": (_code("month", "calendar month of the activity, such as 2023-04"),),
}

_NOT_SENT = "the provider sent nothing, or left every amount blank"
_NO_PLAN = "no plan is held"

CONTRACT_EFFECTS = (
    "volume_gbp",
    "mix_gbp",
    "price_gbp",
    "not_planned_gbp",
    "non_activity_gbp",
    "market_forces_gbp",
)

CONTRACT_POSITION = (
    _code("provider_code", "submission; the successor's code on the map date"),
    _name("provider_name"),
    _code("service_code", "submission; Unknown where it is blank"),
    _name("service_name"),
    _activity("plan_activity", _NO_PLAN),
    _activity("actual_activity", _NOT_SENT),
    _gbp("plan_gbp", _NO_PLAN),
    _gbp("actual_gbp", _NOT_SENT),
    _gbp("variance_gbp", "nothing was sent, so there is nothing to set against the plan"),
    *(_gbp(name, "as variance_gbp") for name in CONTRACT_EFFECTS),
    _gbp("forecast_straight_gbp", "nothing was sent"),
    _gbp("forecast_profiled_gbp", "nothing was sent, or the year's plan is not known or is zero"),
)

_EXACT = pa.decimal128(38, 4)
_BLANK = "no row states it"


def _exact(name: str, unit: str = "pounds", missing: str = _BLANK) -> ColumnMeaning:
    return ColumnMeaning(name, _EXACT, unit, missing)


CONTRACT_LINES = (
    _code("provider_code", "submission; the successor's code on the map date"),
    _name("provider_name"),
    ColumnMeaning("service_code", pa.string(), "code", "the submission leaves it blank"),
    ColumnMeaning("pod_code", pa.string(), "code", "the submission leaves it blank"),
    ColumnMeaning("tariff_code", pa.string(), "code", "the submission leaves it blank"),
    ColumnMeaning("family", pa.string(), "priced, not planned or non-activity"),
    ColumnMeaning("listed", pa.bool_(), "true where the point of delivery is in the list"),
    ColumnMeaning("is_activity", pa.bool_(), "true where the point of delivery counts activity"),
    _exact("plan_activity", "units of activity"),
    _exact("plan_price_gbp"),
    _exact("plan_mff_gbp"),
    _exact("plan_gbp"),
    _exact("annual_plan_gbp", missing="the plan of the year is not known"),
    _exact("actual_activity", "units of activity"),
    _exact("actual_price_gbp"),
    _exact("actual_mff_gbp"),
    _exact("actual_gbp"),
    ColumnMeaning("repriced_gbp", pa.decimal128(21, 5), "pounds", "no planned unit price"),
    ColumnMeaning("acm_rows", pa.int64(), "rows of contract monitoring"),
)

SERVICES_BY_PROVIDER = (
    _code("provider_code", "submission; the successor's code on the map date"),
    _name("provider_name"),
    _code("service_code", "submission; Unknown where it is blank"),
    _name("service_name"),
    _activity("activity", "the provider sent no patient level rows for the period"),
    _gbp("price_gbp", "the provider sent no contract monitoring for the period"),
    ColumnMeaning("contracted", pa.bool_(), "true where the plan names the service",
                  "no plan of the provider is held at all"),
)  # fmt: skip

MONTHLY_TREND = (_code("month", "calendar month"), *(_activity(name) for name in FLOW_MEASURES))

TOP_PROVIDERS = (
    _code("provider_code", "submission; the successor's code on the map date"),
    _name("provider_name"),
    _code("provider_icb_code", "head office on the map date; Unknown for an unknown provider"),
    _activity("activity"),
    ColumnMeaning("inside_area", pa.bool_(), "true where the provider's head office is inside"),
)


def arrow_schema(columns: tuple[ColumnMeaning, ...]) -> pa.Schema:
    """The Arrow schema of a declared table, in its order."""
    return pa.schema([pa.field(column.name, column.type) for column in columns])


def flow_columns(by: Sequence[str]) -> tuple[ColumnMeaning, ...]:
    """The columns of a flow table with the drill-down asked, whose columns come first."""
    first = tuple(column for name in by for column in DRILL_DOWN_COLUMNS[name])
    return first + FLOWS


def with_whole_activity(table: pa.Table) -> pa.Table:
    """Write activity as whole numbers where every activity of the table is whole.

    Shape:   the same rows; every activity column is int64, or all stay decimal with three places.
    Missing: null stays null.
    """
    columns = [f.name for f in table.schema if f.type == ACTIVITY]
    if not all(_is_whole(table.column(name)) for name in columns):
        return table
    for name in columns:
        position = table.schema.get_field_index(name)
        table = table.set_column(position, name, table.column(name).cast(pa.int64()))
    return table


def _is_whole(column: pa.ChunkedArray) -> bool:
    whole = pc.all(pc.equal(column, pc.trunc(column)), min_count=0).as_py()
    return bool(whole)
