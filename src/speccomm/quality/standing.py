"""Which statements count: as far as was recorded at a time, and as it holds on a date.

Both questions are asked of one register that only grows: what was recorded by a time, and what
holds from a date on. Plain Arrow, so that the answer is the same on every engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.quality.declaring import INSTANT, Register

ENDED = "ended"


def standing_statements(
    register: Register,
    rows: pa.Table,
    *,
    recorded_by: datetime | None,
    withdrawn: pa.Array | None = None,
) -> pa.Table:
    """The last word on each subject from each date, as recorded by a time.

    Shape:   a selection of `rows`, in their order, at most one row per subject and from_date.
    Missing: recorded_by None takes everything recorded; statements of `withdrawn` loads are left
             out. Subjects that ended are kept, with entry_state "ended".
    """
    if recorded_by is not None:
        moment = pa.scalar(recorded_by, INSTANT)
        rows = rows.filter(pc.less_equal(rows["recorded_at"], moment))
    if withdrawn is not None:
        rows = rows.filter(pc.invert(pc.is_in(rows["load_id"], value_set=withdrawn)))
    return _last_of_each(rows, [*register.key, "from_date"], [("recorded_at", "ascending")])


def as_it_holds(register: Register, standing: pa.Table, *, on: date) -> pa.Table:
    """What holds on a date, of standing statements.

    Shape:   a selection of `standing`, at most one row per subject: the one with the latest
             from_date not after `on`.
    Missing: a subject that ended by then, or begins later, has no row.
    """
    begun = standing.filter(pc.less_equal(standing["from_date"], pa.scalar(on, pa.date32())))
    last = _last_of_each(begun, list(register.key), [("from_date", "ascending")])
    return last.filter(pc.not_equal(last["entry_state"], ENDED))


def _last_of_each(rows: pa.Table, subject: list[str], order: Sequence[tuple[str, str]]) -> pa.Table:
    """The last row of each subject in an order; of equal ones the later row."""
    if rows.num_rows == 0:
        return rows
    numbered = rows.append_column("position", pa.array(np.arange(rows.num_rows)))
    wanted = list(dict.fromkeys([*subject, *(name for name, _ in order), "position"]))
    ordered = numbered.select(wanted).sort_by([*order, ("position", "ascending")])
    last = ordered.group_by(subject, use_threads=False).aggregate([("position", "last")])
    kept = last["position_last"]
    return rows.take(kept.take(pc.sort_indices(kept)))
