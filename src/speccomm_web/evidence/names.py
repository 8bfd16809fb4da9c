"""Names of services, providers, sites and ICBs, and who is where, from the reference tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.utils import timezone

from speccomm.foundation.periods import FinancialYear
from speccomm.reference import Reference, open_reference, provider_map
from speccomm_web.runs.library import library


@dataclass(frozen=True)
class Names:
    """What codes are called. `delegated` are the service lines that are delegated this year."""

    services: Mapping[str, str]
    letters: Mapping[str, str]
    delegated: frozenset[str]
    providers: Mapping[str, str]
    sites: Mapping[str, str]
    icbs: Mapping[str, str]
    site_provider: Mapping[str, str]
    provider_icb: Mapping[str, str]
    icb_region: Mapping[str, str]


def names() -> Names:
    """The names as the reference tables give them today."""
    folder = library().reference
    return _names(folder, _changed(folder), timezone.localdate().replace(day=1))


def names_mark() -> tuple[int, date]:
    """What changes with the names."""
    return _changed(library().reference), timezone.localdate().replace(day=1)


def _changed(folder: Path | None) -> int:
    files = sorted(folder.iterdir()) if folder is not None else []
    return max((file.stat().st_mtime_ns for file in files), default=0)


@lru_cache(maxsize=4)
def _names(folder: Path | None, changed: int, on: date) -> Names:
    del changed
    reference = open_reference(folder)
    lines = reference.service_lines.to_pylist()
    providers = provider_map(reference, on=on).to_pylist()
    sites = reference.sites.to_pylist()
    return Names(
        services={row["service_code"]: row["service_name"] for row in lines},
        letters={row["service_code"]: row["npoc_letter"] or "" for row in lines},
        delegated=_delegated(reference, on),
        providers={row["provider_code"]: row["provider_name"] for row in providers},
        sites={row["site_code"]: row["site_name"] or row["site_code"] for row in sites},
        icbs={row["icb_code"]: row["icb_name"] for row in reference.icbs.to_pylist()},
        site_provider={row["site_code"]: row["provider_code"] for row in sites},
        provider_icb={r["provider_code"]: r["icb_code"] for r in providers if r["icb_code"]},
        icb_region={r["icb_code"]: r["region_code"] for r in providers if r["icb_code"]},
    )


def _delegated(reference: Reference, on: date) -> frozenset[str]:
    """The delegated lines of the newest list that is not of a year to come."""
    rows = reference.service_status.to_pylist()
    this_year = str(FinancialYear.holding(on))
    years = [row["financial_year"] for row in rows if row["financial_year"] <= this_year]
    newest = max(years, default="")
    lines = {
        row["service_code"]
        for row in reference.service_lines.to_pylist()
        if row["line_kind"] == "service"
    }
    listed = {
        row["service_code"]
        for row in rows
        if row["financial_year"] == newest and row["status"] == "GREEN"
    }
    return frozenset(lines & listed)
