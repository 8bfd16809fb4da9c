"""What Django calls when a request goes wrong."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse

from speccomm_web.config.outages import part_is_down
from speccomm_web.design.faults import Fault, error_page, rendered_fault
from speccomm_web.design.problems import asked_by_program, problem


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 where the request was refused for its size."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return _told(request, 413 if too_large else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _told(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _told(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where a part does not answer; rendered without asking the database anything."""
    return _told(request, 503 if part_is_down(sys.exc_info()[1]) else 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is no longer good: opened in another session, or sent from elsewhere."""
    if asked_by_program(request):
        return problem(request, HTTPStatus.FORBIDDEN)
    fault = Fault(
        "This form is out of date",
        (
            "It was opened before you signed in, or before you signed out, so nothing was changed.",
            "Open the page again and fill it in once more.",
        ),
    )
    return rendered_fault(request, 403, fault)


def _told(request: HttpRequest, status: int) -> HttpResponse:
    """An error as a page, or as problem details where a program asked."""
    return problem(request, status) if asked_by_program(request) else error_page(request, status)
