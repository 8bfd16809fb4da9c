"""Deep dives into a service: planned, under way and done."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Column, PackTable, Prose, Section, Unit
from speccomm.publishing.naming import Namer
from speccomm.publishing.sections.evidence_words import (
    NOT_SAID,
    Row,
    evidence_making,
    nothing_collected,
    said_columns,
    say_icbs,
    say_region,
    say_service,
    text_table,
)
from speccomm.publishing.wording import capital, say_count, say_list, say_verb

REGISTER = "deep_dives"
TITLE = "Deep dives"
STATES = ("completed", "under way", "planned")


def deep_dives_section(facts: PackFacts, namer: Namer) -> Section:
    """The deep dives of the region in the order of their states."""
    if not facts.evidence.is_collected(REGISTER):
        return Section("deep-dives", TITLE, (nothing_collected(facts, "Deep dives are"),))
    rows = [_named(row, facts, namer) for row in facts.evidence.deep_dives.to_pylist()]
    rows.sort(key=lambda row: (STATES.index(row["dive_state"]), row["title"]))
    return Section("deep-dives", TITLE, (Prose((_sentence(rows),)), _table(facts, rows)))


def _named(row: Row, facts: PackFacts, namer: Namer) -> Row:
    code = row["service_code"]
    return {
        **row,
        "service": say_service(facts, namer, code) if code else None,
        "icbs": say_icbs(facts, row["icb_codes"]),
    }


def _sentence(rows: list[Row]) -> str:
    counts = Counter(row["dive_state"] for row in rows)
    told = [f"{number} {state}" for state in STATES if (number := counts[state])]
    number = len(rows)
    if not rows:
        return "No deep dive is recorded as planned, under way or completed."
    return (
        f"{capital(say_count(number, 'deep dive'))} {say_verb(number, 'is', 'are')} recorded: "
        f"{say_list(told)}."
    )


def _table(facts: PackFacts, rows: list[Row]) -> PackTable:
    columns = (
        Column("title", "Deep dive", Unit.TEXT, "Its name"),
        Column("service", "Service", Unit.TEXT, "Service line", "not one service line"),
        Column("icbs", "For", Unit.TEXT, "ICBs it covers"),
        Column("dive_state", "State", Unit.TEXT, "Planned, under way or completed"),
        Column("done_on", "Date", Unit.DATE, "When it was or will be done", "no date set"),
        Column("presented_to", "Presented to", Unit.TEXT, "Committee that heard it",
               "not presented"),
        Column("finding", "What it found", Unit.TEXT, "Finding", NOT_SAID),
        Column("actions", "What follows", Unit.TEXT, "Actions", NOT_SAID),
        Column("link", "Document", Unit.TEXT, "Where the document lies", "not given",
               on_page=False),
        *said_columns(),
    )  # fmt: skip
    return PackTable(
        id="deep_dives",
        title=f"Deep dives in {say_region(facts)}",
        columns=columns,
        rows=text_table(rows, columns, service_code=pa.string()),
        row_header="title",
        making=evidence_making(facts, "Deep dives by state", REGISTER),
    )
