"""Every version of a slice: when it came, what it said, and whether it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.history import HistoryRequest, history
from speccomm.warehouse.history import HISTORY_SCHEMA
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.api.queries.opening import Opened, opened
from speccomm_web.runs.interface.answers import Answer, Asked, Field, kind_of
from speccomm_web.runs.library import library

SAYS = {
    "load_id": "the load that brought this version",
    "received_at": "when the commissioner received it",
    "committed_at": "when it was kept in the store",
    "status": "current, superseded, withdrawn or purged",
    "accepted_rows": "rows that count",
    "refused_rows": "rows that were refused",
    "activity": "units of activity; null: none is stated",
    "price_gbp": "pounds; null: none is stated",
    "withdrawn_at": "when it was withdrawn; null: it was not",
    "withdrawn_reason": "why it was withdrawn; null: it was not",
    "file_names": "the files it came in",
    "file_hashes": "their SHA-256",
}
ROW_FIELDS = tuple(Field(f.name, kind_of(f.type), SAYS[f.name]) for f in HISTORY_SCHEMA)


def history_of(viewer: Viewer, asked: Mapping[str, Any]) -> Asked | None:
    """The versions of a slice, None where its provider is none of the viewer's to see.

    A provider sees what it sent; whoever commissions in its ICB or region and may see records of
    every service sees the same.

    Raises:  NothingHeld; in `work`, as `speccomm.jobs.history`: a Refusal with its sentence.
    """
    found = opened(viewer)
    provider = found.current(asked["provider"])
    if not _may_see(found, provider):
        return None
    mark = f"{found.held.mark}|{provider}"
    return Asked(mark, lambda window: _answer(asked))


def _may_see(found: Opened, provider: str) -> bool:
    rows = found.held.places.providers.to_pylist()
    homes = {
        code
        for row in rows
        if row["provider_code"] == provider
        for code in (provider, row["icb_code"], row["region_code"])
    }
    return any(
        place.code in homes and place.service_codes is None and place.sees_records
        for place in found.places
    )


def _answer(asked: Mapping[str, Any]) -> Answer:
    folder = library()
    answer = history(
        HistoryRequest(
            store=folder.store,
            dataset=asked["dataset"],
            provider_code=asked["provider"],
            financial_year=FinancialYear.parse(asked["year"]),
            financial_month=asked["month"],
            now=timezone.now(),
            engine=folder.engine,
        )
    )
    rows = answer.history.to_pylist()
    return Answer(ROW_FIELDS, rows, {"store_version": answer.facts.store_version})
