"""Count patient-level rows as a source declares: for one figure, or for every row of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from speccomm.activity.flows import calendar_month, in_months
from speccomm.foundation.periods import FinancialMonth, months_between
from speccomm.publishing.receipts.saying import Values
from speccomm.publishing.sourcing import Counted, Of

Sets = Mapping[str, Sequence[str]]

MEASURE_TYPE = "decimal(38, 3)"
SENT_AS, PLACED = "sent_as:", "icb:"


def months_of(first: str, last: str) -> list[FinancialMonth]:
    """The months between two, written 2023-04."""
    return months_between(*(FinancialMonth.parse_calendar(text) for text in (first, last)))


def keyed_rows(rows: ir.Table, source: Counted, *, sets: Sets, keys: Sequence[Of]) -> ir.Table:
    """The rows, of the source's months, that it counts under any flow, with a column for each key.

    Shape:   the rows' columns, those of `keys` (see `key_name`), and provider_inside and
             patient_inside.
    Missing: a key is null where the row does not say it.
    """
    providers, patients = (sets.get(f"{n}:{source.area}", ()) for n in ("providers", "patients"))
    kept = rows.mutate(
        provider_inside=_one_of(rows.provider_code, providers),
        patient_inside=_one_of(rows.patient_commissioner_code, patients),
    )
    kept = kept.filter(kept.provider_inside | kept.patient_inside)
    if source.unknown_crg:
        kept = kept.filter(kept.crg_code.isnull())
    if source.left_out:
        kept = kept.filter(~_one_of(kept.service_code, sets.get("services_left_out", ())))
    return kept.mutate(
        **{key_name(of): key_of(kept, of, sets=sets) for of in keys if of is not Of.FLOW}
    )


def key_name(of: Of) -> str:
    """The column that `keyed_rows` adds for a key."""
    return f"key_{of.name.lower()}"


def key_of(rows: ir.Table, of: Of, *, sets: Sets) -> ir.StringValue:
    """What each row says of a key, under the organisation map that the sets hold."""
    if of is Of.PROVIDER:
        return _grouped(rows.provider_code, SENT_AS, sets, otherwise=rows.provider_code)
    if of is Of.PATIENT_ICB:
        nowhere = ibis.null("string")
        return _grouped(rows.patient_commissioner_code, PLACED, sets, otherwise=nowhere)
    if of is Of.MONTH:
        return calendar_month(rows)
    return rows.crg_code if of is Of.CRG else rows.service_code


def in_flow(rows: ir.Table, flow: str) -> ir.BooleanValue:
    """Whether a keyed row belongs to a flow, such as AB."""
    tests = {
        "A": rows.provider_inside & rows.patient_inside,
        "B": rows.provider_inside & ~rows.patient_inside,
        "C": ~rows.provider_inside & rows.patient_inside,
    }
    return ibis.or_(*(tests[letter] for letter in flow))


def figure_rows(rows: ir.Table, source: Counted, values: Values, *, sets: Sets) -> ir.Table:
    """The rows behind one figure; `source` has its flow, `values` the keys of its table row."""
    keys = [of for of in values if of not in {Of.FLOW, Of.NOTHING}]
    inside = rows.filter(in_months(rows, months_of(source.first_month, source.last_month)))
    kept = keyed_rows(inside, source, sets=sets, keys=keys)
    kept = kept.filter(in_flow(kept, source.flow))
    for of in keys:
        column, value = kept[key_name(of)], values[of]
        kept = kept.filter(column.isnull() if value is None else column == value)
    return kept.drop("provider_inside", "patient_inside", *(key_name(of) for of in keys))


def _one_of(column: ir.StringValue, codes: Sequence[str]) -> ir.BooleanValue:
    if not codes:
        return ibis.literal(value=False)
    return column.isin(list(codes)).coalesce(False)


def _grouped(
    column: ir.StringValue, prefix: str, sets: Sets, *, otherwise: ir.Value
) -> ir.StringValue:
    branches = [
        (column.isin(list(codes)), name.removeprefix(prefix))
        for name, codes in sets.items()
        if name.startswith(prefix) and codes
    ]
    return ibis.cases(*branches, else_=otherwise) if branches else otherwise
