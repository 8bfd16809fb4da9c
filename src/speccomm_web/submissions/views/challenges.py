"""Challenges: their log, choosing rows, raising one, and what both sides do until it is settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.design.exports import download
from speccomm_web.design.faults import error_page
from speccomm_web.submissions import actions, disputes, disputing, queries, terms
from speccomm_web.submissions.forms import (
    ChallengeForm,
    ChallengesFilter,
    ProposalForm,
    ReplyForm,
    RowsFilter,
    StepForm,
)
from speccomm_web.submissions.presenters import challenges as present
from speccomm_web.submissions.presenters.loads import month_words
from speccomm_web.submissions.presenters.submissions import size_words
from speccomm_web.submissions.uploads import StreamToDisk
from speccomm_web.submissions.views.sending import TRAIL

ROWS_ON_A_PAGE = 100


@require_GET
def challenges(request: HttpRequest) -> HttpResponseBase:
    """The log of challenges."""
    form = ChallengesFilter(request.GET or None)
    stage = form.cleaned_data["stage"] if form.is_valid() else ""
    found = disputes.find_challenges(viewer_of(request), stage=stage)
    query = f"stage={stage}&" if stage else ""
    table = present.challenges_table(found, on=timezone.localdate(), query=query)
    if request.GET.get("format") in {"csv", "xlsx"}:
        return download(table, request.GET["format"], name="challenges")
    context = {"form": form, "table": table, "totals": present.totals(found), "trail": TRAIL}
    return render(request, "submissions/challenges.html", context)


@require_GET
def rows(
    request: HttpRequest, slice_dataset: str, slice_provider: str, slice_year: str, slice_month: int
) -> HttpResponse:
    """Rows of a month to choose from."""
    viewer = viewer_of(request)
    found = _slice(request, slice_dataset, slice_provider, slice_year, slice_month)
    sight = disputes.sight_of(viewer, found)
    if sight is None:
        raise Http404
    form = RowsFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {"service": "", "pod": ""}
    page = request.GET.get("page", "1")
    number = max(1, int(page)) if page.isdigit() and len(page) < 7 else 1
    first = (number - 1) * ROWS_ON_A_PAGE
    shown = disputes.rows_of(found, sight=sight, **asked, first=first, most=ROWS_ON_A_PAGE)
    actions.record_seen_rows(
        viewer=viewer, act="saw_rows", row_count=len(shown.rows),
        subject=f"{slice_dataset} {slice_provider} {slice_year} {slice_month}",
    )  # fmt: skip
    context = {
        "title": f"Choose rows of {_words(found)}",
        "form": form,
        "every_row": sight.every_row,
        "columns": present.ROW_COLUMNS,
        "rows": present.choosable(shown),
        "raise_address": _raise_address(found),
        "page": {"number": number, "last": max(1, -(-shown.row_count // ROWS_ON_A_PAGE)),
                 "total": shown.row_count},
        "trail": _trail(),
    }  # fmt: skip
    return render(request, "submissions/rows.html", context)


@require_http_methods(["GET", "POST"])
def raise_(
    request: HttpRequest, slice_dataset: str, slice_provider: str, slice_year: str, slice_month: int
) -> HttpResponse:
    """Raise a challenge on a month, or on the rows chosen from it."""
    viewer = viewer_of(request)
    found = _slice(request, slice_dataset, slice_provider, slice_year, slice_month)
    chosen = _chosen(request)
    bodies = [(body.ods_code, str(body)) for body in disputes.bodies_of(viewer)]
    form = ChallengeForm(_posted(request), bodies=bodies, rows=bool(chosen))
    if request.method == "POST" and form.is_valid():
        given = {"at_stake_gbp": None, **form.cleaned_data}
        try:
            made = disputing.raise_challenge(viewer=viewer, about=found, rows=chosen, **given)
        except disputing.CannotDoThat as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The challenge was raised. The provider can see it now.")
            return redirect("submissions:challenge", made)
    context = {
        "title": f"Challenge {_words(found)}",
        "form": form,
        "bound": request.method == "POST",
        "chosen": [f"{number}@{name}" for name, number in chosen],
        "price": disputes.price_seen(viewer, found),
        "terms": present.terms_words(terms.terms_on(timezone.localdate())),
        "trail": _trail(),
    }
    return render(request, "submissions/raise.html", context)


@require_GET
def challenge(request: HttpRequest, challenge_id: int) -> HttpResponse:
    """One challenge: its rows, what was said, and what can be done."""
    return _challenge_page(request, challenge_id)


@csrf_exempt  # the token is checked once the files' handler stands ready
@require_POST
def reply(request: HttpRequest, challenge_id: int) -> HttpResponse:
    """Reply, with files or without."""
    folder, _ = queries.upload_place()
    largest = terms.terms_on(timezone.localdate()).largest_attachment_bytes
    handler = StreamToDisk(request, folder=folder, largest=largest)
    request.upload_handlers = [handler]
    try:
        response: HttpResponse = _reply(request, challenge_id, handler)
    finally:
        handler.drop()
    return response


@csrf_protect
def _reply(request: HttpRequest, challenge_id: int, handler: StreamToDisk) -> HttpResponse:
    form = ReplyForm(request.POST)
    if handler.too_large:
        form.add_error(
            None, f"A file is larger than {size_words(handler.largest)}. Nothing was kept."
        )
    files = list(handler.received)
    return _step(request, challenge_id, form, lambda **given: disputing.reply(files=files, **given))


@require_POST
def propose(request: HttpRequest, challenge_id: int) -> HttpResponse:
    """Put an outcome forward."""
    return _step(request, challenge_id, ProposalForm(request.POST), disputing.propose)


@require_POST
def accept(request: HttpRequest, challenge_id: int) -> HttpResponse:
    """Agree to the outcome that the other side has put forward."""
    return _step(request, challenge_id, StepForm(request.POST), disputing.accept)


@require_POST
def drop(request: HttpRequest, challenge_id: int) -> HttpResponse:
    """Take a challenge back."""
    return _step(request, challenge_id, StepForm(request.POST), disputing.drop_challenge)


@require_GET
def attachment(request: HttpRequest, challenge_id: int, attachment_id: int) -> HttpResponseBase:
    """A file that goes with a challenge, to save: it is never shown in the browser."""
    found = disputes.attachment_seen_by(viewer_of(request), challenge_id, attachment_id)
    if found is None:
        raise Http404
    return FileResponse(
        disputes.attachment_file(found).open("rb"), as_attachment=True, filename=found.file_name,
        content_type="application/octet-stream",
    )  # fmt: skip


def _step(
    request: HttpRequest, challenge_id: int, form: forms.Form, act: Callable[..., None]
) -> HttpResponse:
    viewer = viewer_of(request)
    found = disputes.challenge_seen_by(viewer, challenge_id)
    if found is None:
        raise Http404
    if form.is_valid():
        try:
            act(viewer=viewer, challenge=found, **form.cleaned_data)
        except disputing.ChangedMeanwhile:
            return error_page(request, 409)
        except disputing.CannotDoThat as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("submissions:challenge", challenge_id)
    return _challenge_page(request, challenge_id, wrong=form)


def _challenge_page(
    request: HttpRequest, challenge_id: int, *, wrong: forms.Form | None = None
) -> HttpResponse:
    viewer = viewer_of(request)
    found = disputes.challenge_seen_by(viewer, challenge_id)
    if found is None:
        raise Http404
    side = "" if found.ended else disputes.side_of(viewer, found)
    shown = disputes.challenged_rows(viewer, found)
    if shown is not None:
        actions.record_seen_rows(
            viewer=viewer, act="saw_challenged_rows", row_count=len(shown.rows),
            subject=f"challenge {found.pk}",
        )  # fmt: skip
    version = {"version": found.version}
    held = terms.terms_on(timezone.localdate())
    context = {
        "title": f"Challenge {found.pk}",
        "challenge_id": found.pk,
        "summary": present.challenge_summary(found, on=timezone.localdate()),
        "rows": present.rows_table(shown) if shown is not None else None,
        "steps": present.steps(found),
        "side": side,
        "may_agree": bool(side) and found.stage == "proposed" and found.proposed_by != side,
        "wrong": wrong,
        "reply": wrong if isinstance(wrong, ReplyForm) else ReplyForm(initial=version, prefix=None),
        "proposal": wrong if isinstance(wrong, ProposalForm) else ProposalForm(initial=version),
        "step": StepForm(initial=version),
        "endings": ", ".join(held.attachment_endings),
        "largest": size_words(held.largest_attachment_bytes),
        "trail": _trail(),
    }
    return render(request, "submissions/challenge.html", context)


def _slice(
    request: HttpRequest, dataset: str, provider: str, year: str, month: int
) -> disputes.SliceVersion:
    found = disputes.current_slice(
        viewer_of(request), dataset=dataset, provider=provider, year=year, month=month
    )
    if found is None:
        raise Http404
    return found


def _chosen(request: HttpRequest) -> list[tuple[str, int]]:
    """The rows in the address or the form, written row@file; what is not is passed over."""
    given: Any = request.POST if request.method == "POST" else request.GET
    parts = [value.partition("@") for value in given.getlist("row")[:1000]]
    return [(name, int(number)) for number, _, name in parts if number.isdigit() and name]


def _words(found: disputes.SliceVersion) -> str:
    month = month_words(found.financial_year, found.financial_month)
    return f"{found.dataset.upper()} of {found.provider_code} for {month}"


def _raise_address(found: disputes.SliceVersion) -> str:
    named = [found.dataset, found.provider_code, found.financial_year, found.financial_month]
    return reverse("submissions:raise", args=named)


def _trail() -> list[dict[str, str]]:
    return [*TRAIL, {"words": "Challenges", "href": reverse("submissions:challenges")}]


def _posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None
