"""What every page here does: open the place, answer once, keep what was drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.explore.kept import kept
from speccomm_web.explore.queries.opening import NothingHeld, Opened, opened

__all__ = ["Opened", "asked_of", "framed", "place_choices", "place_of", "trail"]

TRAIL = ("Explore", "explore:home")


@dataclass(frozen=True)
class Drawn:
    """The body of a page and its heading, the same for everyone with the same sight."""

    title: str
    body: SafeString


def place_of(request: HttpRequest) -> Opened:
    """The place that the address asks about.

    Raises:  Http404 where it is none of the viewer's, or where nothing is loaded at all.
    """
    try:
        found = opened(viewer_of(request), request.GET.get("place", ""))
    except NothingHeld as nothing:
        raise Http404 from nothing
    if found is None:
        raise Http404
    return found


def framed(
    request: HttpRequest,
    place: Opened,
    template: str,
    context: Callable[[], dict[str, Any]],
    *,
    trail: list[dict[str, str]],
) -> HttpResponse:
    """A page whose body is drawn once for each address, sight and store version."""

    def draw() -> Drawn:
        said = context()
        body = render_to_string(template, {**said, "query": request.GET, "opened": place})
        return Drawn(said["title"], mark_safe(body))  # noqa: S308 - a rendered template

    shown = request.GET.get("version", "")
    asked = (template, sorted(request.GET.lists()), [p.code for p in place.places])
    drawn = kept(place.key, asked, draw)
    words: dict[str, Any] = {"title": drawn.title, "body": drawn.body, "trail": trail}
    if shown.isdigit() and int(shown) != place.held.version:
        words["stale"] = {"then": shown, "now": place.held.version}
    return render(request, "explore/frame.html", words)


def trail(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Breadcrumbs that begin at Explore."""
    begin = {"words": TRAIL[0], "href": reverse(TRAIL[1])}
    return [begin, *({"words": words, "href": href} for words, href in steps)]


def place_choices(place: Opened) -> list[tuple[str, str]]:
    """The places of this viewer as choices of a form, the one asked about first chosen."""
    return [(p.code, f"{p.words} ({p.code})") for p in place.places]


def asked_of(request: HttpRequest, place: Opened, **otherwise: str) -> dict[str, str]:
    """The address's own fields, with the place and what else it leaves out filled in."""
    said = {name: text for name, text in request.GET.dict().items() if text}
    return {**otherwise, **said, "place": place.place.code}
