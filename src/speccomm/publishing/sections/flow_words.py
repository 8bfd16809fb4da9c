"""Words and measures that every table of flows shares."""

from __future__ import annotations

from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Making
from speccomm.publishing.sourcing import Counted

MEASURES = ("intra", "imported", "exported")
PARTS = ("A Within", "B Imported", "C Exported")
UNKNOWN = "Unknown"
MEASURE = "Units of activity (activity_count) summed over accepted patient-level rows"
COUNTED_FROM = ("plcm",)


def making(facts: PackFacts, condition: str) -> Making:
    """How a table of activity was made, under one more condition."""
    period = f"months {facts.first_month} to {facts.last_month}"
    return Making(MEASURE, COUNTED_FROM, f"{period}; {condition}")


def counted(facts: PackFacts, *, area: str) -> Counted:
    """The source that every table of activity of an area shares; the flow is each column's own."""
    return Counted(area, str(facts.first_month), str(facts.last_month))
