"""Open one of the places that a viewer may explore."""

from __future__ import annotations

from dataclasses import dataclass

from speccomm_web.accounts.viewer import Viewer
from speccomm_web.explore.figures import Figures, NothingHeld, figures
from speccomm_web.explore.kept import kept
from speccomm_web.explore.sight import Place, places_seen_by

__all__ = ["NothingHeld", "Opened", "opened"]


@dataclass(frozen=True)
class Opened:
    """The figures, the place asked about, and every place this viewer may ask about."""

    held: Figures
    place: Place
    places: tuple[Place, ...]

    @property
    def key(self) -> str:
        """What an answer is kept under, besides its question: nobody else's sight is in it."""
        return f"{self.held.mark}|{self.place!r}"


def places_of(viewer: Viewer) -> tuple[Place, ...]:
    """Every place a viewer may explore.

    Raises:  NothingHeld where there is no store.
    """
    held = figures()
    return kept(held.mark, ("places", viewer.scopes), lambda: places_seen_by(viewer, held))


def opened(viewer: Viewer, code: str) -> Opened | None:
    """The place with a code, or the viewer's first; None where it is none of theirs.

    Raises:  NothingHeld where there is no store.
    """
    places = places_of(viewer)
    chosen = next((place for place in places if place.code == code or not code), None)
    return None if chosen is None else Opened(figures(), chosen, places)
