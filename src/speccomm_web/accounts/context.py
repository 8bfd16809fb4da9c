"""What the frame of every page needs to know of the person who reads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from speccomm_web.accounts.navigation import MenuItem, menu
from speccomm_web.accounts.viewer import viewer_of


@dataclass(frozen=True)
class Reader:
    """The person in the header: name, whether signed in, and their menu."""

    name: str
    signed_in: bool
    navigation: tuple[MenuItem, ...]
    demonstration: bool
    second_factor: bool


def people(request: HttpRequest) -> dict[str, object]:
    """The reader, for the base template."""
    viewer = viewer_of(request)
    return {
        "person": Reader(
            name=viewer.name,
            signed_in=viewer.signed_in,
            navigation=menu(viewer, path=request.path),
            demonstration=settings.DEMONSTRATION,
            second_factor=settings.SECOND_FACTOR_REQUIRED,
        ),
        "open_id_name": settings.OPEN_ID_NAME,
    }
