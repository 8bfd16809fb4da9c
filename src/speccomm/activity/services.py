"""Which provider delivers which service to an area's patients, and who treats most of them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from speccomm.activity.areas import Area
from speccomm.activity.flows import with_current_provider, with_names
from speccomm.activity.tables import (
    ACTIVITY_TEXT,
    GBP_TEXT,
    SERVICES_BY_PROVIDER,
    TOP_PROVIDERS,
    UNKNOWN,
)


def services_by_provider(
    sums: ir.Table, lines: ir.Table, providers: ir.Table, services: ir.Table, *, area: Area
) -> ir.Table:
    """Set what each provider did for an area's patients beside what its contract names.

    `sums` comes from `flows.activity_by_codes` by service, `lines` from
    `contract_lines.contract_lines` of the same patients.

    Shape:   one row per provider and service in either, by provider, then service, Unknown last.
    Units:   activity in units; price_gbp actual pounds, price and market forces together.
    Missing: activity null where the provider sent no patient level row for the area's patients;
             price_gbp null where contract monitoring states none; contracted null where no plan of
             the provider is held, false where one is and does not name the service.
    """
    inside = sums.filter(sums.patient_commissioner_code.isin(sorted(area.patient_codes)))
    done = with_current_provider(inside, providers)
    both = ibis.union(
        done.select(
            "provider_code",
            service_code=done.service_code.fill_null(UNKNOWN),
            activity=done.activity_count.cast(ACTIVITY_TEXT),
            price_gbp=ibis.null("decimal(38, 4)"),
            planned=ibis.literal(value=False),
        ),
        lines.select(
            "provider_code",
            service_code=lines.service_code.fill_null(UNKNOWN),
            activity=ibis.null(ACTIVITY_TEXT),
            price_gbp=_stated(lines.actual_price_gbp, lines.actual_mff_gbp),
            planned=lines.plan_price_gbp.notnull()
            | lines.plan_mff_gbp.notnull()
            | lines.plan_activity.notnull(),
        ),
    )
    rows = both.group_by(["provider_code", "service_code"]).aggregate(
        activity=both.activity.sum().cast(ACTIVITY_TEXT),
        price_gbp=both.price_gbp.sum().round(2).cast(GBP_TEXT),
        planned=both.planned.any(),
    )
    holders = rows.group_by(_holder=rows.provider_code).aggregate(_holds_plan=rows.planned.any())
    judged = rows.inner_join(holders, rows.provider_code == holders._holder)
    judged = judged.mutate(contracted=judged._holds_plan.ifelse(judged.planned, ibis.null()))
    named = with_names(
        _provider_named(judged, providers), services, code="service_code", name="service_name"
    )
    ordered = named.order_by(
        [named.provider_code, named.service_code == UNKNOWN, named.service_code]
    )
    return ordered.select(*(column.name for column in SERVICES_BY_PROVIDER))


def top_providers(
    sums: ir.Table, providers: ir.Table, *, area: Area, most: int | None = None
) -> ir.Table:
    """Rank the providers of an area's patients by activity.

    `sums` comes from `flows.activity_by_codes`.

    Shape:   one row per current provider, greatest activity first; `most` keeps that many.
    Units:   activity in units, intra and exported together.
    Missing: a provider that is not on the map has no name and the ICB Unknown.
    """
    inside = sums.filter(sums.patient_commissioner_code.isin(sorted(area.patient_codes)))
    placed = with_current_provider(inside, providers)
    rows = placed.group_by("provider_code").aggregate(
        activity=placed.activity_count.sum().coalesce(0).cast(ACTIVITY_TEXT)
    )
    rows = _provider_named(rows, providers)
    rows = rows.mutate(
        provider_icb_code=rows.provider_icb_code.fill_null(UNKNOWN),
        inside_area=rows.provider_code.isin(sorted(area.provider_codes)).coalesce(False),
    )
    ordered = rows.order_by([rows.activity.desc(), rows.provider_code])
    kept = ordered if most is None else ordered.limit(most)
    return kept.select(*(column.name for column in TOP_PROVIDERS))


def _provider_named(rows: ir.Table, providers: ir.Table) -> ir.Table:
    known = providers.group_by(_current=providers.current_provider_code).aggregate(
        provider_name=providers.provider_name.max(), provider_icb_code=providers.icb_code.max()
    )
    return rows.left_join(known, rows.provider_code == known._current).drop("_current")


def _stated(price: ir.DecimalValue, mff: ir.DecimalValue) -> ir.DecimalValue:
    stated = price.notnull() | mff.notnull()
    added = price.coalesce(0) + mff.coalesce(0)
    return stated.ifelse(added, ibis.null()).cast("decimal(38, 4)")
