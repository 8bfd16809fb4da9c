"""The grid, surveillance, fragile services, the quarter board, and sites drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from speccomm_web.design import formats
from speccomm_web.design.charts import Figure, figure
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.evidence.names import Names
from speccomm_web.evidence.presenters.entries import FLAGS, address

Row = Mapping[str, Any]
QUESTIONS = (
    ("has_ssqd", "Quality dashboard"), ("has_network", "Network"),
    ("safety_events", "Safety events"), ("complaints", "Complaints"),
    ("cqc_reports", "CQC reports"), ("other_intelligence", "Other intelligence"),
)  # fmt: skip
LONGEST_DETAIL = 60  # letters of a detail in the grid; all of it stands in the history
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
CONCERN_KEY = ("service_code", "service_part", "provider_code", "concern_title")
DELIVERABLE_KEY = ("priority_reference", "financial_year", "deliverable_number")
FRAGILE_KEY = ("specialty", "service_code", "area_code", "icb_code", "provider_code", "site_code")


def grid(
    rows: Sequence[Row], *, writes: Collection[str], opens: Collection[str]
) -> list[dict[str, Any]]:
    """The overview: each answer with its state, who gave it, and where it leads.

    `writes` are the registers that the reader may write in and `opens` those whose entries they
    read: an answer leads to the entries behind it, or to where it is given, or nowhere.
    """
    return [
        {
            "name": service_words(row),
            "code": row["service_code"],
            "units": "Not said" if row["units"] is None else f"{row['units']:,}",
            "cells": [
                {
                    "state": FLAGS[row[question]],
                    "href": _answer_address(question, row, writes, opens),
                    "what": f"{words} of {service_words(row)}",
                    "detail": _detail(question, row),
                }
                for question, words in QUESTIONS
            ],
        }
        for row in rows
    ]


def service_words(row: Row) -> str:
    """A service line with its part."""
    part = row.get("service_part")
    return f"{row['service_name']}: {part}" if part else str(row["service_name"])


def grid_table(rows: Sequence[Row]) -> DataTable:
    """The overview as a file."""
    return DataTable(
        name="overview",
        caption="Quality overview",
        columns=(
            Column("service", "Service"), Column("service_code", "Code", Kind.CODE),
            Column("units", "Units", Kind.COUNT, none="Not said"),
            *(Column(name, words, Kind.STATE) for name, words in QUESTIONS),
        ),
        rows=[
            {"service": service_words(row), "service_code": row["service_code"],
             "units": row["units"], **{name: FLAGS[row[name]] for name, _ in QUESTIONS}}
            for row in rows
        ],
        header_key="service",
    )  # fmt: skip


def answer_counts(rows: Sequence[Row]) -> list[dict[str, str]]:
    """How many of the answers are yes, no, not applicable, and how many nobody looked at."""
    found = [row[name] for row in rows for name, _ in QUESTIONS]
    return [
        {"key": state.words, "value": f"{found.count(word):,} of {len(found):,}"}
        for word, state in FLAGS.items()
    ]


def _answer_address(
    question: str, row: Row, writes: Collection[str], opens: Collection[str]
) -> str:
    subject = {"service_code": row["service_code"], "service_part": row.get("service_part")}
    if question == "has_ssqd":
        return address("entry", "ssqd", subject, subject) if "ssqd" in writes else ""
    if question == "has_network":
        return address("list", "networks", subject, ("service_code",))
    if row[f"{question}_rows"] and question in opens:
        return address("list", question, subject, ("service_code",))
    subject["topic"] = question.replace("_", " ")
    return address("entry", "looks", subject, subject) if "looks" in writes else ""


def _detail(question: str, row: Row) -> str:
    """What is known in a few words, and who said so when."""
    who, on = row[f"{question}_said_by"], row[f"{question}_said_on"]
    column = "network_detail" if question == "has_network" else f"{question}_detail"
    what = shortened(row.get(column) or "")
    said = f"{who}, {formats.day(on)}" if who else "Nobody has said"
    return f"{what}; {said}" if what else said


def shortened(words: str) -> str:
    """The beginning of some words, where they are too many for a cell."""
    return words if len(words) <= LONGEST_DETAIL else f"{words[:LONGEST_DETAIL].rstrip(' ;:')}…"


def concern_count(row: Row) -> str:
    """How many concerns stand at a level."""
    return f"{row['concerns']:,} concern{'' if row['concerns'] == 1 else 's'}"


def concerns_table(rows: Sequence[Row], names: Names) -> DataTable:
    """Concerns, each leading to its history."""
    keys = CONCERN_KEY
    return DataTable(
        name="concerns",
        caption=f"Open concerns: {len(rows)}",
        columns=(
            Column("concern_title", "Concern"), Column("surveillance_level", "Level"),
            Column("service", "Service"), Column("provider", "Provider"),
            Column("opened_on", "Opened", Kind.DAY),
            Column("review_on", "Looked at again", Kind.DAY, none="No date set"),
            Column("said_by", "Said by"), Column("from_date", "Since", Kind.DAY),
        ),
        rows=[
            {**{k: row[k] for k in (*keys, "opened_on", "review_on", "said_by", "from_date")},
             "surveillance_level": row["surveillance_level"].capitalize(),
             "service": names.services.get(row["service_code"], row["service_code"]),
             "provider": names.providers.get(row["provider_code"], row["provider_code"])}
            for row in rows
        ],
        header_key="concern_title",
        links={"concern_title": lambda row: address("history", "surveillance", row, keys)},
        empty="No concern is open here.",
    )  # fmt: skip


def highlights_table(rows: Sequence[Row], names: Names, *, month: date) -> DataTable:
    """The highlight report of a month."""
    return DataTable(
        name="highlights",
        caption=f"Services under enhanced or intensive surveillance, {formats.month(month)}",
        columns=(
            Column("status", "Status and level"), Column("service", "Service"),
            Column("provider", "Provider"), Column("concern_title", "Concern"),
            Column("concern", "What it is", none="Nobody said"),
            Column("impact", "Impact", none="Nobody said"),
            Column("escalate", "Must be escalated", Kind.STATE),
            Column("mitigation", "What is being done", none="Nobody said"),
            Column("key_learning", "Learning", none="Nobody said"),
            Column("level_since", "At this level since", Kind.DAY, none="Not told"),
            Column("said_by", "Said by"), Column("said_on", "On", Kind.DAY),
        ),
        rows=[
            {**{k: row[k] for k in ("concern_title", "concern", "impact", "mitigation",
                                    "key_learning", "level_since", "said_by", "said_on")},
             "status": row["status_and_level"].capitalize(),
             "service": row["service_name"] or row["service_code"],
             "provider": names.providers.get(row["provider_code"], row["provider_code"]),
             "escalate": FLAGS[row["needs_escalation"]]}
            for row in rows
        ],
        header_key="concern_title",
        empty="No service stands at enhanced or intensive in this month, as far as is known.",
    )  # fmt: skip


def fragile_table(rows: Sequence[Row], names: Names) -> DataTable:
    """Fragile services, each leading to its history."""
    keys = FRAGILE_KEY
    return DataTable(
        name="fragile",
        caption=f"Fragile services: {len(rows)}, the soonest review first",
        columns=(
            Column("specialty", "Service"), Column("where", "Where"),
            Column("reasons", "Why"), Column("owner_role", "Who acts"),
            Column("actions", "What is done", none="Nobody said"),
            Column("review_on", "Looked at again", Kind.DAY),
            Column("overdue", "Review"), Column("said_by", "Said by"),
        ),
        rows=[
            {**{k: row[k] for k in (*keys, "reasons", "owner_role", "actions", "review_on",
                                    "said_by")},
             "where": names.providers.get(row["provider_code"] or "")
             or names.icbs.get(row["icb_code"] or "") or "The region",
             "overdue": "Overdue" if row["review_is_overdue"] else "To come"}
            for row in rows
        ],
        header_key="specialty",
        links={"specialty": lambda row: address("history", "fragile_services", row, keys)},
        empty="No fragile service is held here.",
    )  # fmt: skip


def quarter_board(plans: Sequence[Row], deliverables: Sequence[Row]) -> list[dict[str, Any]]:
    """Each priority with its deliverables by quarter, and those that no quarter was given."""
    board = []
    for plan in plans:
        own = [d for d in deliverables if d["priority_reference"] == plan["priority_reference"]]
        board.append(
            {
                "title": f"{plan['priority_reference']} {plan['title']}",
                "lead": plan["lead_role"],
                "counts": f"{plan['delivered']} of {plan['deliverables']} delivered, "
                f"{plan['late']} late",
                "href": address("entry", "priorities", plan, DELIVERABLE_KEY[:2]),
                "quarters": [{"name": q, "items": _items(own, q)} for q in QUARTERS],
                "unplaced": _items(own, None),
            }
        )
    return board


def _items(rows: Sequence[Row], quarter: str | None) -> list[dict[str, str]]:
    return [
        {
            "words": row["deliverable"],
            "state": row["deliverable_state"],
            "href": address("entry", "priority_deliverables", row, DELIVERABLE_KEY),
        }
        for row in rows
        if row["quarter"] == quarter
    ]


def sites_table(rows: Sequence[Row], names: Names, *, name: str = "sites") -> DataTable:
    """The sites of a service, spokes with their hubs."""
    keys = ("service_code", "service_part", "site_code")
    return DataTable(
        name=name,
        caption=f"Sites of the service: {len(rows)}",
        columns=(
            Column("site", "Site"), Column("provider", "Provider"),
            Column("site_role", "Role", none="Nobody said"),
            Column("hub", "Its hub", none="Not a spoke, or not said"),
            Column("contracted", "Contracted", Kind.STATE), Column("said_by", "Said by"),
            Column("from_date", "Since", Kind.DAY),
        ),
        rows=[
            {**{k: row[k] for k in (*keys, "said_by", "from_date")},
             "site": names.sites.get(row["site_code"], row["site_code"]),
             "provider": names.providers.get(row["provider_code"], row["provider_code"]),
             "site_role": row["site_role"] and row["site_role"].capitalize(),
             "hub": row["hub_site_code"]
             and names.sites.get(row["hub_site_code"], row["hub_site_code"]),
             "contracted": FLAGS[row["contracted"]]}
            for row in rows
        ],
        header_key="site",
        links={"site": lambda row: address("history", "provision", row, keys)},
        empty="No site of this service is held.",
    )  # fmt: skip


def networks_table(rows: Sequence[Row], names: Names) -> DataTable:
    """The networks of services."""
    keys = ("service_code", "service_part", "area_code")
    return DataTable(
        name="networks",
        caption="Networks",
        columns=(
            Column("area", "Part of the region"), Column("has_network", "Network", Kind.STATE),
            Column("network_name", "Name", none="None, or not said"),
            Column("network_kind", "Kind", none="None, or not said"),
            Column("said_by", "Said by"), Column("from_date", "Since", Kind.DAY),
        ),
        rows=[
            {**{k: row[k] for k in (*keys, "network_name", "network_kind", "said_by",
                                    "from_date")},
             "area": (row["area_code"] or "the whole region").capitalize(),
             "has_network": FLAGS[row["has_network"]]}
            for row in rows
        ],
        header_key="area",
        links={"area": lambda row: address("history", "networks", row, keys)},
        empty="Nobody has said whether a network supports this service: not looked at.",
    )  # fmt: skip


def hubs_and_spokes(rows: Sequence[Row], names: Names) -> Figure | None:
    """Hubs with lines to their spokes, and sites that stand alone; None where there is no site."""
    if not rows:
        return None
    points, lines = _places(rows, names)
    hubs = sum(point["role"] == "Hub" for point in points)
    spokes = sum(point["role"] == "Spoke" for point in points)
    shape = {"field": "role", "type": "nominal", "title": "Role",
             "scale": {"domain": ["Hub", "Spoke", "Stand-alone", "Not said"],
                       "range": ["square", "circle", "triangle-up", "diamond"]}}  # fmt: skip
    axis = {"x": {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, 2]}},
            "y": {"field": "y", "type": "quantitative", "axis": None,
                  "scale": {"reverse": True, "zero": False, "padding": 20}}}  # fmt: skip
    return figure(
        name="drawn",
        caption="Hubs and their spokes",
        describes=f"{hubs} hubs, {spokes} spokes and {len(points) - hubs - spokes} other sites; "
        "each spoke has a line to its hub. The table has the same.",
        specification={
            "width": 720,
            "height": max(60, 26 * len(points)),
            "layer": [
                {"data": {"values": lines}, "mark": {"type": "rule", "aria": False, "color": "#4c6272"},
                 "encoding": {**axis, "x2": {"field": "x2"}, "y2": {"field": "y2"}}},
                {"data": {"values": points},
                 "mark": {"type": "point", "aria": False, "filled": True, "size": 120, "color": "#005eb8",
                          "opacity": 1},
                 "encoding": {**axis, "shape": shape}},
                {"data": {"values": points},
                 "mark": {"type": "text", "aria": False, "align": "left", "dx": 12, "fontSize": 13,
                          "color": "#212b32", "limit": 260},
                 "encoding": {**axis, "text": {"field": "site"}}},
            ],
            "config": {"view": {"stroke": None}, "font": "Arial"},
        },
        table=sites_table(rows, names, name="drawn-sites"),
    )  # fmt: skip


def _places(rows: Sequence[Row], names: Names) -> tuple[list[Row], list[Row]]:
    """Where each site is drawn: a hub on the left with its spokes beside it, the others below."""

    def named(code: str) -> str:
        return names.sites.get(code, code)

    spokes = [row for row in rows if row["site_role"] == "spoke"]
    hubs = dict.fromkeys(
        [row["site_code"] for row in rows if row["site_role"] == "hub"]
        + [row["hub_site_code"] for row in spokes if row["hub_site_code"]]
    )
    points: list[Row] = []
    lines: list[Row] = []
    y = 0
    for hub in hubs:
        own = [row for row in spokes if row["hub_site_code"] == hub]
        points.append({"site": named(hub), "role": "Hub", "x": 0, "y": y})
        for step, row in enumerate(own):
            points.append({"site": named(row["site_code"]), "role": "Spoke", "x": 1, "y": y + step})
            lines.append({"x": 0, "y": y, "x2": 1, "y2": y + step})
        y += max(1, len(own))
    for row in rows:
        if row["site_code"] in hubs or row in spokes:
            continue
        role = "Stand-alone" if row["site_role"] == "stand-alone" else "Not said"
        points.append({"site": named(row["site_code"]), "role": role, "x": 0, "y": y})
        y += 1
    return points, lines
