"""Loads in the store: who loaded what when, versions of a slice, and withdrawing a mistake."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.submissions import actions, disputes, row_sight, stored
from speccomm_web.submissions.forms import DifferenceForm, WithdrawForm
from speccomm_web.submissions.presenters import loads as present
from speccomm_web.submissions.views.sending import TRAIL

ON_A_PAGE = 100


@require_GET
def loads(request: HttpRequest) -> HttpResponse:
    """Who loaded what when."""
    found = Paginator(stored.loads_seen_by(viewer_of(request)), ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "table": present.loads_table(page.object_list),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
        "trail": TRAIL,
    }
    return render(request, "submissions/loads.html", context)


@require_GET
def load(request: HttpRequest, load_id: str) -> HttpResponse:
    """One load: its slices and its files."""
    viewer = viewer_of(request)
    one = stored.load_seen_by(viewer, load_id)
    if one is None:
        raise Http404
    found = Paginator(one.slices, ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    caption = f"What it says of each month: {found.count:,}"
    context = {
        "title": f"Load {load_id}",
        "load_id": load_id,
        "summary": present.load_summary(one),
        "slices": present.slices_table(list(page.object_list), caption=caption),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
        "files": present.files_table(one.files) if one.files else None,
        "withdraws": stored.may_withdraw(viewer) and not one.withdrawal,
        "trail": _trail(),
    }
    return render(request, "submissions/load.html", context)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, load_id: str) -> HttpResponse:
    """Withdraw a load made by mistake, once it is confirmed with a reason."""
    viewer = viewer_of(request)
    one = stored.load_seen_by(viewer, load_id)
    if one is None or not stored.may_withdraw(viewer):
        raise Http404
    form = WithdrawForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.withdraw_load(viewer=viewer, load_id=load_id, **form.cleaned_data)
        except actions.CannotWithdraw as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(
                request, f"The load was withdrawn. Months for which it was current: {count:,}."
            )
        return redirect("submissions:load", load_id)
    current = [row for row in one.slices if row["status"] == "current"]
    context = {
        "title": f"Withdraw load {load_id}",
        "form": form,
        "bound": request.method == "POST",
        "slices": present.slices_table(
            current[:ON_A_PAGE], caption=f"Months for which it is current: {len(current):,}"
        ),
        "trail": [
            *_trail(),
            {"words": load_id, "href": reverse("submissions:load", args=[load_id])},
        ],
    }
    return render(request, "submissions/withdraw.html", context)


@require_GET
def versions(
    request: HttpRequest, slice_dataset: str, slice_provider: str, slice_year: str, slice_month: int
) -> HttpResponse:
    """Every version of a slice, and what changed between two of them."""
    viewer = viewer_of(request)
    named: dict[str, Any] = {
        "dataset": slice_dataset, "provider": slice_provider, "year": slice_year,
        "month": slice_month,
    }  # fmt: skip
    answer = stored.versions_of(viewer, **named, diff=None)
    if answer is None:
        raise Http404
    form = DifferenceForm(request.GET or None, versions=present.version_choices(answer))
    sight = row_sight.row_sight(viewer, provider=slice_provider, year=slice_year, month=slice_month)
    with_rows = sight is not None and sight.every_row
    if form.is_valid():
        chosen = (form.cleaned_data["first"], form.cleaned_data["second"])
        answer = stored.versions_of(viewer, **named, diff=chosen)
        if answer is None:
            raise Http404
    tables = present.difference_tables(answer, with_rows=with_rows)
    if tables and with_rows:
        actions.record_seen_rows(
            viewer=viewer, act="compared_loads", row_count=len(tables[-1].rows),
            subject=f"{slice_dataset} {slice_provider} {slice_year} {slice_month}",
        )  # fmt: skip
    month = present.month_words(slice_year, slice_month)
    context = {
        "title": f"{slice_dataset.upper()} of {slice_provider} for {month}",
        "versions": present.versions_table(answer),
        "form": form if answer.history.num_rows > 1 else None,
        "tables": tables,
        "with_rows": with_rows,
        "challenges": disputes.may_challenge(viewer),
        "chooses": sight is not None,
        "named": {
            "slice_dataset": slice_dataset,
            "slice_provider": slice_provider,
            "slice_year": slice_year,
            "slice_month": slice_month,
        },
        "trail": _trail(),
    }
    return render(request, "submissions/versions.html", context)


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """When each month's files are due."""
    table = present.calendar_table(stored.calendar(), on=timezone.localdate())
    return render(request, "submissions/calendar.html", {"table": table, "trail": TRAIL})


def _trail() -> list[dict[str, str]]:
    return [*TRAIL, {"words": "Loads", "href": reverse("submissions:loads")}]


def _posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None
