"""Made-up values that show each component on the style page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from speccomm_web.design.charts import Figure, figure
from speccomm_web.design.states import State
from speccomm_web.design.tables import Column, DataTable, Kind, Value

COLUMNS = (
    Column("service", "Service line", sortable=True),
    Column("service_code", "Code", Kind.CODE),
    Column("activity", "Activity", Kind.COUNT, unit="units", none="Suppressed", sortable=True),
    Column("price_gbp", "Price", Kind.POUNDS, unit="£", none="Not collected", sortable=True),
    Column("change", "Change on last year", Kind.PERCENT, unit="%", sortable=True),
    Column("reviewed_on", "Reviewed", Kind.DAY, none="Never"),
    Column("standard", "Meets the standard", Kind.STATE),
)
ROWS: tuple[dict[str, Value], ...] = (
    {
        "service": "Adult specialist renal services", "service_code": "NCBPS11T", "activity": 58902,
        "price_gbp": Decimal("12345678.90"), "change": Decimal("-2.4"),
        "reviewed_on": date(2026, 4, 1), "standard": State.YES,
    },
    {
        "service": "Haemophilia services for adults and children", "service_code": "NCBPS03X",
        "activity": None, "price_gbp": None, "change": None, "reviewed_on": None,
        "standard": State.NOT_LOOKED_AT,
    },
    {
        "service": "Complex spinal surgery", "service_code": "NCBPS06Z", "activity": 1204,
        "price_gbp": Decimal("987654.32"), "change": Decimal("11.25"),
        "reviewed_on": date(2025, 11, 30), "standard": State.NO,
    },
    {
        "service": "=2+5 is a name that a spreadsheet would run", "service_code": "@SUM(A1)",
        "activity": 0, "price_gbp": Decimal(0), "change": Decimal(0),
        "reviewed_on": date(2026, 1, 9), "standard": State.NOT_APPLICABLE,
    },
)  # fmt: skip


def table(*, sorted_by: str = "") -> DataTable:
    """A table with every kind of column and of nothing."""
    return DataTable(
        name="sample",
        caption="Activity and price of four service lines, 2025-26",
        columns=COLUMNS,
        rows=ROWS,
        header_key="service",
        sorted_by=sorted_by,
    )


def replaced(
    sample: DataTable,
    *,
    rows: Sequence[Any],
    downloads: dict[str, str],
    name: str = "sample",
) -> DataTable:
    """The sample table with other rows, name or downloads."""
    return replace(sample, rows=rows, downloads=downloads, name=name)


def chart() -> Figure:
    """A small bar chart with its table."""
    rows = [row for row in ROWS if row["activity"]]
    return figure(
        name="chart",
        caption="Activity of two service lines",
        describes="Renal services have 58,902 units and complex spinal surgery 1,204.",
        specification={
            "data": {"values": [{"s": str(r["service"]), "n": r["activity"]} for r in rows]},
            "mark": {"type": "bar", "color": "#005eb8", "height": 22},
            "encoding": {
                "y": {"field": "s", "type": "nominal", "title": None, "axis": {"labelLimit": 400}},
                "x": {"field": "n", "type": "quantitative", "title": "Units"},
            },
            "width": 500,
            "height": {"step": 34},
        },
        table=replace(table(), name="chart-table", columns=COLUMNS[:3], rows=rows),
    )


def tasks() -> list[dict[str, Any]]:
    """A background task in each of its states."""
    return [
        {"state": State.WAITING, "words": "Waiting for its turn.", "total": 0, "ended": True},
        {"state": State.UNDER_WAY, "words": "Reading rows: 1,200 of 4,000.", "done": 1200,
         "total": 4000, "ended": True},
        {"state": State.DONE, "words": "Done.", "total": 0, "ended": True},
        {"state": State.REFUSED, "words": "The file has no header.", "total": 0, "ended": True},
        {"state": State.FAILED, "words": "The fault is ours.", "total": 0, "ended": True},
        {"state": State.CANCELLED, "words": "You stopped it.", "total": 0, "ended": True},
    ]  # fmt: skip
