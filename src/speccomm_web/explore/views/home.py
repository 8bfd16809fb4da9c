"""The way in: what a person may explore, and the search box."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.explore.presenters import places as presenters
from speccomm_web.explore.queries import opening


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The places this person may explore."""
    try:
        places = opening.places_of(viewer_of(request))
    except opening.NothingHeld as nothing:
        return render(request, "explore/home.html", {"nothing": str(nothing)})
    return render(request, "explore/home.html", {"table": presenters.places_table(places)})
