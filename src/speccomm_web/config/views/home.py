"""The first page: where each person's work begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from speccomm_web.accounts.navigation import entrances
from speccomm_web.accounts.viewer import viewer_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this person may open, with a sentence for each."""
    viewer = viewer_of(request)
    context = {"entrances": entrances(viewer), "has_no_role": not viewer.roles}
    return render(request, "home.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the service is."""
    return render(request, "accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about the people who use it."""
    return render(request, "privacy.html")


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """The mark of the service, for what names none itself, such as a pack."""
    return redirect(static("design/mark.svg"))
