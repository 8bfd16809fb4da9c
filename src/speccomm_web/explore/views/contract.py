"""The contract position of a place: the page, its tables as files, and receipts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from speccomm_web.explore.forms import ContractFilter
from speccomm_web.explore.presenters import contract as presenters
from speccomm_web.explore.presenters import flows as flow_presenters
from speccomm_web.explore.presenters import receipts as receipt_presenters
from speccomm_web.explore.queries import contract as queries
from speccomm_web.explore.queries import flows as flow_queries
from speccomm_web.explore.questions import contract_question
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


@require_GET
def contract(request: HttpRequest) -> HttpResponse:
    """Plan against actual, the bridge and the forecasts."""
    place = place_of(request)
    return framed(
        request, place, "explore/contract.html", lambda: _context(request, place), trail=trail()
    )


@require_GET
def download(request: HttpRequest, name: str, format_: str) -> HttpResponseBase:
    """One table of the page as a file, with every row."""
    place = place_of(request)
    form = _form(request, place)
    if not form.is_valid() or name not in presenters.TABLES:
        raise Http404
    question = contract_question(place.place.code, form.cleaned_data)
    try:
        answer = queries.contract_of(place, question)
    except queries.Refusal as refusal:
        raise Http404 from refusal
    by = form.cleaned_data["by"]
    table = presenters.table(name, question, answer, by=by, sort="", whole=True)
    return as_file(
        place, table, format_, name=f"contract-{name}-{place.place.code}-{question.year}"
    )


@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    """What one figure of the position was made from, worked out again."""
    place = place_of(request)
    figure = request.GET.get("figure", "")
    form = _form(request, place)
    if figure not in presenters.WORDS or not form.is_valid():
        raise Http404
    question = contract_question(place.place.code, form.cleaned_data)

    def context() -> dict[str, Any]:
        try:
            found = queries.contract_receipt(place, question, figure=figure)
        except queries.Refusal as refusal:
            raise Http404 from refusal
        words = presenters.WORDS[figure]
        return {"title": "Receipt"} | receipt_presenters.contract_receipt(
            place.place, question, found, words=words
        )

    back = question.address(reverse("explore:contract"))
    steps = trail((f"Contracts of {place.place.words}", back))
    return framed(request, place, "explore/receipt.html", context, trail=steps)


def _context(request: HttpRequest, place: Opened) -> dict[str, Any]:
    form = _form(request, place)
    context: dict[str, Any] = {"form": form, "title": f"Contracts of {place.place.words}"}
    if not form.is_valid():
        return context
    question, by = contract_question(place.place.code, form.cleaned_data), form.cleaned_data["by"]
    try:
        answer = queries.contract_of(place, question)
    except queries.Refusal as refusal:
        form.add_error(None, str(refusal))
        return context
    sort = request.GET.get("sort", "")
    return context | {
        "question": question,
        "asked": receipt_presenters.contract_words(place.place, question),
        "headline": presenters.headline(question, answer.rows),
        "notes": presenters.notes(answer),
        "bridge": presenters.bridge(question, answer.rows),
        "position": presenters.table("position", question, answer, by=by, sort=sort),
        "effects": presenters.table("effects", question, answer, by=by, sort=sort),
        "findings": flow_presenters.findings_table(answer.findings),
        "version": place.held.version,
    }


def _form(request: HttpRequest, place: Opened) -> ContractFilter:
    months = queries.months_of(place)
    asked = asked_of(request, place, to=months[-1][0] if months else "", by="provider")
    if "year" in asked and "month" in asked:
        asked["to"] = f"{asked['year']}-{asked['month']}"
    return ContractFilter(
        asked,
        places=place_choices(place),
        moments=moment_choices(place),
        names=flow_queries.names_of(place),
        months=months,
    )
