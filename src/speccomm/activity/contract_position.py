"""Contract position: plan against actual by provider and service, and what explains it."""

from __future__ import annotations

import ibis.expr.types as ir

from speccomm.activity.contract_lines import ContractScope, contract_lines
from speccomm.activity.effects import effects_by_service, lines_by_family, with_variance
from speccomm.activity.flows import with_names
from speccomm.activity.forecast import FORECAST_KEYS, forecasts_by_service, with_forecasts
from speccomm.activity.rules import ContractRules
from speccomm.activity.tables import CONTRACT_POSITION, UNKNOWN


def contract_position(
    acm: ir.Table,
    iap: ir.Table,
    providers: ir.Table,
    points_of_delivery: ir.Table,
    services: ir.Table,
    *,
    scope: ContractScope,
    rules: ContractRules,
) -> ir.Table:
    """Set each provider's priced activity against its plan, year to date, by service.

    Shape:   one row per provider and service found in either, by provider then service, the
             service Unknown last.
    Units:   *_gbp in pounds to the penny; variance is actual minus plan, so overspend is positive,
             and the six effects add up to it. Activity counts only points of delivery that do.
    Missing: no plan leaves plan_activity and plan_gbp null (finding ACT-014), never zero; nothing
             sent leaves actual and everything drawn from it null (finding ACT-011).
    Source:  rulebook activity/contract_position; method in docs/explanation/contract_position.md.
    """
    lines = contract_lines(acm, iap, providers, points_of_delivery, scope=scope, rules=rules)
    return position_of_lines(lines, services, scope=scope, rules=rules)


def position_of_lines(
    lines: ir.Table, services: ir.Table, *, scope: ContractScope, rules: ContractRules
) -> ir.Table:
    """The contract position of lines already set side by side: see `contract_position`."""
    lines = lines_by_family(lines, rules=rules)
    lines = lines.mutate(service_code=lines.service_code.fill_null(UNKNOWN))
    rows = effects_by_service(lines)
    ends = forecasts_by_service(lines, rules=rules)
    ends = ends.rename({f"_{key}": key for key in FORECAST_KEYS})
    joined = rows.inner_join(ends, [rows[key] == ends[f"_{key}"] for key in FORECAST_KEYS])
    forecast = with_forecasts(with_variance(joined), to_month=scope.to_month)
    named = with_names(forecast, services, code="service_code", name="service_name")
    ordered = named.order_by(
        [named.provider_code, named.service_code == UNKNOWN, named.service_code]
    )
    return ordered.select(*(column.name for column in CONTRACT_POSITION))
