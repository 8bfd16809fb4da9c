"""Columns that several tables share, each defined once with its meaning."""

from __future__ import annotations

from dataclasses import replace

from speccomm.publishing.model import Column, Unit
from speccomm.publishing.sourcing import Counted, Source

FLOW_LETTERS = {
    "intra": "A",
    "imported": "B",
    "exported": "C",
    "provider_total": "AB",
    "patient_total": "AC",
    "grand_total": "ABC",
}

PROVIDER_CODE = Column(
    "provider_code", "Code", Unit.CODE, "ODS code of the provider on the organisation map"
)
PROVIDER_NAME = Column(
    "provider_name", "Provider", Unit.TEXT, "Name of the provider", missing="name not known"
)
SERVICE_CODE = Column("service_code", "Code", Unit.CODE, "National service line code")
SERVICE_NAME = Column(
    "service_name",
    "Service line",
    Unit.TEXT,
    "Name of the national service line",
    missing="name not known",
)
CRG_CODE = Column(
    "crg_code",
    "Code",
    Unit.CODE,
    "Clinical reference group of the service line; two codes joined by / for a joint group",
    missing="none",
)
CRG_NAME = Column(
    "crg_name",
    "Clinical reference group",
    Unit.TEXT,
    "Name of the clinical reference group; Unknown where the row leads to none",
    missing="Unknown",
)


def flow_columns(area: str, *, source: Counted, only: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The six flow measures for an area, or those named in `only`, counted as `source` says."""
    here, group_parts, group_totals = f"providers based in {area}", "Activity", "Totals"
    meanings = (
        ("intra", "A Within", f"Units of activity by {here} for its patients", group_parts),
        (
            "imported",
            "B Imported",
            f"Units of activity by {here} for everyone who is not a patient of {area}",
            group_parts,
        ),
        (
            "exported",
            "C Exported",
            f"Units of activity by providers based elsewhere for patients of {area}",
            group_parts,
        ),
        ("provider_total", "A+B By its providers", f"All activity by {here}", group_totals),
        ("patient_total", "A+C For its patients", f"All activity for {area}", group_totals),
        ("grand_total", "A+B+C All", f"All activity that touches {area}", group_totals),
    )
    return tuple(
        Column(
            name,
            title,
            Unit.ACTIVITY,
            meaning,
            missing="none found",
            group=group,
            adds_up=True,
            source=replace(source, flow=FLOW_LETTERS[name]),
        )
        for name, title, meaning, group in meanings
        if not only or name in only
    )


def money_column(
    name: str,
    title: str,
    meaning: str,
    *,
    missing: str = "not known",
    signed: bool = False,
    source: Source | None = None,
) -> Column:
    """A column of pounds that adds up; signed ones print + above zero."""
    return Column(
        name,
        title,
        Unit.GBP,
        meaning,
        missing=missing,
        adds_up=True,
        signed=signed,
        source=source,
    )


def number_column(name: str, title: str, meaning: str, *, source: Source | None = None) -> Column:
    """A column of counts that adds up."""
    return Column(name, title, Unit.NUMBER, meaning, adds_up=True, source=source)
