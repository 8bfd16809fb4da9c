"""One pack: where it stands, its sections with words and comments, and what changed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.packs import presenters, queries

ROWS_ON_A_PAGE = 100


@require_GET
def pack(request: HttpRequest, pack_id: int) -> HttpResponse:
    """A pack, for those who work on it; others are led to where it is published."""
    viewer = viewer_of(request)
    found = queries.pack_seen_by(viewer, pack_id)
    if found is None:
        raise Http404
    if not queries.may_read_inside(viewer, found):
        return redirect("packs:published", found.address)
    base = reverse("packs:file", args=[pack_id, "-"])[:-1]
    main = queries.main_files(found)
    edits = queries.may_edit(viewer, found)
    writers = queries.writers_of(found)
    context = {
        "pack": found,
        "title": f"{found.get_product_display()}: {found.area_name}",
        "summary": presenters.summary(found, inside=True),
        "task": presenters.task_of(found, viewer),
        "read": base + main["html"] if "html" in main else "",
        "downloads": presenters.downloads(
            main, base=base, archive=reverse("packs:archive", args=[pack_id])
        ),
        "sections": presenters.sections(
            found,
            queries.titles_of(found),
            queries.wordings_of(found),
            queries.comments_of(found),
        ),
        "may": presenters.steps(found, viewer, edits=edits, writers=writers),
        "trail": [{"words": "Packs", "href": reverse("packs:list")}],
    }
    return render(request, "packs/pack.html", context)


@require_GET
def changes(request: HttpRequest, pack_id: int) -> HttpResponse:
    """What changed since the pack before, figure by figure and sentence by sentence."""
    viewer = viewer_of(request)
    found = queries.pack_seen_by(viewer, pack_id)
    if found is None or found.compared_with is None or not queries.may_read_inside(viewer, found):
        raise Http404
    asked = request.GET.get("page", "1")
    number = max(1, int(asked)) if asked.isdigit() and len(asked) < 7 else 1
    first = (number - 1) * ROWS_ON_A_PAGE
    figures = queries.comparison_table(found, "figures", first=first, most=ROWS_ON_A_PAGE)
    words = queries.comparison_table(found, "words", first=0, most=ROWS_ON_A_PAGE)
    if figures is None or words is None:
        raise Http404
    differences = queries.comparison_table(found, "differences", first=0, most=ROWS_ON_A_PAGE)
    context = {
        "title": "What changed since the pack before",
        "before": {
            "words": f"{found.compared_with.area_name}, "
            f"{presenters.period_words(found.compared_with)}",
            "href": reverse("packs:pack", args=[found.compared_with.pk]),
        },
        "differences": presenters.difference_sentences(differences),
        "figures": presenters.figures_table(figures),
        "words": presenters.words_table(words),
        "run": reverse("runs:run", args=[found.comparison_id]),
        "page": {
            "number": number,
            "last": max(1, -(-figures.row_count // ROWS_ON_A_PAGE)),
            "total": figures.row_count,
        },
        "trail": [
            {"words": "Packs", "href": reverse("packs:list")},
            {"words": found.area_name, "href": reverse("packs:pack", args=[pack_id])},
        ],
    }
    return render(request, "packs/changes.html", context)
