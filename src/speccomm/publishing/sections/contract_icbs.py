"""In a region's pack, the contract position of each ICB's patients, adding up to the region's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.publishing.charts import Bar, signed_bars
from speccomm.publishing.facts import CONTRACT, MONEY_TYPE, PackFacts
from speccomm.publishing.model import Chart, Column, PackTable, Prose, Section, Unit
from speccomm.publishing.naming import short_icb_name
from speccomm.publishing.sections.contract_tables import (
    activity_columns,
    money_columns,
    position_making,
    sourced,
    with_compared_plan,
)
from speccomm.publishing.sourcing import TOGETHER, Key, Of
from speccomm.publishing.wording import capital, say_count, say_pounds, say_verb

MEASURES = (
    "plan_activity",
    "actual_activity",
    "plan_gbp",
    "actual_gbp",
    "compared_plan_gbp",
    "variance_gbp",
)
REST = "Rounding, and lines compared only for the region as a whole"


def contract_icbs_section(facts: PackFacts) -> Section | None:
    """The position of each ICB's patients; None in a pack that is not of a region."""
    if not facts.contract_by_icb:
        return None
    rows = _rows(facts)
    known = [row for row in rows if row["icb_code"] != TOGETHER]
    return Section(
        "contract-icbs",
        "By ICB of the patients",
        (Prose((_sentence(known),)), _chart(known), _table(facts, rows)),
    )


def _rows(facts: PackFacts) -> list[dict[str, Any]]:
    """Each ICB's position added up, furthest above plan first, and last what it leaves of the region's."""
    rows: list[dict[str, Any]] = [
        {"icb_code": code, "icb_name": facts.icb_names.get(code), **_added_up(position)}
        for code, position in facts.contract_by_icb.items()
    ]
    rows.sort(key=lambda row: (-(row["variance_gbp"] or 0), row["icb_code"]))
    whole = _added_up(facts.contract)
    rest = {
        name: (whole[name] or Decimal(0)) - sum((row[name] or 0 for row in rows), Decimal(0))
        for name in MEASURES
    }
    if any(rest.values()):
        rows.append({"icb_code": TOGETHER, "icb_name": REST, **rest})
    return rows


def _added_up(position: pa.Table) -> dict[str, Decimal | None]:
    lines = with_compared_plan(position)
    return {name: pc.sum(lines[name]).as_py() for name in MEASURES}


def _sentence(rows: list[dict[str, Any]]) -> str:
    above = sum((row["variance_gbp"] or 0) > 0 for row in rows)
    below = sum((row["variance_gbp"] or 0) < 0 for row in rows)
    return (
        f"{capital(say_count(above, 'ICB'))} {say_verb(above, 'is', 'are')} above plan and "
        f"{say_count(below, 'ICB')} below. Each position is of the patients of one ICB, whoever "
        "treats them, and is that of its own pack; forecasts are there."
    )


def _chart(rows: list[dict[str, Any]]) -> Chart:
    bars = [
        Bar(
            short_icb_name(row["icb_name"] or row["icb_code"]),
            row["variance_gbp"],
            say_pounds(row["variance_gbp"], with_sign=True),
        )
        for row in rows
        if row["variance_gbp"] is not None
    ]
    return Chart(
        id="chart-contract-icbs",
        title="Variance from plan by ICB of the patients",
        description=(
            f"One bar for each of {say_count(len(bars), 'ICB')}, from furthest above plan to "
            f"furthest below. First: {bars[0].name}, {bars[0].text}. Last: {bars[-1].name}, "
            f"{bars[-1].text}."
            if bars
            else "No ICB has both a plan and an actual."
        ),
        specification=signed_bars(bars),
        table_id="contract_by_icb",
    )


def _table(facts: PackFacts, rows: list[dict[str, Any]]) -> PackTable:
    figures = sourced(facts, (*activity_columns(), *money_columns()))
    columns = (
        Column("icb_code", "Code", Unit.CODE, "Code of the ICB of the patients"),
        Column("icb_name", "ICB", Unit.TEXT, "Name of the ICB", "name not known"),
        *(replace(column, missing_from="") for column in figures),
    )
    kinds = {name: CONTRACT.field(name).type for name in MEASURES if name in CONTRACT.names}
    schema = pa.schema(
        [
            ("icb_code", pa.string()),
            ("icb_name", pa.string()),
            *((name, kinds.get(name, MONEY_TYPE)) for name in MEASURES),
        ]
    )
    notes = [
        "Where nothing was sent there is no variance, and the plan is not counted in the share."
    ]
    if rows and rows[-1]["icb_code"] == TOGETHER:
        notes.append(
            "The last row is what the ICBs leave of the region’s position. A twelfth of a plan is "
            "rounded for each ICB and for the region; and a line whose actual is blank for the "
            "patients of one ICB is compared with plan only for the region."
        )
    return PackTable(
        id="contract_by_icb",
        title=f"Contract position by ICB of the patients, {facts.contract_period}",
        columns=columns,
        rows=pa.Table.from_pylist(rows, schema=schema),
        row_header="icb_name",
        making=position_making(facts),
        notes=tuple(notes),
        total_label="All ICBs of the region",
        keys=(Key("icb_code", Of.PATIENT_ICB),),
    )
