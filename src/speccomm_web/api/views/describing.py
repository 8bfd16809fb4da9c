"""The interface described: for programs as OpenAPI, for people as a page."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from speccomm_web.api.description import description, questions_table
from speccomm_web.design.problems import problem


@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description."""
    if request.method not in {"GET", "HEAD"}:
        return problem(request, HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
    return JsonResponse(description())


@csrf_exempt
def guide(request: HttpRequest) -> HttpResponse:
    """The same, to read."""
    if request.method not in {"GET", "HEAD"}:
        return problem(request, HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
    origin = f"{request.scheme}://{request.get_host()}"
    context = {"questions": questions_table(), "origin": origin}
    return render(request, "api/guide.html", context)
