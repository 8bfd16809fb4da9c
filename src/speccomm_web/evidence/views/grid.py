"""The quality overview."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.exports import download
from speccomm_web.design.tables import address_with
from speccomm_web.evidence.forms import GridFilter
from speccomm_web.evidence.presenters import boards, entries
from speccomm_web.evidence.queries import grid, statements

ON_A_PAGE = 60


@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    """Every service with what is known of it; ?format=csv or xlsx downloads what is shown."""
    viewer = viewer_of(request)
    form = GridFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {"words": "", "answer": ""}
    rows = [row for row in grid.overview(viewer, on=viewer.on) if _wanted(row, asked)]
    if request.GET.get("format") in {"csv", "xlsx"}:
        return download(boards.grid_table(rows), request.GET["format"], name="quality-overview")
    found = Paginator(rows, ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    writes = statements.registers_written_by(viewer)
    context = {
        "form": form,
        "writes": bool(writes),
        "registers": entries.register_links(statements.registers_opened_by(viewer)),
        "imports": statements.imports(viewer),
        "questions": [words for _, words in boards.QUESTIONS],
        "rows": boards.grid(
            list(page.object_list), writes=writes, opens=statements.registers_opened_by(viewer)
        ),
        "counts": boards.answer_counts(rows),
        "downloads": {
            word: address_with(request.GET, format=word.lower(), page=None)
            for word in ("CSV", "XLSX")
        },
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
    }
    return render(request, "evidence/overview.html", context)


def _wanted(row: dict[str, Any], asked: dict[str, str]) -> bool:
    words, answer = asked["words"].casefold(), asked["answer"]
    named = words in boards.service_words(row).casefold() or words in row["service_code"].casefold()
    return named and (not answer or any(row[name] == answer for name, _ in boards.QUESTIONS))
