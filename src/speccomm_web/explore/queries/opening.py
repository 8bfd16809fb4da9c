"""Open one of the places that a viewer may explore."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from speccomm_web.accounts.viewer import Viewer
from speccomm_web.explore.figures import Figures, NothingHeld, figures, figures_as_at
from speccomm_web.explore.kept import kept
from speccomm_web.explore.sight import Place, places_seen_by
from speccomm_web.explore.words import moment_text

__all__ = ["NothingHeld", "Opened", "opened"]


@dataclass(frozen=True)
class Opened:
    """The figures, the place asked about, and every place this viewer may ask about."""

    held: Figures
    place: Place
    places: tuple[Place, ...]
    moments: tuple[datetime, ...] = ()

    @property
    def as_at(self) -> datetime | None:
        """The moment as which the figures stand; None is now."""
        return self.held.as_at

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


def opened(viewer: Viewer, code: str, as_at: str = "") -> Opened | None:
    """The place with a code, or the viewer's first; None where it is none of theirs.

    `as_at` is a moment of loading as addresses write it. One that is none of the store's, or before
    which nothing counted, leaves the figures of today: the form of the page refuses it. Who may see
    what is decided by today's organisations in either case.

    Raises:  NothingHeld where there is no store.
    """
    places = places_of(viewer)
    chosen = next((place for place in places if place.code == code or not code), None)
    if chosen is None:
        return None
    held = figures()
    moments = held.moments
    moment = next((each for each in moments if moment_text(each) == as_at), None)
    if moment is not None:
        then = figures_as_at(held, moment)
        held = then if then.months else held
    return Opened(held, chosen, places, moments)
