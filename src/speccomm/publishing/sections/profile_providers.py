"""The providers of a service in its profile: contract, sites, plan, price and activity."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from speccomm.publishing.columns import PROVIDER_CODE, PROVIDER_NAME, money_column
from speccomm.publishing.facts import PackFacts
from speccomm.publishing.model import Column, Unit
from speccomm.publishing.naming import short_icb_name
from speccomm.publishing.sections.contract_tables import position_source
from speccomm.publishing.sections.evidence_words import (
    NOT_COLLECTED,
    Row,
    missing_where,
    say_icb,
    stated,
)
from speccomm.publishing.sourcing import Position

NONE_REPORTED, NOT_SENT = "none reported", "not sent"
MONEY = ("plan_gbp", "actual_gbp", "actual_activity")
PATIENTS, EVERYONE = "own_actual_gbp", "All commissioners"
ANSWERS = ("yes", "not looked at", "no", "not applicable")
Pairs = dict[str, dict[str, Row]]


@dataclass(frozen=True)
class Providers:
    """What is known of each provider of the region for each service, by service and provider."""

    facts: PackFacts
    regional: Pairs
    own: Pairs
    met: dict[str, set[str]]
    sites: dict[str, dict[str, list[Row]]]
    places: dict[str, tuple[str | None, str | None]]
    service_names: dict[str, str | None]
    inside: frozenset[str]

    def rows(self, code: str) -> list[Row]:
        """A row for each provider of the region with a plan, a price, activity or a site: local
        ones first, then by price."""
        pairs = (self.regional, self.own, self.met, self.sites)
        codes = {provider for held in pairs for provider in held.get(code, ())} & self.inside
        rows = [self._row(code, provider) for provider in codes]
        rows.sort(key=lambda row: (not row["is_local"], -_size(row), row["provider_code"]))
        return rows

    def _row(self, code: str, provider: str) -> Row:
        facts = self.facts
        position = self.regional.get(code, {}).get(provider, {})
        sites = self.sites.get(code, {}).get(provider, [])
        icb, area = self.places.get(provider, (None, None))
        return {
            "provider_code": provider,
            "provider_name": facts.evidence.provider_name(provider) or self._name_met(provider),
            "service_code": code,
            "based": say_icb(facts, icb),
            "area": area,
            "is_local": provider in facts.local_providers,
            "contracted": _contracted({row["contracted"] for row in sites}),
            "sites": len({row["site_code"] for row in sites})
            if facts.evidence.is_collected("provision")
            else None,
            **{name: position.get(name) for name in MONEY},
            PATIENTS: self.own.get(code, {}).get(provider, {}).get("actual_gbp"),
            "money_missing": NONE_REPORTED if provider in facts.sent_actual else NOT_SENT,
        }

    def _name_met(self, provider: str) -> str | None:
        rows = self.facts.providers.to_pylist()
        return next((r["provider_name"] for r in rows if r["provider_code"] == provider), None)


def providers_of(facts: PackFacts) -> Providers:
    """Gather once what every profile needs of its providers."""
    evidence = facts.evidence
    areas = {row["icb_code"]: row["area_name"] for row in evidence.areas.to_pylist()}
    met: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str | None] = {}
    for row in facts.services.to_pylist():
        met[row["service_code"]].add(row["provider_code"])
        names[row["service_code"]] = row["service_name"]
    sites: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in evidence.profiles["provision"].to_pylist():
        sites[row["service_code"]][row["provider_code"]].append(row)
    regional = _pairs(facts.provider_contract)
    inside = set(facts.sets.get(f"providers:{facts.region.code}", ())) | set(facts.local_providers)
    return Providers(
        facts=facts,
        regional=regional,
        own=_pairs(facts.contract),
        met=met,
        sites=sites,
        places={
            row["provider_code"]: (row["icb_code"], areas.get(row["icb_code"]))
            for row in evidence.providers.to_pylist()
        },
        service_names=names,
        inside=frozenset(inside),
    )


def provider_columns(facts: PackFacts) -> tuple[Column, ...]:
    """The columns of a profile's table of providers, with where their figures come from."""
    period = facts.contract_period
    regional = replace(position_source(facts), area=facts.region.code, whose="providers")
    columns: list[Column] = [
        PROVIDER_CODE,
        PROVIDER_NAME,
        Column("based", "Based in", Unit.TEXT, "ICB of its head office"),
        Column("contracted", "Contracted", Unit.ANSWER,
               "Does the register of provision say that any site is contracted",
               missing_where(facts, "provision")),
        Column("sites", "Sites", Unit.NUMBER,
               "Sites the register of provision names for the service", NOT_COLLECTED,
               source=stated(facts, "provision", measure="different:site_code")),
        _money("plan_gbp", "Plan", f"Planned for all commissioners, {period}", regional),
        _money("actual_gbp", "Actual price", f"Reported for all commissioners, {period}", regional),
        Column("actual_activity", "Actual activity", Unit.ACTIVITY,
               f"Units reported for all commissioners, {period}", missing_from="money_missing",
               adds_up=True, group=EVERYONE, source=replace(regional, measure="actual_activity")),
    ]  # fmt: skip
    if not facts.is_region:
        icb = short_icb_name(facts.icb.name)
        own = money_column(PATIENTS, "Actual price", f"Reported for patients of {icb}, {period}",
                           source=position_source(facts, "actual_gbp"))  # fmt: skip
        columns.append(replace(own, missing_from="money_missing", group=f"Patients of {icb}"))
    return tuple(columns)


def _money(name: str, title: str, meaning: str, source: Position) -> Column:
    column = money_column(name, title, meaning, source=replace(source, measure=name))
    return replace(column, missing_from="money_missing", group=EVERYONE)


def _pairs(position: pa.Table) -> Pairs:
    found: Pairs = defaultdict(dict)
    for row in position.to_pylist():
        found[row["service_code"]][row["provider_code"]] = row
    return found


def _contracted(answers: set[Any]) -> str | None:
    """One answer for all sites of a provider: yes if any; no only if every one was looked at."""
    return next((answer for answer in ANSWERS if answer in answers), None)


def _size(row: Row) -> Decimal:
    return Decimal(row["actual_gbp"] or row["plan_gbp"] or 0)
