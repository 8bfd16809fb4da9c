"""How far a background task is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from speccomm_web.accounts.viewer import viewer_of
from speccomm_web.runs import actions, presenters, queries


@require_GET
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """A task, followed until it has ended."""
    return render(request, "runs/task.html", {"task": _seen(request, task_id)})


@require_GET
def progress(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The same as JSON, for the script that follows it."""
    told = _seen(request, task_id)
    state = told.pop("state")
    return JsonResponse({**told, "state": state.words})


@require_POST
def cancel(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Stop a task of one's own."""
    try:
        actions.cancel_task(viewer=viewer_of(request), task_id=task_id)
    except actions.NotYourTask as refusal:
        _seen(request, task_id)
        messages.warning(request, str(refusal))
    return redirect("runs:task", task_id)


def _seen(request: HttpRequest, task_id: UUID) -> dict[str, Any]:
    found = queries.task_seen_by(viewer_of(request), task_id)
    if found is None:
        raise Http404
    return presenters.task_view(found)
