"""Whose evidence a viewer sees and writes: by place and service, each role by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speccomm.quality import Register
from speccomm_web.accounts.roles import COMMISSIONING, Role
from speccomm_web.accounts.viewer import Scope, Viewer
from speccomm_web.evidence.names import Names

READERS = tuple(sorted(COMMISSIONING))
# Who writes in which register. Those of money are kept elsewhere: the accounts own their figures.
WRITERS: dict[str, tuple[Role, ...]] = {
    "provision": (Role.QUALITY, Role.NETWORK_MANAGER),
    "ssqd": (Role.QUALITY,),
    "networks": (Role.QUALITY, Role.NETWORK_MANAGER),
    "looks": (Role.QUALITY,),
    "surveillance": (Role.QUALITY,),
    "fragile_services": (Role.QUALITY,),
    "safety_events": (Role.QUALITY,),
    "complaints": (Role.QUALITY,),
    "cqc_reports": (Role.QUALITY,),
    "other_intelligence": (Role.QUALITY, Role.NETWORK_MANAGER),
    "workforce": (Role.QUALITY, Role.NETWORK_MANAGER),
    "deep_dives": (Role.QUALITY, Role.PLANNER),
    "priorities": (Role.QUALITY, Role.PLANNER),
    "priority_deliverables": (Role.QUALITY, Role.PLANNER),
}
WIDE = frozenset({None, "region", "network"})  # kinds of organisation whose work has no one ICB
Row = Mapping[str, Any]


def reading_scopes(viewer: Viewer) -> frozenset[Scope]:
    """The roles by which a viewer reads evidence."""
    return frozenset(scope for scope in viewer.scopes if scope.role in READERS)


def pointing(register: Register) -> bool:
    """Whether a register tells of single cases, in words or references that could name a person."""
    return any(column.disclosive for column in register.declared)


def opening_scopes(viewer: Viewer, register: Register) -> frozenset[Scope]:
    """The roles by which a viewer reads the entries of a register; of single cases, as quality lead."""
    scopes = reading_scopes(viewer)
    if not pointing(register):
        return scopes
    return frozenset(scope for scope in scopes if scope.role is Role.QUALITY)


def sees(scopes: frozenset[Scope], row: Row, names: Names) -> bool:
    """Whether a statement is within any of some scopes. What names no place is everybody's."""
    return any(_service(s, row) and (_nowhere(row) or _place(s, row, names)) for s in scopes)


def may_write(viewer: Viewer, register: str, row: Row, names: Names) -> bool:
    """Whether a viewer may add a statement. What names no place is written for a whole region."""
    return any(
        _service(scope, row)
        and ((scope.kind in WIDE) if _nowhere(row) else _place(scope, row, names))
        for scope in viewer.scopes
        if scope.role in WRITERS.get(register, ())
    )


def writes_everything(viewer: Viewer) -> bool:
    """Whether a viewer may bring in spreadsheets: quality leads of a region, for every service."""
    return any(
        scope.role is Role.QUALITY and scope.kind in WIDE and scope.service_codes is None
        for scope in viewer.scopes
    )


def _service(scope: Scope, row: Row) -> bool:
    if scope.service_codes is None:
        return True
    return row.get("service_code") in scope.service_codes


def _nowhere(row: Row) -> bool:
    icbs = row.get("icb_codes")
    return not (
        row.get("provider_code") or row.get("site_code") or row.get("icb_code")
        or (icbs and icbs != "all")
    )  # fmt: skip


def _place(scope: Scope, row: Row, names: Names) -> bool:
    if scope.organisation_code is None or scope.kind == "network":
        return True
    provider = row.get("provider_code") or names.site_provider.get(row.get("site_code") or "")
    icbs = {row.get("icb_code"), names.provider_icb.get(provider or "")}
    icbs |= {code.strip() for code in (row.get("icb_codes") or "").split(";")}
    places = {provider, *icbs, *(names.icb_region.get(code or "") for code in icbs)}
    return scope.organisation_code in places
