"""The boundaries that this installation brings, for the ICBs that are on the map."""

from __future__ import annotations

from django.conf import settings

from speccomm_web.explore.boundaries import BadBoundaries, Outlines, outlines_of
from speccomm_web.explore.queries.flows import names_of
from speccomm_web.explore.queries.opening import Opened

__all__ = ["BadBoundaries", "boundaries"]


def boundaries(opened: Opened) -> Outlines | None:
    """The outlines of the ICBs whose patients the place's rows hold; None where no file is named.

    Raises:  BadBoundaries.
    """
    file = settings.ENVIRONMENT.boundaries_file
    return None if file is None else outlines_of(file, names_of(opened)["icb"])
