"""The tables of the contract position: position, effects, bridge and every line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.publishing.agreement import EFFECTS, total_of
from speccomm.publishing.columns import (
    PROVIDER_CODE,
    PROVIDER_NAME,
    SERVICE_CODE,
    SERVICE_NAME,
    money_column,
)
from speccomm.publishing.facts import CONTRACT, MONEY_TYPE, PackFacts
from speccomm.publishing.model import Column, Making, PackTable, Placement, Unit
from speccomm.publishing.naming import Namer, short_icb_name
from speccomm.publishing.sourcing import Key, Of, Position

NOT_PLANNED = "not planned"
EFFECT_NAMES = {
    "volume_gbp": ("Volume", "More or less activity than planned, at planned average price"),
    "mix_gbp": ("Mix", "Activity on dearer or cheaper lines than planned; takes the rounding"),
    "price_gbp": ("Price", "The same activity at a price other than planned"),
    "market_forces_gbp": ("Market forces", "Market forces amounts other than planned"),
    "not_planned_gbp": ("Not planned", "All money on lines that have no plan"),
    "non_activity_gbp": ("Non-activity", "Lines of money only: block, adjustment, pass-through"),
}
HEADS = {"provider": (PROVIDER_CODE, PROVIDER_NAME), "service": (SERVICE_CODE, SERVICE_NAME)}
KEYS = {
    "provider": (Key("provider_code", Of.PROVIDER),),
    "service": (Key("service_code", Of.SERVICE),),
}
IN_WORDS = {"provider": "provider", "service": "service line"}


def with_compared_plan(lines: pa.Table) -> pa.Table:
    """The lines with compared_plan_gbp: the plan where something was sent to set against it.

    Missing: null where nothing was sent or nothing was planned.
    """
    sent = pc.is_valid(lines.column("variance_gbp"))
    compared = pc.if_else(sent, lines.column("plan_gbp"), pa.scalar(None, MONEY_TYPE))
    return lines.append_column("compared_plan_gbp", compared)


def position_table(facts: PackFacts, records: list[dict[str, Any]], *, by: str) -> PackTable:
    """Plan, actual, variance and forecasts by provider or service line."""
    figures = (*activity_columns(), *money_columns(), *_forecast_columns())
    columns = (*HEADS[by], *sourced(facts, figures))
    names = [c.name for c in columns if c.share_of is None]
    return PackTable(
        id=f"contract_by_{by}",
        title=f"Contract position by {IN_WORDS[by]}, {facts.contract_period}",
        columns=columns,
        rows=_as_table(records, [*names, "actual_missing"]),
        row_header=f"{by}_name",
        making=position_making(facts),
        notes=(
            (
                "Straight forecast: the months so far, continued evenly. Profiled forecast: the months "
                "so far, continued as the plan is spread over the year."
            ),
            "Where nothing was sent there is no variance, and the plan is not counted in the share.",
        ),
        total_label=f"All {IN_WORDS[by]}s",
        keys=KEYS[by],
    )


def effects_table(facts: PackFacts, records: list[dict[str, Any]], *, by: str) -> PackTable:
    """The variance and the effects it is made of, by provider or service line."""
    columns = (*HEADS[by], *sourced(facts, (*_effect_columns(), _variance())))
    return PackTable(
        id=f"contract_effects_by_{by}",
        title=f"What makes up the variance by {IN_WORDS[by]}, {facts.contract_period}",
        columns=columns,
        rows=_as_table(records, [column.name for column in columns]),
        row_header=f"{by}_name",
        making=position_making(facts),
        notes=("The six effects of a row sum to its variance to the penny.",),
        total_label=f"All {IN_WORDS[by]}s",
        keys=KEYS[by],
        placement=Placement.FOLDED if by == "service" else Placement.PAGE,
    )


def bridge_table(facts: PackFacts) -> PackTable:
    """One row for each effect, their sum being the variance."""
    rows = pa.table(
        {
            "effect": [name for name, _ in EFFECT_NAMES.values()],
            "meaning": [f"{meaning}." for _, meaning in EFFECT_NAMES.values()],
            "effect_gbp": pa.array([total_of(facts.contract, e) for e in EFFECTS], MONEY_TYPE),
            "measure": list(EFFECTS),
        }
    )
    return PackTable(
        id="contract_bridge",
        title=f"What makes up the variance, {facts.contract_period}",
        columns=(
            Column("effect", "Effect", Unit.TEXT, "Reason for a difference from plan"),
            Column("meaning", "What it is", Unit.TEXT, "The effect in words"),
            money_column(
                "effect_gbp",
                "Pounds",
                "Pounds above or below plan",
                signed=True,
                source=position_source(facts),
            ),
        ),
        rows=rows,
        row_header="effect",
        making=position_making(facts),
        total_label="Variance from plan",
        keys=(Key("measure", Of.MEASURE),),
    )


def detail_table(facts: PackFacts, namer: Namer) -> PackTable:
    """Every pair of provider and service line with every column, as a file."""
    records: list[dict[str, Any]] = with_compared_plan(facts.contract).to_pylist()
    for row in records:
        row["service_name"] = namer.say(row["service_name"])
        row["actual_missing"] = "none reported"
    records.sort(key=lambda row: (row["provider_code"] or "", row["service_code"] or ""))
    money = (*money_columns(), *_effect_columns(), *_forecast_columns())
    figures = sourced(facts, (*activity_columns(), *money))
    columns = (*HEADS["provider"], *HEADS["service"], *figures)
    names = [c.name for c in columns if c.share_of is None]
    return PackTable(
        id="contract_lines",
        title=f"Contract position by provider and service line, {facts.contract_period}",
        columns=columns,
        rows=_as_table(records, [*names, "actual_missing"]),
        row_header="service_name",
        making=position_making(facts),
        placement=Placement.FILE,
        keys=(*KEYS["provider"], *KEYS["service"]),
    )


def position_source(facts: PackFacts, measure: str = "") -> Position:
    """Where a figure of the contract position comes from; its measure, or empty where a row says."""
    last = facts.contract_last_month
    return Position(facts.icb.code, str(facts.contract_year), last.number if last else 0, measure)


def sourced(facts: PackFacts, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns with the position as the source of every figure."""
    return tuple(
        column if column.share_of else replace(column, source=position_source(facts, column.name))
        for column in columns
    )


def position_making(facts: PackFacts) -> Making:
    """How every table of the position is made."""
    return Making(
        "Price plus market forces amount, planned (ACM, or IAP where a provider sent it) and actual (ACM)",
        ("acm", "iap"),
        f"months {facts.contract_first_month} to {facts.contract_last_month}; patients of "
        f"{short_icb_name(facts.icb.name)}",
    )


def activity_columns() -> tuple[Column, ...]:
    """Planned and reported units."""
    return (
        Column(
            "plan_activity",
            "Planned units",
            Unit.ACTIVITY,
            "Units planned to date",
            missing=NOT_PLANNED,
            group="Activity",
            adds_up=True,
        ),
        Column(
            "actual_activity",
            "Actual units",
            Unit.ACTIVITY,
            "Units reported to date",
            missing="none reported",
            missing_from="actual_missing",
            group="Activity",
            adds_up=True,
        ),
    )


def money_columns() -> tuple[Column, ...]:
    """Plan, actual and variance to date."""
    return (
        Column(
            "plan_gbp",
            "Plan",
            Unit.GBP,
            "Money planned to date",
            missing=NOT_PLANNED,
            group="Money to date",
            adds_up=True,
        ),
        Column(
            "actual_gbp",
            "Actual",
            Unit.GBP,
            "Money reported to date",
            missing="none reported",
            missing_from="actual_missing",
            group="Money to date",
            adds_up=True,
        ),
        Column(
            "compared_plan_gbp",
            "Plan compared",
            Unit.GBP,
            "The plan where something was sent to set against it",
            missing="none to compare",
            group="Money to date",
            adds_up=True,
            on_page=False,
        ),
        Column(
            "variance_gbp",
            "Variance",
            Unit.GBP,
            "Actual minus plan; + is above plan",
            missing="not compared",
            group="Money to date",
            adds_up=True,
            signed=True,
        ),
        Column(
            "variance_percent",
            "of plan",
            Unit.PERCENT,
            "Variance as a share of plan",
            missing="no plan",
            group="Money to date",
            signed=True,
            share_of=("variance_gbp", "compared_plan_gbp"),
        ),
    )


def _forecast_columns() -> tuple[Column, ...]:
    return (
        Column(
            "forecast_straight_gbp",
            "Straight",
            Unit.GBP,
            "Actual to date, continued evenly to the end of the year",
            missing="no forecast",
            group="Forecast for the year",
            adds_up=True,
        ),
        Column(
            "forecast_profiled_gbp",
            "Profiled",
            Unit.GBP,
            "Actual to date, continued in the shape of the plan",
            missing="no forecast",
            group="Forecast for the year",
            adds_up=True,
        ),
    )


def _effect_columns() -> tuple[Column, ...]:
    return tuple(
        money_column(name, title, meaning, missing="not compared", signed=True)
        for name, (title, meaning) in EFFECT_NAMES.items()
    )


def _variance() -> Column:
    return money_column(
        "variance_gbp",
        "Variance",
        "Actual minus plan; + is above plan",
        missing="not compared",
        signed=True,
    )


def _as_table(records: list[dict[str, Any]], names: list[str]) -> pa.Table:
    kinds = {name: CONTRACT.field(name).type for name in CONTRACT.names}
    kinds["compared_plan_gbp"] = MONEY_TYPE
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
    return pa.Table.from_pylist([{n: row.get(n) for n in names} for row in records], schema=schema)
