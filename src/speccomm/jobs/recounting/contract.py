"""Work the contract position out again as a source declares, and find the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.activity.contract_lines import ContractScope, contract_lines, within
from speccomm.activity.contract_position import position_of_lines
from speccomm.activity.rules import contract_rules
from speccomm.activity.tables import UNKNOWN
from speccomm.foundation.periods import FinancialYear
from speccomm.jobs.contract_rows import KINDS, row_counts, row_tests
from speccomm.jobs.contract_scope import ACM, IAP
from speccomm.jobs.reading import Reading
from speccomm.jobs.recounting.activity import PLACED, SENT_AS, Sets
from speccomm.publishing.receipts.saying import ACTUAL_MEASURES, PLAN_MEASURES, Values
from speccomm.publishing.sourcing import GROUP, OTHERS, Of, Position, ServiceCount

FORECASTS = frozenset({"forecast_straight_gbp", "forecast_profiled_gbp"})
COUNTED_FOR = {
    "plan": ("acm_plan", "iap_plan"),
    "actual": ("acm_actual",),
    "both": ("acm_actual", "iap_plan"),
    "year": ("acm_year", "iap_year"),
}


def scope_of(source: Position | ServiceCount, values: Values, *, sets: Sets) -> ContractScope:
    """The scope of the contract question that a source asks for a row of its table."""
    patients: frozenset[str] | None = frozenset(sets.get(f"patients:{source.area}", ()))
    providers = None
    if isinstance(source, Position) and source.whose == "providers":
        patients = None
        providers = frozenset(sets.get(f"providers:{source.area}", ()))
    if isinstance(source, ServiceCount) and source.whose == "providers":
        patients = None
        providers = frozenset(
            code for local in sets.get("local", ()) for code in codes_of(local, sets=sets)
        )
    if values.get(Of.PATIENT_ICB) is not None:
        patients = frozenset(sets.get(f"{PLACED}{values[Of.PATIENT_ICB]}", ()))
    if values.get(Of.PROVIDER) is not None:
        providers = frozenset(codes_of(str(values[Of.PROVIDER]), sets=sets))
    return ContractScope(
        year=FinancialYear.parse(source.year),
        to_month=source.to_month,
        plan_in_iap=frozenset(sets.get("plan_in_iap", ())),
        whole_year_in_acm=frozenset(sets.get("whole_year_in_acm", ())),
        sent=frozenset(sets.get("sent", ())),
        provider_codes=providers,
        patient_codes=patients,
        service_code=None if gathers(values) else values.get(Of.SERVICE),
    )


def gathers(values: Values) -> bool:
    """Whether the row of a figure gathers several service lines."""
    return values.get(Of.SERVICE) in OTHERS


def codes_of(provider: str, *, sets: Sets) -> Sequence[str]:
    """The codes one provider, or each of those that a row gathers, was sent under."""
    if provider in OTHERS:
        return sets.get(f"{GROUP}{provider}", ())
    return sets.get(f"{SENT_AS}{provider}") or (provider,)


def position_of(
    reading: Reading, source: Position | ServiceCount, values: Values, *, sets: Sets
) -> pa.Table:
    """The contract position of the rows behind a figure, by provider and service.

    Shape:   as `activity.contract_position`.
    """
    scope, rules = scope_of(source, values, sets=sets), contract_rules()
    acm, iap = (reading.snapshot.table(reading.con, name) for name in (ACM, IAP))
    lines = reading.con.to_pyarrow(
        contract_lines(
            acm,
            iap,
            ibis.memtable(_providers(sets)),
            ibis.memtable(reading.reference.points_of_delivery),
            scope=scope,
            rules=rules,
        )
    )
    names = ibis.memtable(reading.service_names)
    found = reading.con.to_pyarrow(
        position_of_lines(ibis.memtable(lines), names, scope=scope, rules=rules)
    )
    if Of.SERVICE in values and values[Of.SERVICE] is None:
        keep = [code == UNKNOWN for code in found["service_code"].to_pylist()]
        found = found.filter(pa.array(keep, pa.bool_()))
    if gathers(values):
        kept = set(sets.get(f"{GROUP}{values[Of.SERVICE]}", ()))
        keep = [code in kept for code in found["service_code"].to_pylist()]
        found = found.filter(pa.array(keep, pa.bool_()))
    return found


def contract_rows(
    reading: Reading, source: Position | ServiceCount, values: Values, *, sets: Sets
) -> dict[str, ir.Table]:
    """The accepted rows behind a figure of the contract position, by data set."""
    scope, rules = scope_of(source, values, sets=sets), contract_rules()
    measure = source.measure if isinstance(source, Position) else "plan_gbp"
    wanted = set(COUNTED_FOR[family_of(measure)])
    found = {}
    for dataset in (ACM, IAP):
        rows = within(reading.snapshot.table(reading.con, dataset), scope)
        if Of.SERVICE in values and values[Of.SERVICE] is None:
            rows = rows.filter(rows.service_code.isnull())
        if gathers(values):
            kept = sets.get(f"{GROUP}{values[Of.SERVICE]}", ())
            rows = rows.filter(rows.service_code.isin(list(kept)).coalesce(False))
        tests = row_tests(rows, dataset, scope=scope, rules=rules)
        asked = [test for name, test in tests.items() if name in wanted]
        if asked:
            found[dataset] = rows.filter(ibis.or_(*asked))
    return found


def family_of(measure: str) -> str:
    """Which rows a measure of the position needs: plan, actual, both, or those of the year."""
    if measure in FORECASTS:
        return "year"
    if measure in PLAN_MEASURES:
        return "plan"
    return "actual" if measure in ACTUAL_MEASURES else "both"


def contract_row_counts(
    reading: Reading, source: Position, *, sets: Sets
) -> dict[tuple[str | None, str | None], dict[str, int]]:
    """How many rows of each kind stand behind each provider and service of the position."""
    counted = row_counts(reading, scope=scope_of(source, {}, sets=sets), rules=contract_rules())
    return by_current_provider(counted, sets=sets)


def by_current_provider(
    counted: pa.Table, *, sets: Sets
) -> dict[tuple[str | None, str | None], dict[str, int]]:
    """Counts of rows by provider as sent and service, added up under the map that the sets hold."""
    counts: dict[tuple[str | None, str | None], dict[str, int]] = {}
    current = dict(_current_providers(sets))
    for row in counted.to_pylist():
        provider = current.get(row["provider_code"], row["provider_code"])
        held = counts.setdefault((provider, row["service_code"]), dict.fromkeys(KINDS, 0))
        for kind in KINDS:
            held[kind] += row[kind]
    return counts


def _current_providers(sets: Sets) -> list[tuple[str, str]]:
    """Each code that a provider was sent under, and the code that stands for it."""
    return [
        (code, name.removeprefix(SENT_AS))
        for name, codes in sets.items()
        if name.startswith(SENT_AS)
        for code in codes
    ]


def _providers(sets: Sets) -> pa.Table:
    """The organisation map that the sets hold, as far as a position needs it: names are left out."""
    pairs = _current_providers(sets)
    return pa.table(
        {
            "provider_code": pa.array([code for code, _ in pairs], pa.string()),
            "current_provider_code": pa.array([now for _, now in pairs], pa.string()),
            "provider_name": pa.array([now for _, now in pairs], pa.string()),
        }
    )
