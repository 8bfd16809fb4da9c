"""Withdraw a load made by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from speccomm.jobs.reading import loads_of
from speccomm.jobs.run_folder import RunFacts
from speccomm.warehouse import open_store, withdraw_load
from speccomm.warehouse.tables import WITHDRAWALS


@dataclass(frozen=True)
class WithdrawRequest:
    """Which load to withdraw from `now` on, and why. `reason` None records none."""

    store: Path
    load_id: str
    now: datetime
    reason: str | None = None


@dataclass(frozen=True)
class WithdrawAnswer:
    """What the withdrawal changed: one row per slice the load was current for.

    Shape:   dataset, provider_code, financial_year, financial_month, rows_before, load_now,
             received_at_now, rows_now.
    Missing: load_now is null for a slice with no version left.
    """

    slices: pa.Table
    facts: RunFacts


def withdraw(request: WithdrawRequest) -> WithdrawAnswer:
    """Let a load count no more; the next older version of each of its slices counts again.

    Raises:  NoStore, UnknownName with the nearest known load, AlreadyWithdrawn, StoreBusy.
    """
    store = open_store(request.store)
    done = withdraw_load(store, load_id=request.load_id, reason=request.reason, now=request.now)
    snapshot = store.snapshot(version=done.version)
    one = pa.table({"load_id": pa.array([request.load_id], WITHDRAWALS.schema.field(0).type)})
    return WithdrawAnswer(
        slices=done.slices,
        facts=RunFacts(
            store_version=done.version,
            loads=loads_of(snapshot, one),
            row_counts={"slices_changed": done.slices.num_rows},
        ),
    )
