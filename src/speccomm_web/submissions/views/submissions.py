"""Submissions that were sent: their list, one of them, its findings and its refused rows."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from speccomm_web.accounts.permissions import pages
from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.exports import download
from speccomm_web.submissions import actions, queries
from speccomm_web.submissions.forms import SubmissionsFilter
from speccomm_web.submissions.mailbox.records import has_mailbox
from speccomm_web.submissions.presenters import submissions as present
from speccomm_web.submissions.views.sending import TRAIL

ON_A_PAGE = 50
ROWS_ON_A_PAGE = 100


@require_GET
def submissions(request: HttpRequest) -> HttpResponse:
    """What was sent, newest first."""
    viewer = viewer_of(request)
    offered = present.choices(queries.providers_with_submissions(viewer))
    form = SubmissionsFilter(request.GET or None, providers=offered)
    asked = form.cleaned_data if form.is_valid() else {"provider": "", "stage": ""}
    found = Paginator(queries.find_submissions(viewer, **asked), ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "table": present.submissions_table(page.object_list),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
        "sends": bool(queries.own_providers(viewer)),
        "sees_challenges": pages()["submissions:challenges"].admits(viewer),
        "sees_mailbox": has_mailbox() and pages()["submissions:mailbox"].admits(viewer),
    }
    return render(request, "submissions/submissions.html", context)


@require_GET
def submission(request: HttpRequest, submission_id: int) -> HttpResponse:
    """One submission: how far it is, and what was found in it."""
    viewer = viewer_of(request)
    found = queries.submission_seen_by(viewer, submission_id)
    if found is None:
        raise Http404
    if found.stage == found.Stage.ASKED:
        return redirect("submissions:confirm", submission_id)
    task = queries.task_of(found)
    own = found.sent_by_id == viewer.person_id
    context = {
        "title": f"Submission {found.pk} of {found.provider.name}",
        "sent": found,
        "summary": present.submission_summary(found, task=task),
        "files": present.files_table(found),
        "checks": present.summary_table(found),
        "not_run": present.not_run_words(found),
        "task": None if found.ended else present.progress_view(found, task, own=own),
        "refusal": found.refusal,
        "opens_refused": queries.may_open_refused(viewer, found) and bool(found.load_id),
        "sends": queries.may_open_refused(viewer, found),
        "trail": TRAIL,
    }
    return render(request, "submissions/submission.html", context)


@require_GET
def progress(request: HttpRequest, submission_id: int) -> HttpResponse:
    """How far a submission is, as JSON, for the script that follows it."""
    found = queries.submission_seen_by(viewer_of(request), submission_id)
    if found is None:
        raise Http404
    told = present.progress_view(found, queries.task_of(found), own=False)
    if told is None:
        raise Http404
    return JsonResponse({**told, "state": told["state"].words})


@require_GET
def findings(request: HttpRequest, submission_id: int) -> HttpResponseBase:
    """Findings row by row, of one check or of all, on a page or as a file."""
    found = queries.submission_seen_by(viewer_of(request), submission_id)
    if found is None:
        raise Http404
    check_id, format_ = request.GET.get("check", "")[:16], request.GET.get("format", "")
    if format_ in {"csv", "xlsx"}:
        rows = queries.findings_of(found, check_id=check_id)
        table = present.findings_table(found, rows, check_id=check_id)
        return download(table, format_, name=f"findings-{submission_id}-{check_id}")
    number = _page_number(request)
    first = (number - 1) * ROWS_ON_A_PAGE
    rows = queries.findings_of(found, check_id=check_id, first=first, most=ROWS_ON_A_PAGE)
    context = {
        "title": f"Findings of submission {found.pk}",
        "table": present.findings_table(found, rows, check_id=check_id),
        "page": _page(number, rows.row_count),
        "trail": _below(submission_id),
    }
    return render(request, "submissions/findings.html", context)


@require_GET
@never_cache
def refused(request: HttpRequest, submission_id: int) -> HttpResponseBase:
    """The refused rows as they were sent, for the provider that sent them, and for nobody else."""
    viewer = viewer_of(request)
    found = queries.submission_seen_by(viewer, submission_id)
    parts = queries.refused_rows(viewer, found) if found else None
    if found is None or parts is None:
        raise Http404
    count = sum(len(part.rows) for part in parts)
    actions.record_seen(viewer=viewer, act="saw_refused_rows", submission=found, row_count=count)
    format_, file = request.GET.get("format", ""), request.GET.get("file", "0")
    if format_ in {"csv", "xlsx"} and file.isdigit() and int(file) < len(parts):
        part = parts[int(file)]
        table = present.refused_table(found, part, number=int(file), first=0, most=len(part.rows))
        return download(table, format_, name=f"refused-{submission_id}-{file}")
    number = _page_number(request)
    first, longest = (
        (number - 1) * ROWS_ON_A_PAGE,
        max((len(part.rows) for part in parts), default=0),
    )
    context = {
        "title": f"Refused rows of submission {found.pk}",
        "tables": [
            present.refused_table(found, part, number=place, first=first, most=ROWS_ON_A_PAGE)
            for place, part in enumerate(parts)
        ],
        "page": _page(number, longest),
        "trail": _below(submission_id),
    }
    return render(request, "submissions/refused.html", context)


def _page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isdigit() and len(asked) < 7 else 1


def _page(number: int, total: int) -> dict[str, int]:
    return {"number": number, "last": max(1, -(-total // ROWS_ON_A_PAGE)), "total": total}


def _below(submission_id: int) -> list[dict[str, str]]:
    href = reverse("submissions:submission", args=[submission_id])
    return [*TRAIL, {"words": f"Submission {submission_id}", "href": href}]
