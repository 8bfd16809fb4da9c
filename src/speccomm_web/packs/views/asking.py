"""Ask for a pack, for those of every ICB of a region, or for an annual report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from speccomm_web.accounts.viewer import Viewer, viewer_of
from speccomm_web.packs import actions, areas, presenters, queries
from speccomm_web.packs.forms import AnnualReportForm, PackForm, RegionPacksForm

ONE, EVERY_ICB, ANNUAL = "pack", "region-packs", "annual-report"
KINDS = {
    ONE: "Pack of one ICB or region",
    EVERY_ICB: "Packs of every ICB of a region",
    ANNUAL: "Annual report",
}


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Choose a kind and what it needs; it is then built in the background."""
    viewer, asked = viewer_of(request), request.GET.get("kind", ONE)
    kind = asked if asked in KINDS else ONE
    form = _form(request, viewer, kind)
    if request.method == "POST" and form.is_valid():
        try:
            return _asked(request, viewer, kind, form)
        except actions.NotAsked as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "areas": bool(form.fields["area"].choices[1:]),  # type: ignore[attr-defined]
        "kinds": [
            {"words": words, "href": f"?kind={name}", "current": name == kind}
            for name, words in KINDS.items()
        ],
        "kind": kind,
        "trail": [{"words": "Packs", "href": reverse("packs:list")}],
    }
    return render(request, "packs/ask.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, viewer: Viewer, kind: str, form: forms.Form) -> HttpResponse:
    """Ask for it, and go to where its building is followed. Raises NotAsked."""
    said = dict(form.cleaned_data)
    said["formats"] = ["html", "csv", *said["formats"]]
    if kind == EVERY_ICB:
        packs = actions.ask_for_region_packs(viewer=viewer, **said)
        messages.success(
            request, f"{len(packs)} packs were asked for, one for each ICB. They are built in turn."
        )
        return redirect("packs:list")
    if kind == ANNUAL:
        pack_id = actions.ask_for_annual_report(viewer=viewer, **said)
        messages.success(request, "The report was asked for. This page follows its building.")
    else:
        pack_id = actions.ask_for_pack(viewer=viewer, **said)
        messages.success(request, "The pack was asked for. This page follows its building.")
    return redirect("packs:pack", pack_id)


def _form(request: HttpRequest, viewer: Viewer, kind: str) -> forms.Form:
    sent = request.POST if request.method == "POST" else None
    formats = [(f, presenters.FORMAT_WORDS[f]) for f in queries.format_names()]
    extra = [(word, said) for word, said in formats if word not in {"html", "csv"}]
    places = areas.areas_asked_by(viewer)
    if kind == EVERY_ICB:
        places = [place for place in places if areas.icbs_of(viewer, place)]
    choices = [(place.code, f"{place.name} ({place.code})") for place in places]
    initial: dict[str, Any] = {"formats": [name for name, _ in extra]}
    if kind == ANNUAL:
        years = [(year, year) for year in areas.loaded_years()]
        initial["year"] = years[-1][0] if years else ""
        return AnnualReportForm(sent, areas=choices, years=years, formats=extra, initial=initial)
    months = presenters.months(areas.loaded_months())
    titles = list(queries.section_titles().items())
    initial |= {
        "from_month": months[0][0] if months else "",
        "to_month": months[-1][0] if months else "",
        "sections": [name for name, _ in titles],
    }
    return (RegionPacksForm if kind == EVERY_ICB else PackForm)(
        sent,
        areas=choices,
        months=months,
        audiences=presenters.AUDIENCES,
        sections=titles,
        formats=extra,
        initial=initial,
    )
