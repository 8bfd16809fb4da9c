"""Which provider is contracted for which service, and where there is activity without a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa

from speccomm.publishing.columns import PROVIDER_CODE, PROVIDER_NAME, SERVICE_CODE, SERVICE_NAME
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import (
    Column,
    Legend,
    Making,
    Mark,
    PackTable,
    Placement,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.naming import Namer, short_icb_name
from speccomm.publishing.sections.flow_words import counted
from speccomm.publishing.sourcing import Key, Of, ServiceCount
from speccomm.publishing.wording import capital, say_count, say_numeral, say_verb

MOST_COLUMNS = 10  # a grid of more providers is folded, and printed from its file
NOT_A_SERVICE = "service code not known"


def services_section(facts: PackFacts, namer: Namer) -> Section:
    """A grid of local providers, the providers elsewhere, and every pair as a file."""
    icb = short_icb_name(facts.icb.name)
    records = _marked(facts, namer)
    local = [row for row in records if row["provider_code"] in facts.local_providers]
    elsewhere = [row for row in records if row["provider_code"] not in facts.local_providers]
    return Section(
        "services",
        "Contracted services by provider",
        (
            _sentences(facts, local, icb),
            Legend(
                (
                    (Mark.CONTRACTED, "the provider’s contract files hold a plan for the service"),
                    (Mark.NO_PLAN, "activity was reported, but the files hold no plan for it"),
                    (
                        Mark.PLAN_NOT_SENT,
                        (
                            "activity was reported, and no plan of the provider is loaded for any "
                            "service"
                        ),
                    ),
                    (Mark.NEITHER, "neither a plan nor activity in the files loaded"),
                    (
                        Mark.NOT_SENT,
                        "no plan of the provider is loaded, so one cannot be ruled out",
                    ),
                )
            ),
            _grid(facts, local, icb),
            _elsewhere(facts, elsewhere, icb),
            _pairs(facts, records),
        ),
    )


def service_count(facts: PackFacts, *, whose: str, planned: bool) -> ServiceCount:
    """Where a count of service lines comes from; see `ServiceCount`."""
    last = facts.contract_last_month
    return ServiceCount(
        facts.icb.code,
        whose=whose,
        planned=planned,
        year=str(facts.contract_year),
        to_month=last.number if last else 0,
        first_month=str(facts.first_month),
        last_month=str(facts.last_month),
    )


def _marked(facts: PackFacts, namer: Namer) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = facts.services.to_pylist()
    for row in records:
        row["service_name"] = namer.say(row["service_name"], missing=NOT_A_SERVICE)
        row["mark"] = str(_mark(row["contracted"]))
        row["place"] = "local" if row["provider_code"] in facts.local_providers else "elsewhere"
    records.sort(
        key=lambda row: (
            row["service_name"].casefold(),
            row["service_code"] or "",
            row["provider_code"],
        )
    )
    return records


def _mark(contracted: bool | None) -> Mark:
    if contracted is None:
        return Mark.PLAN_NOT_SENT
    return Mark.CONTRACTED if contracted else Mark.NO_PLAN


def _making(facts: PackFacts, condition: str) -> Making:
    return Making(
        "A pair is contracted when any plan line of the year has activity or money other than zero",
        ("acm", "iap", "plcm"),
        f"plans of {facts.contract_year}; activity of months {facts.first_month} to "
        f"{facts.last_month}; {condition}",
    )


def _sentences(facts: PackFacts, local: list[dict[str, Any]], icb: str) -> Prose:
    contracted = [row for row in local if row["mark"] == Mark.CONTRACTED]
    services = {row["service_code"] for row in contracted}
    providers = {row["provider_code"] for row in contracted}
    unplanned = sum(1 for row in local if row["mark"] == Mark.NO_PLAN)
    known = len(facts.local_providers)
    words = [
        (
            f"{capital(say_count(known, 'provider'))} {say_verb(known, 'has', 'have')} a head office in "
            f"{icb}. {_of_them(len(providers), known)} "
            f"{say_verb(len(providers), 'is', 'are')} contracted for "
            f"{say_count(len(services), 'service line')} in all."
        ),
    ]
    if unplanned:
        words.append(
            f"In {say_count(unplanned, 'pair')} of provider and service activity was reported "
            "without a plan."
        )
    silent = [code for code in facts.local_providers if code not in facts.holds_plan]
    if silent:
        words.append(
            f"No plan is loaded for {say_count(len(silent), 'local provider')}, so what "
            f"{say_verb(len(silent), 'it is', 'they are')} contracted for is not known."
        )
    return Prose((" ".join(words),))


def _of_them(number: int, known: int) -> str:
    if number == known:
        return "All of them" if known > 1 else "It"
    return f"{capital(say_numeral(number))} of them"


def _grid(facts: PackFacts, local: list[dict[str, Any]], icb: str) -> PackTable:
    names = {row["provider_code"]: row["provider_name"] for row in facts.providers.to_pylist()}
    providers = sorted(facts.local_providers)
    cells = {(row["service_code"], row["provider_code"]): row["mark"] for row in local}
    services = {row["service_code"]: row["service_name"] for row in local}
    rows = [
        {
            "service_code": code,
            "service_name": name,
            **{p: cells.get((code, p), _absent(facts, p)) for p in providers},
        }
        for code, name in services.items()
    ]
    schema = pa.schema([(n, pa.string()) for n in ("service_code", "service_name", *providers)])
    return PackTable(
        id="services_by_provider",
        title=f"Services of providers with a head office in {icb}",
        columns=(
            SERVICE_CODE,
            SERVICE_NAME,
            *(
                Column(
                    code,
                    names.get(code) or code,
                    Unit.MARK,
                    f"{names.get(code) or 'Provider'} ({code}): {', '.join(Mark)}",
                )
                for code in providers
            ),
        ),
        rows=pa.Table.from_pylist(rows, schema=schema),
        row_header="service_name",
        making=_making(facts, "any commissioner"),
        notes=(
            f"Contracted means with any commissioner, not only this {facts.kind}.",
            "Codes that stand for no single service, such as 99999999, are left out here.",
        ),
        placement=Placement.FOLDED if len(providers) > MOST_COLUMNS else Placement.PAGE,
    )


def _absent(facts: PackFacts, provider: str) -> str:
    return str(Mark.NEITHER if provider in facts.holds_plan else Mark.NOT_SENT)


def _elsewhere(facts: PackFacts, elsewhere: list[dict[str, Any]], icb: str) -> PackTable:
    names = {row["provider_code"]: row["provider_name"] for row in elsewhere}
    rows = [_provider_row(facts, elsewhere, code, name) for code, name in names.items()]
    rows.sort(key=lambda row: (-(row["activity"] or 0), row["provider_code"]))
    schema = pa.schema(
        [
            ("provider_code", pa.string()),
            ("provider_name", pa.string()),
            ("contracted", pa.int64()),
            ("no_plan", pa.int64()),
            facts.services.schema.field("activity"),
            ("contracted_missing", pa.string()),
        ]
    )
    return PackTable(
        id="services_elsewhere",
        title=f"Providers elsewhere with a plan or activity for patients of {icb}",
        columns=(
            PROVIDER_CODE,
            PROVIDER_NAME,
            Column(
                "contracted",
                "Services contracted",
                Unit.NUMBER,
                f"Service lines with a plan for the {facts.kind}’s patients",
                missing_from="contracted_missing",
                source=service_count(facts, whose="patients", planned=True),
            ),
            Column(
                "no_plan",
                "Services with activity and no plan",
                Unit.NUMBER,
                f"Service lines with activity for the {facts.kind}’s patients and no plan for them",
                source=service_count(facts, whose="patients", planned=False),
            ),
            Column(
                "activity",
                f"Units for the {facts.kind}’s patients",
                Unit.ACTIVITY,
                f"Units of activity for the {facts.kind}’s patients",
                missing="none found",
                adds_up=True,
                source=replace(counted(facts, area=facts.icb.code), flow="C", left_out=True),
            ),
        ),
        rows=pa.Table.from_pylist(rows, schema=schema),
        row_header="provider_name",
        making=_making(facts, f"patients of {icb}"),
        notes=(f"Contracted here means with a plan for this {facts.kind}’s patients.",),
        total_label="All providers elsewhere",
        keys=(Key("provider_code", Of.PROVIDER),),
    )


def _provider_row(
    facts: PackFacts, elsewhere: list[dict[str, Any]], code: str, name: str | None
) -> dict[str, Any]:
    own = [row for row in elsewhere if row["provider_code"] == code]
    activity = [row["activity"] for row in own if row["activity"] is not None]
    sent = code in facts.holds_plan
    return {
        "provider_code": code,
        "provider_name": name,
        "contracted": sum(row["mark"] == Mark.CONTRACTED for row in own) if sent else None,
        "no_plan": sum(row["mark"] == Mark.NO_PLAN for row in own),
        "activity": sum(activity) if activity else None,
        "contracted_missing": str(Mark.NOT_SENT),
    }


def _pairs(facts: PackFacts, records: list[dict[str, Any]]) -> PackTable:
    schema = pa.schema(
        [
            ("service_code", pa.string()),
            ("service_name", pa.string()),
            ("provider_code", pa.string()),
            ("provider_name", pa.string()),
            ("place", pa.string()),
            ("mark", pa.string()),
            facts.services.schema.field("activity"),
        ]
    )
    rows = [{name: row[name] for name in schema.names} for row in records]
    return PackTable(
        id="services_pairs",
        title="Every pair of service and provider",
        columns=(
            SERVICE_CODE,
            SERVICE_NAME,
            PROVIDER_CODE,
            PROVIDER_NAME,
            Column("place", "Head office", Unit.TEXT, f"local (in the {facts.kind}) or elsewhere"),
            Column(
                "mark",
                "Mark",
                Unit.MARK,
                "contracted, or activity without a plan; local providers with any commissioner, "
                f"providers elsewhere for the {facts.kind}’s patients",
            ),
            Column(
                "activity",
                "Units",
                Unit.ACTIVITY,
                "Units of activity in the period",
                missing="none found",
                adds_up=True,
                source=replace(counted(facts, area=facts.icb.code), flow="ABC", left_out=True),
            ),
        ),
        rows=pa.Table.from_pylist(rows, schema=schema),
        row_header="service_name",
        making=_making(
            facts, f"local providers any commissioner, others the {facts.kind}’s patients"
        ),
        placement=Placement.FILE,
        keys=(Key("provider_code", Of.PROVIDER), Key("service_code", Of.SERVICE)),
    )
