"""Problem details (RFC 9457): what went wrong, for a program and for whoever reads its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

API_ADDRESSES = "/api/"
PROBLEM = "application/problem+json"
DETAILS = {
    400: "The request could not be read. Nothing was changed.",
    401: "Bring a personal token that is good, as: Authorization: Bearer TOKEN. Make one under "
    "Your account.",
    403: "Your roles do not include this.",
    404: "There is nothing at this address, or it is about something that you may not see.",
    405: "This address takes no such method.",
    406: "The answer is there as JSON and as CSV only.",
    412: "The answer is no longer the one that If-Match names.",
    413: "More was sent than this address takes.",
    429: "Too many requests. Wait a few minutes.",
    500: "The fault is ours and has been recorded under the reference.",
    503: "A part that the service needs is not answering. Try again in a few minutes.",
}


def problem(
    request: HttpRequest,
    status: int,
    detail: str = "",
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """An error as problem details. `errors` name the parameters at fault, each with a sentence.

    The title is the status's own words, and `reference` the number under which it was logged.
    """
    said: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS[status],
        "reference": request.META.get("speccomm.request_id", ""),
    }
    if errors:
        said["errors"] = [dict(error) for error in errors]
    return JsonResponse(said, status=status, content_type=PROBLEM, headers=headers)


def token_needed(request: HttpRequest, *, brought: bool = False) -> HttpResponse:
    """401: no token was brought, or one that opens nothing (which of the reasons is not told)."""
    told = 'Bearer realm="speccomm"' + (', error="invalid_token"' if brought else "")
    detail = (
        "The token is not good: it was never made, has expired, or was revoked." if brought else ""
    )
    return problem(request, HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": told})


def asked_by_program(request: HttpRequest) -> bool:
    """Whether an error of this request is told in problem details instead of a page."""
    return request.path.startswith(API_ADDRESSES)
