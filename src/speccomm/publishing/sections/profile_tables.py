"""The registers behind the profiles as tables for all services together, folded or as files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Column, PackTable, Placement, Unit
from speccomm.publishing.naming import Namer
from speccomm.publishing.sections.evidence_words import (
    NOT_SAID,
    Row,
    evidence_making,
    said_columns,
    say_provider,
    say_service,
    say_site,
    stated,
    text_table,
)
from speccomm.publishing.sourcing import Computed, Key, Of

SERVICE = Column("service", "Service", Unit.TEXT, "Service line, and its part where one is named")
SERVICE_CODE = Column(
    "service_code", "Code", Unit.CODE, "National service line code", on_page=False
)
PROVIDER = Column("provider", "Provider", Unit.TEXT, "Provider", "no one provider")
PROVIDER_CODE = Column("provider_code", "Provider code", Unit.CODE, "ODS code on the map",
                       "no one provider", on_page=False)  # fmt: skip
SITE = Column("site", "Site", Unit.TEXT, "Site", "no one site")
ENDING = (PROVIDER_CODE, *said_columns())


def profile_files(facts: PackFacts, namer: Namer) -> tuple[PackTable, ...]:
    """A table for each register that holds anything of any service."""
    made = (_provision, _workforce, _safety, _complaints, _cqc, _intelligence)
    tables = (make(facts, namer) for make in made)
    return tuple(table for table in tables if table.rows.num_rows)


def _register(facts: PackFacts, namer: Namer, *names: str) -> list[Row]:
    rows: Iterable[Row] = (
        row for name in names for row in facts.evidence.profiles[name].to_pylist()
    )
    return [_named(facts, namer, row) for row in rows]


def _named(facts: PackFacts, namer: Namer, row: Row) -> Row:
    provider, site = row.get("provider_code"), row.get("site_code")
    return {
        **row,
        "service": say_service(facts, namer, row["service_code"], row.get("service_part")),
        "provider": say_provider(facts, provider) if provider else None,
        "site": say_site(facts, site) if site else None,
    }


def _table(
    facts: PackFacts, name: str, title: str, columns: tuple[Column, ...], rows: list[Row],
    *registers: str, **more: Any,
) -> PackTable:  # fmt: skip
    shown = {column.name for column in columns}
    keys = {key.column: pa.string() for key in more.get("keys", ()) if key.column not in shown}
    return PackTable(
        id=name,
        title=title,
        columns=columns,
        rows=text_table(rows, columns, **keys),
        row_header="service",
        making=evidence_making(facts, title, *registers),
        placement=Placement.FILE,
        **more,
    )


def _provision(facts: PackFacts, namer: Namer) -> PackTable:
    rows = _register(facts, namer, "provision")
    for row in rows:
        row["hub"] = say_site(facts, row["hub_site_code"]) if row["hub_site_code"] else None
    columns = (
        SERVICE, SERVICE_CODE, PROVIDER, SITE,
        Column("site_code", "Site code", Unit.CODE, "ODS code of the site", on_page=False),
        Column("contracted", "Contracted", Unit.ANSWER, "Is the service contracted there"),
        Column("site_role", "Role", Unit.TEXT, "Hub, spoke or stand-alone", NOT_SAID),
        Column("hub", "Its hub", Unit.TEXT, "The hub of a spoke", "not a spoke, or not said"),
        *ENDING,
    )  # fmt: skip
    return _table(facts, "service_sites", "Sites of every service", columns, rows, "provision")


def _workforce(facts: PackFacts, namer: Namer) -> PackTable:
    rows = _register(facts, namer, "workforce")
    wte = "whole-time equivalents"
    columns = (
        SERVICE, SERVICE_CODE, SITE,
        Column("staff_role", "Role", Unit.TEXT, "Staff role"),
        *(
            Column(name, title, Unit.WTE, f"{meaning}, {wte}", missing,
                   source=stated(facts, "workforce", measure=f"sum:{name}"))
            for name, title, meaning, missing in (
                ("standard_wte", "Standard", "What the standard asks for", "no standard"),
                ("funded_wte", "Funded", "Posts funded", NOT_SAID),
                ("in_post_wte", "In post", "Staff in post", NOT_SAID),
            )
        ),
        Column("short_of_standard_wte", "Short", Unit.WTE,
               f"Standard less staff in post, not below nought, {wte}", "not known",
               source=Computed("the standard less staff in post, not below nought")),
        Column("meets_standard", "Standard met", Unit.ANSWER, "Is the standard met"),
        Column("standard_source", "Which standard", Unit.TEXT, "The standard", "no standard"),
        Column("counted_on", "Counted on", Unit.DATE, "The day it was counted"),
        *said_columns(),
    )  # fmt: skip
    keys = (Key("service_code", Of.SERVICE), Key("service_part", Of.PART),
            Key("site_code", Of.SITE), Key("staff_role", Of.STAFF_ROLE))  # fmt: skip
    title = "Workforce against the standard"
    return _table(facts, "service_workforce", title, columns, rows, "workforce", keys=keys)


def _safety(facts: PackFacts, namer: Namer) -> PackTable:
    columns = (
        SERVICE, SERVICE_CODE,
        Column("event_reference", "Reference", Unit.CODE, "Reference of the event"),
        PROVIDER,
        Column("event_kind", "Kind", Unit.TEXT, "Serious incident, never event or response"),
        Column("never_event_type", "Never event", Unit.TEXT, "Which one", "not a never event"),
        Column("reported_on", "Reported", Unit.DATE, "When it was reported"),
        Column("due_on", "Due", Unit.DATE, "When the report or response is due", "no date set"),
        Column("closed_on", "Closed", Unit.DATE, "When it was closed", "open"),
        Column("plan_priority", "Priority of the plan", Unit.ANSWER,
               "Is it a priority of the provider’s response plan"),
        *ENDING,
    )  # fmt: skip
    rows = _register(facts, namer, "safety_events", "never_events")
    rows.sort(key=lambda row: (row["service"], row["reported_on"], row["event_reference"]))
    return _table(
        facts, "service_safety_events", "Safety events of every service", columns, rows,
        "safety_events",
        notes=("What happened and to whom is not in this pack; ask the owner of the register.",),
    )  # fmt: skip


def _complaints(facts: PackFacts, namer: Namer) -> PackTable:
    columns = (
        SERVICE, SERVICE_CODE,
        Column("complaint_reference", "Reference", Unit.CODE, "Reference of the complaint"),
        PROVIDER,
        Column("received_on", "Received", Unit.DATE, "When it was received"),
        Column("closed_on", "Closed", Unit.DATE, "When it was closed", "open"),
        Column("outcome", "Outcome", Unit.TEXT, "Upheld or not", "open, or not said"),
        *ENDING,
    )  # fmt: skip
    rows = _register(facts, namer, "complaints")
    return _table(facts, "service_complaints", "Complaints about every service", columns, rows,
                  "complaints")  # fmt: skip


def _cqc(facts: PackFacts, namer: Namer) -> PackTable:
    ratings = ("safe", "effective", "caring", "responsive", "well_led", "overall")
    columns = (
        SERVICE, SERVICE_CODE, PROVIDER, SITE,
        Column("core_service", "Core service", Unit.TEXT, "Core service inspected",
               "the whole provider or site"),
        Column("inspected_on", "Inspected", Unit.DATE, "When it was inspected"),
        Column("published_on", "Published", Unit.DATE, "When the report was published",
               "not published yet"),
        *(
            Column(f"{rating}_rating", rating.replace("_", " ").capitalize(), Unit.TEXT,
                   f"Rating: {rating.replace('_', ' ')}", "not rated")
            for rating in ratings
        ),
        Column("breach", "Breach", Unit.ANSWER, "Was a breach of regulations found"),
        Column("link", "Document", Unit.TEXT, "Where the document lies", "not given"),
        *ENDING,
    )  # fmt: skip
    rows = _register(facts, namer, "cqc_reports")
    return _table(facts, "service_cqc_reports", "CQC reports on every service", columns, rows,
                  "cqc_reports")  # fmt: skip


def _intelligence(facts: PackFacts, namer: Namer) -> PackTable:
    columns = (
        SERVICE, SERVICE_CODE, PROVIDER,
        Column("intelligence_kind", "Kind", Unit.TEXT, "Where it comes from"),
        Column("title", "Name", Unit.TEXT, "Its name"),
        Column("dated_on", "Date", Unit.DATE, "Its date"),
        Column("signal", "Signal", Unit.TEXT, "Against what is expected", NOT_SAID),
        Column("finding", "What it says", Unit.TEXT, "Finding", NOT_SAID),
        Column("link", "Document", Unit.TEXT, "Where the document lies", "not given"),
        *ENDING,
    )  # fmt: skip
    rows = _register(facts, namer, "local_intelligence", "audits")
    rows.sort(key=lambda row: (row["service"], row["dated_on"], row["title"]))
    return _table(facts, "service_intelligence", "Audits and other intelligence on every service",
                  columns, rows, "other_intelligence")  # fmt: skip
