"""Division that stays exact: the nearest decimal to a quotient, without trusting a float.

Engines divide decimals as floats. Here a float only guesses; the remainder, which is exact
decimal, corrects the guess and settles halves, so every engine gives the same penny.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

import ibis
import ibis.expr.types as ir

# Digits are shared out so that no intermediate exceeds the 38 that DuckDB and Spark hold:
# value x factor needs 20+15, quotient x divisor 21+15, their difference one more of each.
VALUE = "decimal(20, 4)"
FACTOR = "decimal(15, 4)"
QUOTIENT = "decimal(21, 5)"
PRODUCT = "decimal(38, 9)"
FINEST_PLACES = 5
MONTHS = 12
SHARE = "decimal(20, 15)"


def rounded_quotient(
    value: ir.DecimalValue, factor: ir.DecimalValue, divisor: ir.DecimalValue, *, places: int
) -> ir.DecimalValue:
    """value x factor / divisor to `places` decimals, halves away from zero.

    Shape:   one decimal(21, 5) per row.
    Missing: null where an input is null, the divisor is zero, the value or the result has more than
             16 digits before the point, or a factor more than 11: no contract does, and the caller
             treats the amount as one that cannot be priced.
    """
    if not 0 <= places <= FINEST_PLACES:
        raise ValueError(f"places must be 0 to {FINEST_PLACES}, not {places}")
    value, factor = value.try_cast(VALUE), factor.try_cast(FACTOR)
    divisor = divisor.try_cast(FACTOR).nullif(0)
    numerator = (value * factor).cast(PRODUCT)
    guess = _float_quotient(numerator, divisor, places)
    guess = guess + _float_quotient(_remainder(numerator, guess, divisor), divisor, places)
    guess = guess.try_cast(QUOTIENT)
    return _settled(numerator, guess, divisor, places)


def months_of_twelve(amount: ir.DecimalValue, *, months: int) -> ir.DecimalValue:
    """So many twelfths of an amount, to four decimals, halves away from zero.

    Shape:   one decimal(38, 4) per row; twelve twelfths are the amount itself.
    Missing: null stays null.

    The share is cut after fifteen decimals, upwards. An amount of four decimals over twelve lies on
    a half or at least eight millionths from one, so below £8,000 million the answer is exact.
    """
    share = (Decimal(months) / MONTHS).quantize(Decimal(1).scaleb(-15), rounding=ROUND_UP)
    part = amount.cast(VALUE) * ibis.literal(share, SHARE)
    return part.round(4).cast("decimal(38, 4)")


def _float_quotient(
    numerator: ir.DecimalValue, divisor: ir.DecimalValue, places: int
) -> ir.DecimalValue:
    quotient = numerator.cast("float64") / divisor.cast("float64")
    return quotient.try_cast(f"decimal({16 + places}, {places})").cast(QUOTIENT)


def _remainder(
    numerator: ir.DecimalValue, quotient: ir.DecimalValue, divisor: ir.DecimalValue
) -> ir.DecimalValue:
    return (numerator - (quotient * divisor).cast(PRODUCT)).cast(PRODUCT)


def _settled(
    numerator: ir.DecimalValue, guess: ir.DecimalValue, divisor: ir.DecimalValue, places: int
) -> ir.DecimalValue:
    """Move a guess that is within one step of the quotient to the nearest, halves outwards."""
    step = ibis.literal(Decimal(1).scaleb(-places), QUOTIENT)
    left = _remainder(numerator, guess, divisor)
    twice = (left.abs() + left.abs()).cast(PRODUCT)
    one_step = (step * divisor.abs()).cast(PRODUCT)
    upwards = (left > 0) == (divisor > 0)
    positive = (numerator > 0) == (divisor > 0)
    move = (twice > one_step) | ((twice == one_step) & (upwards == positive))
    moved = upwards.ifelse(guess + step, guess - step).cast(QUOTIENT)
    return move.ifelse(moved, guess).cast(QUOTIENT)
