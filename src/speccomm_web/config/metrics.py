"""What the process counts, as Prometheus reads it."""

from __future__ import annotations

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("speccomm_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "speccomm_request_seconds",
    "Time to answer a request.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.6, 1.0, 2.5, 10.0),
)


def measure(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request. `route` is the name of the page, never its address."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


def exposition() -> tuple[bytes, str]:
    """The counts and their content type; of every worker where they share a folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
