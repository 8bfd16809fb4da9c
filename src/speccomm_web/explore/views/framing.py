"""What every page here does: open the place, answer once, keep what was drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.exports import download
from speccomm_web.design.formats import moment
from speccomm_web.design.tables import Column, DataTable, Kind, address_with
from speccomm_web.explore.kept import kept
from speccomm_web.explore.queries.opening import NothingHeld, Opened, opened
from speccomm_web.explore.words import moment_text

__all__ = [
    "Opened",
    "as_file",
    "asked_of",
    "framed",
    "moment_choices",
    "place_choices",
    "place_of",
    "stood",
    "trail",
]

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
        asked = request.GET
        found = opened(viewer_of(request), asked.get("place", ""), asked.get("as_at", ""))
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
    words |= stood(request, place)
    if shown.isdigit() and int(shown) != place.held.version:
        words["stale"] = {"then": shown, "now": place.held.version}
    return render(request, "explore/frame.html", words)


def stood(request: HttpRequest, place: Opened) -> dict[str, Any]:
    """What a page says of figures that are not as they stand now."""
    if place.as_at is None:
        return {}
    now = address_with(request.GET, as_at=None, version=None)
    return {"stood": {"at": moment(place.as_at), "now": now}}


def trail(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Breadcrumbs that begin at Explore."""
    begin = {"words": TRAIL[0], "href": reverse(TRAIL[1])}
    return [begin, *({"words": words, "href": href} for words, href in steps)]


def place_choices(place: Opened) -> list[tuple[str, str]]:
    """The places of this viewer as choices of a form, the one asked about first chosen."""
    return [(p.code, f"{p.words} ({p.code})") for p in place.places]


def moment_choices(place: Opened) -> list[tuple[str, str]]:
    """The moments of loading as choices of a form, the newest first."""
    return [(moment_text(at), f"After the load of {moment(at)}") for at in place.moments]


def as_file(place: Opened, table: DataTable, format_: str, *, name: str) -> HttpResponseBase:
    """A table as a file, which says in its name and in each row as of when it is, where that is asked."""
    as_at = place.as_at
    if as_at is None:
        return download(table, format_, name=name)
    rows = [{**row, "as_at": as_at} for row in table.rows]
    stood = replace(table, columns=(*table.columns, Column("as_at", "As it stood", Kind.MOMENT)),
                    rows=rows)  # fmt: skip
    return download(stood, format_, name=f"{name}-as-at-{moment_text(as_at)}")


def asked_of(request: HttpRequest, place: Opened, **otherwise: str) -> dict[str, str]:
    """The address's own fields, with the place and what else it leaves out filled in."""
    said = {name: text for name, text in request.GET.dict().items() if text}
    return {**otherwise, **said, "place": place.place.code}
