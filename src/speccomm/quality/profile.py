"""The quality profile of one service line: all that is held of it, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from speccomm.quality.registers import Registers


@dataclass(frozen=True)
class ServiceProfile:
    """One service line, or one part of it. Every table has the columns of its register.

    `sites` has a row per hub or stand-alone site with its spokes beside it; `workforce` adds
    short_of_standard_wte and vacant_wte. `surveillance` is the concerns that are not closed.
    Contract value and activity come from the activity tables, not from here.
    """

    service_code: str
    service_part: str | None
    provision: ir.Table
    sites: ir.Table
    local_intelligence: ir.Table
    safety_events: ir.Table
    never_events: ir.Table
    complaints: ir.Table
    cqc_reports: ir.Table
    ssqd: ir.Table
    networks: ir.Table
    audits: ir.Table
    workforce: ir.Table
    surveillance: ir.Table
    fragile_services: ir.Table
    looks: ir.Table


AUDITS = ("national audit", "girft", "mortality")
ABOUT_ONE_SERVICE = (
    "provision",
    "other_intelligence",
    "safety_events",
    "complaints",
    "cqc_reports",
    "ssqd",
    "networks",
    "workforce",
    "surveillance",
    "fragile_services",
    "looks",
)


def service_profile(
    registers: Registers, *, service_code: str, service_part: str | None = None
) -> ServiceProfile:
    """Gather what the registers hold of one service line.

    Without a part the whole line and all of its parts are gathered.

    Shape:   see ServiceProfile.
    Missing: an empty table means that nothing is held; `looks` says whether anybody looked.
    """

    def held(table: ir.Table) -> ir.Table:
        table = table.filter(table.service_code == service_code)
        if service_part is None or "service_part" not in table.columns:
            return table
        return table.filter(table.service_part == service_part)

    narrowed = {name: held(registers[name]) for name in ABOUT_ONE_SERVICE}
    return ServiceProfile(service_code=service_code, service_part=service_part, **_tables(narrowed))


def profile_tables(registers: Registers) -> dict[str, ir.Table]:
    """The tables of the profiles of all service lines together, by their names in ServiceProfile.

    Shape:   the columns of each table of a profile, service_code among them.
    Missing: as service_profile; an entry that names no service line is in none.
    """
    narrowed = {
        name: registers[name].filter(_.service_code.notnull()) for name in ABOUT_ONE_SERVICE
    }
    return _tables(narrowed)


def _tables(held: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """The tables of a profile, in its order, from the registers it looks into."""
    provision, intelligence = held["provision"], held["other_intelligence"]
    events = held["safety_events"].order_by(_.reported_on.desc(), "event_reference")
    is_audit = intelligence.intelligence_kind.isin(AUDITS)
    told = (_.dated_on.desc(), "intelligence_kind", "title")
    return {
        "provision": provision.order_by("provider_code", "site_code"),
        "sites": hubs_and_spokes(provision),
        "local_intelligence": intelligence.filter(~is_audit).order_by(*told),
        "safety_events": events.filter(events.event_kind != "never event"),
        "never_events": events.filter(events.event_kind == "never event"),
        "complaints": held["complaints"].order_by(_.received_on.desc(), "complaint_reference"),
        "cqc_reports": held["cqc_reports"].order_by(_.inspected_on.desc(), "provider_code"),
        "ssqd": held["ssqd"],
        "networks": held["networks"].order_by("area_code"),
        "audits": intelligence.filter(is_audit).order_by(*told),
        "workforce": _workforce(held["workforce"]),
        "surveillance": held["surveillance"].filter(_.concern_state != "closed"),
        "fragile_services": held["fragile_services"].order_by("review_on", "specialty"),
        "looks": held["looks"].order_by("topic"),
    }


def hubs_and_spokes(provision: ir.Table) -> ir.Table:
    """Each site that is not a spoke, with the spokes that name it as their hub.

    Shape:   service_code, service_part, provider_code, site_code, site_role, contracted, spokes
             (site codes between semicolons), spoke_sites; one row more, without a site, for the
             spokes whose hub is not said or not in the register.
    Missing: spokes is null where there are none; site_role is null where nobody said.
    """
    part = provision.mutate(part=provision.service_part.fill_null(""))
    is_spoke = part.site_role.fill_null("") == "spoke"
    centres = part.filter(~is_spoke)
    spokes = part.filter(is_spoke)
    known = centres.select("service_code", "part", hub_site_code="site_code").distinct()
    lost = spokes.anti_join(known, ["service_code", "part", "hub_site_code"])
    found = spokes.semi_join(known, ["service_code", "part", "hub_site_code"])
    grouped = found.group_by("service_code", "part", "hub_site_code").agg(
        spokes=_.site_code.group_concat("; ", order_by=_.site_code), spoke_sites=_.count()
    )
    beside = centres.left_join(
        grouped.rename(g_service="service_code", g_part="part", g_hub="hub_site_code"),
        [
            ("service_code", "g_service"),
            ("part", "g_part"),
            ("site_code", "g_hub"),
        ],
    )
    names = [
        "service_code", "service_part", "provider_code", "site_code", "site_role", "contracted",
        "spokes", "spoke_sites",
    ]  # fmt: skip
    with_hub = beside.mutate(spoke_sites=beside.spoke_sites.fill_null(0)).select(names)
    without = lost.group_by("service_code", "service_part").agg(
        spokes=_.site_code.group_concat("; ", order_by=_.site_code), spoke_sites=_.count()
    )
    nothing = ibis.null("string")
    without = without.mutate(
        provider_code=nothing, site_code=nothing, site_role=nothing, contracted=nothing
    ).select(names)
    return ibis.union(with_hub, without).order_by(
        _.service_part, _.site_code.isnull(), _.provider_code, _.site_code
    )


def _workforce(rows: ir.Table) -> ir.Table:
    """Null where either number is missing: a gap nobody can know is not a gap of nought."""
    return rows.mutate(
        short_of_standard_wte=_lacking(rows.standard_wte, rows.in_post_wte),
        vacant_wte=_lacking(rows.funded_wte, rows.in_post_wte),
    ).order_by("site_code", "staff_role")


def _lacking(wanted: ir.NumericColumn, present: ir.NumericColumn) -> ir.Value:
    gap = wanted - present
    return (gap < 0).ifelse(0, gap)
