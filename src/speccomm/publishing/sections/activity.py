"""Activity that crosses the borders of the ICB and of its region, and what is unknown in it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from speccomm.publishing.agreement import total_of
from speccomm.publishing.charts import Part, StackedBar, stacked_bars
from speccomm.publishing.columns import CRG_CODE, CRG_NAME, FLOW_LETTERS, flow_columns
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import (
    Chart,
    Column,
    PackTable,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.naming import Namer, short_icb_name
from speccomm.publishing.sections.flow_words import MEASURES, PARTS, UNKNOWN, counted, making
from speccomm.publishing.sections.months import months_section
from speccomm.publishing.sections.neighbours import boards_section, neighbours_section
from speccomm.publishing.sections.unknown import unknown_section
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.wording import (
    capital,
    say_activity,
    say_count,
    say_period,
    say_share,
)

SHOWN_ON_CHART = 15


def activity_section(facts: PackFacts, namer: Namer) -> Section:
    """Flows of the ICB, month by month and with its neighbours, then of the region; in a region's
    pack those of the region, and of the patients of each of its ICBs."""
    icb = short_icb_name(facts.icb.name)
    region = _flows(facts, namer, facts.flows_region, area=region_name(facts), key="region")
    own = [] if facts.is_region else [_flows(facts, namer, facts.flows_icb, area=icb, key="icb")]
    return Section(
        "activity",
        "Activity by ICB and region",
        (_explanation(facts, icb),),
        (
            *(own or [region, boards_section(facts, icb)]),
            months_section(facts, icb),
            neighbours_section(facts, icb),
            *([region] if own else []),
            unknown_section(facts, namer, making(facts, f"clinical reference group {UNKNOWN}")),
        ),
    )


def region_name(facts: PackFacts) -> str:
    """The region as a sentence names it: the Midlands region."""
    return f"the {facts.region.name} region"


def _explanation(facts: PackFacts, icb: str) -> Prose:
    period = say_period(facts.first_month, facts.last_month)
    return Prose(
        (
            (
                f"Figures are for {period}. A is activity by local providers for local patients "
                "(within); B is activity by local providers for everyone else (imported); C is "
                "activity by providers elsewhere for local patients (exported). So A+B is what local "
                "providers did, and A+C is what local patients received."
            ),
            (
                f"A provider is local to {icb} if its head office is there on the organisation map of "
                "this pack. A patient is local by GP responsibility, then by residence, whoever pays."
            ),
            (
                "A unit of activity is whatever the point of delivery counts: an attendance, a spell, "
                "a bed day, a dialysis session. Units are added together as they were sent, so they "
                "count care given and not people."
            ),
        )
    )


def _flows(facts: PackFacts, namer: Namer, flows: pa.Table, *, area: str, key: str) -> Section:
    kind = "ICB" if key == "icb" else "region"
    condition = f"provider or patient of {area}"
    rows = _by_size(flows, namer)
    code = facts.icb.code if key == "icb" else facts.region.code
    table = PackTable(
        id=f"activity_{key}",
        title=f"Activity of {area} by clinical reference group",
        columns=(CRG_CODE, CRG_NAME, *flow_columns(area, source=counted(facts, area=code))),
        rows=rows,
        row_header="crg_name",
        making=making(facts, condition),
        notes=("Largest first; Unknown last.",),
        total_label="All groups",
        keys=(Key("crg_code", Of.CRG),),
    )
    summary = _summary(facts, flows, area=area, key=key, kind=kind)
    return Section(
        f"activity-{key}",
        f"Activity of {area}",
        (
            _flow_sentences(flows, rows, area, kind),
            _summary_chart(flows, area=area, key=key, kind=kind),
            summary,
            _group_chart(rows, area=area, key=key),
            table,
        ),
    )


def _by_size(flows: pa.Table, namer: Namer) -> pa.Table:
    records = flows.to_pylist()
    for row in records:
        row["crg_name"] = namer.say(row["crg_name"], missing=UNKNOWN)
        row["crg_code"] = None if row["crg_code"] == UNKNOWN else row["crg_code"]
    records.sort(key=lambda row: (row["crg_name"] == UNKNOWN, -row["grand_total"], row["crg_name"]))
    return pa.Table.from_pylist(records, schema=flows.schema)


def _flow_sentences(flows: pa.Table, rows: pa.Table, area: str, kind: str) -> Prose:
    intra, imported, exported = (total_of(flows, part) for part in MEASURES)
    provided, received = intra + imported, intra + exported
    sentences = [
        (
            f"Providers based in {area} carried out {say_activity(provided)} units of activity: "
            f"{say_activity(intra)} ({say_share(intra, provided)}) for the {kind}’s own patients and "
            f"{say_activity(imported)} ({say_share(imported, provided)}) for others."
        ),
        (
            f"The {kind}’s patients received {say_activity(received)} units: "
            f"{say_share(intra, received)} from its own providers and "
            f"{say_activity(exported)} units ({say_share(exported, received)}) from providers elsewhere."
        ),
    ]
    largest = rows.slice(0, 1).to_pylist()
    if largest and largest[0]["crg_name"] != UNKNOWN:
        whole = total_of(flows, "grand_total")
        sentences.append(
            f"The largest group is {largest[0]['crg_name']}, with "
            f"{say_activity(largest[0]['grand_total'])} of the {say_activity(whole)} units "
            f"({say_share(largest[0]['grand_total'], whole)})."
        )
    return Prose((" ".join(sentences),))


def _summary(facts: PackFacts, flows: pa.Table, *, area: str, key: str, kind: str) -> PackTable:
    source = counted(facts, area=facts.icb.code if key == "icb" else facts.region.code)
    columns = flow_columns(area, source=source)
    names = [column.title for column in columns]
    meanings = [f"{column.meaning}." for column in columns]
    values = [total_of(flows, column.name) for column in columns]
    rows = pa.table(
        {
            "flow": names,
            "meaning": meanings,
            "activity": pa.array(values, flows.schema.field("intra").type),
            "letters": [FLOW_LETTERS[column.name] for column in columns],
        }
    )
    return PackTable(
        id=f"activity_{key}_summary",
        title=f"Activity of {area} in six figures",
        columns=(
            Column("flow", "Flow", Unit.TEXT, "Which flow is counted"),
            Column("meaning", "What it counts", Unit.TEXT, "The flow in words"),
            Column(
                "activity",
                "Units",
                Unit.ACTIVITY,
                "Units of activity in the period",
                source=source,
            ),
        ),
        rows=rows,
        row_header="flow",
        making=making(facts, f"provider or patient of the {kind}"),
        keys=(Key("letters", Of.FLOW),),
    )


def _summary_chart(flows: pa.Table, *, area: str, key: str, kind: str) -> Chart:
    sizes = [total_of(flows, part) for part in MEASURES]
    parts = [Part(n, size, f"{PARTS[n][0]} {say_activity(size)}") for n, size in enumerate(sizes)]
    provided, received = sizes[0] + sizes[1], sizes[0] + sizes[2]
    bars = (
        StackedBar(
            f"By the {kind}’s providers (A+B)", (parts[0], parts[1]), say_activity(provided)
        ),
        StackedBar(
            f"For the {kind}’s patients (A+C)", (parts[0], parts[2]), say_activity(received)
        ),
    )
    names = [f"{name}: {say_activity(size)}" for name, size in zip(PARTS, sizes, strict=True)]
    return Chart(
        id=f"chart-{key}-summary",
        title=f"What providers of {area} did and what its patients received",
        description=(
            f"Two bars. By the {kind}’s providers: {say_activity(provided)} units, of which "
            f"{say_activity(sizes[0])} for its own patients and {say_activity(sizes[1])} imported. "
            f"For the {kind}’s patients: {say_activity(received)} units, of which "
            f"{say_activity(sizes[2])} exported."
        ),
        specification=stacked_bars(bars, part_names=names),
        table_id=f"activity_{key}_summary",
    )


def _group_chart(rows: pa.Table, *, area: str, key: str) -> Chart:
    records: list[dict[str, Any]] = rows.to_pylist()
    shown = [row for row in records if row["crg_name"] != UNKNOWN][:SHOWN_ON_CHART]
    bars = [
        StackedBar(
            row["crg_name"],
            tuple(
                Part(n, row[part], f"{PARTS[n][0]} {say_activity(row[part])}")
                for n, part in enumerate(MEASURES)
            ),
            say_activity(row["grand_total"]),
        )
        for row in shown
    ]
    first = shown[0] if shown else None
    lead = (
        f" The longest is {first['crg_name']} with {say_activity(first['grand_total'])} units."
        if first
        else ""
    )
    counted = say_count(len(shown), "clinical reference group")
    largest = f"The {counted} with most activity" if len(shown) > 1 else capital(counted)
    return Chart(
        id=f"chart-{key}-groups",
        title=f"{largest}, {area}",
        description=(
            f"One bar for each of {counted}, split into A within, B imported and C exported, "
            f"longest first.{lead} Every figure is in the table below."
        ),
        specification=stacked_bars(bars, part_names=PARTS),
        table_id=f"activity_{key}",
    )
