"""Ask for a pack."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from speccomm_web.accounts.viewer import Viewer, viewer_of
from speccomm_web.packs import actions, presenters, queries
from speccomm_web.packs.forms import PackForm


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Choose area, period, sections and formats; the pack is then built in the background."""
    viewer = viewer_of(request)
    form = _form(request, viewer)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        asked["formats"] = ["html", "csv", *asked["formats"]]
        try:
            pack_id = actions.ask_for_pack(viewer=viewer, **asked)
        except actions.NotAsked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The pack was asked for. This page follows its building.")
            return redirect("packs:pack", pack_id)
    context = {
        "form": form,
        "areas": bool(form.fields["area"].choices[1:]),  # type: ignore[attr-defined]
        "trail": [{"words": "Packs", "href": reverse("packs:list")}],
    }
    return render(request, "packs/ask.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, viewer: Viewer) -> PackForm:
    months = presenters.months(queries.loaded_months())
    titles = list(queries.section_titles().items())
    formats = [(f, presenters.FORMAT_WORDS[f]) for f in queries.format_names()]
    extra = [(word, said) for word, said in formats if word not in {"html", "csv"}]
    return PackForm(
        request.POST if request.method == "POST" else None,
        areas=[(a.code, f"{a.name} ({a.code})") for a in queries.areas_asked_by(viewer)],
        months=months,
        audiences=presenters.AUDIENCES,
        sections=titles,
        formats=extra,
        initial={
            "from_month": months[0][0] if months else "",
            "to_month": months[-1][0] if months else "",
            "sections": [name for name, _ in titles],
            "formats": [name for name, _ in extra],
        },
    )
