"""Rows and activity by the keys of one table of a pack, from sums by codes already in memory.

`recounting.activity` asks the store's rows the same for one figure's receipt; a pack has thousands
of figures, and its sums are small, so here they are added up without the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.recounting.activity import PLACED, SENT_AS, Sets
from speccomm.publishing.receipts.saying import Values
from speccomm.publishing.sourcing import Counted, Of

Key = tuple[str | None, ...]
COLUMNS = {Of.CRG: "crg_code", Of.SERVICE: "service_code"}
NOTHING: Mapping[str, tuple[int, Decimal]] = {}


class CountedSums:
    """Rows and activity of one source by the keys of one table, for each of the flows A, B and C."""

    def __init__(self, sums: pa.Table, source: Counted, sets: Sets, keys: Sequence[Of]) -> None:
        self._keys = tuple(keys)
        self._held: dict[Key, dict[str, tuple[int, Decimal]]] = {}
        kept = _kept(sums, source, sets)
        columns = {f"key_{n}": _key(kept, of, sets) for n, of in enumerate(keys)}
        named = pa.table(
            {**columns, **{n: kept[n] for n in ("letter", "row_count", "activity_count")}}
        )
        grouped = named.group_by([*columns, "letter"], use_threads=False).aggregate(
            [("row_count", "sum"), ("activity_count", "sum")]
        )
        for row in grouped.to_pylist():
            key = tuple(row[name] for name in columns)
            counted = (row["row_count_sum"] or 0, row["activity_count_sum"] or Decimal(0))
            self._held.setdefault(key, {})[row["letter"]] = counted

    def of(self, values: Values | None, flow: str) -> tuple[int, Decimal]:
        """The rows and activity of one row of the table; of all of them where `values` is None."""
        held: Iterable[Mapping[str, tuple[int, Decimal]]] = self._held.values()
        if values is not None:
            held = [self._held.get(tuple(values[of] for of in self._keys), NOTHING)]
        rows, activity = 0, Decimal(0)
        for by_flow in held:
            for letter in flow:
                more, units = by_flow.get(letter, (0, Decimal(0)))
                rows, activity = rows + more, activity + units
        return rows, activity


def _kept(sums: pa.Table, source: Counted, sets: Sets) -> pa.Table:
    """The sums that touch the source's area, with the flow each belongs to."""
    provider, patient = (
        _one_of(sums[f"{column}_code"], sets.get(f"{name}:{source.area}", ()))
        for column, name in (("provider", "providers"), ("patient_commissioner", "patients"))
    )
    letter = pc.if_else(provider, pc.if_else(patient, "A", "B"), "C")
    keep = pc.or_(provider, patient)
    if source.unknown_crg:
        keep = pc.and_(keep, pc.is_null(sums["crg_code"]))
    if source.left_out:
        left_out = _one_of(sums["service_code"], sets.get("services_left_out", ()))
        keep = pc.and_(keep, pc.invert(left_out))
    return sums.append_column("letter", letter).filter(keep)


def _one_of(column: pa.ChunkedArray, codes: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(list(codes), pa.string()))


def _key(rows: pa.Table, of: Of, sets: Sets) -> pa.ChunkedArray:
    """What each row says of a key, under the organisation map that the sets hold."""
    if of is Of.PROVIDER:
        current = _leading_to(SENT_AS, sets)
        return _mapped(rows["provider_code"], lambda code: current.get(code, code))
    if of is Of.PATIENT_ICB:
        return _mapped(rows["patient_commissioner_code"], _leading_to(PLACED, sets).get)
    if of is Of.MONTH:
        return _months(rows)
    return rows[COLUMNS[of]]


def _leading_to(prefix: str, sets: Sets) -> dict[str, str]:
    return {
        code: name.removeprefix(prefix)
        for name, codes in sets.items()
        if name.startswith(prefix)
        for code in codes
    }


def _mapped(column: pa.ChunkedArray, meaning: Callable[[str], str | None]) -> pa.ChunkedArray:
    """Each code's meaning, worked out once for each different code; null stays null."""
    encoded = column.combine_chunks().dictionary_encode()
    words = pa.array([meaning(code) for code in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([words.take(encoded.indices)])


def _months(rows: pa.Table) -> pa.ChunkedArray:
    pairs = zip(*(rows[n].to_pylist() for n in ("financial_year", "financial_month")), strict=True)
    said: dict[tuple[str, int], str] = {}
    texts = []
    for year, number in pairs:
        if (year, number) not in said:
            said[year, number] = str(FinancialMonth(FinancialYear.parse(year), number))
        texts.append(said[year, number])
    return pa.chunked_array([pa.array(texts, pa.string())])
