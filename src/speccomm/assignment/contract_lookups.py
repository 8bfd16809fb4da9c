"""What the contract-monitoring variant looks up: small tables, one row per code and month."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.assignment.dated import ReferenceRows, Row, latest_by, postcode_key
from speccomm.assignment.tables import CONTRACT_LOOKUPS
from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth, FinancialYear

if TYPE_CHECKING:
    from speccomm.reference import Reference

MONTHS = range(14)  # a plan may hold month 0 (before the year) and 13 (after it)


class YearNotKnown(Refusal):
    """A financial year for which no service list and delegation status is held."""

    def __init__(self, year: str, known: list[str]) -> None:
        self.year = year
        self.known = known
        super().__init__(
            f"No service list is held for {year}. Years held: {', '.join(known) or 'none'}. "
            "Add the year to the service status table of the reference data."
        )


@dataclass(frozen=True)
class ContractLookups:
    """The lookup tables as Ibis tables of one connection, or unbound to compile without one."""

    services: ir.Table
    commissioners: ir.Table
    providers: ir.Table
    practices: ir.Table
    months: ir.Table

    @classmethod
    def unbound(cls) -> ContractLookups:
        """Tables without data, named cam_services and so on, for compiling to SQL."""
        return cls(
            **{
                name: ibis.table(ibis.schema(schema), name=f"cam_{name}")
                for name, schema in CONTRACT_LOOKUPS.items()
            }
        )

    @classmethod
    def of(cls, tables: dict[str, ir.Table]) -> ContractLookups:
        """From Ibis tables keyed as `contract_lookup_tables` keys them."""
        return cls(**{name: tables[name] for name in CONTRACT_LOOKUPS})


def contract_lookup_tables(
    reference: Reference, *, financial_years: Iterable[str]
) -> dict[str, pa.Table]:
    """The lookup tables of the contract-monitoring variant for some financial years.

    Shape:   services: one row per service code and year; commissioners, providers, practices: one
             row per code, year and month (0 to 13); months: one row per year and month.
    Missing: a code not in force in a month has no row for it.
    Raises:  YearNotKnown for a year the service status table does not hold.
    Source:  the reference tables.
    """
    years = sorted(set(financial_years))
    rows = ReferenceRows(reference)
    known = sorted({row["financial_year"] for row in rows.rows("service_status")})
    for year in years:
        if year not in known:
            raise YearNotKnown(year, known)
    months = [(year, month, month_start(year, month)) for year in years for month in MONTHS]
    monthly: dict[str, list[pa.Table]] = {}
    for days, tables in _spells(rows, [day for _, _, day in months]):
        held = {name: _table(name, rows_held) for name, rows_held in tables.items()}
        for year, month, day in months:
            if day in days:
                for name, table in held.items():
                    monthly.setdefault(name, []).append(_of_month(table, year, month))
    return {
        "services": _table("services", _services(rows, years)),
        **{
            name: pa.concat_tables([_table(name, []), *monthly.get(name, [])]).combine_chunks()
            for name in ("commissioners", "providers", "practices", "months")
        },
    }


def month_start(financial_year: str, financial_month: int) -> date:
    """The first day of a month; month 0 counts as April and 13 as March."""
    within = min(max(financial_month, 1), 12)
    return FinancialMonth(FinancialYear.parse(financial_year), within).from_date


def months_alike(
    reference: Reference, *, financial_years: Iterable[str]
) -> dict[tuple[str, int], int]:
    """For each year and month, the first month of that year with the same lookup rows.

    Rows that differ only in which of such months they are of have the same answer.
    """
    years = sorted(set(financial_years))
    starts = {(year, month): month_start(year, month) for year in years for month in MONTHS}
    groups = _unchanged(ReferenceRows(reference), list(starts.values()))
    group_of = {day: number for number, days in enumerate(groups) for day in days}
    first: dict[tuple[str, int], int] = {}
    for (year, month), day in starts.items():
        first.setdefault((year, group_of[day]), month)
    return {(year, month): first[year, group_of[day]] for (year, month), day in starts.items()}


def _spells(
    rows: ReferenceRows, days: list[date]
) -> Iterator[tuple[set[date], dict[str, list[dict[str, Any]]]]]:
    """The groups of days between which nothing changes, with the lookup rows of each group."""
    for members in _unchanged(rows, days):
        day = min(members)
        bodies = bodies_on(rows, day)
        yield (
            members,
            {
                "commissioners": bodies,
                "providers": hosts_on(rows, day, bodies),
                "practices": _practices_on(rows, day),
                "months": [{"delegation_begun": any(body["delegated"] for body in bodies)}],
            },
        )


def _unchanged(rows: ReferenceRows, days: list[date]) -> list[set[date]]:
    """The days in groups between which nothing a lookup is made from changes."""
    changes = sorted(
        {
            row[column]
            for table, columns in DATED.items()
            for row in rows.rows(table)
            for column in columns
            if row[column] is not None
        }
    )
    groups: dict[int, set[date]] = {}
    for day in days:
        # a practice closes at the end of its last day, so that day and the next may differ
        groups.setdefault(2 * bisect_right(changes, day) + (day in changes), set()).add(day)
    return list(groups.values())


DATED = dict.fromkeys(
    ("regions", "icbs", "sub_icbs", "delegation", "welsh_boards", "trusts", "trust_icbs"),
    ("from_date", "to_date"),
) | {
    "armed_forces_practices": ("open_date", "close_date"),
    "icb_successors": ("effective_date",),
}


def bodies_on(rows: ReferenceRows, day: date) -> list[dict[str, Any]]:
    """Each body that may be responsible on `day`, with the codes of its region.

    Shape:   one row per code: body_code, level (sub_icb, icb or devolved), sub_icb_code (null for
             an ICB), icb_code, hub_code, justice_hub_code, public_health_code, delegated.
    Missing: delegated is false where no delegation is recorded, null for a Welsh board.
    """
    regions = latest_by(rows.on("regions", day), "region_code")
    icbs = latest_by(rows.on("icbs", day), "icb_code")
    sub_icbs = latest_by(rows.on("sub_icbs", day), "sub_icb_code")
    agreed = {row["sub_icb_code"] for row in rows.on("delegation", day) if row["delegated"]}
    bodies: dict[str, dict[str, Any]] = {}
    for code in latest_by(rows.on("welsh_boards", day), "board_code"):
        bodies[code] = {"level": "devolved"}
    for code, icb in icbs.items():
        members = [sub for sub, row in sub_icbs.items() if row["icb_code"] == code]
        delegated = bool(members) and all(sub in agreed for sub in members)
        shared = {"icb_code": code, **_region_codes(regions.get(icb["region_code"], {}))}
        bodies[code] = {"level": "icb", "delegated": delegated, **shared}
        for sub in members:
            own = {"level": "sub_icb", "sub_icb_code": sub, "delegated": sub in agreed}
            bodies[sub] = {**own, **shared}
    empty = dict.fromkeys(BODY_COLUMNS)
    return [{**empty, **body, "body_code": code} for code, body in bodies.items()]


BODY_COLUMNS = tuple(
    name
    for name in CONTRACT_LOOKUPS["commissioners"]
    if name not in ("financial_year", "financial_month")
)


def _region_codes(region: Row) -> dict[str, str | None]:
    return {
        "hub_code": region.get("specialised_hub_code"),
        "justice_hub_code": region.get("health_justice_hub_code"),
        "public_health_code": region.get("public_health_code"),
    }


def hosts_on(rows: ReferenceRows, day: date, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The host of each provider on `day`: the sub-ICB, ICB and region of its head office.

    Shape:   one row per provider code of the providers file or the trusts.
    Missing: where the postcode directory does not settle the sub-ICB, the ICB's only sub-ICB
             does; with several, sub_icb_code is null and the region's codes are still given.
             Where the board is not in force either, delegated is null and the region is the
             trust's own.
    """
    trusts = latest_by(rows.rows("trusts"), "provider_code")
    trusts.update(latest_by(rows.on("trusts", day), "provider_code"))
    addresses = {code: trust["postcode"] for code, trust in trusts.items()}
    for row in rows.rows("providers"):
        addresses[row["provider_code"]] = row["postcode"] or addresses.get(row["provider_code"])
    places = rows.places(addresses.values())
    by_code = {body["body_code"]: body for body in bodies}
    regions = {row["region_code"]: row for row in rows.on("regions", day)}
    moved = {row["provider_code"]: row["icb_code"] for row in rows.on("trust_icbs", day)}
    joined = {
        row["icb_code"]: row["successor_code"]
        for row in rows.rows("icb_successors")
        if row["effective_date"] <= day
    }
    members: dict[str, list[str]] = {}
    for body in bodies:
        if body["level"] == "sub_icb":
            members.setdefault(body["icb_code"], []).append(body["body_code"])
    hosts = []
    for provider, address in addresses.items():
        place = places.get(postcode_key(address), {})
        trust = trusts.get(provider, {})
        icb = moved.get(provider) or trust.get("icb_code") or place.get("icb_code")
        icb = str(joined.get(icb, icb) or "")
        code = place.get("sub_icb_code")
        if code not in by_code:
            code = members[icb][0] if len(members.get(icb, ())) == 1 else icb
        region = _region_codes(regions.get(trust.get("region_code"), {}))
        hosts.append({**by_code.get(code, region), "provider_code": provider})
    return hosts


def _practices_on(rows: ReferenceRows, day: date) -> list[dict[str, Any]]:
    """Prison prescribing lists and open armed forces practices, one row per code.

    A list shared by establishments of two hubs gives no hub.
    """
    hubs: dict[str, set[str | None]] = {}
    for row in rows.rows("establishments"):
        if row["prescribing_practice_code"]:
            hubs.setdefault(row["prescribing_practice_code"], set()).add(
                row["health_justice_hub_code"]
            )
    serving = {
        row["practice_code"]
        for row in rows.rows("armed_forces_practices")
        if row["english"]
        and (row["open_date"] is None or row["open_date"] <= day)
        and (row["close_date"] is None or day <= row["close_date"])
    }
    return [
        {
            "practice_code": code,
            "prison": code in hubs,
            "justice_hub_code": only(hubs.get(code, set())),
            "armed_forces": code in serving,
        }
        for code in sorted(set(hubs) | serving)
    ]


def only(codes: set[str | None]) -> str | None:
    """The one code of a set, leaving missing ones aside; None where there are none or several."""
    known = codes - {None}
    return known.pop() if len(known) == 1 else None


def _services(rows: ReferenceRows, years: list[str]) -> list[dict[str, Any]]:
    """Every line in every year: a line the year's list lacks has no status and in_list false."""
    held = {
        (row["service_code"], row["financial_year"]): row for row in rows.rows("service_status")
    }
    services = []
    for line in {row["service_code"]: row for row in rows.rows("service_lines")}.values():
        for year in years:
            status: Row = held.get((line["service_code"], year), {})
            services.append(
                {
                    **{name: line[name] for name in LINE_COLUMNS},
                    "financial_year": year,
                    "status": status.get("status") or None,
                    "in_list": bool(status.get("in_list")),
                    "mental_health": bool(line["mental_health"]),
                    "highly_specialised": bool(line["highly_specialised"]),
                }
            )
    return services


LINE_COLUMNS = ("service_code", "line_kind", "crg_code", "npoc_letter")


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    kinds = {"string": pa.string(), "boolean": pa.bool_(), "int8": pa.int8()}
    schema = pa.schema([(column, kinds[kind]) for column, kind in CONTRACT_LOOKUPS[name].items()])
    return pa.Table.from_pylist(rows, schema=schema)  # a column that a row lacks is null


def _of_month(table: pa.Table, year: str, month: int) -> pa.Table:
    for name, value in (("financial_year", year), ("financial_month", month)):
        field = table.schema.field(name)
        values = pa.repeat(pa.scalar(value, field.type), table.num_rows)
        table = table.set_column(table.schema.get_field_index(name), field, values)
    return table
