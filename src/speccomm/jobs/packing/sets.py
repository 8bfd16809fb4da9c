"""The sets of codes that filters of a pack's figures name, so that a receipt needs no other map."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import Area
from speccomm.jobs.packing.contract import NO_SERVICE, PackContract
from speccomm.jobs.packing.flows import PackFlows
from speccomm.jobs.reading import OrganisationMap, Reading
from speccomm.publishing.sourcing import GROUP, TOGETHER

Sets = dict[str, tuple[str, ...]]


def pack_sets(
    reading: Reading,
    places: OrganisationMap,
    *,
    icb: Area,
    region: Area,
    flows: PackFlows,
    contract: PackContract,
    local: Collection[str],
    providers: Collection[str],
) -> Sets:
    """Every set by its name, each in order.

    Shape:   patients:AREA and providers:AREA are codes as sent; sent_as:PROVIDER the codes that one
             provider was sent under; icb:CODE the commissioner codes whose patients live there;
             in a region's pack for each of its ICBs, which group:region_together names;
             unplaced those met that lead nowhere; plan_in_iap, whole_year_in_acm and sent as in
             `activity.contract_lines.ContractScope`; local, behind and holds_plan current provider
             codes.
    """
    scope = contract.scope
    regional = places.current_codes(region.provider_codes)
    sets: dict[str, Collection[str]] = {
        **{f"patients:{area.code}": area.patient_codes for area in (icb, region)},
        **{f"providers:{area.code}": area.provider_codes for area in (icb, region)},
        **{f"sent_as:{code}": places.codes_of({code}) for code in {*providers, *regional}},
        **_patient_places(places, {*_met(flows), *contract.by_icb}),
        **({f"{GROUP}{TOGETHER}": contract.by_icb} if contract.by_icb else {}),
        "unplaced": _unplaced(places, flows),
        "services_left_out": _left_out(reading.reference.service_lines),
        "local": local,
        "behind": providers,
        "holds_plan": contract.holds_plan,
        "plan_in_iap": scope.plan_in_iap if scope else (),
        "whole_year_in_acm": scope.whole_year_in_acm if scope else (),
        "sent": scope.sent if scope else (),
    }
    return {name: tuple(sorted(codes)) for name, codes in sets.items()}


def _met(flows: PackFlows) -> set[str]:
    """The codes of the ICBs that patients of the pack's activity live in."""
    return {code for code in flows.by_icb["icb_code"].to_pylist() if code is not None}


def _patient_places(places: OrganisationMap, met: Collection[str]) -> Sets:
    found: dict[str, list[str]] = {}
    for row in places.places.to_pylist():
        if row["icb_code"] in met:
            found.setdefault(f"icb:{row['icb_code']}", []).append(row["commissioner_code"])
    return {name: tuple(codes) for name, codes in found.items()}


def _unplaced(places: OrganisationMap, flows: PackFlows) -> set[str]:
    met = pc.unique(flows.icb_sums["patient_commissioner_code"]).drop_null().to_pylist()
    return set(met) - set(places.places["commissioner_code"].to_pylist())


def _left_out(service_lines: pa.Table) -> list[str]:
    kinds = pa.array(sorted(NO_SERVICE))
    lines = service_lines.filter(pc.is_in(service_lines["line_kind"], value_set=kinds))
    codes: list[str] = lines["service_code"].to_pylist()
    return codes
