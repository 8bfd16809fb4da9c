"""Send files: choose them, answer where they came before, and follow what becomes of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.submissions import actions, queries
from speccomm_web.submissions.forms import SendForm
from speccomm_web.submissions.presenters import submissions as present
from speccomm_web.submissions.uploads import StreamToDisk

TRAIL = [{"words": "Submissions", "href": "/submissions/"}]
CUT_OFF = "The upload was cut off on its way. Nothing was kept. Send the files again."
NO_ROOM = "The disk here is full. Nothing was kept. Tell your administrator."


@csrf_exempt  # the body is read, and the token checked, once its handler stands ready
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Choose files and send them."""
    folder, largest = queries.upload_place()
    handler = StreamToDisk(request, folder=folder, largest=largest)
    request.upload_handlers = [handler]
    try:
        response: HttpResponse = _send(request, handler)
    finally:
        handler.drop()
    return response


@csrf_protect
def _send(request: HttpRequest, handler: StreamToDisk) -> HttpResponse:
    viewer = viewer_of(request)
    offered = present.choices(queries.providers_sent_by(viewer))
    form = SendForm(
        request.POST if request.method == "POST" else None,
        providers=offered,
        initial={"purpose": "check"},
    )
    problem = _problem(request, handler)
    if request.method == "POST" and form.is_valid() and not problem:
        try:
            sent = actions.receive(viewer=viewer, files=list(handler.received), **form.cleaned_data)
        except actions.NotYours as refusal:
            form.add_error("provider", str(refusal))
        except actions.FilesRefused as refusal:
            problem = " ".join(refusal.sentences)
        else:
            return redirect(
                "submissions:confirm" if sent.asks else "submissions:submission", sent.submission_id
            )
    context = {
        "form": form,
        "problem": problem,
        "bound": request.method == "POST",
        "largest": present.largest_words(handler.largest),
        "trail": TRAIL,
    }
    return render(
        request, "submissions/send.html", context, status=413 if handler.too_large else 200
    )


def _problem(request: HttpRequest, handler: StreamToDisk) -> str:
    """What is wrong with the files as they arrived, in a sentence; empty where nothing is."""
    if request.method != "POST":
        return ""
    if handler.too_large:
        words = present.largest_words(handler.largest)
        return f"A file is larger than {words}, the most that is taken. Nothing was kept."
    if handler.no_room:
        return NO_ROOM
    if request.POST.get("complete") != "yes":
        return CUT_OFF
    return "" if handler.received else "Choose at least one file."


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, submission_id: int) -> HttpResponse:
    """The same files came before: send them all the same?"""
    viewer = viewer_of(request)
    found = queries.waiting_of(viewer, submission_id)
    if found is None and queries.submission_seen_by(viewer, submission_id) is None:
        raise Http404
    if request.method == "POST" or found is None:
        return _answer(request, submission_id)
    context = {
        "files": present.files_table(found),
        "before": present.sent_before_words(queries.sent_before(found)),
        "trail": TRAIL,
    }
    return render(request, "submissions/confirm.html", context)


def _answer(request: HttpRequest, submission_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    try:
        if request.POST.get("answer") == "send":
            actions.send_again(viewer=viewer, submission_id=submission_id)
        else:
            actions.drop(viewer=viewer, submission_id=submission_id)
            messages.success(request, "The files were dropped. Nothing was sent.")
            return redirect("submissions:list")
    except actions.Stale as refusal:
        messages.warning(request, str(refusal))
    return redirect(reverse("submissions:submission", args=[submission_id]))
