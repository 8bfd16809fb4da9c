"""Is the process alive, is it ready, and what has it counted?"""

from __future__ import annotations

import hmac
import os

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from speccomm_web.config.metrics import exposition
from speccomm_web.runs.library import Refusal, library

READY, NOT_READY = "ready", "not ready"
NO_FOLDER = "not ready: its folder is missing"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "alive"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, cache and store can be used, or 503 naming the part that cannot."""
    told = {
        "database": READY if _database() else NOT_READY,
        "cache": READY if _cache() else NOT_READY,
        "store": _store(),
    }
    ready = set(told.values()) == {READY}
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "parts": told}, status=200 if ready else 503
    )


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The Prometheus counts, for whoever brings the token; without one set there is no such page."""
    expected = settings.METRICS_TOKEN
    if not expected:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        response = HttpResponse("A token is needed.\n", status=401, content_type="text/plain")
        response["WWW-Authenticate"] = "Bearer"
        return response
    content, kind = exposition()
    return HttpResponse(content, content_type=kind)


def _database() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _cache() -> bool:
    try:
        cache.set("readyz", "ready", 10)
        return bool(cache.get("readyz") == "ready")
    except (DatabaseError, RedisError):
        return False


def _store() -> str:
    """Whether the store can be read; one that holds nothing yet can.

    Without its folder it cannot: nothing tells a new store from a disk that is not mounted.
    """
    try:
        os.listdir(settings.ENVIRONMENT.store_dir)
        library().store_version()
    except FileNotFoundError:
        return NO_FOLDER
    except (OSError, Refusal):
        return NOT_READY
    return READY
