"""Spreadsheets of evidence: sent, looked at, and kept."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.faults import error_page
from speccomm_web.evidence import sheets
from speccomm_web.evidence.forms import KeepForm, SheetForm
from speccomm_web.evidence.presenters import changes
from speccomm_web.evidence.presenters.entries import role_words

# The library speaks of its command line; here the same is a field.
REGISTER = ("Give the register with --table", "Choose it under “What it holds”")
TRAIL = [{"words": "Evidence", "href": "/evidence/"}]


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Choose a spreadsheet. Nothing of it is kept yet."""
    viewer = viewer_of(request)
    form = SheetForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        registers=changes.registers(),
        initial={"said_by": role_words(viewer)},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            sheet_id = sheets.receive(
                viewer=viewer, file=asked["file"], name=asked["file"].name,
                said_by=asked["said_by"], register=asked["register"],
            )  # fmt: skip
        except sheets.NotYours:
            form.add_error(None, "Only a quality lead of a region, for every service, brings in "
                                 "spreadsheets.")  # fmt: skip
        except (sheets.NotASheet, sheets.Refusal) as refusal:
            form.add_error("file", str(refusal).replace(*REGISTER))
        else:
            return redirect("evidence:sheet", sheet_id)
    context = {"form": form, "trail": TRAIL}
    return render(request, "evidence/import.html", context, status=422 if form.errors else 200)


@require_GET
def sheet(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """What keeping a sheet would change."""
    viewer = viewer_of(request)
    waiting = sheets.sheet_seen_by(viewer, sheet_id)
    if waiting is None:
        raise Http404
    if waiting.load_id:
        context = {"title": waiting.file_name, "kept": True, "trail": TRAIL}
        return render(request, "evidence/sheet.html", context)
    found, version = sheets.preview(viewer, waiting)
    context = {
        "title": waiting.file_name,
        "kept": False,
        "version": version,
        "sheet_id": sheet_id,
        "new_rows": found.new_rows,
        "counts": changes.counts_table(found.counts),
        "changes": changes.changes_table(found.changes),
        "findings": changes.findings_table(found.findings),
        "trail": [*TRAIL, {"words": "Import", "href": reverse("evidence:import")}],
    }
    return render(request, "evidence/sheet.html", context)


@require_POST
def keep(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Keep a sheet that was looked at."""
    form = KeepForm(request.POST)
    if not form.is_valid():
        return error_page(request, 400)
    try:
        rows = sheets.keep(
            viewer=viewer_of(request), sheet_id=sheet_id, version=form.cleaned_data["version"]
        )
    except sheets.NotYours as refusal:
        raise Http404 from refusal
    except sheets.ChangedMeanwhile:
        return error_page(request, 409)
    except sheets.Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("evidence:sheet", sheet_id)
    messages.success(request, f"{rows:,} new entries are kept.")
    return redirect("evidence:overview")
