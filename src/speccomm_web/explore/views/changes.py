"""What changed between a period and the one before it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from speccomm_web.explore.forms import ChangesFilter
from speccomm_web.explore.presenters import changes as presenters
from speccomm_web.explore.presenters import flows as flow_presenters
from speccomm_web.explore.queries import changes as queries
from speccomm_web.explore.queries import flows as flow_queries
from speccomm_web.explore.questions import flows_question
from speccomm_web.explore.views.framing import (
    Opened,
    as_file,
    asked_of,
    framed,
    moment_choices,
    place_choices,
    place_of,
    trail,
)
from speccomm_web.explore.words import MEASURES


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """The greatest changes of one flow, as a bridge and a table."""
    place = place_of(request)
    return framed(
        request, place, "explore/changes.html", lambda: _context(request, place), trail=trail()
    )


def changes_file(request: HttpRequest, place: Opened, format_: str) -> HttpResponseBase:
    """The table of the page as a file, with every row."""
    form = _form(request, place)
    if not form.is_valid():
        raise Http404
    question = flows_question(place.place.code, form.cleaned_data)
    measure, by = form.cleaned_data["measure"], form.cleaned_data["by"]
    try:
        found = queries.changes_of(place, question, measure=measure, by=by)
    except queries.Refusal as refusal:
        raise Http404 from refusal
    table = presenters.table(found, measure=measure, by=by, sort="", most=None)
    return as_file(place, table, format_, name=f"changes-{place.place.code}-{question.to_month}")


def _form(request: HttpRequest, place: Opened) -> ChangesFilter:
    """The question of the page; without months, the last third of what is loaded."""
    names = flow_queries.names_of(place)
    months = list(names["month"])
    length = max(1, len(months) // 3)
    asked = asked_of(
        request,
        place,
        **{"from": months[-length], "to": months[-1], "by": "crg", "measure": "imported"},
    )
    return ChangesFilter(
        asked, places=place_choices(place), moments=moment_choices(place), names=names
    )


def _context(request: HttpRequest, place: Opened) -> dict[str, Any]:
    form = _form(request, place)
    context: dict[str, Any] = {"form": form, "title": f"What changed for {place.place.words}"}
    if not form.is_valid():
        return context
    question = flows_question(place.place.code, form.cleaned_data)
    measure, by = form.cleaned_data["measure"], form.cleaned_data["by"]
    try:
        found = queries.changes_of(place, question, measure=measure, by=by)
    except queries.Refusal as refusal:
        form.add_error(None, str(refusal))
        return context
    names = flow_queries.names_of(place)
    sort = request.GET.get("sort", "")
    return context | {
        "question": question,
        "asked": f"{MEASURES[measure]}: "
        + flow_presenters.filter_words(place.place, question, names),
        "headline": presenters.headline(found, measure),
        "bridge": presenters.bridge(found, measure=measure, by=by),
        "table": presenters.table(found, measure=measure, by=by, sort=sort),
        "version": place.held.version,
    }
