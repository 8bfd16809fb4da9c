"""The words of measures, of what they are split by, of months and of moments."""

from __future__ import annotations

from datetime import UTC, datetime

from speccomm_web.design.formats import MONTHS

CONTRACT_BY = {"provider": "Provider", "service": "Service line"}
PLANS = {
    "": "The indicative plan where there is one",
    "iap": "Indicative plan",
    "acm": "Contract monitoring",
}
BY = {
    "crg": "Clinical reference group",
    "service": "Service line",
    "provider": "Provider",
    "icb": "Patients' ICB",
    "pod": "Point of delivery",
    "month": "Month",
}
MEASURES = {
    "intra": "A. Treated inside",
    "imported": "B. Imported",
    "exported": "C. Exported",
    "provider_total": "A + B. By providers here",
    "patient_total": "A + C. Of patients here",
    "grand_total": "A + B + C. All",
}


def month_words(month: str) -> str:
    """April 2023, from 2023-04."""
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def moment_text(at: datetime) -> str:
    """2024-01-19T09:00:00Z: a moment as addresses write it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
