"""The words of the pack and what they mean in it."""

from __future__ import annotations

from speccomm.publishing.model import Definitions, Section

ENTRIES = (
    (
        "ACM",
        (
            "Aggregate contract monitoring: a provider’s monthly return of activity and money, "
            "planned and actual, without patients."
        ),
    ),
    (
        "Clinical reference group (CRG)",
        (
            "The national group that advises on a service line. A "
            "service line under two groups is shown under both codes, joined by /."
        ),
    ),
    ("Exported (C)", "Activity by providers based elsewhere for patients of the area."),
    (
        "Flex and freeze",
        (
            "A month may be corrected until its freeze date. Until then it is in flex "
            "and not complete."
        ),
    ),
    ("IAP", "Indicative activity plan: what was planned for the year."),
    ("Imported (B)", "Activity by providers based in the area for anyone who is not its patient."),
    ("Local provider", "A provider whose head office is in the ICB on the organisation map."),
    ("Market forces amount", "Money added to a price for the unavoidable costs of a place."),
    (
        "Patient of the ICB",
        "A person whose GP practice belongs to it; if that is not known, whose home does.",
    ),
    (
        "PLCM",
        (
            "Patient-level contract monitoring: one row for each piece of care, without names in "
            "this system."
        ),
    ),
    (
        "Service line",
        "A national code for a specialised service, named in the national list of the year.",
    ),
    (
        "Unit of activity",
        "Whatever a point of delivery counts: an attendance, a spell, a bed day, a session.",
    ),
    (
        "Unknown",
        "Activity whose code leads to no clinical reference group. It is counted in every total.",
    ),
    ("Within (A)", "Activity by providers based in the area for its own patients."),
)


def definitions_section() -> Section:
    """Definitions in alphabetical order."""
    return Section("definitions", "Words used in this pack", (Definitions(ENTRIES),))
