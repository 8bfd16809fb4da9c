"""What a reader of a contract position must know: plans and actuals that are not there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.contract_lines import EXACT, ContractScope, plan_stands_in, within
from speccomm.activity.effects import NON_ACTIVITY
from speccomm.activity.findings import ActivityFindings
from speccomm.activity.rules import ContractRules

ACM = "acm"
IAP = "iap"


def position_findings(
    position: pa.Table, *, names: Mapping[str, str], say: ActivityFindings
) -> list[dict[str, Any]]:
    """Say where a contract position has no plan, no actual or no profiled forecast.

    Shape:   findings ACT-011 (plan and nothing sent), ACT-014 (actual without plan) and ACT-017 (no
             profile to forecast along), each by provider.
    Units:   pounds.
    """
    no_actual = pc.and_(pc.is_null(position["actual_gbp"]), pc.is_valid(position["plan_gbp"]))
    no_plan = pc.and_(pc.is_null(position["plan_gbp"]), pc.is_valid(position["actual_gbp"]))
    no_profile = pc.and_(
        pc.and_(pc.is_valid(position["plan_gbp"]), pc.is_valid(position["actual_gbp"])),
        pc.is_null(position["forecast_profiled_gbp"]),
    )
    found = []
    for check_id, rows in (("ACT-011", no_actual), ("ACT-014", no_plan), ("ACT-017", no_profile)):
        for said in _by_provider(position.filter(rows), names):
            found.append(say.row(check_id, dataset=ACM, **said))
    return found


def line_findings(
    lines: pa.Table, *, names: Mapping[str, str], say: ActivityFindings
) -> list[dict[str, Any]]:
    """Say which lines could not be priced as the rules mean them to be.

    `lines` comes from `effects.lines_by_family`, with `listed` false where the point of delivery is
    not in the list.

    Shape:   findings ACT-012 (money planned without activity) and ACT-020 (point of delivery not in
             the list), each by provider.
    Units:   pounds; lines.
    """
    without = pc.and_(pc.equal(lines["family"], NON_ACTIVITY), lines["is_activity"])
    found = []
    for check_id, rows in (("ACT-012", without), ("ACT-020", pc.invert(lines["listed"]))):
        for said in _by_provider(lines.filter(rows), names):
            found.append(say.row(check_id, dataset=ACM, **said))
    return found


def plan_month_findings(
    unusual: pa.Table, *, names: Mapping[str, str], say: ActivityFindings
) -> list[dict[str, Any]]:
    """Say whose plan holds months 0 or 13, from `plan.unusual_plan_months`.

    Shape:   findings ACT-018 and ACT-019, by provider.
    Units:   pounds; lines.
    """
    found = []
    for row in unusual.to_pylist():
        code = row["provider_code"]
        known = {"dataset": IAP, "provider_code": code, "provider": names.get(code, code)}
        found.append(say.row("ACT-018", plan=row["unusual_gbp"], **known))
        if row["repeated_lines"]:
            said = {"lines": row["repeated_lines"], "plan": row["repeated_gbp"] or Decimal(0)}
            found.append(say.row("ACT-019", **said, **known))
    return found


def unplaced_money_findings(
    unplaced: pa.Table,
    *,
    met: Collection[str],
    current: Mapping[str, str],
    names: Mapping[str, str],
    say: ActivityFindings,
) -> list[dict[str, Any]]:
    """Say what a position of one ICB leaves out, from `money_without_icb`.

    Shape:   finding ACT-013 for each provider of the position (`met`, current codes), and once for
             all other providers together.
    Units:   pounds.
    """
    current_codes = [current.get(code, code) for code in unplaced["provider_code"].to_pylist()]
    is_met = pa.array([code in met for code in current_codes], pa.bool_())
    own = _by_provider(unplaced.filter(is_met), names)
    found = [say.row("ACT-013", dataset=ACM, **said) for said in own]
    others = unplaced.filter(pc.invert(is_met))
    if others.num_rows:
        money = {name: pc.sum(others[f"{name}_gbp"]).as_py() for name in ("plan", "actual")}
        provider = f"Providers outside this answer ({others.num_rows})"
        found.append(say.row("ACT-013", dataset=ACM, provider=provider, **money))
    return found


def blank_actuals(acm: ir.Table, *, scope: ContractScope) -> ir.Table:
    """Count contract monitoring rows of the scope that leave the actual activity or price blank.

    Shape:   provider_code (as sent), blank_rows; providers with none are left out.
    Units:   rows.
    Missing: does not arise.
    """
    rows = _to_date(within(acm, scope), scope)
    blank = rows.filter(rows.actual_activity.isnull() | rows.actual_price_gbp.isnull())
    return blank.group_by("provider_code").aggregate(blank_rows=blank.count())


def money_without_icb(
    acm: ir.Table, iap: ir.Table, places: ir.Table, *, scope: ContractScope, rules: ContractRules
) -> ir.Table:
    """Add up the money of the scope's providers and service that names no patient's place.

    The scope's patient codes are left aside: this is what a position of one ICB leaves out.

    Shape:   one row per provider (as sent) with such money.
    Units:   plan_gbp and actual_gbp, price and market forces together, months 1 to to_month.
    Missing: null where no such row states the amount. A commissioner that is not in `places` names
             no place.
    """
    everyone = ContractScope(**{**vars(scope), "patient_codes": None})
    monitored = _to_date(within(acm, everyone), scope)
    planned_here = plan_stands_in(monitored, scope=scope, rules=rules)
    planned = _to_date(within(iap, everyone), scope)
    planned = planned.filter(planned.provider_code.isin(sorted(scope.plan_in_iap)))
    amounts = ibis.union(
        monitored.select(
            "provider_code",
            "patient_commissioner_code",
            plan_gbp=planned_here.ifelse(_planned(monitored), ibis.null()).cast(EXACT),
            actual_gbp=_stated(monitored.actual_price_gbp, monitored.actual_mff_gbp),
        ),
        planned.select(
            "provider_code",
            "patient_commissioner_code",
            plan_gbp=_planned(planned),
            actual_gbp=ibis.null(EXACT),
        ),
    )
    unplaced = amounts.anti_join(
        places, amounts.patient_commissioner_code == places.commissioner_code
    )
    sums = unplaced.group_by("provider_code").aggregate(
        plan_gbp=unplaced.plan_gbp.sum().cast(EXACT),
        actual_gbp=unplaced.actual_gbp.sum().cast(EXACT),
    )
    return sums.filter((sums.plan_gbp.coalesce(0) != 0) | (sums.actual_gbp.coalesce(0) != 0))


def _to_date(rows: ir.Table, scope: ContractScope) -> ir.Table:
    return rows.filter(rows.financial_month.between(1, scope.to_month))


def _planned(rows: ir.Table) -> ir.DecimalValue:
    return _stated(rows.planned_price_gbp, rows.planned_mff_gbp)


def _stated(price: ir.DecimalValue, mff: ir.DecimalValue) -> ir.DecimalValue:
    stated = price.notnull() | mff.notnull()
    return stated.ifelse(price.coalesce(0) + mff.coalesce(0), ibis.null()).cast(EXACT)


def _by_provider(rows: pa.Table, names: Mapping[str, str]) -> list[dict[str, Any]]:
    totals = rows.group_by("provider_code", use_threads=False).aggregate(
        [("plan_gbp", "sum"), ("actual_gbp", "sum"), ([], "count_all")]
    )
    return [
        {
            "provider_code": row["provider_code"],
            "provider": names.get(row["provider_code"], row["provider_code"]),
            "plan": row["plan_gbp_sum"],
            "actual": row["actual_gbp_sum"],
            "lines": row["count_all"],
        }
        for row in totals.to_pylist()
    ]
