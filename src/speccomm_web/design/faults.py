"""Error pages: what happened, and what to do next. Nothing of the request is repeated in them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


@dataclass(frozen=True)
class Fault:
    """The title and sentences of one error page."""

    title: str
    sentences: tuple[str, ...]


FAULTS = {
    400: Fault(
        "There is a problem with the request",
        ("The page could not read what was sent. Nothing was changed.", "Go back and try again."),
    ),
    403: Fault(
        "You do not have permission to see this page",
        (
            "Your roles do not include it.",
            "If you need it for your work, ask an administrator of your organisation for it.",
        ),
    ),
    404: Fault(
        "Page not found",
        (
            "If you typed or pasted the address, check that it is complete.",
            "The page may be about something that you are not permitted to see.",
        ),
    ),
    409: Fault(
        "Someone else changed this first",
        (
            "Your change was not saved, so that theirs is not lost.",
            "Open the page again to see what it says now, and then make your change.",
        ),
    ),
    413: Fault(
        "That is too large to send",
        (
            "The form or file is over the size that this page takes. Nothing was kept.",
            "Send a smaller one, or use the page for submissions, which takes up to 2\u00a0GB.",
        ),
    ),
    429: Fault(
        "Too many attempts",
        ("Nothing more is accepted from here for a few minutes.", "Wait, and then try again."),
    ),
    500: Fault(
        "Sorry, there is a problem with the service",
        (
            "The fault is ours and has been recorded. What you last saved is safe.",
            "Try again later. If it goes on, tell your administrator the reference below.",
        ),
    ),
    503: Fault(
        "Sorry, the service is unavailable",
        ("A part that it needs is not answering.", "Nothing was lost. Try again in a few minutes."),
    ),
}


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """The designed page of a status."""
    return rendered_fault(request, status, FAULTS[status])


def rendered_fault(request: HttpRequest, status: int, fault: Fault) -> HttpResponse:
    """A fault that is told in words of its own."""
    context = {
        "fault": fault,
        "status": status,
        "reference": request.META.get("speccomm.request_id", ""),
        "nonce": request.META.get("speccomm.nonce", ""),
    }
    # Without the request, so that no context processor asks the database on the way to an error.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return HttpResponse(render_to_string("errors/fault.html", context), status=status)
    return render(request, "errors/fault.html", context, status=status)
