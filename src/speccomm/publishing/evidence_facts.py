"""The evidence a pack is made from: the answers of the quality questions, as typed Arrow tables.

`jobs.packing.evidence` reads the registers of the store; `gather_evidence` asks every question of
them once, for all services together, so that a section only filters rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache, cached_property

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.publishing.model import BadPack
from speccomm.quality import (
    REGISTERS,
    Registers,
    as_it_holds,
    evidence_findings,
    evidence_rules,
    fragile_counts,
    fragile_services,
    priorities,
    priority_deliverables,
    quality_overview,
    registers_on,
    surveillance_counts,
    surveillance_history,
    surveillance_report,
)
from speccomm.quality.overview import overview_rules
from speccomm.quality.profile import profile_tables
from speccomm.quality.values import EVERYWHERE

NOT_COLLECTED = "not collected"
LINES = pa.schema(
    [
        pa.field("service_code", pa.string()),
        pa.field("service_name", pa.string()),
        pa.field("npoc_letter", pa.string()),
        pa.field("crg_code", pa.string()),
        pa.field("delegated", pa.bool_()),  # null: no list of the year says
        pa.field("asked", pa.bool_()),  # delegated service lines: those the overview is asked of
    ]
)
AREAS = pa.schema(
    [
        *(pa.field(n, pa.string()) for n in ("area_code", "area_name", "icb_code", "short_name")),
        pa.field("print_order", pa.int64()),
    ]
)
SITES = pa.schema([pa.field(n, pa.string()) for n in ("site_code", "site_name")])
PROVIDERS = pa.schema(
    [pa.field(n, pa.string()) for n in ("provider_code", "provider_name", "icb_code")]
)
ICBS = pa.schema([pa.field(n, pa.string()) for n in ("icb_code", "icb_name")])
GIVEN = {"lines": LINES, "areas": AREAS, "sites": SITES, "providers": PROVIDERS, "icbs": ICBS}
NO_DAY = date(1948, 7, 5)


@dataclass(frozen=True)
class PackEvidence:
    """What is held of the services of a pack's region, as it held on the day `on`.

    Rows of providers outside the region are left out, provider codes are those of the pack's
    organisation map; `PackFacts.local_providers` says which of them are of the pack's own area. A
    register not in `collected` has never been written to: its tables are empty and its figures are
    not collected, which is neither none nor not looked at. `priorities_year` is the financial year
    of the priorities. `profiles` has the tables of `quality.ServiceProfile` for all service lines
    together, each with service_code; `recorded_as` the former codes of a provider that entries have; `registers` every register, narrowed, as it holds. `begun_later` is how
    many statements begin after `on`, and so are not here. `names` of sites, providers and ICBs are those of the reference tables. The shape of each table is that of
    the function of `speccomm.quality` it is named for.
    """

    on: date
    collected: frozenset[str]
    priorities_year: str
    lines: pa.Table
    areas: pa.Table
    sites: pa.Table
    providers: pa.Table
    icbs: pa.Table
    overview: pa.Table
    surveillance: pa.Table
    surveillance_counts: pa.Table
    surveillance_history: pa.Table
    fragile_counts: pa.Table
    fragile_services: pa.Table
    deep_dives: pa.Table
    priorities: pa.Table
    priority_deliverables: pa.Table
    findings: pa.Table
    profiles: Mapping[str, pa.Table]
    registers: Mapping[str, pa.Table]
    recorded_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    begun_later: int = 0

    def __post_init__(self) -> None:
        for name, schema in GIVEN.items():
            table = getattr(self, name)
            if table.schema != schema:
                raise BadPack(f"evidence {name} is not in its declared shape: {table.schema}")

    def is_collected(self, register: str) -> bool:
        """Whether anybody ever wrote to a register by the pack's time."""
        return register in self.collected

    @property
    def is_empty(self) -> bool:
        """Whether no register was ever written to."""
        return not self.collected

    @property
    def loads(self) -> frozenset[str]:
        """The loads that brought what holds."""
        tables = self.registers.values()
        return frozenset(
            load for table in tables for load in pc.unique(table["load_id"]).to_pylist()
        )

    def for_icb(self, code: str) -> PackEvidence:
        """The same evidence with the priorities of one ICB: those for it, and those for all."""
        named = [
            codes == EVERYWHERE or code in map(str.strip, codes.split(";"))
            for codes in self.priorities["icb_codes"].to_pylist()
        ]
        return replace(self, priorities=self.priorities.filter(pa.array(named, pa.bool_())))

    def profile_of(self, service_code: str) -> dict[str, pa.Table]:
        """The tables of one service line's profile by their names, parts of the line included."""
        code = pa.scalar(service_code)
        return {
            name: table.filter(pc.equal(table["service_code"], code))
            for name, table in self.profiles.items()
        }

    def profiled_services(self) -> list[str]:
        """The service lines of which any register of the profile says anything, in order."""
        codes: set[str] = set()
        for name, table in self.profiles.items():
            if name not in {"looks", "networks"}:
                codes.update(code for code in pc.unique(table["service_code"]).to_pylist() if code)
        return sorted(codes)

    @cached_property
    def _names(self) -> Mapping[str, Mapping[str, str | None]]:
        """The names of service lines, sites, providers and ICBs, each by code."""
        return {
            "lines": _named(self.lines, "service_code", "service_name"),
            "sites": _named(self.sites, "site_code", "site_name"),
            "providers": _named(self.providers, "provider_code", "provider_name"),
            "icbs": _named(self.icbs, "icb_code", "icb_name"),
        }

    def service_name(self, code: str | None) -> str | None:
        """The name of a service line, None for one of no list."""
        return self._names["lines"].get(code or "")

    def site_name(self, code: str | None) -> str | None:
        """The name of a site, None for one of no list."""
        return self._names["sites"].get(code or "")

    def provider_name(self, code: str | None) -> str | None:
        """The name of a provider, None for one of no list."""
        return self._names["providers"].get(code or "")

    def icb_name(self, code: str | None) -> str | None:
        """The name of an ICB, None for one of no list."""
        return self._names["icbs"].get(code or "")


@dataclass(frozen=True)
class Places:
    """The service lines, areas, sites, providers and ICBs that evidence is read with."""

    lines: pa.Table
    areas: pa.Table
    sites: pa.Table
    providers: pa.Table
    icbs: pa.Table


def gather_evidence(
    con: Backend,
    held: Mapping[str, pa.Table],
    places: Places,
    *,
    on: date,
    collected: frozenset[str],
    month_from: date,
    financial_year: str,
    recorded_as: Mapping[str, tuple[str, ...]] | None = None,
    begun_later: int = 0,
) -> PackEvidence:
    """Ask every question of the registers.

    `held` are the standing statements of each register, narrowed to the pack's region, and `on` the
    day they are looked at. A concern opened on or after `month_from` is new.
    Priorities are those of `financial_year` for every ICB.

    Shape:   see PackEvidence.
    """
    registers = registers_on(held, on=on)
    questions = _questions(
        registers, places.lines, places.areas,
        month_from=month_from, financial_year=financial_year,
    )  # fmt: skip
    return PackEvidence(
        on=on,
        collected=collected,
        priorities_year=financial_year,
        **vars(places),
        **{name: con.to_pyarrow(table) for name, table in questions.items()},
        findings=evidence_findings(registers, con=con, rules=evidence_rules()),
        profiles={name: con.to_pyarrow(t) for name, t in profile_tables(registers).items()},
        registers={n: as_it_holds(REGISTERS[n], rows, on=on) for n, rows in held.items()},
        recorded_as=recorded_as or {},
        begun_later=begun_later,
    )


def no_evidence(on: date = NO_DAY, *, financial_year: str = "") -> PackEvidence:
    """Evidence of which nothing was ever collected: every table empty."""
    empty = {name: schema.empty_table() for name, schema in _fixed_schemas().items()}
    profile = {name: schema.empty_table() for name, schema in _profile_schemas().items()}
    registers = {name: register.stored.empty_table() for name, register in REGISTERS.items()}
    return PackEvidence(
        on=on,
        collected=frozenset(),
        priorities_year=financial_year,
        profiles=profile,
        registers=registers,
        **empty,
    )


def _questions(
    registers: Registers,
    lines: pa.Table,
    areas: pa.Table,
    *,
    month_from: date,
    financial_year: str,
) -> dict[str, ir.Table]:
    every = ibis.memtable(lines)
    asked = every.filter(every.asked | every.service_code.isin(_named_codes(registers)))
    delegated = every.filter(every.delegated.isin([True])).select("service_code")
    return {
        "overview": quality_overview(registers, asked, rules=overview_rules()),
        "surveillance": surveillance_report(registers, every, month_from=month_from),
        "surveillance_counts": surveillance_counts(registers, rules=evidence_rules()),
        "surveillance_history": surveillance_history(registers),
        "fragile_counts": fragile_counts(registers, areas),
        "fragile_services": fragile_services(registers, delegated=delegated),
        "deep_dives": registers["deep_dives"].order_by("title"),
        "priorities": priorities(registers, financial_year=financial_year),
        "priority_deliverables": priority_deliverables(registers, financial_year=financial_year),
    }


def _named_codes(registers: Registers) -> ir.Column:
    """The service lines that the register of provision or of surveillance names."""
    parts = [registers[name].select("service_code") for name in ("provision", "surveillance")]
    return ibis.union(*parts, distinct=True).service_code


@cache
def _fixed_schemas() -> Mapping[str, pa.Schema]:
    """The declared shape of every table that is one field of PackEvidence."""
    questions = _questions(
        registers_on({}, on=NO_DAY), LINES.empty_table(), AREAS.empty_table(),
        month_from=NO_DAY, financial_year="",
    )  # fmt: skip
    schemas = {name: table.schema().to_pyarrow() for name, table in questions.items()}
    schemas = {**GIVEN, **schemas, "findings": FINDINGS_SCHEMA}
    return {
        field.name: schemas[field.name] for field in fields(PackEvidence) if field.name in schemas
    }


@cache
def _profile_schemas() -> Mapping[str, pa.Schema]:
    tables = profile_tables(registers_on({}, on=NO_DAY))
    return {name: table.schema().to_pyarrow() for name, table in tables.items()}


def _named(table: pa.Table, code: str, name: str) -> dict[str, str | None]:
    return dict(zip(table[code].to_pylist(), table[name].to_pylist(), strict=True))
