"""The way in: what a person may explore, and the search box."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.explore.presenters import places as presenters
from speccomm_web.explore.queries import opening
from speccomm_web.explore.queries import search as queries

LONGEST = 80


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The places this person may explore, and what the search box finds in the first of them."""
    viewer = viewer_of(request)
    try:
        found = opening.opened(viewer, "")
    except opening.NothingHeld as nothing:
        return render(request, "explore/home.html", {"nothing": str(nothing)})
    places = found.places if found else ()
    context: dict[str, Any] = {"table": presenters.places_table(places)}
    words = request.GET.get("words", "").strip()[:LONGEST]
    if words and found:
        context["words"] = words
        context["found"] = presenters.found_table(queries.found_by(found, words), words)
    return render(request, "explore/home.html", context)
