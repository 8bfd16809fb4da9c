"""Where the ICB's patients go, and whose patients its providers treat."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from speccomm.publishing.agreement import total_of
from speccomm.publishing.charts import Bar, plain_bars
from speccomm.publishing.columns import FLOW_LETTERS, flow_columns
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Chart, Column, PackTable, Prose, Section, Unit
from speccomm.publishing.naming import short_icb_name, short_provider_name
from speccomm.publishing.sections.flow_words import counted, making
from speccomm.publishing.sourcing import ALL, Computed, Key, Of
from speccomm.publishing.wording import say_activity, say_share

SHOWN_NEIGHBOURS = 10


def neighbours_section(facts: PackFacts, icb: str) -> Section:
    """Providers elsewhere by units exported to them; commissioners by units imported from them."""
    exported = _ranked(facts.flows_by_provider, "exported")
    imported = _ranked(facts.flows_by_icb, "imported")
    return Section(
        "activity-neighbours",
        "Where patients go and come from",
        (
            *_neighbour_blocks(
                facts,
                exported,
                measure="exported",
                names=("provider_code", "provider_name"),
                headings=("Code", "Provider elsewhere"),
                key="exported_to",
                title=f"Providers elsewhere that treat patients of {icb}",
            ),
            *_neighbour_blocks(
                facts,
                imported,
                measure="imported",
                names=("icb_code", "icb_name"),
                headings=("Code", "Commissioner of the patients"),
                key="imported_from",
                title=f"Whose patients the providers of {icb} treat besides its own",
            ),
        ),
    )


def boards_section(facts: PackFacts, area: str) -> Section:
    """The patients of each ICB of a region: treated by the region's providers, or elsewhere."""
    rows = [row for row in facts.flows_by_icb.to_pylist() if row["patient_total"]]
    rows.sort(key=lambda row: (-row["patient_total"], str(row["icb_code"])))
    for row in rows:
        row["icb_name"] = short_icb_name(row["icb_name"]) if row["icb_name"] else None
    table = PackTable(
        id="activity_by_icb",
        title=f"Activity for the patients of each ICB of {area}",
        columns=(
            Column("icb_code", "Code", Unit.CODE, "Code of the ICB", "none"),
            Column("icb_name", "ICB of the patients", Unit.TEXT, "Name of the ICB"),
            *flow_columns(
                area,
                source=counted(facts, area=facts.icb.code),
                only=("intra", "exported", "patient_total"),
            ),
        ),
        rows=pa.Table.from_pylist(rows, schema=facts.flows_by_icb.schema),
        row_header="icb_name",
        making=making(facts, f"patient of {area}, by the ICB of the patient"),
        notes=("Within is by any provider of the region, not only by those of the ICB.",),
        total_label="All ICBs",
        keys=(Key("icb_code", Of.PATIENT_ICB),),
    )
    return Section("activity-icbs", "Patients of each ICB", (table,))


def _ranked(flows: pa.Table, measure: str) -> pa.Table:
    kept = [row for row in flows.to_pylist() if row[measure]]
    kept.sort(key=lambda row: (-row[measure], str(row[flows.schema.names[0]])))
    return pa.Table.from_pylist(kept, schema=flows.schema)


def _neighbour_blocks(
    facts: PackFacts,
    rows: pa.Table,
    *,
    measure: str,
    names: tuple[str, str],
    headings: tuple[str, str],
    key: str,
    title: str,
) -> tuple[Prose | Chart | PackTable, ...]:
    code, name = names
    whole = total_of(rows, measure)
    records = rows.select([code, name, measure]).to_pylist()
    for row in records:
        row["all_units"] = whole
        row[name] = short_icb_name(row[name]) if row[name] else f"{headings[1]} not known"
    schema = pa.schema([*(rows.schema.field(n) for n in names), rows.schema.field(measure)]).append(
        pa.field("all_units", rows.schema.field(measure).type)
    )
    table = PackTable(
        id=key,
        title=title,
        columns=(
            Column(code, headings[0], Unit.CODE, f"Code of the {headings[1].lower()}", "none"),
            Column(
                name, headings[1], Unit.TEXT, f"Name of the {headings[1].lower()}", "name not known"
            ),
            Column(
                measure,
                "Units",
                Unit.ACTIVITY,
                f"Units {measure}",
                adds_up=True,
                source=replace(counted(facts, area=facts.icb.code), flow=FLOW_LETTERS[measure]),
            ),
            Column(
                "share",
                f"Share of {measure}",
                Unit.PERCENT,
                f"Units as a share of all {measure}",
                share_of=(measure, "all_units"),
                source=Computed(
                    f"{measure} as a percentage of all {measure}", (measure, f"{ALL}.{measure}")
                ),
            ),
        ),
        rows=pa.Table.from_pylist(records, schema=schema),
        row_header=name,
        making=making(facts, f"{measure} only"),
        total_label=f"All {measure}",
        keys=(Key(code, Of.PROVIDER if code == "provider_code" else Of.PATIENT_ICB),),
    )
    if not records:
        return (Prose((f"No activity was {measure} in the period.",)), table)
    bars = [
        Bar(
            short_provider_name(row[name] or row[code] or "Not known"),
            row[measure],
            f"{say_activity(row[measure])} ({say_share(row[measure], whole)})",
        )
        for row in records[:SHOWN_NEIGHBOURS]
    ]
    chart = Chart(
        id=f"chart-{key.replace('_', '-')}",
        title=title if len(records) <= SHOWN_NEIGHBOURS else f"{title}: the {len(bars)} largest",
        description=(
            f"One bar each, longest first. The longest is {bars[0].name} with {bars[0].text} of "
            f"{say_activity(whole)} units {measure}."
        ),
        specification=plain_bars(bars),
        table_id=key,
    )
    return (chart, table)
