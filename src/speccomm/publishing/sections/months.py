"""Activity month by month: a line for each flow, and its table."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from speccomm.publishing.charts import month_lines
from speccomm.publishing.columns import flow_columns
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Chart, Column, PackTable, Prose, Section, Unit
from speccomm.publishing.sections.flow_words import MEASURES, PARTS, counted, making
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.wording import capital, say_activity, say_count, say_short_month


def months_section(facts: PackFacts, icb: str) -> Section:
    """The ICB's flows in each month of the period; a month without rows says so."""
    records = facts.flows_by_month.to_pylist()
    shown = {str(month): say_short_month(month) for month in facts.months}
    by_month = {row["month"]: row for row in records}
    empty: dict[str, Any] = dict.fromkeys(facts.flows_by_month.schema.names)
    rows = [
        {**by_month.get(month, empty), "month": month, "month_name": name}
        for month, name in shown.items()
    ]
    schema = facts.flows_by_month.schema.append(pa.field("month_name", pa.string()))
    table = PackTable(
        id="activity_by_month",
        title=f"Activity of {icb} by month",
        columns=(
            Column("month", "Month", Unit.CODE, "Calendar month, year first", on_page=False),
            Column("month_name", "Month", Unit.TEXT, "The month in words"),
            *flow_columns(icb, source=counted(facts, area=facts.icb.code)),
        ),
        rows=pa.Table.from_pylist(rows, schema=schema),
        row_header="month_name",
        making=making(facts, f"provider or patient of {icb}, by financial month of the row"),
        total_label="All months",
        keys=(Key("month", Of.MONTH),),
    )
    known = [row for row in rows if row["intra"] is not None]
    return Section(
        "activity-months",
        "Activity month by month",
        (
            _month_sentences(facts, known),
            *([_chart(icb, known)] if known else []),
            table,
        ),
    )


def _chart(icb: str, known: list[dict[str, Any]]) -> Chart:
    series = [
        (name, [row[part] for row in known]) for name, part in zip(PARTS, MEASURES, strict=True)
    ]
    return Chart(
        id="chart-months",
        title=f"Activity of {icb} by month",
        description=_month_description(known),
        specification=month_lines([row["month_name"] for row in known], series),
        table_id="activity_by_month",
    )


def _month_sentences(facts: PackFacts, known: list[dict[str, Any]]) -> Prose:
    missing = len(facts.months) - len(known)
    words = [
        (
            "Months differ in length and in working days, so a low month is not in itself a fall. "
            "Which providers sent which months is shown under What was refused and why."
        )
    ]
    if missing:
        words.insert(
            0, f"{capital(say_count(missing, 'month'))} of the period held no activity rows."
        )
    return Prose((" ".join(words),))


def _month_description(known: list[dict[str, Any]]) -> str:
    low = min(known, key=lambda row: (row["grand_total"], row["month"]))
    high = max(known, key=lambda row: (row["grand_total"], row["month"]))
    return (
        "Three lines from zero, one each for A within, B imported and C exported. All three "
        f"together are lowest in {low['month_name']} ({say_activity(low['grand_total'])} units) "
        f"and highest in {high['month_name']} ({say_activity(high['grand_total'])} units)."
    )
