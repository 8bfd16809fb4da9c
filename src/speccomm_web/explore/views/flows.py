"""Flows of a place: the page, and its tables as files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from speccomm_web.explore.forms import SplitFilter
from speccomm_web.explore.presenters import diagrams, drawings
from speccomm_web.explore.presenters import flows as presenters
from speccomm_web.explore.queries import flows as queries
from speccomm_web.explore.questions import FlowsQuestion, flows_question
from speccomm_web.explore.views.changes import changes_file
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
from speccomm_web.explore.words import month_words


@require_GET
def flows(request: HttpRequest) -> HttpResponse:
    """The A/B/C table of a place, the diagram and the months."""
    place = place_of(request)
    return framed(
        request, place, "explore/flows.html", lambda: _context(request, place), trail=trail()
    )


@require_GET
def download(request: HttpRequest, name: str, format_: str) -> HttpResponseBase:
    """One table of the page as a file, with every row."""
    place = place_of(request)
    if name == "changes":
        return changes_file(request, place, format_)
    form = _form(request, place)
    if not form.is_valid():
        raise Http404
    question = flows_question(place.place.code, form.cleaned_data)
    try:
        table = _table(name, place, question, by=form.cleaned_data["by"])
    except queries.Refusal as refusal:
        raise Http404 from refusal
    return as_file(place, table, format_, name=f"{name}-{place.place.code}-{question.to_month}")


def _context(request: HttpRequest, place: Opened) -> dict[str, Any]:
    form = _form(request, place)
    context: dict[str, Any] = {"form": form, "title": f"Flows of {place.place.words}"}
    if not form.is_valid():
        return context
    question, by = flows_question(place.place.code, form.cleaned_data), form.cleaned_data["by"]
    try:
        answer = queries.flows_of(place, question, by=by)
    except queries.Refusal as refusal:
        form.add_error(None, str(refusal))
        return context
    names, where = queries.names_of(place), place.place
    months = queries.trend_of(place, question)
    pairs = queries.pairs_of(place, question)
    measures = presenters.measures_of(where)
    return context | {
        "asked": presenters.filter_words(where, question, names),
        "question": question,
        "headline": presenters.headline(where, question, answer.totals),
        "table": presenters.flows_table(
            where, question, answer, by=by, sort=request.GET.get("sort", "")
        ),
        "trend": drawings.trend(presenters.trend_table(where, question, months), months, measures),
        "diagram": diagrams.homes_to_providers(where, question, pairs),
        "findings": presenters.findings_table(answer.findings),
        "incomplete": [month_words(month) for month in answer.incomplete_months],
        "version": place.held.version,
    }


def _table(name: str, place: Opened, question: FlowsQuestion, *, by: str) -> Any:
    if name == "trend":
        return presenters.trend_table(place.place, question, queries.trend_of(place, question))
    if name == "pairs":
        pairs = queries.pairs_of(place, question)
        return diagrams.pairs_table(place.place, question, pairs, whole=True)
    if name == "flows":
        answer = queries.flows_of(place, question, by=by)
        return presenters.flows_table(place.place, question, answer, by=by, sort="", whole=True)
    raise Http404


def _form(request: HttpRequest, place: Opened) -> SplitFilter:
    names = queries.names_of(place)
    months = list(names["month"])
    asked = asked_of(request, place, **{"from": months[0], "to": months[-1], "by": "crg"})
    return SplitFilter(
        asked, places=place_choices(place), moments=moment_choices(place), names=names
    )
