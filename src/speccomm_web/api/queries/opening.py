"""The places of a viewer at the newest version of the store, and what marks that version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.flows import last_day
from speccomm.jobs.reading import OrganisationMap, organisation_map
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs.interface.answers import (
    Answer,
    Asked,
    Field,
    Kind,
    NothingHeld,
    Window,
)
from speccomm_web.runs.library import Library, library
from speccomm_web.runs.places import Place, places_on_map

__all__ = ["Held", "NothingHeld", "Opened", "Refusal", "opened", "places"]

PLACE_FIELDS = (
    Field("code", Kind.TEXT, "code of the place"),
    Field("name", Kind.TEXT, "name"),
    Field("kind", Kind.TEXT, "icb, region or provider"),
    Field("region_code", Kind.TEXT, "the region of an ICB; null: of another kind, or not known"),
    Field("icb_code", Kind.TEXT, "the ICB of a provider; null: of another kind, or not known"),
    Field("every_service", Kind.FLAG, "true where your roles cover every service"),
)


@dataclass(frozen=True, eq=False)
class Held:
    """A version of the store: its mark, its organisations and the codes of those who sent."""

    version: int
    mark: str
    places: OrganisationMap
    sent: frozenset[str]


@dataclass(frozen=True)
class Opened:
    """A version of the store and the places in it that a viewer may ask about."""

    held: Held
    places: tuple[Place, ...]

    def place(self, code: str) -> Place | None:
        """The place with a code, None where it is none of the viewer's."""
        return next((place for place in self.places if place.code == code), None)

    def mark(self, place: Place) -> str:
        """What an answer about a place depends on besides its question: also the day."""
        services = "every" if place.service_codes is None else ",".join(sorted(place.service_codes))
        return f"{self.held.mark}|{timezone.localdate()}|{place.kind}|{place.code}|{services}"

    def current(self, provider: str) -> str:
        """The code that stands for a provider now."""
        return self.held.places.current.get(provider, provider)


def opened(viewer: Viewer) -> Opened:
    """The newest version of the store with a viewer's places.

    Raises:  NothingHeld.
    """
    place = library()
    version = place.store_version()
    if version is None:
        raise NothingHeld
    held = _held(place, version, _mark(place.store, version, place.reference))
    return Opened(held, places_on_map(viewer, held.places, sent=held.sent))


def places(viewer: Viewer, asked: Mapping[str, Any]) -> Asked:
    """The places that a viewer may ask about."""
    found = opened(viewer)
    rows = [
        {
            "code": place.code,
            "name": place.name,
            "kind": place.kind,
            "region_code": place.region_code or None,
            "icb_code": place.icb_code or None,
            "every_service": place.service_codes is None,
        }
        for place in found.places
    ]
    mark = "|".join([found.held.mark, *(found.mark(place) for place in found.places)])

    def work(window: Window | None) -> Answer:
        return Answer(PLACE_FIELDS, rows, {"store_version": found.held.version})

    return Asked(mark, work)


@lru_cache(maxsize=2)
def _held(place: Library, version: int, mark: str) -> Held:
    with place.reading(version=version) as reading:
        slices = reading.snapshot.slices()
        drawn = organisation_map(reading.reference, on=_newest_day(slices))
    return Held(version, mark, drawn, frozenset(slices["provider_code"].to_pylist()))


def _newest_day(slices: pa.Table) -> date:
    rows = slices.filter(
        (pc.field("dataset") == "plcm") & pc.field("financial_month").isin(range(1, 13))
    )
    if not rows.num_rows:
        raise NothingHeld
    pairs = rows.select(["financial_year", "financial_month"]).to_pylist()
    year, month = max((row["financial_year"], row["financial_month"]) for row in pairs)
    return last_day(FinancialMonth(FinancialYear.parse(year), month))


def _mark(store: Path, version: int, reference: Path | None) -> str:
    files = sorted(reference.iterdir()) if reference is not None else []
    states = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return f"{version}-{sha256(repr((str(store), version, states)).encode()).hexdigest()[:16]}"
