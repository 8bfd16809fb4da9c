"""Why actual differs from plan: volume, mix, price, not planned, non-activity, market forces."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from speccomm.activity.contract_lines import EXACT
from speccomm.activity.rounding import rounded_quotient
from speccomm.activity.rules import ContractRules
from speccomm.activity.tables import CONTRACT_EFFECTS

PRICED = "priced"
NOT_PLANNED = "not planned"
NON_ACTIVITY = "non-activity"
ROW_KEYS = ("provider_code", "provider_name", "service_code")
PENNY = "decimal(18, 2)"
OTHER_EFFECTS = tuple(name for name in CONTRACT_EFFECTS if name != "mix_gbp")


def lines_by_family(lines: ir.Table, *, rules: ContractRules) -> ir.Table:
    """Say of each line which effects explain its variance.

    Shape:   the same rows with family, plan_gbp and actual_gbp (price and market forces together).
    Units:   pounds.
    Missing: plan_gbp and actual_gbp null where both their parts are. A point of delivery that is
             not in the list counts as activity.
    Source:  docs/explanation/contract_position.md, families of lines.
    """
    plan = _stated_sum(lines.plan_price_gbp, lines.plan_mff_gbp)
    actual = _stated_sum(lines.actual_price_gbp, lines.actual_mff_gbp)
    valued = lines.mutate(
        plan_gbp=plan,
        actual_gbp=actual,
        is_activity=lines.is_activity.coalesce(True),
    )
    unplanned_money = NOT_PLANNED if rules.unplanned_money == "not_planned" else NON_ACTIVITY
    return valued.mutate(
        family=ibis.cases(
            (~valued.is_activity & valued.plan_gbp.isnull(), unplanned_money),
            (~valued.is_activity, NON_ACTIVITY),
            (valued.repriced_gbp.notnull(), PRICED),
            (valued.plan_gbp.coalesce(0) != 0, NON_ACTIVITY),
            else_=NOT_PLANNED,
        )
    )


def effects_by_service(lines: ir.Table, *, first: tuple[str, ...] = ()) -> ir.Table:
    """Add up the lines of each provider and service into every effect but mix.

    Shape:   one row per provider and service; `first` are columns to group by before these.
    Units:   pounds to the penny, halves away from zero; activity of points of delivery that count
             activity.
    Missing: plan null where no line has a plan. Actual null where nothing was sent or every amount
             is blank; zero where the provider sent contract monitoring that does not name the
             service. An effect that does not arise is zero.
    Source:  docs/explanation/contract_position.md, effects.
    """
    sums = _sums(lines, first)
    nothing = ibis.literal(Decimal(0), EXACT)
    none_done = (sums.acm_rows == 0) & sums.sent
    actual = sums.actual_gbp.coalesce(none_done.ifelse(nothing, ibis.null())).cast(EXACT)
    return sums.select(
        *first,
        *ROW_KEYS,
        "plan_activity",
        "actual_activity",
        plan_gbp=to_penny(sums.plan_gbp),
        actual_gbp=to_penny(actual),
        volume_gbp=_volume(sums),
        price_gbp=to_penny(sums.priced_actual - sums.repriced),
        not_planned_gbp=to_penny(sums.not_planned),
        non_activity_gbp=to_penny(sums.non_activity),
        market_forces_gbp=to_penny(sums.market_forces),
    )


def with_variance(rows: ir.Table) -> ir.Table:
    """Give each row its variance, and mix as what the other effects leave of it.

    Shape:   the same rows with variance_gbp and mix_gbp; the six effects add up to the variance to
             the penny, as mix takes the rounding.
    Units:   pounds to the penny; variance is actual minus plan.
    Missing: a plan that is null counts as nothing in the variance. Variance and effects are null
             where actual is.
    """
    stated = rows.actual_gbp.notnull()
    effects = {name: stated.ifelse(rows[name], ibis.null()) for name in OTHER_EFFECTS}
    variance = (rows.actual_gbp - rows.plan_gbp.coalesce(0)).cast(PENNY)
    mix = variance
    for name in OTHER_EFFECTS:
        mix = (mix - rows[name]).cast(PENNY)
    return rows.mutate(
        variance_gbp=variance,
        mix_gbp=mix,
        plan_activity=_activity(rows.plan_activity, rows.plan_gbp),
        actual_activity=_activity(rows.actual_activity, rows.actual_gbp),
        **effects,
    )


def to_penny(amount: ir.DecimalValue) -> ir.DecimalValue:
    """An amount to the penny, halves away from zero; null stays null."""
    return amount.round(2).cast(PENNY)


def _sums(lines: ir.Table, first: tuple[str, ...]) -> ir.Table:
    priced = lines.family == PRICED
    difference = lines.actual_gbp.coalesce(0) - lines.plan_gbp.coalesce(0)
    market_forces = lines.actual_mff_gbp.coalesce(0) - lines.plan_mff_gbp.coalesce(0)

    def total(amount: ir.DecimalValue, where: ir.BooleanValue) -> ir.DecimalValue:
        return amount.sum(where=where).coalesce(0).cast("decimal(38, 5)")

    return lines.group_by([*first, *ROW_KEYS]).aggregate(
        plan_activity=lines.plan_activity.sum(where=lines.is_activity).cast(EXACT),
        actual_activity=lines.actual_activity.sum(where=lines.is_activity).cast(EXACT),
        plan_gbp=lines.plan_gbp.sum().cast(EXACT),
        actual_gbp=lines.actual_gbp.sum().cast(EXACT),
        acm_rows=lines.acm_rows.sum(),
        sent=lines.sent.any(),
        priced_plan_activity=total(lines.plan_activity, priced).cast(EXACT),
        priced_actual_activity=total(lines.actual_activity, priced).cast(EXACT),
        priced_plan=total(lines.plan_price_gbp, priced).cast(EXACT),
        priced_actual=total(lines.actual_price_gbp, priced),
        repriced=total(lines.repriced_gbp, priced),
        market_forces=total(market_forces, priced),
        not_planned=total(difference, lines.family == NOT_PLANNED),
        non_activity=total(difference, lines.family == NON_ACTIVITY),
    )


def _volume(sums: ir.Table) -> ir.DecimalValue:
    """More or less activity at the average planned price of the row.

    Where planned activity adds up to nothing there is no average, and every line's own difference
    in activity is taken at its own price, leaving mix no more than the rounding.
    """
    more = (sums.priced_actual_activity - sums.priced_plan_activity).cast(EXACT)
    at_average = rounded_quotient(sums.priced_plan, more, sums.priced_plan_activity, places=2)
    line_by_line = to_penny(sums.repriced - sums.priced_plan)
    return at_average.cast(PENNY).coalesce(line_by_line)


def _activity(amount: ir.DecimalValue, money: ir.DecimalValue) -> ir.DecimalValue:
    """Activity, which is zero where only money is stated and null where no money is."""
    nothing = ibis.literal(Decimal(0), "decimal(18, 3)")
    stated = amount.cast("decimal(18, 3)")
    return stated.coalesce(money.notnull().ifelse(nothing, ibis.null())).cast("decimal(18, 3)")


def _stated_sum(price: ir.DecimalValue, mff: ir.DecimalValue) -> ir.DecimalValue:
    stated = price.notnull() | mff.notnull()
    return stated.ifelse(price.coalesce(0) + mff.coalesce(0), ibis.null()).cast(EXACT)
