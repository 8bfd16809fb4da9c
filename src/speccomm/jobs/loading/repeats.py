"""CHK-C04 over many rows: which of their numbers are met twice, and the check on the few that have one.

Sorting millions of small numbers takes a fraction of what the engine takes to group by them, and a
submission without repeats is looked at once.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from speccomm.intake.across import (
    COLUMNS,
    ROW,
    SAME_ACTIVITY,
    activity_numbers,
    repeated_activities,
    rows_of_numbers,
)
from speccomm.intake.rules import IntakeRules
from speccomm.jobs.loading.compiling import compiled_once
from speccomm.warehouse.tables import ROW_TABLES

CHECK_ID, DATASET = "CHK-C04", "plcm"
STAGED, CANDIDATES = f"staged_{DATASET}", f"candidates_{DATASET}"
BATCH_ROWS = 1_000_000
Numbers = np.ndarray[Any, np.dtype[np.int32]]


def repeated_rows(raw: Any, rules: IntakeRules) -> pa.Table:
    """The rows CHK-C04 is said of, of the view staged_plcm.

    Shape:   the columns of `intake.across.ROW`, each row once.
    Missing: as `intake.across.repeated_activities`, whose rows these are.
    """
    numbers, candidates, repeated = compile_questions(rules)
    if not _place_met_again(raw, numbers):
        return _schema().empty_table().select(list(ROW))
    # A table of the engine's own, which it writes to disk where every row repeats one.
    raw.execute(f"create or replace temp table {CANDIDATES} as {candidates}")
    rows = raw.execute(repeated).to_arrow_table()
    raw.execute(f"drop table {CANDIDATES}")
    for way in SAME_ACTIVITY:
        raw.unregister(_met_again_name(way))
    return rows


def compile_questions(rules: IntakeRules) -> tuple[str, str, str]:
    """What is asked: the numbers of all rows, the rows met again, those of them that repeat one."""
    return (
        compiled_once((CHECK_ID, "numbers"), lambda: activity_numbers(_table(STAGED))),
        compiled_once((CHECK_ID, "candidates"), _candidates),
        compiled_once(
            (CHECK_ID, "repeated", *rules.identity),
            lambda: repeated_activities(_table(CANDIDATES), rules),
        ),
    )


def _place_met_again(raw: Any, question: str) -> bool:
    """Register the numbers met more than once, for each way of comparing. Returns whether any are."""
    parts: dict[str, list[Numbers]] = {way: [] for way in SAME_ACTIVITY}
    for batch in raw.execute(question).fetch_record_batch(BATCH_ROWS):
        for way, held in parts.items():
            held.append(batch[way].drop_null().to_numpy(zero_copy_only=False))
    found = {way: _met_again(parts.pop(way)) for way in SAME_ACTIVITY}
    if not any(len(numbers) for numbers in found.values()):
        return False
    for way, numbers in found.items():
        raw.register(_met_again_name(way), pa.table({"number": pa.array(numbers, pa.int32())}))
    return True


def _met_again(parts: list[Numbers]) -> Numbers:
    numbers = np.concatenate([np.empty(0, np.int32), *parts])
    parts.clear()
    numbers.sort()
    return np.unique(numbers[1:][numbers[1:] == numbers[:-1]])


def _candidates() -> ir.Table:
    schema = ibis.schema({"number": "int32"})
    again = {way: ibis.table(schema, name=_met_again_name(way)) for way in SAME_ACTIVITY}
    return rows_of_numbers(_table(STAGED), again)


def _table(name: str) -> ir.Table:
    return ibis.table(ibis.schema(_schema()), name=name)


def _schema() -> pa.Schema:
    types = ROW_TABLES[DATASET].schema
    return pa.schema([types.field(name) for name in COLUMNS[DATASET]])


def _met_again_name(way: str) -> str:
    return f"met_again_{way}"
