"""The menu and the first page, from the table of permissions: what a person may not open is absent."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from speccomm_web.accounts.permissions import Page, pages
from speccomm_web.accounts.viewer import Viewer


@dataclass(frozen=True)
class MenuItem:
    """One entry of the menu. `exact` is true on the page itself, `current` also below it."""

    words: str
    href: str
    says: str
    current: bool = False
    exact: bool = False


def menu(viewer: Viewer, *, path: str) -> tuple[MenuItem, ...]:
    """The menu of a viewer who stands at an address."""
    items = []
    for page, href in _open_to(viewer):
        items.append(
            MenuItem(
                words=page.menu,
                href=href,
                says=page.says,
                current=path.startswith(href),
                exact=path == href,
            )
        )
    return tuple(items)


def entrances(viewer: Viewer) -> tuple[MenuItem, ...]:
    """The cards of the first page."""
    return menu(viewer, path="")


def _open_to(viewer: Viewer) -> list[tuple[Page, str]]:
    found = []
    for page in pages().values():
        if not page.menu or not page.admits(viewer):
            continue
        try:
            found.append((page, reverse(page.name)))
        except NoReverseMatch:
            continue  # an app that this installation leaves out
    return found
