"""Which version of each slice is current at a time: plain functions on the registers."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SLICE_KEYS = ["dataset", "provider_code", "financial_year", "financial_month"]


def withdrawn_loads(withdrawals: pa.Table, *, as_at: datetime | None) -> pa.Array:
    """The loads withdrawn at a time; with no time, the loads ever withdrawn."""
    if as_at is not None:
        moment = pa.scalar(as_at, withdrawals.schema.field("withdrawn_at").type)
        withdrawals = withdrawals.filter(pc.less_equal(withdrawals["withdrawn_at"], moment))
    return pc.unique(withdrawals["load_id"])


def current_slices(slices: pa.Table, withdrawals: pa.Table, *, as_at: datetime | None) -> pa.Table:
    """The current version of every slice.

    Shape:   a selection of `slices`, at most one row per data set, provider, year and month.
    Units:   as_at compares with received_at and withdrawn_at, both included.
    Missing: a slice whose every version is withdrawn, or came later, has no row.
    Source:  the greatest received_at wins; of equal ones the later commit, which is the later
             row, because registers only grow.
    """
    numbered = slices.append_column("position", pa.array(np.arange(slices.num_rows)))
    if as_at is not None:
        moment = pa.scalar(as_at, slices.schema.field("received_at").type)
        numbered = numbered.filter(pc.less_equal(numbered["received_at"], moment))
    gone = withdrawn_loads(withdrawals, as_at=as_at)
    numbered = numbered.filter(pc.invert(pc.is_in(numbered["load_id"], value_set=gone)))
    ordered = numbered.select([*SLICE_KEYS, "received_at", "position"]).sort_by(
        [("received_at", "ascending"), ("position", "ascending")]
    )
    last = ordered.group_by(SLICE_KEYS, use_threads=False).aggregate([("position", "last")])
    kept = last["position_last"]
    return slices.take(kept.take(pc.sort_indices(kept)))
