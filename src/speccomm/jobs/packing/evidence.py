"""The evidence of a pack: the registers of the store, narrowed to a region and to one map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import Area
from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.evidence import standing
from speccomm.jobs.reading import OrganisationMap, Reading
from speccomm.publishing import evidence_facts as shapes
from speccomm.publishing.evidence_facts import PackEvidence, Places, gather_evidence, no_evidence
from speccomm.publishing.wording import say_day
from speccomm.quality.fragile import area_table
from speccomm.reference import Reference

DELEGATED = "GREEN"
SERVICE_LINE = "service"


class NotKnownYet(Refusal):
    """A day of evidence after the last that the store is known to."""

    def __init__(self, *, asked: date, known: date) -> None:
        self.asked = asked
        self.known = known
        super().__init__(
            f"The store is known to {say_day(known)}, so how its evidence stands on "
            f"{say_day(asked)} is not known. Ask for {say_day(known)} or an earlier day."
        )


def evidence_day(reading: Reading, *, asked: date | None = None) -> date:
    """The day evidence is looked at: the one asked for, or else the last that the store is known to.

    That is the day of the as-at time, else of the newest load of the version. Not the day of
    building, so that a version of the store always gives the same tables. A later load moves the day,
    unless it is asked for.

    Raises: NotKnownYet for a later day.
    """
    received: list[datetime] = reading.snapshot.loads()["received_at"].to_pylist()
    known = max((moment.date() for moment in received), default=reading.day)
    if reading.snapshot.as_at is not None:
        known = reading.snapshot.as_at.date()
    if asked is not None and asked > known:
        raise NotKnownYet(asked=asked, known=known)
    return asked or known


def pack_evidence(
    reading: Reading,
    places: OrganisationMap,
    *,
    region: Area,
    month: FinancialMonth,
    on: date,
) -> PackEvidence:
    """The evidence of the services of a region as it holds on a day, with all that is known of it.

    `month` is the last of the period; `on` as `evidence_day` has it. The priorities are those of every ICB. Rows of providers are brought under the codes of the map, and those of providers elsewhere left out.
    """
    said = standing(reading.snapshot)
    held = {name: _on_map(rows, places) for name, rows in said.items()}
    collected = frozenset(name for name, rows in held.items() if rows.num_rows)
    year = _priorities_year(held["priorities"], month.year)
    if not collected:
        return no_evidence(on, financial_year=year)
    current = places.current_codes(region.provider_codes)
    return gather_evidence(
        reading.con,
        _of_providers(held, current),
        _places(reading.reference, places, region=region, year=str(month.year)),
        on=on,
        collected=collected,
        month_from=on.replace(day=1),
        financial_year=year,
        recorded_as=_recorded_as(said, places),
        begun_later=_begun_later(held, current, on=on),
    )


def _begun_later(held: Mapping[str, pa.Table], providers: frozenset[str], *, on: date) -> int:
    """How many standing statements begin after a day, of these providers or of none."""
    later = pa.scalar(on, pa.date32())
    kept = _of_providers(held, providers).values()
    return sum(rows.filter(pc.greater(rows["from_date"], later)).num_rows for rows in kept)


def _recorded_as(
    said: Mapping[str, pa.Table], places: OrganisationMap
) -> dict[str, tuple[str, ...]]:
    """The former codes that entries have, by the code that stands for each on the map."""
    codes: set[str] = set()
    for rows in said.values():
        if "provider_code" in rows.column_names:
            codes.update(code for code in pc.unique(rows["provider_code"]).to_pylist() if code)
    found: dict[str, list[str]] = {}
    for code in sorted(codes):
        if (now := places.current.get(code, code)) != code:
            found.setdefault(now, []).append(code)
    return {now: tuple(former) for now, former in found.items()}


def _on_map(rows: pa.Table, places: OrganisationMap) -> pa.Table:
    """The rows with each provider under the code that stands for it on the pack's map."""
    if "provider_code" not in rows.column_names or rows.num_rows == 0:
        return rows
    codes = [places.current.get(code, code) for code in rows["provider_code"].to_pylist()]
    place = rows.schema.get_field_index("provider_code")
    return rows.set_column(place, rows.schema.field(place), pa.array(codes, pa.string()))


def _of_providers(held: Mapping[str, pa.Table], providers: frozenset[str]) -> dict[str, pa.Table]:
    """The statements of these providers and of none, as `quality.Registers.of_providers` says."""
    known = pa.array(sorted(providers), pa.string())
    kept = {
        name: rows.filter(
            pc.or_(
                pc.is_in(rows["provider_code"], value_set=known), pc.is_null(rows["provider_code"])
            )
        )
        if "provider_code" in rows.column_names
        else rows
        for name, rows in held.items()
    }
    sites = pc.unique(kept["provision"]["site_code"])
    staff = kept["workforce"]
    kept["workforce"] = staff.filter(pc.is_in(staff["site_code"], value_set=sites))
    return kept


def _priorities_year(priorities: pa.Table, year: FinancialYear) -> str:
    """The year after the pack's where priorities are planned for it, as a pack looks ahead."""
    planned = set(priorities["financial_year"].to_pylist())
    following = str(FinancialYear(year.start + 1))
    return following if following in planned else str(year)


def _places(reference: Reference, places: OrganisationMap, *, region: Area, year: str) -> Places:
    boards = places.commissioners.filter(pc.field("icb_code").is_valid())
    icbs = dict(zip(*(boards[n].to_pylist() for n in ("icb_code", "icb_name")), strict=True))
    sites = dict(
        zip(*(reference.sites[n].to_pylist() for n in ("site_code", "site_name")), strict=True)
    )
    providers = {
        row["current_provider_code"]: (row["provider_name"], row["icb_code"])
        for row in places.providers.to_pylist()
    }
    return Places(
        lines=_lines(reference, year),
        areas=area_table(region_code=region.code, on=places.on).cast(shapes.AREAS),
        sites=_table(shapes.SITES, sorted(sites.items())),
        providers=_table(shapes.PROVIDERS, [(c, *rest) for c, rest in sorted(providers.items())]),
        icbs=_table(shapes.ICBS, sorted(icbs.items())),
    )


def _lines(reference: Reference, year: str) -> pa.Table:
    """Every service line, and whether the list of the year has it as delegated."""
    listed: Mapping[str, str | None] = {
        row["service_code"]: row["status"]
        for row in reference.service_status.to_pylist()
        if row["financial_year"] == year
    }
    rows = []
    for line in reference.service_lines.to_pylist():
        status = listed.get(line["service_code"])
        delegated = None if status is None else status == DELEGATED
        rows.append(
            (line["service_code"], line["service_name"], line["npoc_letter"], line["crg_code"],
             delegated, bool(delegated) and line["line_kind"] == SERVICE_LINE)
        )  # fmt: skip
    return _table(shapes.LINES, rows)


def _table(schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [pa.array(list(c), field.type) for c, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
