"""Surveillance, its history and highlight report; fragile services; priorities; sites."""

from __future__ import annotations

import calendar
from datetime import date
from functools import partial

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from speccomm.quality import (
    Registers,
    evidence_rules,
    fragile_services,
    priorities,
    priority_deliverables,
    surveillance_counts,
    surveillance_report,
)
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.evidence.held import Row, held_for
from speccomm_web.evidence.names import names, names_mark
from speccomm_web.evidence.queries.statements import holding

LINE_NAMES = ("service_code", "service_name", "npoc_letter")


def concerns(viewer: Viewer, *, on: date, level: str = "") -> list[Row]:
    """The concerns that are open on a day, most serious first."""
    levels = list(evidence_rules().words["surveillance_level"])
    rows = [r for r in holding(viewer, "surveillance", on=on) if r["concern_state"] != "closed"]
    if level:
        rows = [row for row in rows if row["surveillance_level"] == level]
    return sorted(
        rows,
        key=lambda r: (-levels.index(r["surveillance_level"]), r["service_code"], r["opened_on"]),
    )


def levels() -> tuple[str, ...]:
    """The levels of surveillance, the lightest first."""
    return tuple(evidence_rules().words["surveillance_level"])


def level_counts(viewer: Viewer, *, on: date) -> list[Row]:
    """How many concerns stand at each level on a day."""
    held = held_for(viewer)
    if held is None:
        return []
    counts = partial(surveillance_counts, rules=evidence_rules())
    return held.answer(counts, on=on, asked="level counts")


def highlights(viewer: Viewer, *, month: date) -> list[Row]:
    """The highlight report of a month: what stood at enhanced or intensive on its last day.

    A month to come shows what will stand then as far as it is known now.
    """
    held = held_for(viewer)
    if held is None:
        return []
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])

    def report(registers: Registers) -> ir.Table:
        return surveillance_report(registers, _lines(), month_from=month.replace(day=1))

    return held.answer(report, on=last, asked=("highlights", month, names_mark()))


def fragile(viewer: Viewer, *, on: date, icb: str = "") -> list[Row]:
    """Fragile services, the soonest review first; of one ICB or of all."""
    held = held_for(viewer)
    if held is None:
        return []
    question = partial(fragile_services, icb=icb or None)
    return held.answer(question, on=on, asked=("fragile", icb))


def years(viewer: Viewer, *, on: date) -> list[str]:
    """The financial years that priorities are held for, the newest first."""
    return sorted({r["financial_year"] for r in holding(viewer, "priorities", on=on)}, reverse=True)


def plans(viewer: Viewer, *, year: str, on: date) -> tuple[list[Row], list[Row]]:
    """The priorities of a year, and what they deliver."""
    held = held_for(viewer)
    if held is None:
        return [], []
    return (
        held.answer(partial(priorities, financial_year=year), on=on, asked=("priorities", year)),
        held.answer(
            partial(priority_deliverables, financial_year=year), on=on, asked=("deliverables", year)
        ),
    )


def sites(viewer: Viewer, *, service: str, on: date) -> list[Row]:
    """The sites that provide a service, hubs before their spokes."""
    rows = [r for r in holding(viewer, "provision", on=on) if r["service_code"] == service]
    return sorted(rows, key=lambda r: (r["site_role"] or "", r["site_code"]))


def networks(viewer: Viewer, *, service: str, on: date) -> list[Row]:
    """What is said of the networks that support a service."""
    rows = holding(viewer, "networks", on=on)
    return [row for row in rows if row["service_code"] == service]


def services_with_sites(viewer: Viewer, *, on: date) -> list[tuple[str, str]]:
    """The services of which any site is held, by name."""
    known = names()
    codes = {row["service_code"] for row in holding(viewer, "provision", on=on)}
    return sorted(((c, known.services.get(c, c)) for c in codes), key=lambda pair: pair[1])


def _lines() -> ir.Table:
    known = names()
    rows = [(c, name, known.letters.get(c, "")) for c, name in known.services.items()]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    arrays = [pa.array(list(column), pa.string()) for column in columns]
    return ibis.memtable(pa.table(arrays, names=list(LINE_NAMES)))
