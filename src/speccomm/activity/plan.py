"""The indicative activity plan, to date and for the year, with its months 0 and 13."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from speccomm.activity.rounding import months_of_twelve
from speccomm.activity.rules import ContractRules
from speccomm.foundation.periods import MONTHS_IN_YEAR

LINE_KEYS = ("provider_code", "service_code", "pod_code", "tariff_code")
PLAN_MEASURES = {
    "plan_activity": "planned_activity",
    "plan_price_gbp": "planned_price_gbp",
    "plan_mff_gbp": "planned_mff_gbp",
}
YEAR_END_MONTH = 13


def indicative_plan(
    iap: ir.Table, *, to_month: int, rules: ContractRules, first: tuple[str, ...] = ()
) -> ir.Table:
    """Read the plan rows of one year into plan to date and plan of the year, by line.

    Shape:   one row per provider, service, point of delivery and tariff code of the plan; `first`
             are columns to group by before these.
    Units:   plan_activity in units; plan_price_gbp, plan_mff_gbp and annual_plan_gbp (price and
             market forces of the year) in pounds. A twelfth is rounded to four decimals.
    Missing: null where every row of the line leaves the amount blank; zero where the line is
             planned for later months only.
    Source:  rulebook activity/contract_position, [plan].
    """
    lines = _summed_by_kind_of_month(iap, to_month=to_month, first=first)
    month_0 = _month_0_stands(lines, rules)
    measures = {
        name: _to_date(lines, name, month_0, to_month=to_month, rules=rules)
        for name in PLAN_MEASURES
    }
    annual = [_annual(lines, name, month_0, rules) for name in PLAN_MEASURES if "gbp" in name]
    return lines.select(*first, *LINE_KEYS, **measures, annual_plan_gbp=_total_of(*annual))


def unusual_plan_months(iap: ir.Table, *, rules: ContractRules) -> ir.Table:
    """Count the plan lines with month 0 or 13, by provider.

    Shape:   one row per provider with such a line: unusual_gbp on months 0 and 13, repeated_lines
             and repeated_gbp where month 0 stands beside months of the year and was left out.
    Units:   pounds of price and market forces together; lines.
    Missing: a blank amount adds nothing.
    """
    lines = _summed_by_kind_of_month(iap, to_month=MONTHS_IN_YEAR)
    zero = _total_of(lines.plan_price_gbp_month_0, lines.plan_mff_gbp_month_0)
    last = _total_of(lines.plan_price_gbp_month_13, lines.plan_mff_gbp_month_13)
    repeated = (lines.month_0_rows > 0) & ~_month_0_stands(lines, rules) & (lines.month_rows > 0)
    unusual = lines.select(
        "provider_code",
        has_unusual=(lines.month_0_rows > 0) | (lines.month_13_rows > 0),
        repeated=repeated,
        zero=zero.coalesce(0),
        both=_total_of(zero, last).coalesce(0),
    ).filter(lambda t: t.has_unusual)
    return unusual.group_by("provider_code").aggregate(
        unusual_gbp=unusual.both.sum().cast("decimal(38, 4)"),
        repeated_lines=unusual.repeated.sum(),
        repeated_gbp=unusual.zero.sum(where=unusual.repeated).cast("decimal(38, 4)"),
    )


def _summed_by_kind_of_month(
    iap: ir.Table, *, to_month: int, first: tuple[str, ...] = ()
) -> ir.Table:
    month = iap.financial_month
    kinds = {
        "to_date": month.between(1, to_month),
        "months": month.between(1, MONTHS_IN_YEAR),
        "month_0": month == 0,
        "month_13": month == YEAR_END_MONTH,
    }
    sums = {
        f"{name}_{kind}": iap[source].sum(where=where).cast("decimal(38, 4)")
        for name, source in PLAN_MEASURES.items()
        for kind, where in kinds.items()
    }
    return iap.group_by([*first, *LINE_KEYS]).aggregate(
        **sums,
        month_rows=kinds["months"].sum(),
        month_0_rows=kinds["month_0"].sum(),
        month_13_rows=kinds["month_13"].sum(),
    )


def _month_0_stands(lines: ir.Table, rules: ContractRules) -> ir.BooleanValue:
    if rules.month_0 == "left_out":
        return lines.month_0_rows < 0
    if rules.month_0_beside_months == "added":
        return lines.month_0_rows > 0
    return (lines.month_0_rows > 0) & (lines.month_rows == 0)


def _to_date(
    lines: ir.Table, name: str, month_0: ir.BooleanValue, *, to_month: int, rules: ContractRules
) -> ir.DecimalValue:
    zero = lines[f"{name}_month_0"]
    if rules.month_0 == "twelfths":
        zero = months_of_twelve(zero, months=to_month)
    elif to_month < MONTHS_IN_YEAR:
        zero = _zeroed(zero)
    last = lines[f"{name}_month_13"]
    if to_month < MONTHS_IN_YEAR:
        last = _zeroed(last)
    later = _zeroed(lines[f"{name}_months"])
    return _total_of(
        lines[f"{name}_to_date"].coalesce(later),
        month_0.ifelse(zero, ibis.null()),
        *([last] if rules.month_13 == "year_end" else []),
    )


def _annual(
    lines: ir.Table, name: str, month_0: ir.BooleanValue, rules: ContractRules
) -> ir.DecimalValue:
    return _total_of(
        lines[f"{name}_months"],
        month_0.ifelse(lines[f"{name}_month_0"], ibis.null()),
        *([lines[f"{name}_month_13"]] if rules.month_13 == "year_end" else []),
    )


def _total_of(*amounts: ir.DecimalValue) -> ir.DecimalValue:
    """Add amounts, taking blank ones as nothing unless all are blank."""
    stated = ibis.coalesce(*amounts).notnull()
    added = amounts[0].coalesce(0)
    for amount in amounts[1:]:
        added = added + amount.coalesce(0)
    return stated.ifelse(added, ibis.null()).cast("decimal(38, 4)")


def _zeroed(amount: ir.DecimalValue) -> ir.DecimalValue:
    """Zero where an amount is stated, null where it is blank."""
    return amount.notnull().ifelse(ibis.literal(Decimal(0), "decimal(38, 4)"), ibis.null())
