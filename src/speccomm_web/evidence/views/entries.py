"""One entry of any register: write it, read everything that was ever said, and put one back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.faults import error_page
from speccomm_web.evidence import actions
from speccomm_web.evidence.forms import EntryForm, PutBackForm
from speccomm_web.evidence.presenters import boards, entries
from speccomm_web.evidence.queries import reports, statements

TRAIL = [{"words": "Evidence", "href": "/evidence/"}]
SHOWN = {"surveillance": "surveillance", "fragile_services": "fragile", "looks": "overview",
         "ssqd": "overview", "priorities": "priorities", "priority_deliverables": "priorities",
         "provision": "sites", "networks": "sites"}  # fmt: skip


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, register: str) -> HttpResponse:
    """Say something of a subject that has no entry yet."""
    return _write(request, register, subject=None)


@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, register: str) -> HttpResponse:
    """Say something new of a subject."""
    declared = statements.register_of(register)
    if declared is None:
        raise Http404
    subject = statements.subject_of(declared, request.GET.dict())
    if any(declared.by_name[key].required and not value for key, value in subject.items()):
        raise Http404
    return _write(request, register, subject=subject)


def _write(
    request: HttpRequest, register: str, *, subject: dict[str, str | None] | None
) -> HttpResponse:
    viewer, declared = viewer_of(request), statements.register_of(register)
    if declared is None or not statements.writes_in(viewer, register):
        raise Http404
    names = statements.known_names()
    now = statements.entry(viewer, declared, subject, on=viewer.on) if subject else None
    columns = entries.fields_of(
        declared, statements.choices_of(declared), names, with_key=subject is None
    )
    form = EntryForm(
        request.POST if request.method == "POST" else None,
        columns=columns,
        initial={**entries.initial_of(declared, now, viewer), "seen": statements.mark(now)},
    )
    if request.method == "POST" and form.is_valid():
        about = subject or {k: _text(form.cleaned_data[k]) for k in declared.key}
        values = form.values([c["name"] for c in columns if c["name"] not in declared.key])
        answer = _say(request, register, form, about, values)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "title": f"{'Change' if now else 'Add'}: {entries.TITLES[register]}",
        "about": entries.subject_rows(declared, subject, names) if subject else [],
        "history": entries.address("history", register, subject, declared.key) if subject else "",
        "trail": TRAIL,
    }
    return render(request, "evidence/entry.html", context, status=422 if form.errors else 200)


def _say(
    request: HttpRequest,
    register: str,
    form: EntryForm,
    subject: dict[str, str | None],
    values: dict[str, Any],
) -> HttpResponse | None:
    """Keep what was said and go to its history; None where the form has to be shown again."""
    said = form.cleaned_data
    try:
        actions.say(viewer=viewer_of(request), register=register, subject=subject, values=values,
                    said_by=said["said_by"], seen=said["seen"])  # fmt: skip
    except actions.NotYours:
        form.add_error(None, "Your role does not cover this service or this place.")
    except actions.ChangedMeanwhile:
        return error_page(request, 409)
    except actions.NotKept as refusal:
        for column, sentence in refusal.sentences:
            form.add_error(column if column in form.fields else None, sentence)
    except actions.Refusal as refusal:
        form.add_error(None, str(refusal))
    else:
        messages.success(request, "The entry is kept. What was said before stays in the history.")
        kept = urlencode({key: value for key, value in subject.items() if value})
        return redirect(f"{reverse('evidence:history', args=[register])}?{kept}")
    return None


@require_GET
def listed(request: HttpRequest, register: str) -> HttpResponse:
    """The networks of one service, by part of the region."""
    viewer, service = viewer_of(request), request.GET.get("service_code", "")
    names = statements.known_names()
    if register != "networks" or service not in names.services:
        raise Http404
    rows = reports.networks(viewer, service=service, on=viewer.on)
    context = {
        "title": f"Networks of {names.services[service]}",
        "table": boards.networks_table(rows, names),
        "add": f"{reverse('evidence:entry', args=['networks'])}?service_code={service}",
        "may_write": statements.writes_in(viewer, "networks"),
        "trail": TRAIL,
    }
    return render(request, "evidence/networks.html", context)


@require_GET
def history(request: HttpRequest, register: str) -> HttpResponse:
    """Everything that was ever said of a subject, the newest first."""
    viewer, declared = viewer_of(request), statements.register_of(register)
    if declared is None:
        raise Http404
    subject = statements.subject_of(declared, request.GET.dict())
    rows = statements.history(viewer, declared, subject)
    if not rows:
        raise Http404
    now = statements.mark(statements.entry(viewer, declared, subject, on=viewer.on))
    names = statements.known_names()
    marks = {number: statements.mark(row) for number, row in enumerate(rows)}
    context = {
        "title": f"History: {entries.TITLES[register]}",
        "about": entries.subject_rows(declared, subject, names),
        "rows": entries.history_rows(declared, rows, names, now=now, mark=marks),
        "now": now,
        "said_by": entries.role_words(viewer),
        "may_write": statements.may_add(viewer, declared, {**rows[0], **subject}),
        "edit": entries.address("entry", register, subject, declared.key),
        "put_back": entries.address("put_back", register, subject, declared.key),
        "trail": [*TRAIL, {"words": entries.TITLES[register].capitalize(),
                           "href": reverse(f"evidence:{SHOWN[register]}")}],
    }  # fmt: skip
    return render(request, "evidence/history.html", context)


@require_POST
def put_back(request: HttpRequest, register: str) -> HttpResponse:
    """Say again what an earlier entry said, or end the subject's entry."""
    declared, form = statements.register_of(register), PutBackForm(request.POST)
    if declared is None:
        raise Http404
    if not form.is_valid():
        return error_page(request, 400)
    subject = statements.subject_of(declared, request.GET.dict())
    try:
        actions.put_back(viewer=viewer_of(request), register=register, subject=subject,
                         **form.cleaned_data)  # fmt: skip
    except actions.NotYours as refusal:
        raise Http404 from refusal
    except actions.ChangedMeanwhile:
        return error_page(request, 409)
    except (actions.NotKept, actions.Refusal) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "A new entry says it. The others stay in the history.")
    return redirect(entries.address("history", register, subject, declared.key))


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
