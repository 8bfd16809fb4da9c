"""What MESH brought: the list, one message, and what is decided about it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.submissions.forms import DiscardForm, MessagesFilter
from speccomm_web.submissions.mailbox import records, tending
from speccomm_web.submissions.presenters import mailbox as present
from speccomm_web.submissions.views.sending import TRAIL

ON_A_PAGE = 50


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """Messages that came, newest first, and whether the mailbox is being looked into."""
    viewer = viewer_of(request)
    form = MessagesFilter(request.GET or None)
    waiting = form.is_valid() and form.cleaned_data["show"] == "waiting"
    found = Paginator(records.find_messages(viewer, waiting=waiting), ON_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "has_mailbox": records.has_mailbox(),
        "look": present.look_view(records.last_look(), now=timezone.now()),
        "form": form,
        "table": present.messages_table(page.object_list, waiting=waiting),
        "page": {"number": page.number, "last": found.num_pages, "total": found.count},
        "trail": TRAIL,
    }
    return render(request, "submissions/mailbox.html", context)


@require_GET
def message(request: HttpRequest, received_id: int) -> HttpResponse:
    """One message: what came, what became of it, and what can be done."""
    return _page(request, received_id, DiscardForm(), status=200)


@require_POST
def take_up(request: HttpRequest, received_id: int) -> HttpResponse:
    """Decide about a message once more."""
    viewer = viewer_of(request)
    if records.message_seen_by(viewer, received_id) is None:
        raise Http404
    try:
        taken = tending.take_up(viewer=viewer, received_id=received_id)
    except (tending.NothingToDecide, tending.CannotTakeUp) as refusal:
        messages.warning(request, str(refusal))
        return redirect("submissions:message", received_id)
    if taken.submission_id:
        messages.success(request, "The file was sent on as a submission.")
    else:
        messages.warning(request, present.still_words(taken))
    return redirect("submissions:message", received_id)


@require_POST
def discard(request: HttpRequest, received_id: int) -> HttpResponse:
    """Let a message go, with the reason."""
    viewer, form = viewer_of(request), DiscardForm(request.POST)
    if records.message_seen_by(viewer, received_id) is None:
        raise Http404
    if not form.is_valid():
        return _page(request, received_id, form, status=200)
    try:
        tending.discard(viewer=viewer, received_id=received_id, **form.cleaned_data)
    except tending.NothingToDecide as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The message was discarded.")
    return redirect("submissions:message", received_id)


def _page(
    request: HttpRequest, received_id: int, form: DiscardForm, *, status: int
) -> HttpResponse:
    viewer = viewer_of(request)
    found = records.message_seen_by(viewer, received_id)
    if found is None:
        raise Http404
    context = {
        "title": present.title_words(found),
        "received_id": received_id,
        "summary": present.message_summary(found, opens=records.opens_submission(viewer, found)),
        "problem": found.problem,
        "waits": found.waits,
        "is_left": found.is_left_in_mailbox,
        "take_up_words": present.take_up_words(found),
        "form": form,
        "trail": [*TRAIL, {"words": "Received by MESH", "href": reverse("submissions:mailbox")}],
    }
    return render(request, "submissions/message.html", context, status=status)
