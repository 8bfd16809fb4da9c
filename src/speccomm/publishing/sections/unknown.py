"""What the Unknown row consists of: it is counted, kept and taken apart, never dropped."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from speccomm.publishing.agreement import total_of
from speccomm.publishing.columns import (
    PROVIDER_CODE,
    PROVIDER_NAME,
    SERVICE_CODE,
    SERVICE_NAME,
    flow_columns,
)
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Column, Making, PackTable, Prose, Section, Unit
from speccomm.publishing.naming import Namer, short_icb_name
from speccomm.publishing.sections.flow_words import counted
from speccomm.publishing.sourcing import Key, Of
from speccomm.publishing.wording import capital, say_activity, say_count, say_share, say_verb

REASON = Column(
    "reason",
    "Why unknown",
    Unit.TEXT,
    "Why the row leads to no clinical reference group",
)


def unknown_section(facts: PackFacts, namer: Namer, made: Making) -> Section:
    """Units without a clinical reference group, by service code as sent and provider."""
    icb = short_icb_name(facts.icb.name)
    rows = _named(facts.unknown_flows, namer)
    table = PackTable(
        id="activity_unknown",
        title=f"What Unknown consists of in the activity of {icb}",
        columns=(
            SERVICE_CODE,
            SERVICE_NAME,
            REASON,
            PROVIDER_CODE,
            PROVIDER_NAME,
            *flow_columns(
                icb,
                source=replace(counted(facts, area=facts.icb.code), unknown_crg=True),
                only=("intra", "imported", "exported", "grand_total"),
            ),
        ),
        rows=rows,
        row_header="service_name",
        making=made,
        notes=("These units are part of every total above.",),
        total_label="All Unknown",
        keys=(Key("service_code", Of.SERVICE), Key("provider_code", Of.PROVIDER)),
    )
    return Section("activity-unknown", "What is unknown", (_sentences(facts, rows, icb), table))


def _named(flows: pa.Table, namer: Namer) -> pa.Table:
    records = flows.to_pylist()
    for row in records:
        row["service_name"] = namer.say(row["service_name"])
    records.sort(
        key=lambda row: (-row["grand_total"], row["service_code"] or "", row["provider_code"])
    )
    return pa.Table.from_pylist(records, schema=flows.schema)


def _sentences(facts: PackFacts, rows: pa.Table, icb: str) -> Prose:
    unknown, whole = (total_of(table, "grand_total") for table in (rows, facts.flows_icb))
    if rows.num_rows == 0:
        return Prose((f"Every unit of activity of {icb} leads to a clinical reference group.",))
    providers = len(set(rows.column("provider_code").to_pylist()))
    codes = len(set(rows.column("service_code").to_pylist()))
    return Prose(
        (
            (
                f"{say_activity(unknown)} of the {say_activity(whole)} units "
                f"({say_share(unknown, whole)}) {say_verb(int(unknown), 'leads', 'lead')} to no clinical "
                "reference group, so they stand as Unknown. "
                f"{capital(say_verb(codes, 'It was', 'They were'))} sent under "
                f"{say_count(codes, 'service code')} by {say_count(providers, 'provider')}. "
                "Unknown is not a service and not a mistake of addition: it is what has to be asked "
                "of those providers."
            ),
        )
    )
