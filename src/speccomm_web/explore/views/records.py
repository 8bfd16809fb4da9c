"""Why is this ours: rows of a slice, and the walk of one. Nothing of these pages is kept."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.explore import actions
from speccomm_web.explore.forms import RowsFilter
from speccomm_web.explore.presenters import records as presenters
from speccomm_web.explore.queries import flows as flow_queries
from speccomm_web.explore.queries.records import DATASETS, ON_A_PAGE, Slice
from speccomm_web.explore.views.framing import (
    Opened,
    asked_of,
    moment_choices,
    place_choices,
    place_of,
    stood,
    trail,
)

LONGEST_NUMBER = 9


@require_GET
@never_cache
def rows(request: HttpRequest) -> HttpResponse:
    """The rows of one slice that the viewer may see."""
    place = place_of(request)
    if not place.place.sees_records:
        raise Http404
    form = _form(request, place)
    context: dict[str, Any] = {"form": form, "trail": trail(), "query": request.GET}
    context |= stood(request, place)
    if form.is_valid() and form.cleaned_data["provider"]:
        asked, number = _slice(form), _number(request.GET.get("page", "")) or 1
        found = actions.look_at_rows(
            viewer=viewer_of(request), opened=place, asked=asked, first=(number - 1) * ON_A_PAGE
        )
        last = max(1, -(-found.row_count // ON_A_PAGE))
        context["table"] = presenters.rows_table(place.place.code, asked, found)
        context["page"] = {"number": min(number, last), "last": last, "total": found.row_count}
    return render(request, "explore/rows.html", context)


@require_GET
@never_cache
def why(request: HttpRequest) -> HttpResponse:
    """One row, walked through the rules in sentences."""
    place = place_of(request)
    form, number = _form(request, place), _number(request.GET.get("row", ""))
    if not form.is_valid() or not number:
        raise Http404
    asked = _slice(form)
    try:
        walk = actions.look_at_row(
            viewer=viewer_of(request),
            opened=place,
            asked=asked,
            file_name=request.GET.get("file", ""),
            row_number=number,
        )
    except actions.NotYours as refusal:
        raise Http404 from refusal
    back = f"{reverse('explore:rows')}?{request.GET.urlencode()}"
    context = presenters.walk(walk, asked) | {"trail": trail(("Rows of the slice", back))}
    context |= stood(request, place)
    return render(request, "explore/why.html", context)


def _form(request: HttpRequest, place: Opened) -> RowsFilter:
    names = flow_queries.names_of(place)
    asked = asked_of(request, place, dataset="plcm", month=list(names["month"])[-1])
    given = asked if asked.get("provider") else None
    return RowsFilter(
        given,
        initial=asked,
        places=place_choices(place),
        moments=moment_choices(place),
        names=names,
        datasets=DATASETS,
    )


def _slice(form: RowsFilter) -> Slice:
    said = form.cleaned_data
    return Slice(
        said["dataset"], said["provider"], said["month"], said["service"],
        said["differs"] == "yes", said["as_at"],
    )  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) <= LONGEST_NUMBER else 0
