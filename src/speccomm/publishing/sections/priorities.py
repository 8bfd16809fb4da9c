"""The priorities of the year, each on one page of its own with every field of the plan."""

from __future__ import annotations

from collections import Counter

from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import (
    Block,
    Column,
    Definitions,
    PackTable,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.naming import Namer
from speccomm.publishing.sections.evidence_words import (
    EVERY_ICB,
    NOT_SAID,
    Row,
    evidence_making,
    nothing_collected,
    said_columns,
    say_icbs,
    say_service,
    stated,
    text_table,
    who_said,
    whole,
)
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.wording import capital, say_count, say_list, say_verb

REGISTER, DELIVERABLES = "priorities", "priority_deliverables"
STATES = ("delivered", "on track", "late", "not started", "dropped", "not said")
ANSWER_WORDS = {"yes": "● Yes", "no": "○ No", "not looked at": "? Not looked at",
                "not applicable": "– Not applicable"}  # fmt: skip


def priorities_section(facts: PackFacts, namer: Namer) -> Section:
    """All priorities with how far each is, then one page each."""
    year = facts.evidence.priorities_year.replace("-", "/")
    title = f"Priorities {year}".strip()
    if not facts.evidence.is_collected(REGISTER):
        return Section("priorities", title, (nothing_collected(facts, "Priorities are"),))
    plans = own_priorities(facts)
    if not plans:
        words = f"No priority for {year} is recorded that names this area."
        return Section("priorities", title, (Prose((words,)),))
    steps = facts.evidence.priority_deliverables.to_pylist()
    by_plan = {
        plan["priority_reference"]: [
            step for step in steps if step["priority_reference"] == plan["priority_reference"]
        ]
        for plan in plans
    }
    return Section(
        "priorities",
        title,
        (Prose((_sentence(plans, by_plan, year),)), _progress(facts, plans, by_plan)),
        tuple(_page(facts, namer, plan, by_plan[plan["priority_reference"]]) for plan in plans),
    )


def own_priorities(facts: PackFacts) -> list[Row]:
    """The priorities that name the pack's ICB, or all ICBs; every one in a region's pack."""
    return [
        plan
        for plan in facts.evidence.priorities.to_pylist()
        if facts.is_region
        or plan["icb_codes"] == EVERY_ICB
        or facts.icb.code in [code.strip() for code in plan["icb_codes"].split(";")]
    ]


def _sentence(plans: list[Row], by_plan: dict[str, list[Row]], year: str) -> str:
    steps = [step for held in by_plan.values() for step in held]
    counts = Counter(step["deliverable_state"] for step in steps)
    told = [f"{counts[state]} {state}" for state in STATES if counts[state]]
    number = len(plans)
    words = (
        f"{capital(say_count(number, 'priority', 'priorities'))} for {year} "
        f"{say_verb(number, 'is', 'are')} agreed: {say_list([plan['title'] for plan in plans])}."
    )
    if not steps:
        return f"{words} None has a deliverable recorded."
    return f"{words} Of their {say_count(len(steps), 'deliverable')}: {say_list(told)}."


def _progress(facts: PackFacts, plans: list[Row], by_plan: dict[str, list[Row]]) -> PackTable:
    names = {state: state.replace(" ", "_") for state in STATES}
    year = f"financial_year = {facts.evidence.priorities_year}"
    rows = []
    for plan in plans:
        steps = by_plan[plan["priority_reference"]]
        counts = Counter(step["deliverable_state"] for step in steps)
        held = {names[state]: counts[state] for state in STATES}
        rows.append({**plan, "deliverables": len(steps), **held})
    columns = (
        Column("priority_reference", "Reference", Unit.CODE, "Reference of the priority"),
        Column("title", "Priority", Unit.TEXT, "Its name"),
        Column("lead_role", "Lead", Unit.TEXT, "Role that leads it"),
        Column("deliverables", "Deliverables", Unit.NUMBER, "Deliverables planned for the year",
               adds_up=True, source=stated(facts, DELIVERABLES, tests=(year,))),
        *(
            Column(
                name, capital(state), Unit.NUMBER, f"Deliverables that are {state}", adds_up=True,
                source=stated(facts, DELIVERABLES,
                              tests=(year, f"deliverable_state = {state}")),
            )
            for state, name in names.items()
        ),
        *said_columns(),
    )  # fmt: skip
    return PackTable(
        id="priorities_progress",
        title="How far each priority is",
        columns=columns,
        rows=text_table(rows, columns),
        row_header="title",
        making=evidence_making(facts, "Deliverables by state", REGISTER, DELIVERABLES,
                               only=facts.evidence.priorities_year),
        keys=(Key("priority_reference", Of.PRIORITY),),
    )  # fmt: skip


def _page(facts: PackFacts, namer: Namer, plan: Row, steps: list[Row]) -> Section:
    reference = plan["priority_reference"]
    slug = "".join(letter if letter.isalnum() else "_" for letter in reference.lower())
    blocks: list[Block] = [Definitions(_about(facts, namer, plan))]
    if steps:
        blocks.append(_deliverables(facts, plan, steps, slug))
    else:
        blocks.append(Prose(("Planned deliverables: none recorded.",)))
    blocks.append(Definitions((_outcome(plan),)))
    return Section(f"priority-{slug.replace('_', '-')}", f"{reference}: {plan['title']}",
                   tuple(blocks), alone=True)  # fmt: skip


def _outcome(plan: Row) -> tuple[str, str]:
    return ("How will we know if things have improved?", whole(plan["how_we_will_know"]))


def _about(facts: PackFacts, namer: Namer, plan: Row) -> tuple[tuple[str, str], ...]:
    code = plan["service_code"]
    status = plan["delegation_status"]
    kept = f" ({plan['delegation_note']})" if plan["delegation_note"] else ""
    return (
        ("Lead and reference", f"{plan['lead_role']}; {plan['priority_reference']}"),
        ("Service", say_service(facts, namer, code) if code else "Not one service line"),
        ("ICBs", say_icbs(facts, plan["icb_codes"])),
        ("Delegation status", f"{capital(status)}{kept}" if status else capital(NOT_SAID)),
        ("On the risk register", _risk(plan)),
        ("National priorities", whole(plan["national_priorities"], missing=capital(NOT_SAID))),
        ("What is the problem?", whole(plan["problem"])),
        ("What are we looking to achieve?", whole(plan["aim"])),
        ("Scope", whole(plan["scope"], missing=capital(NOT_SAID))),
        ("Specific partners", whole(plan["partners"], missing="None named")),
    )


def _risk(plan: Row) -> str:
    return f"{ANSWER_WORDS[plan['on_risk_register']]} ({who_said(plan, 'on_risk_register')})"


def _deliverables(facts: PackFacts, plan: Row, steps: list[Row], slug: str) -> PackTable:
    columns = (
        Column("deliverable_number", "No", Unit.CODE, "Its place on the page", on_page=False),
        Column("quarter", "Quarter", Unit.TEXT, "Quarter it is planned for", "no quarter given"),
        Column("deliverable", "Planned deliverable", Unit.TEXT, "What is delivered"),
        Column("area_code", "Part of the region", Unit.TEXT, "Part of the region",
               "the whole region", on_page=any(step["area_code"] for step in steps)),
        Column("deliverable_state", "State", Unit.TEXT, "How far it is"),
        Column("note", "Note", Unit.TEXT, "Anything to add", "nothing to add",
               on_page=any(step["note"] for step in steps)),
        *said_columns(),
    )  # fmt: skip
    shown = [{**step, "deliverable_number": str(step["deliverable_number"])} for step in steps]
    return PackTable(
        id=f"priority_{slug}",
        title=f"Planned deliverables of {plan['priority_reference']}",
        columns=columns,
        rows=text_table(shown, columns),
        row_header="deliverable",
        making=evidence_making(facts, "Deliverables in the order of the page", DELIVERABLES,
                               only=f"priority {plan['priority_reference']}"),
    )  # fmt: skip
