"""Flows: who is treated where. A intra, B imported and C exported activity of one area."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import AREA, Area, members_of
from speccomm.activity.tables import (
    ACTIVITY_TEXT,
    DRILL_DOWN_COLUMNS,
    FLOW_MEASURES,
    FLOWS,
    UNKNOWN,
    arrow_schema,
    flow_columns,
)
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.periods import FinancialMonth

_GROUPING = {
    "provider": ("provider_code",),
    "icb": ("patient_commissioner_code",),
    "service": ("service_code",),
    "pod": ("pod_code",),
    "month": ("financial_year", "financial_month"),
}


def in_months(rows: ir.Table, months: Sequence[FinancialMonth]) -> ir.BooleanValue:
    """Whether a row falls in one of the months: one test per financial year touched."""
    tests = []
    for year in sorted({month.year for month in months}):
        numbers = [month.number for month in months if month.year == year]
        tests.append(
            (rows.financial_year == str(year))
            & rows.financial_month.between(min(numbers), max(numbers))
        )
    return ibis.or_(*tests)


def activity_by_codes(
    rows: ir.Table, *, area: Area, months: Sequence[FinancialMonth], by: Sequence[str] = ()
) -> ir.Table:
    """Add up the activity that touches an area by the codes its flows need.

    Shape:   one row per provider, patient's commissioner, CRG and drill-down code, for rows whose
             patient or provider is in the area. Flows of this table are the flows of `rows`.
    Units:   activity_count in units of activity; row_count and unstated_rows in rows.
    Missing: a code left blank stays null; a row without an activity number adds none and is
             counted in unstated_rows.
    Raises:  UnknownName for a drill-down that does not exist.
    """
    keys = ["provider_code", "patient_commissioner_code", "crg_code"]
    keys += [key for name in known_drill_down(by) for key in _GROUPING[name] if key not in keys]
    touching = rows.filter(in_months(rows, months)).filter(
        lambda t: _patient_inside(t, area) | _provider_inside(t, area)
    )
    return touching.group_by(keys).aggregate(
        activity_count=touching.activity_count.sum().cast("decimal(38, 3)"),
        row_count=touching.count(),
        unstated_rows=touching.activity_count.isnull().sum(),
    )


def activity_flows(
    rows: ir.Table,
    places: ir.Table,
    providers: ir.Table,
    crgs: ir.Table,
    services: ir.Table,
    *,
    area: Area,
    by: Sequence[str] = (),
    by_crg: bool = True,
) -> ir.Table:
    """Split the activity of an area into intra, imported and exported, by CRG.

    `places` comes from `areas.patient_places`; `crgs` and `services` name codes.

    Shape:   one row per drill-down value and CRG with any row of activity; the drill-down columns
             first, in the order asked and in their own order (Unknown last), then by grand total,
             greatest first, with the Unknown CRG last. Without by_crg the CRG columns are left out
             and added over.
    Units:   units of activity, three decimals; provider_total is intra + imported, patient_total
             intra + exported, grand_total all three.
    Missing: an unknown CRG, service or point of delivery is the row Unknown. A patient whose
             commissioner is unknown counts as from outside, a provider that is unknown as outside;
             both are findings of the job. `icb_code` is Unknown for the first and Elsewhere for a
             patient who is known to have no English ICB. A code not in the reference has no name.
    Raises:  UnknownName for a drill-down that does not exist.
    Source:  method in docs/explanation/flows.md.
    """
    by = known_drill_down(by)
    sums = _sums_by_code(rows, area=area, by=by)
    named = _with_names(sums, places, providers, crgs, services, by=by)
    return _split(named, by=by, by_crg=by_crg)


def flows_of_areas(
    rows: ir.Table,
    places: ir.Table,
    providers: ir.Table,
    crgs: ir.Table,
    services: ir.Table,
    *,
    areas: Sequence[Area],
    by: Sequence[str] = (),
    by_crg: bool = True,
) -> ir.Table:
    """Split the activity of several areas at once, as `activity_flows` splits that of one.

    Shape:   the rows that `activity_flows` gives for each area, in its order, with area_code before
             them; area after area. A row that touches two areas counts in both.
    Units:   as activity_flows.
    Missing: as activity_flows; an area that nothing touches has no rows.
    Raises:  UnknownName for a drill-down that does not exist.
    """
    by = known_drill_down(by)
    sums = _sums_by_area(rows, areas=areas, by=by)
    named = _with_names(sums, places, providers, crgs, services, by=by)
    return _split(named, by=by, by_crg=by_crg, first=(AREA,))


def _split(
    named: ir.Table, *, by: Sequence[str], by_crg: bool, first: Sequence[str] = ()
) -> ir.Table:
    """Sums under names as a table of flows, in order; `first` are columns to group by before all."""
    columns = [*first]
    columns += [
        column.name
        for column in flow_columns(by)
        if column.name not in FLOW_MEASURES and (by_crg or column not in FLOWS)
    ]
    split = (
        named.group_by(columns)
        .aggregate(**{name: named[name].sum() for name in FLOW_MEASURES[:3]})
        .mutate(
            provider_total=lambda t: t.intra + t.imported,
            patient_total=lambda t: t.intra + t.exported,
            grand_total=lambda t: t.intra + t.imported + t.exported,
        )
    )
    order = [split[name] for name in first]
    order += [key for name in by for key in _order_of(split, name)]
    if by_crg:
        order += [split.crg_code == UNKNOWN, split.grand_total.desc(), split.crg_code]
    measures = {name: split[name].cast(ACTIVITY_TEXT) for name in FLOW_MEASURES}
    return split.order_by(order).select(*columns, **measures)


def flow_totals(flows: pa.Table) -> pa.Table:
    """Add up a flow table into one row of totals.

    Shape:   one row with the six measures.
    Units:   units of activity.
    Missing: does not arise: an empty table adds up to zeros.
    """
    schema = arrow_schema(FLOWS[2:])
    sums = {name: [pc.sum(flows.column(name), min_count=0).as_py()] for name in FLOW_MEASURES}
    return pa.table(sums, schema=schema)


def known_drill_down(by: Sequence[str]) -> tuple[str, ...]:
    """The drill-downs asked, each once. Raises UnknownName with the nearest for any other word."""
    for name in by:
        if name not in DRILL_DOWN_COLUMNS:
            raise UnknownName("drill-down", name, list(DRILL_DOWN_COLUMNS))
    return tuple(dict.fromkeys(by))


def _patient_inside(rows: ir.Table, area: Area) -> ir.BooleanValue:
    return rows.patient_commissioner_code.isin(sorted(area.patient_codes)).coalesce(False)


def _provider_inside(rows: ir.Table, area: Area) -> ir.BooleanValue:
    return rows.provider_code.isin(sorted(area.provider_codes)).coalesce(False)


def _sums_by_code(rows: ir.Table, *, area: Area, by: Sequence[str]) -> ir.Table:
    keys = list(dict.fromkeys(["crg_code", *(key for name in by for key in _GROUPING[name])]))
    patient, provider = _patient_inside(rows, area), _provider_inside(rows, area)
    touching = rows.filter(patient | provider)

    def total(where: ir.BooleanValue) -> ir.DecimalValue:
        amount = touching.activity_count.sum(where=where)
        return amount.cast("decimal(38, 3)").coalesce(0).cast("decimal(38, 3)")

    patient, provider = _patient_inside(touching, area), _provider_inside(touching, area)
    return touching.group_by(keys).aggregate(
        intra=total(patient & provider),
        imported=total(provider & ~patient),
        exported=total(patient & ~provider),
    )


def _sums_by_area(rows: ir.Table, *, areas: Sequence[Area], by: Sequence[str]) -> ir.Table:
    """The sums of `_sums_by_code` of each area, under its code."""
    keys = list(dict.fromkeys(["crg_code", *(key for name in by for key in _GROUPING[name])]))
    patients = members_of({area.code: area.patient_codes for area in areas})
    providers = members_of({area.code: area.provider_codes for area in areas})
    by_code = list(dict.fromkeys([*keys, "provider_code", "patient_commissioner_code"]))
    few = rows.group_by(by_code).aggregate(amount=rows.activity_count.sum())
    lives = few.inner_join(patients, few.patient_commissioner_code == patients._member)
    treats = few.inner_join(providers, few.provider_code == providers._member)
    nothing = ibis.literal(0, "int8")
    touching = ibis.union(
        lives.select(*by_code, "amount", area_code="_area", lives=1 - nothing, treats=nothing),
        treats.select(*by_code, "amount", area_code="_area", lives=nothing, treats=1 - nothing),
    )
    sides = touching.group_by([*by_code, "area_code"]).aggregate(
        amount=touching.amount.max(),  # the same on both sides
        lives=touching.lives.max(),
        treats=touching.treats.max(),
    )

    def total(*, lives: int, treats: int) -> ir.DecimalValue:
        where = (sides.lives == lives) & (sides.treats == treats)
        amount = sides.amount.sum(where=where)
        return amount.cast("decimal(38, 3)").coalesce(0).cast("decimal(38, 3)")

    return sides.group_by([*keys, "area_code"]).aggregate(
        intra=total(lives=1, treats=1),
        imported=total(lives=0, treats=1),
        exported=total(lives=1, treats=0),
    )


def _with_names(
    sums: ir.Table,
    places: ir.Table,
    providers: ir.Table,
    crgs: ir.Table,
    services: ir.Table,
    *,
    by: Sequence[str],
) -> ir.Table:
    named = with_names(sums, crgs, code="crg_code", name="crg_name")
    if "provider" in by:
        named = with_current_provider(named, providers)
    if "icb" in by:
        named = _with_patient_icb(named, places)
    if "service" in by:
        named = with_names(named, services, code="service_code", name="service_name")
    if "pod" in by:
        named = named.mutate(pod_code=named.pod_code.fill_null(UNKNOWN))
    if "month" in by:
        named = named.mutate(month=calendar_month(named))
    return named


def with_names(rows: ir.Table, names: ir.Table, *, code: str, name: str) -> ir.Table:
    """Name the codes of a column from a table of names.

    Shape:   the same rows with column `name` added; a code named twice is still one row.
    Missing: a missing code becomes Unknown, under the name Unknown; a code that is not in the table
             has no name.
    """
    known = names.group_by(_known_code=names[code]).aggregate(_known_name=names[name].max())
    joined = rows.left_join(known, rows[code] == known._known_code)
    unknown = joined[code].fill_null(UNKNOWN) == UNKNOWN
    return joined.mutate(
        **{
            code: joined[code].fill_null(UNKNOWN),
            name: unknown.ifelse(UNKNOWN, joined._known_name),
        }
    ).drop("_known_code", "_known_name")


def with_current_provider(rows: ir.Table, providers: ir.Table) -> ir.Table:
    """Put the provider of the map date in the place of the code a row was sent under.

    Shape:   the same rows, with provider_code replaced and provider_name added.
    Missing: a provider that is not on the map keeps its code and has no name.
    """
    known = providers.select(
        _sent_code=providers.provider_code,
        _current_code=providers.current_provider_code,
        _current_name=providers.provider_name,
    )
    joined = rows.left_join(known, rows.provider_code == known._sent_code)
    return joined.mutate(
        provider_code=joined._current_code.coalesce(joined.provider_code).fill_null(UNKNOWN),
        provider_name=joined._current_name,
    ).drop("_sent_code", "_current_code", "_current_name")


def _with_patient_icb(rows: ir.Table, places: ir.Table) -> ir.Table:
    known = places.select(
        _sent_code=places.commissioner_code, _icb_code=places.icb_code, _icb_name=places.icb_name
    )
    joined = rows.left_join(known, rows.patient_commissioner_code == known._sent_code)
    placed = joined._icb_code.notnull()
    return joined.mutate(
        icb_code=joined._icb_code.fill_null(UNKNOWN),
        icb_name=placed.ifelse(joined._icb_name, UNKNOWN),
    ).drop("_sent_code", "_icb_code", "_icb_name")


def calendar_month(rows: ir.Table) -> ir.StringValue:
    """The calendar month of a row's financial month, written 2023-04."""
    number = rows.financial_month.cast("int64")
    late = (number > 9).ifelse(1, 0)  # January to March fall in the year after
    year = rows.financial_year.substr(0, 4).cast("int64") + late
    month = (number > 9).ifelse(number - 9, number + 3)
    return year.cast("string") + "-" + month.cast("string").lpad(2, "0")


def _order_of(rows: ir.Table, name: str) -> list[ir.Value]:
    code = rows[DRILL_DOWN_COLUMNS[name][0].name]
    return [code == UNKNOWN, code]
