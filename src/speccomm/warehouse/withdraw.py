"""Withdraw a load made by mistake: the next older version of each slice counts again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.errors import Refusal
from speccomm.warehouse.columns import INSTANT, TEXT
from speccomm.warehouse.current import SLICE_KEYS
from speccomm.warehouse.store import Store
from speccomm.warehouse.tables import SLICES, WITHDRAWALS

NOW_CURRENT_SCHEMA = pa.schema(
    [
        *(SLICES.schema.field(key) for key in SLICE_KEYS),
        ("rows_before", pa.int64()),
        ("load_now", TEXT),
        ("received_at_now", INSTANT),
        ("rows_now", pa.int64()),
    ]
)


class AlreadyWithdrawn(Refusal):
    """A load that was withdrawn before."""

    def __init__(self, load_id: str, withdrawn_at: datetime) -> None:
        self.load_id = load_id
        self.withdrawn_at = withdrawn_at
        super().__init__(f"Load {load_id} was already withdrawn on {withdrawn_at:%d %B %Y}.")


@dataclass(frozen=True)
class Withdrawal:
    """What a withdrawal did: the store's version, and every slice whose current rows changed.

    A slice with no load_now has no current version left. A withdrawn load that was already
    superseded changes no slice.
    """

    version: int
    slices: pa.Table


def withdraw_load(
    store: Store, *, load_id: str, reason: str | None, now: datetime, purpose: str = "a withdrawal"
) -> Withdrawal:
    """Let a load count no more from `now` on. Earlier times still show it.

    Raises UnknownName with the nearest known load, AlreadyWithdrawn, StoreBusy.
    """
    with store.write(purpose=purpose) as tx:
        tx.snapshot.require_load(load_id)
        for row in tx.snapshot.register("withdrawals").to_pylist():
            if row["load_id"] == load_id:
                raise AlreadyWithdrawn(load_id, row["withdrawn_at"])
        record = {"load_id": load_id, "withdrawn_at": now, "reason": reason}
        tx.append("withdrawals", pa.Table.from_pylist([record], schema=WITHDRAWALS.schema))
        version = tx.commit(now=now, action=f"withdraw {load_id}")
        before = tx.snapshot.slices()
    after = store.snapshot()
    lost = before.filter(pc.equal(before["load_id"], load_id))
    return Withdrawal(version, _now_current(lost, after.slices()))


def _now_current(lost: pa.Table, current: pa.Table) -> pa.Table:
    standing = {tuple(row[key] for key in SLICE_KEYS): row for row in current.to_pylist()}
    rows = []
    for slice_row in lost.to_pylist():
        now = standing.get(tuple(slice_row[key] for key in SLICE_KEYS), {})
        rows.append(
            {
                **{key: slice_row[key] for key in SLICE_KEYS},
                "rows_before": slice_row["accepted_rows"],
                "load_now": now.get("load_id"),
                "received_at_now": now.get("received_at"),
                "rows_now": now.get("accepted_rows", 0),
            }
        )
    return pa.Table.from_pylist(rows, schema=NOW_CURRENT_SCHEMA)
