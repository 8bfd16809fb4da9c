"""How every question is read and answered: its parameters, its errors, its mark and its format."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt

from speccomm_web.accounts.viewer import Viewer, viewer_of
from speccomm_web.api.presenters import as_json, as_table, window_of
from speccomm_web.api.queries.opening import Refusal
from speccomm_web.design.exports import download
from speccomm_web.design.problems import problem
from speccomm_web.runs.interface.answers import Asked

Ask = Callable[..., Asked | None]
View = Callable[..., HttpResponse]


def question(form: type[Form]) -> Callable[[Ask], View]:
    """Make a view of a function from a viewer and what was asked to a question, None being 404.

    The function takes the viewer, the cleaned parameters and the parts of the address.
    """

    def view_of(ask: Ask) -> View:
        @csrf_exempt  # nothing here changes anything
        @wraps(ask)
        def view(request: HttpRequest, **parts: Any) -> HttpResponse:
            if request.method not in {"GET", "HEAD", "OPTIONS"}:
                return problem(
                    request, HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD, OPTIONS"}
                )
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
            given = form(request.GET)
            errors = _errors(request, given)
            if errors:
                said = "Some parameters are not as this question takes them."
                return problem(request, HTTPStatus.BAD_REQUEST, said, errors=errors)
            viewer = viewer_of(request)
            try:
                return _answered(request, ask, viewer, given.cleaned_data, parts)
            except Refusal as refusal:
                return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal))

        return view

    return view_of


def _errors(request: HttpRequest, given: Form) -> list[dict[str, str]]:
    """What is wrong with the parameters. One that is not known would be taken for a filter."""
    errors = [
        {"parameter": name, "detail": "This question takes no such parameter."}
        for name in request.GET
        if name not in given.fields
    ]
    errors += [
        {"parameter": name, "detail": "Give it once."}
        for name, values in request.GET.lists()
        if len(values) > 1
    ]
    errors += [
        {"parameter": name, "detail": "It is given without a value."}
        for name, values in request.GET.lists()
        if name in given.fields and "" in values
    ]
    errors += [
        {"parameter": name, "detail": " ".join(str(word) for word in words)}
        for name, words in given.errors.items()
    ]
    return errors


def _answered(
    request: HttpRequest, ask: Ask, viewer: Viewer, asked: dict[str, Any], parts: dict[str, Any]
) -> HttpResponse:
    found = ask(viewer, asked, **parts)
    if found is None:
        raise Http404
    etag = _etag(request, found, asked)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        if unchanged.status_code == HTTPStatus.PRECONDITION_FAILED:
            return problem(request, HTTPStatus.PRECONDITION_FAILED)
        unchanged["ETag"] = etag
        return unchanged
    window = window_of(asked)
    answer = found.work(window)
    name = "-".join(request.path.strip("/").split("/")[2:])
    if asked.get("format") == "csv":
        response = download(as_table(answer, name), "csv", name=name)
    else:
        said = as_json(answer, asked, window)
        response = JsonResponse(said, json_dumps_params={"ensure_ascii": False})
        if "page" in said:
            response["Link"] = _links(request, said["page"])
            if not response["Link"]:
                del response["Link"]
    response["ETag"] = etag
    return response


def _etag(request: HttpRequest, found: Asked, asked: dict[str, Any]) -> str:
    """What changes with the answer: the store's mark, whose sight it is, the question."""
    said = repr((found.mark, request.path, sorted(asked.items(), key=lambda pair: pair[0])))
    return f'"{sha256(said.encode()).hexdigest()[:32]}"'


def _links(request: HttpRequest, page: dict[str, int]) -> str:
    """The pages beside this one (RFC 8288)."""
    wanted = {"first": 1, "prev": page["number"] - 1, "next": page["number"] + 1}
    wanted["last"] = page["last"]
    asked = request.GET.dict()
    return ", ".join(
        f'<{request.path}?{urlencode({**asked, "page": number})}>; rel="{name}"'
        for name, number in wanted.items()
        if 1 <= number <= page["last"]
    )
