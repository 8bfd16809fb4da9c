"""What contract monitoring reports for the patients of an area in a year, and by whose patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import Area, area_on
from speccomm.activity.completeness import last_received, months_sent, openness_of
from speccomm.activity.contract_lines import ContractScope, within
from speccomm.activity.rules import contract_rules
from speccomm.activity.tables import UNKNOWN
from speccomm.foundation.periods import MONTHS_IN_YEAR, FinancialMonth, FinancialYear
from speccomm.jobs.contract_scope import ACM, scoped_question
from speccomm.jobs.packing.contract import AreaPosition, areas_positions
from speccomm.jobs.reading import OrganisationMap, Reading
from speccomm.jobs.recounting.contract import position_of
from speccomm.publishing import facts as shapes
from speccomm.publishing.annual_report.facts import CommissionerSpending
from speccomm.publishing.sourcing import Position

Sets = dict[str, tuple[str, ...]]
EXACT = "decimal(38, 4)"
NOT_KNOWN = "Commissioner not known"
HALF_A_PENNY = Decimal("0.005")
ICB_SET = "icb:"
FILE_KEYS = ["load_id", "file_name", "provider_code"]


@dataclass(frozen=True)
class AnnualContracts:
    """The contract position of an area's patients, with the sets its figures name.

    `senders` are the current codes of the providers of each file (load, data set, name) whose rows
    are counted.
    """

    position: pa.Table
    by_commissioner: tuple[CommissionerSpending, ...]
    last_month: FinancialMonth | None
    incomplete: tuple[str, ...]
    sets: Sets
    senders: dict[tuple[str, str, str], set[str]]
    rows: int


def no_contracts() -> AnnualContracts:
    """The answer where no contract monitoring is loaded, or none is asked for."""
    return AnnualContracts(shapes.row_of([], shapes.CONTRACT), (), None, (), {}, {}, 0)


def annual_contracts(
    reading: Reading,
    places: OrganisationMap,
    *,
    area: Area,
    year: FinancialYear,
    with_units: bool = False,
) -> AnnualContracts:
    """The position of the year as far as it is loaded, in the way its receipts work it out again.

    `with_units` counts the care of each commissioner's patients too. Of a region, spending under a
    code that leads to none of its ICBs counts with it, its commissioner Unknown.
    """
    area = replace(area, patient_codes=area.patient_codes | _without_icb(places, area))
    last = _last_loaded(reading, places, year)
    if last is None:
        return no_contracts()
    question = scoped_question(
        reading,
        places,
        year=year,
        to_month=last.number,
        icb=None,
        provider=None,
        service=None,
        rules=contract_rules(),
    )
    scope = replace(question.scope, patient_codes=area.patient_codes)
    files = _files_of(reading, scope)
    codes = {str(row["provider_code"]) for row in files}
    sets = _sets(places, scope, area=area, codes=codes)
    source = Position(area.code, str(year), last.number, "actual_gbp")
    position = shapes.in_shape(position_of(reading, source, {}, sets=sets), shapes.CONTRACT)
    months = [FinancialMonth(year, number) for number in range(1, last.number + 1)]
    openness = openness_of(
        reading.reference.calendar,
        months,
        as_at=reading.day,
        received=last_received(reading.snapshot.slices(), dataset=ACM),
    )
    senders: dict[tuple[str, str, str], set[str]] = {}
    for row in files:
        key = (row["load_id"], ACM, row["file_name"])
        code = row["provider_code"]
        senders.setdefault(key, set()).add(places.current.get(code, code))
    return AnnualContracts(
        position=_named(position, places),
        by_commissioner=_by_commissioner(
            reading, places, scope, source, position, area=area, sets=sets, with_units=with_units
        ),
        last_month=last,
        incomplete=openness.incomplete,
        sets=sets,
        senders=senders,
        rows=sum(int(row["row_count"]) for row in files),
    )


def _last_loaded(
    reading: Reading, places: OrganisationMap, year: FinancialYear
) -> FinancialMonth | None:
    sent = months_sent(reading.snapshot.slices(), dataset=ACM, current=places.current)
    held = {month for months in sent.values() for month in months}
    whole = {FinancialMonth(year, number) for number in range(1, MONTHS_IN_YEAR + 1)}
    return max(held & whole, default=None)


def _files_of(reading: Reading, scope: ContractScope) -> list[dict[str, Any]]:
    """The files of monitoring with rows of the scope, each with its provider and its rows."""
    rows = within(reading.snapshot.table(reading.con, ACM), scope)
    inside = rows.filter(rows.financial_month.between(1, scope.to_month))
    grouped = inside.group_by(FILE_KEYS).aggregate(row_count=inside.count())
    records: list[dict[str, Any]] = reading.con.to_pyarrow(grouped).to_pylist()
    return records


def _sets(places: OrganisationMap, scope: ContractScope, *, area: Area, codes: set[str]) -> Sets:
    current = {places.current.get(code, code) for code in codes}
    return {
        f"patients:{area.code}": tuple(sorted(area.patient_codes)),
        **{f"sent_as:{code}": tuple(sorted(places.codes_of({code}))) for code in sorted(current)},
        "plan_in_iap": tuple(sorted(scope.plan_in_iap)),
        "whole_year_in_acm": tuple(sorted(scope.whole_year_in_acm)),
        "sent": tuple(sorted(scope.sent)),
        **{f"{ICB_SET}{icb}": codes for icb, codes in _patients_of(places, area).items()},
    }


def _without_icb(places: OrganisationMap, area: Area) -> frozenset[str]:
    """The codes of a region that the map puts in none of its ICBs: its own, those of its hubs, and
    boards divided since."""
    if area.kind != "region":
        return frozenset()
    rows = places.commissioners.select(["region_code", "icb_code", "commissioner_code"]).to_pylist()
    return frozenset(
        row["commissioner_code"]
        for row in rows
        if row["region_code"] == area.code and row["icb_code"] is None
    )


def _patients_of(places: OrganisationMap, area: Area) -> Sets:
    """The patients' codes of each ICB of the area, and those of none as Unknown; together they are
    those of the area."""
    found: dict[str, list[str]] = {}
    for row in places.commissioners.select(["icb_code", "commissioner_code"]).to_pylist():
        if row["commissioner_code"] in area.patient_codes:
            found.setdefault(row["icb_code"] or UNKNOWN, []).append(row["commissioner_code"])
    return {icb: tuple(sorted(codes)) for icb, codes in sorted(found.items())}


def _by_commissioner(
    reading: Reading,
    places: OrganisationMap,
    scope: ContractScope,
    source: Position,
    position: pa.Table,
    *,
    area: Area,
    sets: Sets,
    with_units: bool,
) -> tuple[CommissionerSpending, ...]:
    if area.kind != "region":
        return ()
    spent = []
    rounded = position.num_rows
    whole_pence = None if with_units else _in_whole_pence(reading, source, area)
    homes = {
        name.removeprefix(ICB_SET): codes
        for name, codes in sets.items()
        if name.startswith(ICB_SET)
    }
    positions: Mapping[str, AreaPosition] = {}
    if whole_pence is None:
        areas = [replace(area, code=icb, patient_codes=frozenset(homes[icb])) for icb in homes]
        positions = areas_positions(reading, places, areas=areas, scope=scope)
    for icb, codes in homes.items():
        units = None
        if whole_pence is not None:
            amount = sum((whole_pence.get(code, Decimal(0)) for code in codes), Decimal(0))
        else:
            found = positions[icb].position
            rounded += found.num_rows
            amount = pc.sum(found["actual_gbp"]).as_py() or Decimal(0)
            units = pc.sum(found["actual_activity"]).as_py() if with_units else None
        if icb != UNKNOWN:
            title = area_on(places.commissioners, places.providers, on=places.on, icb=icb).name
            spent.append(CommissionerSpending(icb, title, amount, units))
        elif amount or units:
            spent.append(CommissionerSpending(icb, NOT_KNOWN, amount, units, is_known=False))
    if not with_units:
        return tuple(spent)
    whole = pc.sum(position["actual_gbp"]).as_py() or Decimal(0)
    return _tied(spent, whole, slack=rounded * HALF_A_PENNY)


def _tied(
    spent: list[CommissionerSpending], whole: Decimal, *, slack: Decimal
) -> tuple[CommissionerSpending, ...]:
    """The spending of a publication, its largest part with what rounding to the penny took or added.

    Lines are rounded one by one, so that parts of a penny leave commissioners and providers pennies
    apart, and tables that are protected together must agree. A publication prints to £1,000.
    """
    difference = whole - sum((entry.amount for entry in spent), Decimal(0))
    if not difference or abs(difference) > slack:
        return tuple(spent)
    largest = max(spent, key=lambda entry: entry.amount)
    return tuple(
        replace(entry, amount=entry.amount + difference) if entry is largest else entry
        for entry in spent
    )


def _in_whole_pence(reading: Reading, source: Position, area: Area) -> dict[str, Decimal] | None:
    """What is reported for the patients of each code, added up at once.

    Missing: None where an amount has parts of a penny, which a position rounds line by line: then
             the sums must be taken from positions, as their receipts take them.
    """
    rows = reading.snapshot.table(reading.con, ACM)
    rows = rows.filter(
        (rows.financial_year == source.year)
        & rows.financial_month.between(1, source.to_month)
        & rows.patient_commissioner_code.isin(sorted(area.patient_codes))
    )
    amount = rows.actual_price_gbp.coalesce(0) + rows.actual_mff_gbp.coalesce(0)
    found = reading.con.to_pyarrow(
        rows.group_by("patient_commissioner_code").aggregate(
            amount=amount.sum().cast(EXACT), odd=(amount.round(2) != amount).sum()
        )
    ).to_pylist()
    if any(row["odd"] for row in found):
        return None
    return {row["patient_commissioner_code"]: row["amount"] for row in found}


def _named(position: pa.Table, places: OrganisationMap) -> pa.Table:
    """The position with providers' names, and no code for a service nobody sent."""
    names = {
        row["current_provider_code"]: row["provider_name"] for row in places.providers.to_pylist()
    }
    records = position.to_pylist()
    for row in records:
        row["provider_name"] = names.get(row["provider_code"])
        if row["service_code"] == UNKNOWN:
            row["service_code"] = row["service_name"] = None
    return shapes.row_of(records, shapes.CONTRACT)
