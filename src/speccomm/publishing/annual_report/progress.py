"""What was achieved in the year and what is planned, from priorities, deep dives and concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from speccomm.foundation.periods import FinancialYear
from speccomm.publishing.annual_report.facts import AnnualFacts
from speccomm.publishing.annual_report.funding import Funding
from speccomm.publishing.annual_report.lines import say_year
from speccomm.publishing.columns import number_column
from speccomm.publishing.model import (
    Block,
    Column,
    Making,
    PackTable,
    Points,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.wording import capital, say_count, say_list, say_millions, say_verb

Row = dict[str, Any]
DELIVERED, DROPPED = "delivered", "dropped"
STATES = {
    "delivered": "Delivered",
    "on track": "On track",
    "late": "Late",
    "not started": "Not started",
    "dropped": "Dropped",
    "not said": "Not said",
}


def achievements_section(facts: AnnualFacts) -> Section:
    """Deliverables delivered, deep dives done and concerns closed in the year."""
    year = str(facts.year)
    steps = _deliverables(facts, year)
    delivered = [step for step in steps if step["deliverable_state"] == DELIVERED]
    dives = [row for row in facts.deep_dives.to_pylist() if _done_in(row["done_on"], facts)]
    dives = [row for row in dives if row["dive_state"] == "completed"]
    closed = [row for row in facts.concerns.to_pylist() if _done_in(row["closed_on"], facts)]
    blocks: list[Block] = [Prose((_sentence(facts, steps, delivered, dives, closed),))]
    for priority in _priorities(facts, year):
        own = [s for s in delivered if s["priority_reference"] == priority["priority_reference"]]
        if own:
            blocks.append(Points(f"{priority['title']}:", tuple(_said(step) for step in own)))
    if dives:
        points = tuple(f"{row['title']}, {_day(row['done_on'])}." for row in dives)
        blocks.append(Points("Deep dives completed:", points))
    if closed:
        points = tuple(
            f"{row['concern_title']}, closed {_day(row['closed_on'])}." for row in closed
        )
        blocks.append(Points("Concerns closed:", points))
    if steps:
        blocks.append(_progress(facts, steps))
    return Section("achievements", f"What was achieved in {say_year(year)}", tuple(blocks))


def plans_section(facts: AnnualFacts, funding: Funding) -> Section:
    """The next year's priorities and deliverables, and what this year leaves to do."""
    title = f"Plans for {say_year(facts.next_year)}"
    plans = _priorities(facts, facts.next_year)
    ahead = _deliverables(facts, facts.next_year)
    carried = [
        step
        for step in _deliverables(facts, str(facts.year))
        if step["deliverable_state"] not in (DELIVERED, DROPPED)
    ]
    growth = funding.full_year - funding.in_year
    if not (plans or carried or growth):
        words = f"No priority for {say_year(facts.next_year)} is in the register of priorities."
        return Section("plans", title, (Prose((words,)),))
    blocks: list[Block] = [Prose((_outlook(facts, plans, ahead, carried, funding),))]
    if plans:
        points = tuple(f"{row['title']}: {_lower(row['aim'])}" for row in plans)
        blocks.append(Points("Priorities and what each is to achieve:", points))
    if ahead:
        blocks.append(_steps_table(facts, ahead, "planned_deliverables", facts.next_year))
    if carried:
        blocks.append(_steps_table(facts, carried, "carried_deliverables", str(facts.year)))
    return Section("plans", title, tuple(blocks))


def _priorities(facts: AnnualFacts, year: str) -> list[Row]:
    rows: list[Row] = facts.priorities.to_pylist()
    kept = [row for row in rows if row["financial_year"] == year and _is_ours(row, facts)]
    return sorted(kept, key=lambda row: str(row["priority_reference"]))


def _is_ours(row: Row, facts: AnnualFacts) -> bool:
    """Whether a priority is of the area: for a region any of them is."""
    if facts.kind == "region":
        return True
    named = [part.strip() for part in (row["icb_codes"] or "").split(";")]
    return "all" in named or facts.code in named


def _deliverables(facts: AnnualFacts, year: str) -> list[Row]:
    titles = {row["priority_reference"]: row["title"] for row in _priorities(facts, year)}
    rows = [
        {**row, "priority": titles[row["priority_reference"]]}
        for row in facts.deliverables.to_pylist()
        if row["financial_year"] == year and row["priority_reference"] in titles
    ]
    return sorted(rows, key=lambda row: (row["priority_reference"], row["deliverable_number"]))


def _done_in(day: Any, facts: AnnualFacts) -> bool:
    return day is not None and FinancialYear.holding(day) == facts.year


def _sentence(
    facts: AnnualFacts,
    steps: Sequence[Row],
    delivered: Sequence[Row],
    dives: Sequence[Row],
    closed: Sequence[Row],
) -> str:
    year = say_year(facts.year)
    if not (steps or dives or closed):
        return (
            f"Nothing is recorded as delivered in {year}: the registers of priorities, deep dives "
            "and concerns hold nothing of that year."
        )
    told = []
    if steps:
        told.append(f"{say_count(len(delivered), 'deliverable')} of {len(steps)} delivered")
    if dives:
        told.append(f"{say_count(len(dives), 'deep dive')} completed")
    if closed:
        told.append(f"{say_count(len(closed), 'concern')} closed")
    return f"{capital(say_list(told))} in {year}, as the registers say."


def _outlook(
    facts: AnnualFacts,
    plans: Sequence[Row],
    ahead: Sequence[Row],
    carried: Sequence[Row],
    funding: Funding,
) -> str:
    words = []
    if plans:
        count = len(plans)
        words.append(
            f"{capital(say_count(count, 'priority', 'priorities'))} "
            f"{say_verb(count, 'is', 'are')} agreed, with {say_count(len(ahead), 'deliverable')}."
        )
    if carried:
        words.append(
            f"{capital(say_count(len(carried), 'deliverable'))} of {say_year(facts.year)} "
            f"{say_verb(len(carried), 'is', 'are')} carried over."
        )
    growth = funding.full_year - funding.in_year
    if growth > 0:
        words.append(
            f"Developments approved in {say_year(facts.year)} add {say_millions(growth)} more in a "
            "full year."
        )
    return " ".join(words)


def _said(step: Row) -> str:
    text = str(step["deliverable"]).rstrip(".")
    return f"{text} ({step['quarter']})." if step["quarter"] else f"{text}."


def _day(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"


def _lower(text: str) -> str:
    """A text as the second half of a sentence; abbreviations keep their capitals."""
    word = text.split(" ", 1)[0]
    return text if word.isupper() and len(word) > 1 else text[:1].lower() + text[1:]


def _progress(facts: AnnualFacts, steps: Sequence[Row]) -> PackTable:
    """How far the deliverables of each priority are, in every state that any is in."""
    counts: dict[str, Counter[str]] = {}
    for step in steps:
        counts.setdefault(step["priority"], Counter())[step["deliverable_state"]] += 1
    met = [state for state in STATES if any(held[state] for held in counts.values())]
    names = {state: state.replace(" ", "_") for state in met}
    return PackTable(
        id="deliverables_of_the_year",
        title=f"Deliverables of {say_year(facts.year)} by priority",
        columns=(
            Column("priority", "Priority", Unit.TEXT, "Title of the priority"),
            number_column("planned", "Planned", "Deliverables planned for the year"),
            *(number_column(names[s], STATES[s], f"Of them, {s}") for s in met),
        ),
        rows=pa.table(
            {
                "priority": pa.array(list(counts), pa.string()),
                "planned": pa.array([sum(held.values()) for held in counts.values()], pa.int64()),
                **{
                    names[s]: pa.array([held[s] for held in counts.values()], pa.int64())
                    for s in met
                },
            }
        ),
        row_header="priority",
        making=Making(
            "Entries counted",
            ("priority_deliverables",),
            f"deliverables of {facts.year}, as they hold on {facts.on}",
        ),
        total_label="All priorities",
        keys=(Key("priority", Of.NOTHING),),
    )


def _steps_table(facts: AnnualFacts, steps: Sequence[Row], table_id: str, year: str) -> PackTable:
    is_ahead = table_id == "planned_deliverables"
    title = "Planned for" if is_ahead else "Carried over from"
    texts = {
        "priority": [step["priority"] for step in steps],
        "deliverable": [step["deliverable"] for step in steps],
        "quarter": [step["quarter"] for step in steps],
        "state": [step["deliverable_state"] for step in steps],
    }
    return PackTable(
        id=table_id,
        title=f"{title} {say_year(year)}",
        columns=(
            Column("deliverable", "Deliverable", Unit.TEXT, "What is delivered"),
            Column("priority", "Priority", Unit.TEXT, "The priority it belongs to"),
            Column("quarter", "Quarter", Unit.TEXT, "When it is planned for",
                   missing="no quarter given"),
            Column("state", "State", Unit.TEXT, "How far it is"),
        ),
        rows=pa.table({name: pa.array(cells, pa.string()) for name, cells in texts.items()}),
        row_header="deliverable",
        making=Making("Copied from the register", ("priority_deliverables",), f"of {year}"),
    )  # fmt: skip
