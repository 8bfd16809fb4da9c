"""Surveillance, the highlight report, fragile services, priorities, and sites and networks."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design import formats
from speccomm_web.design.exports import download
from speccomm_web.evidence.forms import ChoiceFilter, LevelFilter
from speccomm_web.evidence.presenters import boards
from speccomm_web.evidence.queries import reports, statements

TRAIL = [{"words": "Evidence", "href": "/evidence/"}]
MONTHS_BACK, MONTHS_AHEAD = 24, 3


@require_GET
def surveillance(request: HttpRequest) -> HttpResponseBase:
    """Open concerns by level, each leading to its history."""
    viewer = viewer_of(request)
    form = LevelFilter(request.GET or None, levels=reports.levels())
    level = form.cleaned_data["level"] if form.is_valid() else ""
    rows = reports.concerns(viewer, on=viewer.on, level=level)
    table = boards.concerns_table(rows, statements.known_names())
    if request.GET.get("format") in {"csv", "xlsx"}:
        return download(table, request.GET["format"], name="surveillance")
    context = {
        "form": form,
        "table": table,
        "counts": [
            {
                "key": row["surveillance_level"].capitalize(),
                "value": formats.counted(row["concerns"], "concern"),
            }
            for row in reports.level_counts(viewer, on=viewer.on)
        ],
        "may_write": _may_write(request, "surveillance"),
        "trail": TRAIL,
    }
    return render(request, "evidence/surveillance.html", context)


@require_GET
def highlights(request: HttpRequest) -> HttpResponseBase:
    """The highlight report of a month, made from the register."""
    viewer = viewer_of(request)
    months = _months(viewer.on)
    form = ChoiceFilter(
        request.GET or None, label="Month",
        choices=[(f"{month:%Y-%m}", formats.month(month)) for month in months],
        initial={"choice": f"{viewer.on:%Y-%m}"},
    )  # fmt: skip
    chosen = form.cleaned_data["choice"] if form.is_valid() else ""
    month = date.fromisoformat(f"{chosen or f'{viewer.on:%Y-%m}'}-01")
    rows = reports.highlights(viewer, month=month)
    table = boards.highlights_table(rows, statements.known_names(), month=month)
    if request.GET.get("format") in {"csv", "xlsx"}:
        return download(table, request.GET["format"], name=f"highlights-{month:%Y-%m}")
    to_come = month > viewer.on
    context = {"form": form, "table": table, "to_come": to_come, "trail": TRAIL,
               "downloads": {w: f"?choice={month:%Y-%m}&format={w.lower()}" for w in
                             ("CSV", "XLSX")}}  # fmt: skip
    return render(request, "evidence/highlights.html", context)


@require_GET
def fragile(request: HttpRequest) -> HttpResponseBase:
    """Fragile services: why, who acts, what is done, and when they are looked at again."""
    viewer = viewer_of(request)
    names = statements.known_names()
    table = boards.fragile_table(reports.fragile(viewer, on=viewer.on), names)
    if request.GET.get("format") in {"csv", "xlsx"}:
        return download(table, request.GET["format"], name="fragile-services")
    context = {"table": table, "may_write": _may_write(request, "fragile_services"),
               "trail": TRAIL}  # fmt: skip
    return render(request, "evidence/fragile.html", context)


@require_GET
def priorities(request: HttpRequest) -> HttpResponse:
    """The plans of a year on one board, by quarter."""
    viewer = viewer_of(request)
    years = reports.years(viewer, on=viewer.on)
    form = ChoiceFilter(request.GET or None, label="Year", choices=[(y, y) for y in years])
    chosen = form.cleaned_data["choice"] if form.is_valid() else ""
    year = chosen or (years[0] if years else "")
    plans, deliverables = reports.plans(viewer, year=year, on=viewer.on)
    context = {
        "title": f"Priority plans, {year}" if year else "Priority plans",
        "form": form,
        "plans": boards.quarter_board(plans, deliverables),
        "may_write": _may_write(request, "priorities"),
        "trail": TRAIL,
    }
    return render(request, "evidence/priorities.html", context)


@require_GET
def sites(request: HttpRequest) -> HttpResponseBase:
    """The sites and networks of a service, hubs and spokes listed and drawn."""
    viewer = viewer_of(request)
    names = statements.known_names()
    services = reports.services_with_sites(viewer, on=viewer.on)
    form = ChoiceFilter(
        request.GET or None, label="Service",
        choices=[(code, f"{name} ({code})") for code, name in services],
    )  # fmt: skip
    chosen = form.cleaned_data["choice"] if form.is_valid() else ""
    service = chosen or (services[0][0] if services else "")
    rows = reports.sites(viewer, service=service, on=viewer.on)
    table = boards.sites_table(rows, names)
    if request.GET.get("format") in {"csv", "xlsx"}:
        return download(table, request.GET["format"], name=f"sites-{service}")
    context = {
        "form": form,
        "service": names.services.get(service, service),
        "table": table,
        "networks": boards.networks_table(
            reports.networks(viewer, service=service, on=viewer.on), names
        ),
        "drawn": boards.hubs_and_spokes(rows, names),
        "add_site": reverse("evidence:new", args=["provision"]),
        "add_network": reverse("evidence:new", args=["networks"]),
        "may_write": _may_write(request, "provision"),
        "trail": TRAIL,
    }
    return render(request, "evidence/sites.html", context)


def _may_write(request: HttpRequest, register: str) -> bool:
    return statements.writes_in(viewer_of(request), register)


def _months(on: date) -> list[date]:
    number = on.year * 12 + on.month - 1
    ahead = range(number + MONTHS_AHEAD, number - MONTHS_BACK, -1)
    return [date(each // 12, each % 12 + 1, 1) for each in ahead]
