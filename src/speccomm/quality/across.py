"""What the registers say against each other, or no longer say in time."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _
from ibis.backends.duckdb import Backend

from speccomm.quality.noting import Notes
from speccomm.quality.registers import Registers
from speccomm.quality.rules import EvidenceRules

EVENTS_BY_TOPIC = {
    "safety events": "safety_events",
    "complaints": "complaints",
    "cqc reports": "cqc_reports",
    "other intelligence": "other_intelligence",
}


def evidence_findings(registers: Registers, *, con: Backend, rules: EvidenceRules) -> pa.Table:
    """Find where registers contradict each other, and what should have been looked at by now.

    Shape:   foundation.findings.FINDINGS_SCHEMA; `dataset` is the register, `field` the column.
    Missing: file and row are null: a finding is about what holds, not about a file.
    Source:  rulebook quality/checks, checks QUA-X01 to QUA-X04.
    """
    notes = Notes(rules, None)
    provision = registers["provision"]
    for row in _rows(con, _hubs_that_are_none(provision)):
        notes.say("QUA-X01", dataset="provision", column="hub_site_code",
                  what=row["hub_site_code"], service=row["service_code"])  # fmt: skip
    for topic, name in EVENTS_BY_TOPIC.items():
        for row in _rows(con, _denied(registers, topic, name)):
            notes.say("QUA-X02", dataset="looks", column="anything_known",
                      what=topic, service=row["service_code"])  # fmt: skip
    for name, title in (("fragile_services", "specialty"), ("surveillance", "concern_title")):
        for row in _rows(con, _overdue(registers, name, title)):
            notes.say("QUA-X03", dataset=name, column="review_on",
                      what=f"The entry in {name}", service=row["subject"])  # fmt: skip
    for row in _rows(con, _homeless(registers)):
        notes.say("QUA-X04", dataset="priority_deliverables", column="priority_reference",
                  what=row["priority_reference"])  # fmt: skip
    return notes.table()


def _rows(con: Backend, table: ir.Table) -> list[dict[str, str]]:
    """The few rows that become sentences."""
    found: list[dict[str, str]] = con.to_pyarrow(table).to_pylist()
    return found


def _hubs_that_are_none(provision: ir.Table) -> ir.Table:
    spokes = provision.filter(provision.hub_site_code.notnull())
    hubs = provision.filter(provision.site_role == "hub").select(
        "service_code", hub_site_code="site_code"
    )
    lost = spokes.anti_join(hubs, ["service_code", "hub_site_code"])
    return (
        lost.select("service_code", "hub_site_code")
        .distinct()
        .order_by("service_code", "hub_site_code")
    )


def _denied(registers: Registers, topic: str, name: str) -> ir.Table:
    looks = registers["looks"]
    denied = looks.filter(looks.topic == topic, looks.anything_known == "no")
    denied = denied.mutate(part=denied.service_part.fill_null(""))
    held = registers[name].mutate(part=_.service_part.fill_null(""))
    dated = {"safety_events": "reported_on", "complaints": "received_on",
             "cqc_reports": "inspected_on", "other_intelligence": "dated_on"}[name]  # fmt: skip
    known = held.select("service_code", "part", happened_on=held[dated])
    joined = denied.inner_join(known, ["service_code", "part"])
    told = joined.filter(joined.happened_on <= joined.anything_known_said_on)
    return told.select("service_code").distinct().order_by("service_code")


def _overdue(registers: Registers, name: str, title: str) -> ir.Table:
    rows = registers[name]
    rows = rows.filter(rows.review_on < ibis.literal(registers.on))
    if "closed_on" in rows.columns:
        rows = rows.filter(rows.closed_on.isnull())
    return rows.select(subject=rows[title]).distinct().order_by("subject")


def _homeless(registers: Registers) -> ir.Table:
    rows, plans = registers["priority_deliverables"], registers["priorities"]
    lost = rows.anti_join(plans, ["priority_reference", "financial_year"])
    return lost.select("priority_reference").distinct().order_by("priority_reference")
