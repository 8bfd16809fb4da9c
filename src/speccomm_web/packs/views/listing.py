"""The packs that a person may read, and the published pack of an address."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.packs import presenters, queries
from speccomm_web.packs.forms import PacksFilter

ON_A_PAGE = 50


@require_GET
def packs(request: HttpRequest) -> HttpResponse:
    """Every pack that this person may read."""
    viewer = viewer_of(request)
    form = PacksFilter(
        request.GET or None,
        areas=queries.areas_of_packs(viewer),
        stages=presenters.Stage.choices,
    )
    asked = form.cleaned_data if form.is_valid() else {"area": "", "stage": ""}
    found = Paginator(
        queries.find_packs(viewer, area=asked["area"], stage=asked["stage"]), ON_A_PAGE
    )
    page = found.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "table": presenters.packs_table(page.object_list),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
        "may_ask": viewer.holds(*queries.EDITORS),
    }
    return render(request, "packs/packs.html", context)


@require_GET
def published(request: HttpRequest, address: str) -> HttpResponse:
    """The newest published pack of an address, which stays the same; or that it was withdrawn."""
    viewer = viewer_of(request)
    every = queries.packs_published_at(viewer, address)
    if not every:
        raise Http404
    found = every[0]
    trail = [{"words": "Packs", "href": reverse("packs:list")}]
    context = {
        "title": found.area_name,
        "period": presenters.period_words(found),
        "earlier": presenters.versions_table(
            [pack for pack in every if queries.may_read_inside(viewer, pack)]
        ),
        "trail": trail,
    }
    if found.stage == presenters.Stage.WITHDRAWN:
        context["withdrawal"] = presenters.withdrawal(found)
        return render(request, "packs/withdrawn.html", context, status=410)
    base = reverse("packs:published_file", args=[address, "-"])[:-1]
    main = queries.main_files(found)
    titles = queries.titles_of(found)
    context |= {
        "published_at": found.published_at,
        "read": base + main["html"] if "html" in main else "",
        "downloads": presenters.downloads(
            main, base=base, archive=reverse("packs:published_archive", args=[address])
        ),
        "sections": [titles.get(name, name) for name in found.present],
    }
    return render(request, "packs/published.html", context)
