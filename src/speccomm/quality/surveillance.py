"""Services under surveillance: the monthly highlight report, its counts and each concern's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from speccomm.quality.registers import Registers
from speccomm.quality.rules import EvidenceRules

REPORTED = ("intensive", "enhanced")


def surveillance_report(
    registers: Registers,
    lines: ir.Table,
    *,
    month_from: date,
    levels: Sequence[str] = REPORTED,
) -> ir.Table:
    """The concerns at the levels a joint committee is told of, most serious first.

    Shape:   one row per open concern: status_and_level, concern_state, surveillance_level,
             service_code, service_part, service_name, programme (letter), provider_code, icb_code,
             concern_title, concern, impact, needs_escalation with who said so and when,
             escalated_to, mitigation, key_learning, owner_role, opened_on, review_on,
             level_since, said_by, said_on.
    Missing: a text is null where nobody said; level_since is the date from which the present
             level was stated without a break, as far as the register tells.
    Source:  the highlight report's form; a concern opened on or after `month_from` reads "new"
             whatever its row says, and an older one "ongoing".
    """
    rows = registers["surveillance"].filter(
        _.surveillance_level.isin(list(levels)), _.concern_state != "closed"
    )
    rows = rows.mutate(concern_state=(rows.opened_on >= month_from).ifelse("new", "ongoing"))
    rows = rows.mutate(
        status_and_level=_.concern_state + ": " + _.surveillance_level,
        part=_.service_part.fill_null(""),
    )
    named = lines.select("service_code", "service_name", programme="npoc_letter")
    joined = rows.left_join(named, "service_code").drop("service_code_right")
    since = _level_since(registers)
    keys = ["service_code", "part", "provider_code", "concern_title"]
    joined = joined.left_join(since, [*keys, "surveillance_level"])
    order = ibis.cases(
        *((joined.surveillance_level == level, n) for n, level in enumerate(levels)),
        else_=len(levels),
    )
    return (
        joined.mutate(level_order=order)
        .order_by("level_order", "opened_on", "service_code", "provider_code", "concern_title")
        .select(
            "status_and_level", "concern_state", "surveillance_level",
            "service_code", "service_part", "service_name", "programme",
            "provider_code", "icb_code", "concern_title", "concern", "impact",
            "needs_escalation", "needs_escalation_said_by", "needs_escalation_said_on",
            "escalated_to", "mitigation", "key_learning", "owner_role",
            "opened_on", "review_on", "level_since", "said_by", "said_on",
        )
    )  # fmt: skip


def surveillance_counts(registers: Registers, *, rules: EvidenceRules) -> ir.Table:
    """How many open concerns stand at each level, a level with none included.

    Shape:   surveillance_level, concerns, services; routine, enhanced, intensive.
    Missing: nothing is missing: a level with no concern has 0, as the register says.
    """
    levels = list(rules.words["surveillance_level"])
    every = ibis.memtable(
        pa.table({"surveillance_level": levels, "place": pa.array(range(len(levels)))})
    )
    open_rows = registers["surveillance"].filter(_.concern_state != "closed")
    counted = open_rows.group_by("surveillance_level").agg(
        concerns=_.count(), services=_.service_code.nunique()
    )
    joined = every.left_join(counted, "surveillance_level")
    return (
        joined.mutate(concerns=_.concerns.fill_null(0), services=_.services.fill_null(0))
        .order_by("place")
        .select("surveillance_level", "concerns", "services")
    )


def surveillance_history(registers: Registers) -> ir.Table:
    """Every statement about every concern until the registers' date, oldest first.

    Shape:   the columns of the surveillance register.
    Missing: as the register declares. Statements later replaced from the same date are left out;
             they are read by asking as at an earlier time.
    """
    rows = registers.standing["surveillance"]
    return rows.filter(rows.from_date <= registers.on).order_by(
        "service_code", "provider_code", "concern_title", "from_date"
    )


def _level_since(registers: Registers) -> ir.Table:
    """From when each concern has stood at its present level without another in between."""
    rows = surveillance_history(registers).mutate(part=_.service_part.fill_null(""))
    keys = ["service_code", "part", "provider_code", "concern_title"]
    window = ibis.window(group_by=keys, order_by="from_date")
    before = rows.surveillance_level.lag().over(window)
    starts = rows.filter((before.isnull()) | (before != rows.surveillance_level))
    return starts.group_by([*keys, "surveillance_level"]).agg(level_since=_.from_date.max())
