"""The register of runs, one run, and its tables."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.exports import download as as_file
from speccomm_web.runs import presenters, queries
from speccomm_web.runs.forms import RunsFilter

ON_A_PAGE = 50
ROWS_ON_A_PAGE = 200


@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """The register of finished runs."""
    viewer = viewer_of(request)
    form = RunsFilter(request.GET or None, commands=queries.commands_seen_by(viewer))
    command = form.cleaned_data["command"] if form.is_valid() else ""
    found = Paginator(queries.find_runs(viewer, command=command), ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "table": presenters.runs_table(
            page.object_list,
            store_version=queries.store_version(),
            names=queries.names_in(page.object_list),
        ),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
    }
    return render(request, "runs/runs.html", context)


@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: what was asked, and its tables."""
    found = queries.run_seen_by(viewer_of(request), run_id)
    if found is None:
        raise Http404
    version = queries.store_version()
    context = {
        "title": presenters.asked_words(found, queries.names_in([found])),
        "summary": presenters.run_summary(found, store_version=version),
        "table": presenters.tables_table(found),
        "state": found.state(store_version=version),
        "versions": {"run": found.store_version, "store": version},
        "trail": [{"words": "Runs", "href": reverse("runs:list")}],
    }
    return render(request, "runs/run.html", context)


@require_GET
def table(request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """One table of a run, a page of rows at a time."""
    found = queries.run_seen_by(viewer_of(request), run_id)
    if found is None:
        raise Http404
    page = request.GET.get("page", "1")
    number = max(1, int(page)) if page.isdigit() and len(page) < 7 else 1
    rows = queries.run_table(found, name, first=(number - 1) * ROWS_ON_A_PAGE, most=ROWS_ON_A_PAGE)
    if rows is None:
        raise Http404
    last = max(1, -(-rows.row_count // ROWS_ON_A_PAGE))
    asked = presenters.asked_words(found, queries.names_in([found]))
    context = {
        "title": f"{name.replace('_', ' ').capitalize()}: {asked}",
        "table": presenters.data_table(found, rows),
        "page": {"number": number, "last": last, "total": rows.row_count},
        "trail": [
            {"words": "Runs", "href": reverse("runs:list")},
            {"words": asked, "href": reverse("runs:run", args=[run_id])},
        ],
    }
    return render(request, "runs/table.html", context)


@require_GET
def download(request: HttpRequest, run_id: int, name: str, format_: str) -> HttpResponseBase:
    """One table of a run as a file."""
    found = queries.run_seen_by(viewer_of(request), run_id)
    rows = queries.run_table(found, name, most=queries.MOST_ROWS) if found else None
    if found is None or rows is None:
        raise Http404
    return as_file(presenters.data_table(found, rows), format_, name=f"{found.folder}-{name}")
