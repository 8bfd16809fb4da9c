"""What the flow chart looks up: one row per key, or per key and day, so no join ever widens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.assignment.contract_lookups import DATED, bodies_on, only
from speccomm.assignment.dated import ReferenceRows, latest_by, postcode_key
from speccomm.assignment.practices import FIRST_DAY, LAST_DAY, PLACE_COLUMNS, practice_periods
from speccomm.assignment.rules import CamRules, Target
from speccomm.assignment.tables import CAM_LOOKUPS
from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialYear

if TYPE_CHECKING:
    from speccomm.reference import Reference

KINDS = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "int32": pa.int32(),
}


class RepeatedKey(Refusal):
    """A reference table that names something twice, so that a record could be counted twice."""

    def __init__(self, table: str, column: str) -> None:
        self.table = table
        self.column = column
        super().__init__(
            f"The reference table {table!r} gives the same {column} more than once. "
            "Keep one row for each."
        )


@dataclass(frozen=True)
class InfertilityPatterns:
    """Patterns that find an infertility code among codes each with a semicolon on both sides.

    Codes are without dots. None where the reference data hold no codes of the kind.
    """

    diagnoses: str | None = None
    procedures: str | None = None

    @classmethod
    def of(cls, reference: Reference) -> InfertilityPatterns:
        """From the infertility codes of the reference data."""
        rows = reference.infertility_codes.to_pylist()
        return cls(_pattern(rows, "ICD-10"), _pattern(rows, "OPCS-4"))


def _pattern(rows: list[dict[str, Any]], classification: str) -> str | None:
    wanted = sorted(
        row["code"].replace(".", "") + ("" if row["match"] == "prefix" else ";")
        for row in rows
        if row["classification"] == classification
    )
    return f";({'|'.join(wanted)})" if wanted else None


@dataclass(frozen=True)
class CamLookups:
    """The lookup tables as Ibis tables of one connection, or unbound to compile without one."""

    practices: ir.Table
    postcodes: ir.Table
    special_postcodes: ir.Table
    providers: ir.Table
    services: ir.Table
    sub_icbs: ir.Table
    regions: ir.Table
    paths: ir.Table
    patterns: InfertilityPatterns

    @classmethod
    def unbound(cls, *, patterns: InfertilityPatterns) -> CamLookups:
        """Tables without data, named cam_practices and so on, for compiling to SQL."""
        tables = {
            name: ibis.table(ibis.schema(schema), name=f"cam_{name}")
            for name, schema in CAM_LOOKUPS.items()
        }
        return cls(**tables, patterns=patterns)

    @classmethod
    def of(cls, tables: dict[str, ir.Table], *, patterns: InfertilityPatterns) -> CamLookups:
        """From Ibis tables keyed as `cam_lookup_tables` keys them."""
        return cls(**{name: tables[name] for name in CAM_LOOKUPS}, patterns=patterns)


def cam_lookup_tables(reference: Reference, *, rules: CamRules) -> dict[str, pa.Table]:
    """The lookup tables of the flow chart; see tables.CAM_LOOKUPS.

    Shape:   practices and sub_icbs: one row per code and day; the others one row per key.
    Missing: what the reference folder does not hold has no row.
    Raises:  RepeatedKey where a table names a postcode or provider twice.
    Source:  the reference tables and the rulebook.
    """
    rows = ReferenceRows(reference)
    return {
        "practices": _table("practices", practice_periods(rows, rules)),
        "postcodes": _postcodes(reference),
        "special_postcodes": _table("special_postcodes", _special_postcodes(rows, rules)),
        "providers": _table("providers", provider_facts(rows, rules)),
        "services": _table("services", _services(rows, rules)),
        "sub_icbs": _table("sub_icbs", _sub_icbs(rows)),
        "regions": _table("regions", _regions(rows)),
        "paths": _table("paths", paths(rules)),
    }


def paths(rules: CamRules) -> list[dict[str, Any]]:
    """Every way through the flow chart, numbered in the order `walk` meets them.

    Shape:   one row per path: path_number, path (steps joined by >), exit, last_step.
    """
    found: list[dict[str, Any]] = []
    for start in (rules.start_emergency, rules.start_other):
        for steps, exit_name in _walk(rules, start, ()):
            found.append(
                {
                    "path_number": len(found),
                    "path": ">".join(steps),
                    "exit": exit_name,
                    "last_step": steps[-1],
                }
            )
    return found


def _walk(
    rules: CamRules, name: str, before: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    steps = (*before, name)
    for target in _targets(rules, name):
        if target.is_exit:
            yield steps, target.name
        else:
            yield from _walk(rules, target.name, steps)


def _targets(rules: CamRules, name: str) -> tuple[Target, Target]:
    step = rules.steps[name]
    return step.yes, step.no


def _postcodes(reference: Reference) -> pa.Table:
    table = reference.postcodes
    keys = pc.replace_substring(pc.utf8_upper(table["postcode"]), " ", "")
    if pc.count_distinct(keys, mode="all").as_py() != table.num_rows:
        raise RepeatedKey("postcodes", "postcode")
    return pa.table({"postcode_key": keys, **{name: table[name] for name in PLACE_COLUMNS}})


def _special_postcodes(rows: ReferenceRows, rules: CamRules) -> list[dict[str, Any]]:
    """Pseudo postcodes and the postcodes of prisons."""
    found: dict[str, dict[str, Any]] = {}

    def mark(postcode: str, name: str) -> None:
        row = {"uk_default": False, "european": False, "prison": False}
        found.setdefault(postcode_key(postcode), row)[name] = True

    for row in rows.rows("pseudo_postcodes"):
        if row["kind"] in ("uk_default", "eea"):
            mark(row["postcode"], {"uk_default": "uk_default", "eea": "european"}[row["kind"]])
    for postcode in rules.lists["further_eea_postcodes"]:
        mark(postcode, "european")
    hubs: dict[str, set[str | None]] = {}
    for row in rows.rows("establishments"):
        if row["postcode"]:
            mark(row["postcode"], "prison")
            hubs.setdefault(postcode_key(row["postcode"]), set()).add(
                row["health_justice_hub_code"]
            )
    return [
        {**row, "postcode_key": key, "justice_hub_code": only(hubs.get(key, set()))}
        for key, row in found.items()
    ]


def provider_facts(rows: ReferenceRows, rules: CamRules) -> list[dict[str, Any]]:
    """Each provider's main site, hub and contract.

    Shape:   one row per code of the providers file or the trusts.
    Missing: a main site the postcode directory lacks is placed by its board where the board has
             one sub-ICB alone; otherwise its sub-ICB is null.
    Raises:  RepeatedKey where the providers file names one twice.
    """
    listed = {row["provider_code"]: row for row in rows.rows("providers")}
    if len(listed) != len(rows.rows("providers")):
        raise RepeatedKey("providers", "provider_code")
    trusts = latest_by(rows.rows("trusts"), "provider_code")
    places = rows.places(row["postcode"] for source in (trusts, listed) for row in source.values())
    regions = latest_by(rows.rows("regions"), "region_code")
    members: dict[str, set[str | None]] = {}
    for row in rows.rows("sub_icbs"):
        members.setdefault(row["icb_code"], set()).add(row["sub_icb_code"])
    assumed = not listed and rules.settings["contracts_not_loaded"] == "assume"
    facts = []
    for code in {**trusts, **listed}:
        own, trust = listed.get(code, {}), trusts.get(code, {})
        address = own.get("postcode") or trust.get("postcode")
        place: dict[str, Any] = dict(places.get(postcode_key(address), {}))
        place["icb_code"] = place.get("icb_code") or trust.get("icb_code")
        place["region_code"] = place.get("region_code") or trust.get("region_code")
        alone = only(members.get(place["icb_code"], set()))
        place["sub_icb_code"] = place.get("sub_icb_code") or alone
        hub = own.get("hub_code")
        contract = own.get("nhs_england_contract")
        region = regions.get(place["region_code"], {})
        by_region = rules.settings["hub_not_listed"] == "host_region"
        facts.append(
            {
                **place,
                "provider_code": code,
                "contract": (hub is not None or assumed) if contract is None else contract,
                "hub_code": hub or (region.get("specialised_hub_code") if by_region else None),
            }
        )
    return facts


def _services(rows: ReferenceRows, rules: CamRules) -> list[dict[str, Any]]:
    lines = {row["service_code"]: row for row in rows.rows("service_lines")}
    both = rules.lists["both_groupings"]
    services = []
    for row in rows.rows("service_status"):
        code = row["service_code"]
        line = lines.get(code)
        if line is None or not row["in_list"]:
            continue
        mental = bool(line["mental_health"]) and code not in rules.lists["not_mental_health"]
        if code in both:
            mental = rules.settings["both_groupings_category"] == "22"
        services.append(
            {
                "service_code": code,
                "year_start": FinancialYear.parse(row["financial_year"]).start,
                "status": row["status"],
                "specialised": code.startswith(rules.lists["specialised_prefixes"]),
                "highly_specialised": bool(line["highly_specialised"]),
                "mental_health": mental,
            }
        )
    return services


def _sub_icbs(rows: ReferenceRows) -> list[dict[str, Any]]:
    days = {FIRST_DAY, LAST_DAY}
    for table in ("regions", "icbs", "sub_icbs", "delegation"):
        for row in rows.rows(table):
            days.update(row[column] for column in DATED[table] if row[column] is not None)
    spans: list[date] = sorted(days)
    return [
        {**body, "from_date": start, "to_date": end}
        for start, end in zip(spans, spans[1:], strict=False)
        for body in bodies_on(rows, start)
        if body["level"] == "sub_icb"
    ]


def _regions(rows: ReferenceRows) -> list[dict[str, Any]]:
    return [
        {
            "region_code": code,
            "hub_code": row["specialised_hub_code"],
            "public_health_code": row["public_health_code"],
        }
        for code, row in latest_by(rows.rows("regions"), "region_code").items()
    ]


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([(column, KINDS[kind]) for column, kind in CAM_LOOKUPS[name].items()])
    shaped = [{column: row.get(column) for column in schema.names} for row in rows]
    return pa.Table.from_pylist(shaped, schema=schema)
