"""Plan and actual of every contract line: provider, service, point of delivery, tariff code."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from speccomm.activity.flows import with_current_provider
from speccomm.activity.plan import LINE_KEYS, PLAN_MEASURES, indicative_plan
from speccomm.activity.rounding import rounded_quotient
from speccomm.activity.rules import ContractRules
from speccomm.foundation.periods import FinancialYear

ACTUAL_MEASURES = {
    "actual_activity": "actual_activity",
    "actual_price_gbp": "actual_price_gbp",
    "actual_mff_gbp": "actual_mff_gbp",
}
EXACT = "decimal(38, 4)"
REPRICED_PLACES = 5


@dataclass(frozen=True)
class ContractScope:
    """Whose contracts, for which months, and which files say what.

    Provider codes of `plan_in_iap` and `whole_year_in_acm` are as sent: the first have an
    indicative plan standing for them, the second sent contract monitoring of all twelve months.
    `sent` holds current provider codes that sent any contract monitoring of months 1 to to_month.
    `provider_codes`, `patient_codes` and `service_code` narrow the answer; None is everything.
    """

    year: FinancialYear
    to_month: int
    plan_in_iap: frozenset[str]
    whole_year_in_acm: frozenset[str]
    sent: frozenset[str]
    provider_codes: frozenset[str] | None = None
    patient_codes: frozenset[str] | None = None
    service_code: str | None = None


def contract_lines(
    acm: ir.Table,
    iap: ir.Table,
    providers: ir.Table,
    points_of_delivery: ir.Table,
    *,
    scope: ContractScope,
    rules: ContractRules,
    first: tuple[str, ...] = (),
) -> ir.Table:
    """Set plan and actual of each line side by side, year to date.

    Shape:   one row per current provider, service, point of delivery and tariff code in either;
             merged providers are one. acm_rows counts monitoring rows, sent says whether the
             provider sent any. `first` are columns of both files to group by before these.
    Units:   activity in units; *_gbp in pounds; market forces (mff) apart from price; repriced_gbp
             is actual activity at the planned unit price, to five decimals.
    Missing: plan null where no plan names the line; actual null where no row does, or all are
             blank; annual_plan_gbp null where the plan of the year is not known; is_activity null
             for a point of delivery that is not in the list; repriced_gbp null where there is no
             planned unit price: no plan, money planned without activity, or an amount too large
             for any contract. A line without actual is repriced at no activity.
    Source:  plan from the indicative plan or contract monitoring, as the scope says.
    """
    sent_lines = _monitoring(within(acm, scope), scope=scope, rules=rules, first=first)
    if rules.plan_source != "acm":
        planned = within(iap, scope)
        planned = planned.filter(planned.provider_code.isin(sorted(scope.plan_in_iap)))
        plans = _planned(planned, scope=scope, rules=rules, first=first)
        sent_lines = ibis.union(sent_lines, plans)
    lines = _repriced(_added_up(with_current_provider(sent_lines, providers), first))
    kinds = points_of_delivery.select(
        _known_pod=points_of_delivery.pod_code, is_activity=points_of_delivery.is_activity
    )
    joined = lines.left_join(kinds, lines.pod_code == kinds._known_pod).drop("_known_pod")
    return joined.mutate(sent=joined.provider_code.isin(sorted(scope.sent)).coalesce(False))


def within(rows: ir.Table, scope: ContractScope) -> ir.Table:
    """The rows of the year that the scope's provider, patients and service leave."""
    kept = rows.filter(rows.financial_year == str(scope.year))
    if scope.provider_codes is not None:
        kept = kept.filter(kept.provider_code.isin(sorted(scope.provider_codes)))
    if scope.patient_codes is not None:
        kept = kept.filter(kept.patient_commissioner_code.isin(sorted(scope.patient_codes)))
    if scope.service_code is not None:
        kept = kept.filter(kept.service_code == scope.service_code)
    return kept


def _monitoring(
    acm: ir.Table, *, scope: ContractScope, rules: ContractRules, first: tuple[str, ...]
) -> ir.Table:
    to_date = acm.financial_month.between(1, scope.to_month)
    planned_here = plan_stands_in(acm, scope=scope, rules=rules)
    whole_year = acm.provider_code.isin(sorted(scope.whole_year_in_acm)) & planned_here
    annual = acm.planned_price_gbp.coalesce(0) + acm.planned_mff_gbp.coalesce(0)
    stated = acm.planned_price_gbp.notnull() | acm.planned_mff_gbp.notnull()
    lines = acm.group_by([*first, *LINE_KEYS]).aggregate(
        **{
            name: acm[source].sum(where=to_date & planned_here).cast(EXACT)
            for name, source in PLAN_MEASURES.items()
        },
        annual_plan_gbp=annual.sum(where=whole_year & stated).cast(EXACT),
        **{
            name: acm[source].sum(where=to_date).cast(EXACT)
            for name, source in ACTUAL_MEASURES.items()
        },
        acm_rows=to_date.sum().cast("int64"),
    )
    return lines.filter((lines.acm_rows > 0) | (lines.annual_plan_gbp != 0))


def plan_stands_in(acm: ir.Table, *, scope: ContractScope, rules: ContractRules) -> ir.BooleanValue:
    """Whether a monitoring row's planned columns are the plan that stands."""
    if rules.plan_source == "iap":
        return ibis.literal(value=False)
    if rules.plan_source == "acm":
        return ibis.literal(value=True)
    return ~acm.provider_code.isin(sorted(scope.plan_in_iap))


def _planned(
    iap: ir.Table, *, scope: ContractScope, rules: ContractRules, first: tuple[str, ...]
) -> ir.Table:
    plan = indicative_plan(iap, to_month=scope.to_month, rules=rules, first=first)
    return plan.mutate(
        **{name: ibis.null(EXACT) for name in ACTUAL_MEASURES},
        acm_rows=ibis.literal(0, "int64"),
    )


def _added_up(lines: ir.Table, first: tuple[str, ...]) -> ir.Table:
    measures = [*PLAN_MEASURES, *ACTUAL_MEASURES]
    planned = lines.plan_price_gbp.notnull() | lines.plan_mff_gbp.notnull()
    unknown_year = (planned & lines.annual_plan_gbp.isnull()).sum()
    added = lines.group_by([*first, *LINE_KEYS, "provider_name"]).aggregate(
        **{name: lines[name].sum().cast(EXACT) for name in measures},
        annual_plan_gbp=lines.annual_plan_gbp.sum().cast(EXACT),
        unknown_year=unknown_year,
        acm_rows=lines.acm_rows.sum(),
    )
    known = (added.unknown_year == 0).ifelse(added.annual_plan_gbp, ibis.null())
    return added.mutate(annual_plan_gbp=known.cast(EXACT)).drop("unknown_year")


def _repriced(lines: ir.Table) -> ir.Table:
    done = lines.actual_activity.coalesce(0).cast(EXACT)
    repriced = rounded_quotient(
        lines.plan_price_gbp, done, lines.plan_activity, places=REPRICED_PLACES
    )
    return lines.mutate(repriced_gbp=repriced)
