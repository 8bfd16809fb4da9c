"""Where the year will end: straight on from the year to date, or along the plan's profile."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from speccomm.activity.contract_lines import EXACT
from speccomm.activity.effects import PENNY
from speccomm.activity.rounding import FACTOR, rounded_quotient
from speccomm.activity.rules import ContractRules
from speccomm.foundation.periods import MONTHS_IN_YEAR

FORECAST_KEYS = ("provider_code", "service_code")


def forecasts_by_service(
    lines: ir.Table, *, rules: ContractRules, first: tuple[str, ...] = ()
) -> ir.Table:
    """Add up what the forecasts of each provider and service need, fixed elements apart.

    Shape:   one row per provider and service: annual_plan_gbp, and the part of actual, of plan to
             date and of the year's plan that is fixed (zero where the rules extrapolate all).
             `first` are columns to group by before provider and service.
    Units:   pounds.
    Missing: annual_plan_gbp is null where the year's plan of any planned line is not known.
    Source:  rulebook activity/contract_position, [forecast].
    """
    held = rules.fixed_points_of_delivery if rules.fixed_elements == "annual_plan" else ()
    fixed = lines.pod_code.isin(list(held)).coalesce(False) if held else ibis.literal(value=False)
    planned = lines.plan_gbp.notnull()
    unknown = planned & lines.annual_plan_gbp.isnull()

    def total(amount: ir.DecimalValue) -> ir.DecimalValue:
        return amount.sum(where=fixed).coalesce(0).cast(EXACT)

    sums = lines.group_by([*first, *FORECAST_KEYS]).aggregate(
        annual_plan_gbp=lines.annual_plan_gbp.sum().cast(EXACT),
        unknown_lines=unknown.sum(),
        unknown_fixed=(unknown & fixed).sum(),
        fixed_actual=total(lines.actual_gbp),
        fixed_plan=total(lines.plan_gbp),
        fixed_year=total(lines.annual_plan_gbp),
    )
    whole = sums.unknown_lines == 0
    fixed_known = sums.unknown_fixed == 0
    return sums.mutate(
        annual_plan_gbp=whole.ifelse(sums.annual_plan_gbp, ibis.null()).cast(EXACT),
        fixed_year=fixed_known.ifelse(sums.fixed_year, ibis.null()).cast(EXACT),
    ).drop("unknown_lines", "unknown_fixed")


def with_forecasts(rows: ir.Table, *, to_month: int) -> ir.Table:
    """Forecast the year's actual of each row in two ways.

    Shape:   the same rows with forecast_straight_gbp (to date / months x 12) and
             forecast_profiled_gbp (to date x the year's plan / plan to date); a fixed part, where
             the rules hold one, ends the year as planned instead.
    Units:   pounds to the penny, halves away from zero.
    Missing: both null where actual is; profiled null where there is no plan, the year's plan is
             not known, or the plan to date is zero.
    """
    varying = (rows.actual_gbp - rows.fixed_actual).cast(EXACT)
    plan = (rows.plan_gbp - rows.fixed_plan).cast(EXACT)
    year = (rows.annual_plan_gbp - rows.fixed_year).cast(EXACT)
    months, twelve = (_number(number) for number in (to_month, MONTHS_IN_YEAR))
    straight = rounded_quotient(varying, twelve, months, places=2)
    profiled = rounded_quotient(varying, year, plan, places=2)
    return rows.mutate(
        forecast_straight_gbp=(straight.cast(EXACT) + rows.fixed_year).round(2).cast(PENNY),
        forecast_profiled_gbp=(profiled.cast(EXACT) + rows.fixed_year).round(2).cast(PENNY),
    )


def _number(number: int) -> ir.DecimalScalar:
    return ibis.literal(Decimal(number), FACTOR)
