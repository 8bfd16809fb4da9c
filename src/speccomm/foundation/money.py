"""Money is exact decimal, in pounds. Nothing here or elsewhere turns it into a float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa

PENNY = Decimal("0.01")

# Stored scale: unit prices are sent with up to four decimals; eighteen digits fit one integer.
GBP_TYPE = pa.decimal128(18, 4)
GBP_SQL = "decimal(18, 4)"
ACTIVITY_TYPE = pa.decimal128(13, 3)
ACTIVITY_SQL = "decimal(13, 3)"


def to_pence(amount: Decimal) -> Decimal:
    """Round to the penny, halves away from zero, as an invoice would."""
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


def say_gbp(amount: Decimal | None) -> str:
    """Write an amount for a reader: £1,234.56, -£1,234.56, or "not known" for a missing one."""
    if amount is None:
        return "not known"
    pence = to_pence(amount)
    return f"-£{-pence:,.2f}" if pence < 0 else f"£{pence:,.2f}"
