"""Which places a viewer may ask about, and for which services: where questions of the store start.

A commissioning role or a board member's sees its ICB, or its region with the ICBs in it. A provider
sees itself. A role for some services shows those services only. Other roles see nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from speccomm.jobs.reading import OrganisationMap
from speccomm_web.accounts.roles import COMMISSIONING, Role
from speccomm_web.accounts.viewer import Reach, Viewer

Kind = Literal["icb", "region", "provider"]
BODIES = (*sorted(COMMISSIONING), Role.BOARD_MEMBER)
# Those who may see single records: a board sees figures.
READERS_OF_RECORDS = tuple(sorted(COMMISSIONING))
PROVIDERS = (Role.PROVIDER_SUBMITTER,)


@dataclass(frozen=True)
class Place:
    """An ICB, a region or a provider that a viewer may ask about.

    `region_code` is the region an ICB lies in, `icb_code` the ICB a provider's head office is in;
    both are empty where the reference does not say. `service_codes` None means every service.
    """

    kind: Kind
    code: str
    name: str
    region_code: str = ""
    icb_code: str = ""
    service_codes: frozenset[str] | None = None
    sees_records: bool = False

    @property
    def is_provider(self) -> bool:
        return self.kind == "provider"

    @property
    def words(self) -> str:
        """The name without what all ICBs share."""
        return short_name(self.name)


def short_name(name: str) -> str:
    """An organisation's name without the words that all of its kind share."""
    if name.endswith(" Integrated Care Board"):
        return name.removesuffix(" Integrated Care Board").removeprefix("NHS ") + " ICB"
    return name.removesuffix(" NHS Foundation Trust").removesuffix(" NHS Trust")


def places_on_map(
    viewer: Viewer, places: OrganisationMap, *, sent: Collection[str]
) -> tuple[Place, ...]:
    """Every place on a map that a viewer may ask about: regions, then ICBs, then providers, by name.

    `sent` are the codes under which providers have sent anything: no other provider is a place.
    """
    bodies = viewer.organisations(*BODIES)
    providers = viewer.organisations(*PROVIDERS, kind="provider")
    seen = [p for p in _areas(places) if bodies and _covers(bodies, p.code, p.region_code)]
    seen += [p for p in _providers(places, sent) if providers and providers.covers(p.code)]
    seen = [_with_services(viewer, place) for place in seen]
    order = {"region": 0, "icb": 1, "provider": 2}
    return tuple(sorted(seen, key=lambda p: (order[p.kind], p.name)))


def _with_services(viewer: Viewer, place: Place) -> Place:
    roles = PROVIDERS if place.is_provider else BODIES
    records = PROVIDERS if place.is_provider else READERS_OF_RECORDS
    codes = {place.code, place.region_code} - {""}
    services = _services(viewer, roles, codes)
    return Place(
        place.kind,
        place.code,
        place.name,
        place.region_code,
        place.icb_code,
        service_codes=services,
        # Records are shown only where the roles that may see them cover the same services.
        sees_records=_services(viewer, records, codes) == services,
    )


def _services(viewer: Viewer, roles: Iterable[Role], codes: set[str]) -> frozenset[str] | None:
    wanted = set(roles)
    held: set[str] = set()
    for scope in viewer.scopes:
        if scope.role in wanted and scope.organisation_code in {None, *codes}:
            if scope.service_codes is None:
                return None
            held |= scope.service_codes
    return frozenset(held)


def _covers(reach: Reach, *codes: str) -> bool:
    return any(reach.covers(code) for code in codes if code)


def _areas(places: OrganisationMap) -> list[Place]:
    rows = places.commissioners.to_pylist()
    icbs = {
        row["icb_code"]: Place("icb", row["icb_code"], row["icb_name"], row["region_code"] or "")
        for row in rows
        if row["icb_code"]
    }
    regions = {
        row["region_code"]: Place("region", row["region_code"], row["region_name"])
        for row in rows
        if row["icb_code"] and row["region_code"]
    }
    return [*regions.values(), *icbs.values()]


def _providers(places: OrganisationMap, sent: Collection[str]) -> list[Place]:
    current = places.current_codes(sent)
    return [
        Place(
            "provider",
            row["provider_code"],
            row["provider_name"] or row["provider_code"],
            icb_code=row["icb_code"] or "",
        )
        for row in places.providers.to_pylist()
        if row["provider_code"] in current
    ]
