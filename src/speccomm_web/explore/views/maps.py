"""Where patients live, on a map by ICB."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from speccomm_web.explore.forms import MapFilter
from speccomm_web.explore.presenters import flows as presenters
from speccomm_web.explore.presenters import maps
from speccomm_web.explore.queries import flows as queries
from speccomm_web.explore.queries import maps as map_queries
from speccomm_web.explore.questions import flows_question
from speccomm_web.explore.views.framing import (
    Opened,
    asked_of,
    framed,
    moment_choices,
    place_choices,
    place_of,
    trail,
)
from speccomm_web.explore.words import MEASURES


@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """One flow by patients' ICB: the map where boundaries are brought, and the table."""
    place = place_of(request)
    return framed(
        request, place, "explore/map.html", lambda: _context(request, place), trail=trail()
    )


def _context(request: HttpRequest, place: Opened) -> dict[str, Any]:
    names = queries.names_of(place)
    months = list(names["month"])
    asked = asked_of(
        request, place, **{"from": months[0], "to": months[-1], "measure": "provider_total"}
    )
    form = MapFilter(asked, places=place_choices(place), moments=moment_choices(place), names=names)
    context: dict[str, Any] = {"form": form, "title": f"Map of {place.place.words}"}
    if not form.is_valid():
        return context
    question = flows_question(place.place.code, form.cleaned_data)
    measure = form.cleaned_data["measure"]
    try:
        answer = queries.flows_of(place, question, by="icb")
    except queries.Refusal as refusal:
        form.add_error(None, str(refusal))
        return context
    sort = request.GET.get("sort", "")
    table = presenters.flows_table(place.place, question, answer, by="icb", sort=sort)
    context |= {
        "question": question,
        "asked": presenters.filter_words(place.place, question, names),
        "table": table,
        "version": place.held.version,
    }
    try:
        outlines = map_queries.boundaries(place)
    except map_queries.BadBoundaries as bad:
        return context | {"bad": str(bad)}
    if outlines is not None:
        words = MEASURES[measure]
        context["map"] = maps.map_figure(
            outlines, answer.rows, measure=measure, words=words, table=table
        )
    return context
