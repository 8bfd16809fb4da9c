"""The receipt of one figure."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from speccomm_web.explore.forms import FlowsFilter
from speccomm_web.explore.presenters import receipts as presenters
from speccomm_web.explore.queries import flows as flow_queries
from speccomm_web.explore.queries import receipts as queries
from speccomm_web.explore.questions import FlowsQuestion, flows_question
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
def flows_receipt(request: HttpRequest) -> HttpResponse:
    """What one figure of the flows was made from, and the figure counted again."""
    place = place_of(request)
    measure = request.GET.get("measure", "")
    form = FlowsFilter(
        asked_of(request, place),
        places=place_choices(place),
        moments=moment_choices(place),
        names=flow_queries.names_of(place),
    )
    if measure not in MEASURES or not form.is_valid():
        raise Http404
    question = flows_question(place.place.code, form.cleaned_data)
    return framed(
        request,
        place,
        "explore/receipt.html",
        lambda: _context(place, question, measure),
        trail=trail((f"Flows of {place.place.words}", question.address(reverse("explore:flows")))),
    )


def _context(place: Opened, question: FlowsQuestion, measure: str) -> dict[str, Any]:
    try:
        receipt = queries.flows_receipt(place, question, measure=measure)
    except flow_queries.Refusal as refusal:
        raise Http404 from refusal
    names = flow_queries.names_of(place)
    return {"title": "Receipt"} | presenters.flows_receipt(
        place.place, question, receipt, measure=measure, names=names
    )
