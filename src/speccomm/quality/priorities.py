"""Priorities on one page each, and what each delivers by quarter."""

from __future__ import annotations

import ibis.expr.types as ir
from ibis import _

from speccomm.quality.registers import Registers
from speccomm.quality.values import EVERYWHERE


def priorities(registers: Registers, *, financial_year: str, icb: str | None = None) -> ir.Table:
    """The priorities of one year, for one ICB or for all.

    Shape:   the columns of the register, then deliverables, delivered, late and not_said: how
             many of its deliverables are planned and stand so; by reference.
    Missing: a text is null where nobody said. A priority for all ICBs is every ICB's.
    """
    rows = registers["priorities"].filter(_.financial_year == financial_year)
    if icb is not None:
        named = (rows.icb_codes + ";").contains(icb + ";")
        rows = rows.filter((rows.icb_codes == EVERYWHERE) | named)
    counted = (
        registers["priority_deliverables"]
        .filter(_.financial_year == financial_year)
        .group_by("priority_reference")
        .agg(
            deliverables=_.count(),
            delivered=(_.deliverable_state == "delivered").sum(),
            late=(_.deliverable_state == "late").sum(),
            not_said=(_.deliverable_state == "not said").sum(),
        )
    )
    joined = rows.left_join(counted, "priority_reference").drop("priority_reference_right")
    counts = ("deliverables", "delivered", "late", "not_said")
    return joined.mutate(**{name: joined[name].fill_null(0) for name in counts}).order_by(
        "priority_reference"
    )


def priority_deliverables(registers: Registers, *, financial_year: str) -> ir.Table:
    """The deliverables of one year's priorities in the order of their pages.

    Shape:   the columns of the register.
    Missing: quarter is null where none is given, which is not the same as late.
    """
    rows = registers["priority_deliverables"].filter(_.financial_year == financial_year)
    return rows.order_by("priority_reference", "deliverable_number")
