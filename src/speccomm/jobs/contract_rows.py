"""Which stored rows stand behind a contract position, by kind, and how many of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.activity.areas import AREA, Area
from speccomm.activity.contract_lines import ContractScope, plan_stands_in, within
from speccomm.activity.contract_position import of_areas
from speccomm.activity.rules import ContractRules
from speccomm.foundation.periods import MONTHS_IN_YEAR
from speccomm.jobs.contract_scope import ACM, IAP
from speccomm.jobs.reading import Reading

OUTSIDE_MONTHS = (0, 13)
KINDS = ("acm_plan", "acm_actual", "acm_year", "iap_plan", "iap_year")
PLACE = ("provider_code", "service_code")


def row_counts(
    reading: Reading,
    *,
    scope: ContractScope,
    rules: ContractRules,
    areas: Sequence[Area] = (),
) -> pa.Table:
    """Count the rows of each kind behind a position, or behind those of several areas' patients.

    Shape:   provider_code (as sent), service_code and a column for each of KINDS; with `areas`,
             which then say whose patients, area_code before them. Both data sets in one table.
    Units:   rows.
    Missing: a code that was not sent is null; a kind that a data set has not is 0.
    """
    found = []
    for dataset in (ACM, IAP):
        rows = reading.snapshot.table(reading.con, dataset)
        if areas:
            rows = of_areas(within(rows, replace(scope, patient_codes=None)), areas)
        else:
            rows = within(rows, scope)
        keyed = rows.mutate(**row_tests(rows, dataset, scope=scope, rules=rules))
        counts = {
            kind: keyed[kind].sum().coalesce(0).cast("int64")
            if kind in keyed.columns
            else ibis.literal(0, "int64")
            for kind in KINDS
        }
        keys = [*([AREA] if areas else []), *PLACE]
        found.append(reading.con.to_pyarrow(keyed.group_by(keys).aggregate(**counts)))
    return pa.concat_tables(found, promote_options="permissive")


def row_tests(
    rows: ir.Table, dataset: str, *, scope: ContractScope, rules: ContractRules
) -> Mapping[str, ir.BooleanValue]:
    """Whether a row of a data set is of each kind that the data set has."""
    month = rows.financial_month
    to_date = month.between(1, scope.to_month)
    if dataset == IAP:
        stands = rows.provider_code.isin(sorted(scope.plan_in_iap)).coalesce(False)
        stands = stands & ibis.literal(rules.plan_source != ACM)
        return {"iap_plan": stands & (to_date | month.isin(OUTSIDE_MONTHS)), "iap_year": stands}
    stated = ibis.or_(
        *(
            rows[name].notnull()
            for name in ("planned_activity", "planned_price_gbp", "planned_mff_gbp")
        )
    )
    planned = plan_stands_in(rows, scope=scope, rules=rules) & stated
    year = rows.provider_code.isin(sorted(scope.whole_year_in_acm)) & planned
    return {
        "acm_plan": to_date & planned,
        "acm_actual": to_date,
        "acm_year": to_date | (month.between(1, MONTHS_IN_YEAR) & year),
    }
