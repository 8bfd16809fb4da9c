"""Add up again what somebody stated in the registers of accounts and funding decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from speccomm.jobs.evidence import register_on
from speccomm.jobs.reading import Reading
from speccomm.jobs.recounting.activity import Sets
from speccomm.publishing.receipts.saying import Values
from speccomm.publishing.sourcing import GROUP, OTHERS, Accounted, Of
from speccomm.quality.accounts import account_rows, decision_rows, in_pounds


@dataclass(frozen=True)
class Adding:
    """A sum in pounds, None of no entries, and the entries it adds up."""

    value: Decimal | None
    rows: pa.Table


def add_up_money(reading: Reading, source: Accounted, values: Values, *, sets: Sets) -> Adding:
    """Add up the entries a source names, of the line or lines of its table's row."""
    entries = register_on(reading.snapshot, source.register, on=date.fromisoformat(source.on))
    if source.register == "accounts":
        rows = account_rows(
            entries, accounts_of=source.accounts_of, year=source.year, account=source.account
        )
        lines = rows["heading"].to_pylist()
    else:
        rows = decision_rows(
            entries, accounts_of=source.accounts_of, year=source.year, decision=source.decision
        )
        lines = rows["case"].to_pylist()
    line = values.get(Of.LINE)
    if line is not None:
        wanted = set(sets.get(f"{GROUP}{line}", ())) if line in OTHERS else {line}
        rows = rows.filter(pa.array([name in wanted for name in lines], pa.bool_()))
    amounts = in_pounds(rows, source.measure)
    named = rows.append_column("dataset", pa.array([source.register] * rows.num_rows, pa.string()))
    return Adding(sum(amounts, Decimal(0)) if amounts else None, named)
