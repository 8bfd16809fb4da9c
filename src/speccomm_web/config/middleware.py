"""What every answer carries: security headers, a nonce, one line of log and its measure."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from speccomm_web.config.body_limit import REFUSED
from speccomm_web.config.metrics import measure
from speccomm_web.design.faults import Fault, error_page, rendered_fault
from speccomm_web.design.problems import asked_by_program, problem
from speccomm_web.submissions.presenters.submissions import largest_words

SIGN_IN_FIRST = Fault(
    "You are signed out",
    (
        "Files are taken only from somebody who is signed in, so nothing was kept.",
        "Sign in, open the page again and send them once more.",
    ),
)
Answer = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("speccomm_web.requests")
UNCOUNTED = frozenset({"healthz", "readyz", "metrics"})


def request_log(get_response: Answer) -> Answer:
    """Log and measure each answer by the name of its page; the address is not written."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = secrets.token_hex(8)
        request.META["speccomm.request_id"] = request_id
        response = get_response(request)
        seconds = time.perf_counter() - started
        match = request.resolver_match
        route = match.view_name if match and match.view_name else "unrouted"
        response["X-Request-ID"] = request_id
        if route in UNCOUNTED:
            return response
        method = request.method or "GET"
        measure(method=method, route=route, status=response.status_code, seconds=seconds)
        log.info(
            "answered",
            extra={
                "request_id": request_id,
                "method": method,
                "route": route,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
                "person": getattr(getattr(request, "user", None), "pk", None),
            },
        )
        return response

    return middleware


def security_headers(get_response: Answer) -> Answer:
    """A strict content security policy, and nothing kept by a cache between here and the reader."""

    def middleware(request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.META["speccomm.nonce"] = nonce
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", content_policy(nonce))
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return middleware


class refuse_bodies:
    """Answer a request whose body was refused on its way in, before anything is done with it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """The page that says why, or None where the body came whole."""
        refused = getattr(request, "scope", {}).get(REFUSED)
        if refused is None:
            return None
        status, limit = refused
        if asked_by_program(request):
            return problem(request, status)
        if status == HTTPStatus.FORBIDDEN:
            return rendered_fault(request, status, SIGN_IN_FIRST)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            return error_page(request, status)
        fault = Fault(
            "That is too large to send",
            (
                f"This page takes {largest_words(limit)} at once, and what was sent is more.",
                "It was not read to its end, and nothing was kept. Send less at once.",
            ),
        )
        return rendered_fault(request, status, fault)


def content_policy(nonce: str) -> str:
    """The content security policy: everything from here, no inline style, inline script by nonce."""
    form_targets = " ".join(filter(None, ("'self'", settings.OPEN_ID_ORIGIN)))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action {form_targets}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
        )
    )
