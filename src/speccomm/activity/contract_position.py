"""Contract position: plan against actual by provider and service, and what explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis.expr.types as ir

from speccomm.activity.areas import AREA, Area, members_of
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


def contract_lines_of_areas(
    acm: ir.Table,
    iap: ir.Table,
    providers: ir.Table,
    points_of_delivery: ir.Table,
    *,
    areas: Sequence[Area],
    scope: ContractScope,
    rules: ContractRules,
) -> ir.Table:
    """Set plan and actual of each line side by side for the patients of several areas at once.

    Shape:   the rows that `contract_lines` gives for the patients of each area, with area_code
             before them. A row of a patient of two areas counts in both.
    Units:   as contract_lines.
    Missing: as contract_lines; an area with neither plan nor actual has no rows.
    """
    return contract_lines(
        of_areas(acm, areas),
        of_areas(iap, areas),
        providers,
        points_of_delivery,
        scope=replace(scope, patient_codes=None),
        rules=rules,
        first=(AREA,),
    )


def of_areas(rows: ir.Table, areas: Sequence[Area]) -> ir.Table:
    """The rows of the areas' patients with area_code, once for each area that a patient is of."""
    members = members_of({area.code: area.patient_codes for area in areas})
    joined = rows.inner_join(members, rows.patient_commissioner_code == members._member)
    return joined.rename({AREA: "_area"}).drop("_member")


def position_of_lines(
    lines: ir.Table,
    services: ir.Table,
    *,
    scope: ContractScope,
    rules: ContractRules,
    first: tuple[str, ...] = (),
) -> ir.Table:
    """The contract position of lines already set side by side: see `contract_position`.

    Shape:   as contract_position; `first` are columns of the lines to group and order by before
             provider and service, such as those of `contract_lines_of_areas`.
    Units:   as contract_position.
    Missing: as contract_position.
    """
    lines = lines_by_family(lines, rules=rules)
    lines = lines.mutate(service_code=lines.service_code.fill_null(UNKNOWN))
    keys = (*first, *FORECAST_KEYS)
    rows = effects_by_service(lines, first=first)
    ends = forecasts_by_service(lines, rules=rules, first=first)
    ends = ends.rename({f"_{key}": key for key in keys})
    joined = rows.inner_join(ends, [rows[key] == ends[f"_{key}"] for key in keys])
    forecast = with_forecasts(with_variance(joined), to_month=scope.to_month)
    named = with_names(forecast, services, code="service_code", name="service_name")
    ordered = named.order_by(
        [
            *(named[name] for name in first),
            named.provider_code,
            named.service_code == UNKNOWN,
            named.service_code,
        ]
    )
    return ordered.select(*first, *(column.name for column in CONTRACT_POSITION))
