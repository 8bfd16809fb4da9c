"""What the registers of accounts and funding decisions say of one body and one year."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.periods import FinancialYear

TOTAL = "total"
APPROVED = "approved"
UNITS = {
    "pounds": Decimal(1),
    "thousands of pounds": Decimal(1_000),
    "millions of pounds": Decimal(1_000_000),
}


def account_rows(
    accounts: pa.Table, *, accounts_of: str, year: str, account: str, totals: bool = False
) -> pa.Table:
    """The lines of one table of a body's accounts, or with `totals` the total it prints.

    Shape:   the columns of the register; lines in the order they were stated.
    """
    kept = _where(accounts, accounts_of=accounts_of, financial_year=year, account=account)
    is_total = pc.equal(kept["line_covers"], TOTAL)
    return kept.filter(is_total if totals else pc.invert(is_total))


def decision_rows(
    decisions: pa.Table, *, accounts_of: str, year: str, decision: str = ""
) -> pa.Table:
    """What a body decided in a year, on one kind of decision or on every kind.

    Shape:   the columns of the register, in the order they were stated.
    Missing: what is not decided yet belongs to no year and is left out.
    """
    kept = _where(decisions, accounts_of=accounts_of)
    if decision:
        kept = _where(kept, funding_decision=decision)
    days = kept["decided_on"].to_pylist()
    inside = [day is not None and str(FinancialYear.holding(day)) == year for day in days]
    return kept.filter(pa.array(inside, pa.bool_()))


def in_pounds(rows: pa.Table, amount: str) -> list[Decimal]:
    """A column of amounts in pounds, row by row, exact."""
    pairs = zip(rows[amount].to_pylist(), rows["stated_in"].to_pylist(), strict=True)
    return [value * UNITS[unit] for value, unit in pairs]


def steps(rows: pa.Table) -> list[Decimal]:
    """To what each row's amount was rounded when it was printed, in pounds; 0 for exact pounds."""
    return [
        UNITS[unit] if UNITS[unit] > 1 else Decimal(0) for unit in rows["stated_in"].to_pylist()
    ]


def _where(rows: pa.Table, **wanted: str) -> pa.Table:
    for name, value in wanted.items():
        rows = rows.filter(pc.equal(rows[name], value))
    return rows
