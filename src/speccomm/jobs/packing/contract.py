"""The contract position of the ICB's patients, and which provider is contracted for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import AREA, Area
from speccomm.activity.completeness import Openness, last_received, months_sent, openness_of
from speccomm.activity.contract_lines import ContractScope, contract_lines
from speccomm.activity.contract_position import contract_lines_of_areas, position_of_lines
from speccomm.activity.rules import contract_rules
from speccomm.activity.tables import UNKNOWN
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.contract_scope import ACM, IAP, scoped_question
from speccomm.jobs.reading import OrganisationMap, Reading
from speccomm.publishing import facts as shapes

NO_SERVICE = {"catch_all", "icb_exclusion"}
PLANNED = ("planned_activity", "planned_price_gbp", "planned_mff_gbp")


@dataclass(frozen=True)
class PackContract:
    """The position in the pack's shape, the plans behind the grid of services, and its months.

    `planned_pairs` are (provider, service) with a plan: of local providers for any commissioner,
    of providers elsewhere for the ICB's patients. `of_providers` is the position of the region's
    providers for every commissioner. `scope` is None where nothing is loaded. `by_icb` has, in a
    region's pack, the position of each of its ICBs.
    """

    position: pa.Table
    of_providers: pa.Table
    last_month: FinancialMonth | None
    openness: Openness
    sent_actual: frozenset[str]
    holds_plan: frozenset[str]
    planned_pairs: frozenset[tuple[str, str]]
    service_names: dict[str, str | None]
    rows: int
    scope: ContractScope | None = None
    by_icb: Mapping[str, pa.Table] = field(default_factory=dict)


@dataclass(frozen=True)
class ProviderPosition:
    """The position of a region's providers for every commissioner, and who of them holds a plan."""

    position: pa.Table
    holds_plan: frozenset[str]


@dataclass(frozen=True)
class AreaPosition:
    """The position of an area's patients in the pack's shape, and the monitoring rows behind it."""

    position: pa.Table
    rows: int


def contract_scope(
    reading: Reading, places: OrganisationMap, *, to: FinancialMonth
) -> ContractScope:
    """The scope of everyone's contracts, from the first month of a month's year to that month."""
    question = scoped_question(
        reading,
        places,
        year=to.year,
        to_month=to.number,
        icb=None,
        provider=None,
        service=None,
        rules=contract_rules(),
    )
    return question.scope


def providers_position(
    reading: Reading,
    places: OrganisationMap,
    *,
    providers: frozenset[str],
    scope: ContractScope | None,
) -> ProviderPosition:
    """Set plan against actual for providers (current codes) and every commissioner.

    Missing: no rows where `scope` is None: no contract monitoring of the year is loaded.
    """
    if scope is None:
        return ProviderPosition(shapes.row_of([], shapes.CONTRACT), frozenset())
    narrowed = replace(scope, provider_codes=places.codes_of(providers))
    rules = contract_rules()
    lines = reading.con.to_pyarrow(
        contract_lines(*_sources(reading, places), scope=narrowed, rules=rules)
    )
    services = ibis.memtable(reading.service_names)
    position = reading.con.to_pyarrow(
        position_of_lines(ibis.memtable(lines), services, scope=narrowed, rules=rules)
    )
    return ProviderPosition(
        shapes.in_shape(position, shapes.CONTRACT), _holders(reading, places, scope.year)
    )


def areas_positions(
    reading: Reading,
    places: OrganisationMap,
    *,
    areas: Sequence[Area],
    scope: ContractScope,
) -> dict[str, AreaPosition]:
    """Set plan against actual for the patients of each area, by its code.

    One question answers for all areas: to ask costs more than to add up.
    """
    rules = contract_rules()
    lines = reading.con.to_pyarrow(
        contract_lines_of_areas(*_sources(reading, places), areas=areas, scope=scope, rules=rules)
    )
    services = ibis.memtable(reading.service_names)
    positions = reading.con.to_pyarrow(
        position_of_lines(ibis.memtable(lines), services, scope=scope, rules=rules, first=(AREA,))
    )
    return {
        area.code: AreaPosition(
            shapes.in_shape(_of(positions, area), shapes.CONTRACT),
            pc.sum(_of(lines, area)["acm_rows"]).as_py() or 0,
        )
        for area in areas
    }


def _of(rows: pa.Table, area: Area) -> pa.Table:
    return rows.filter(pc.equal(rows[AREA], area.code)).drop_columns([AREA])


def _sources(
    reading: Reading, places: OrganisationMap
) -> tuple[ir.Table, ir.Table, ir.Table, ir.Table]:
    """Monitoring, plans, providers of the map and points of delivery, as `contract_lines` takes them."""
    return (
        reading.snapshot.table(reading.con, ACM),
        reading.snapshot.table(reading.con, IAP),
        ibis.memtable(places.providers),
        ibis.memtable(reading.reference.points_of_delivery),
    )


def pack_contract(
    reading: Reading,
    *,
    ours: AreaPosition | None,
    local: frozenset[str],
    of_providers: ProviderPosition,
    scope: ContractScope | None,
    year: FinancialYear,
    by_icb: Mapping[str, AreaPosition] | None = None,
) -> PackContract:
    """The contract position of an area's patients, `ours`, and what the pack needs beside it.

    `local` are the current codes of the area's providers, `of_providers` has them among others.
    `by_icb` are, in a region's pack, the positions of its ICBs.

    Missing: where no contract monitoring of `year` is loaded there is no scope, and the position
             has no rows.
    """
    if scope is None or ours is None:
        return _nothing(_openness(reading, year, 0))
    position, theirs = ours.position, of_providers.position
    pairs = _planned_pairs(position, local, inside=False)
    pairs |= _planned_pairs(theirs, local, inside=True)
    here = theirs.filter(pc.is_in(theirs["provider_code"], value_set=pa.array(sorted(local))))
    names = {
        row["service_code"]: row["service_name"]
        for table in (position, here)
        for row in table.select(["service_code", "service_name"]).to_pylist()
    }
    return PackContract(
        position=_unknown_as_null(position),
        of_providers=_unknown_as_null(theirs),
        last_month=FinancialMonth(scope.year, scope.to_month),
        openness=_openness(reading, scope.year, scope.to_month),
        sent_actual=scope.sent,
        holds_plan=of_providers.holds_plan,
        planned_pairs=frozenset(pairs),
        service_names=names,
        rows=ours.rows,
        scope=scope,
        by_icb={code: _unknown_as_null(of.position) for code, of in (by_icb or {}).items()},
    )


def last_loaded(
    reading: Reading, places: OrganisationMap, to: FinancialMonth
) -> FinancialMonth | None:
    """The last month of a month's year, not after it, that contract monitoring reaches."""
    sent = months_sent(reading.snapshot.slices(), dataset=ACM, current=places.current)
    held = {month for months in sent.values() for month in months}
    return max((m for m in held if m.year == to.year and m <= to), default=None)


def _openness(reading: Reading, year: FinancialYear, last: int) -> Openness:
    months = [FinancialMonth(year, number) for number in range(1, last + 1)]
    return openness_of(
        reading.reference.calendar,
        months,
        as_at=reading.day,
        received=last_received(reading.snapshot.slices(), dataset=ACM),
    )


def _nothing(openness: Openness) -> PackContract:
    empty = shapes.row_of([], shapes.CONTRACT)
    return PackContract(empty, empty, None, openness, frozenset(), frozenset(), frozenset(), {}, 0)


def _planned_pairs(
    position: pa.Table, local: frozenset[str], *, inside: bool
) -> set[tuple[str, str]]:
    return {
        (row["provider_code"], row["service_code"])
        for row in position.to_pylist()
        if (row["provider_code"] in local) is inside
        and (row["plan_gbp"] is not None or row["plan_activity"] is not None)
    }


def _holders(reading: Reading, places: OrganisationMap, year: FinancialYear) -> frozenset[str]:
    """The current codes of providers with any plan in the year, in either data set."""
    codes: set[str] = set()
    for dataset in (ACM, IAP):
        rows = reading.snapshot.table(reading.con, dataset)
        stated = ibis.or_(*(rows[name].notnull() for name in PLANNED))
        planned = rows.filter((rows.financial_year == str(year)) & stated)
        found = reading.con.to_pyarrow(planned.select("provider_code").distinct())
        codes.update(found["provider_code"].to_pylist())
    return frozenset(places.current.get(code, code) for code in codes)


def _unknown_as_null(position: pa.Table) -> pa.Table:
    known = pc.not_equal(position["service_code"], UNKNOWN)
    for name in ("service_code", "service_name"):
        place = position.schema.get_field_index(name)
        values = pc.if_else(known, position[name], pa.scalar(None, pa.string()))
        position = position.set_column(place, position.schema.field(name), values)
    return position


def pack_services(
    contract: PackContract,
    pairs: pa.Table,
    *,
    local: frozenset[str],
    provider_names: dict[str, str | None],
    service_lines: pa.Table,
) -> pa.Table:
    """Each provider and service with a plan or with activity, in the pack's shape.

    `pairs` are the ICB's flows by provider and service. Codes of `service_lines` that stand for no
    single service (99999999, national funds, exclusions) are left out.

    Units:   activity of local providers for everyone, of others for the ICB's patients.
    Missing: contracted is null where no plan of the provider is held; activity where there is none.
    """
    activity: dict[tuple[str, str], Decimal] = {}
    names = dict(contract.service_names)
    for row in pairs.to_pylist():
        key = (row["provider_code"], row["service_code"])
        activity[key] = row["provider_total" if key[0] in local else "exported"]
        names.setdefault(row["service_code"], row["service_name"])
    records: list[dict[str, Any]] = []
    left_out = {
        row["service_code"]
        for row in service_lines.select(["service_code", "line_kind"]).to_pylist()
        if row["line_kind"] in NO_SERVICE
    }
    for provider, service in sorted(contract.planned_pairs | set(activity)):
        if service in left_out:
            continue
        known = service != UNKNOWN
        held = provider in contract.holds_plan
        records.append(
            {
                "provider_code": provider,
                "provider_name": provider_names.get(provider),
                "service_code": service if known else None,
                "service_name": names.get(service) if known else None,
                "contracted": (provider, service) in contract.planned_pairs if held else None,
                "activity": activity.get((provider, service)),
            }
        )
    return shapes.row_of(records, shapes.SERVICES)
