"""Which places a viewer may explore, and for which services: where every query of this app starts."""

from __future__ import annotations

from speccomm_web.accounts.viewer import Viewer
from speccomm_web.explore.figures import Figures
from speccomm_web.runs.places import Place, places_on_map, short_name

__all__ = ["Place", "places_seen_by", "short_name"]


def places_seen_by(viewer: Viewer, held: Figures) -> tuple[Place, ...]:
    """Every place a viewer may explore: regions first, then ICBs, then providers, by name."""
    sent = set(held.slices["provider_code"].to_pylist())
    return places_on_map(viewer, held.places(held.newest_day), sent=sent)
