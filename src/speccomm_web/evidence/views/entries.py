"""One entry of any register: write it, read everything that was ever said, and put one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.faults import error_page
from speccomm_web.evidence import actions
from speccomm_web.evidence.forms import ChoiceFilter, EntryForm, PutBackForm
from speccomm_web.evidence.presenters import boards, entries
from speccomm_web.evidence.queries import reports, statements

TRAIL = [{"words": "Evidence", "href": "/evidence/"}]
BOARDS = {"surveillance": "surveillance", "fragile_services": "fragile", "looks": "overview",
         "ssqd": "overview", "priorities": "priorities", "priority_deliverables": "priorities",
          "provision": "sites", "networks": "sites"}  # fmt: skip
ON_A_PAGE = 60


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
    subject = statements.subject_asked(viewer_of(request), declared, request.GET.dict())
    if subject is None or any(
        declared.by_name[key].required and not value for key, value in subject.items()
    ):
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
    _record_look(request, declared, [now] if now else [])
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
        return redirect(entries.address("history", register, subject, subject))
    return None


@require_GET
def listed(request: HttpRequest, register: str) -> HttpResponse:
    """What a register holds: the networks of one service, or the entries of a register of its own."""
    if register == "networks":
        return _networks(request)
    viewer, declared = viewer_of(request), statements.register_of(register)
    if register not in entries.LISTS or declared is None or not statements.opens(viewer, declared):
        raise Http404
    names = statements.known_names()
    offered = statements.services_of(viewer, register, on=viewer.on)
    form = ChoiceFilter(
        request.GET or None, label="Service", keyed="service_code",
        choices=[("", "Any"), *((code, f"{names.services.get(code, code)} ({code})") for code in offered)],
    )  # fmt: skip
    service = form.cleaned_data["service_code"] if form.is_valid() else ""
    rows = [
        row for row in statements.holding(viewer, register, on=viewer.on)
        if service in ("", row["service_code"])
    ]  # fmt: skip
    found = Paginator(rows, ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    shown = list(page.object_list)
    _record_look(request, declared, shown)
    context = {
        "title": entries.PLURALS[register],
        "form": form,
        "what": declared.what,
        "cases": statements.tells_of_cases(declared),
        "table": entries.register_table(declared, shown, names, total=found.count),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
        "add": reverse("evidence:new", args=[register]),
        "may_write": statements.writes_in(viewer, register),
        "trail": TRAIL,
    }
    return render(request, "evidence/register.html", context)


def _networks(request: HttpRequest) -> HttpResponse:
    viewer, service = viewer_of(request), request.GET.get("service_code", "")
    names = statements.known_names()
    if service not in names.services:
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
    if declared is None or not statements.opens(viewer, declared):
        raise Http404
    subject = statements.subject_asked(viewer, declared, request.GET.dict())
    rows = statements.history(viewer, declared, subject) if subject is not None else []
    if subject is None or not rows:
        raise Http404
    _record_look(request, declared, rows)
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
                           "href": _board(register)}],
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
    subject = statements.subject_asked(viewer_of(request), declared, request.GET.dict())
    if subject is None:
        raise Http404
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


def _board(register: str) -> str:
    """The page that shows a register."""
    if register in entries.LISTS:
        return reverse("evidence:list", args=[register])
    return reverse(f"evidence:{BOARDS[register]}")


def _record_look(request: HttpRequest, declared: Any, rows: Sequence[object]) -> None:
    """A look at single cases is kept in the audit record."""
    if statements.tells_of_cases(declared) and rows:
        actions.record_look(viewer=viewer_of(request), register=declared.name, row_count=len(rows))


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
