"""What every answer carries: security headers, a nonce, one line of log and its measure."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from speccomm_web.config.metrics import measure

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
