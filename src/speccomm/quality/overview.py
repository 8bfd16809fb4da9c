"""The quality overview: one row for each service, in order of priority, nothing taken for no."""

from __future__ import annotations

from datetime import date
from functools import reduce

import ibis
import ibis.expr.types as ir
from ibis import _
from ibis.common.deferred import Deferred

from speccomm.foundation.rulebook import Rulebook, read_rulebook
from speccomm.quality.registers import Registers

NOT_LOOKED_AT = "not looked at"
WHOLE_LINE = ""  # stands for a missing part where rows are joined: null equals nothing
ABOUT_SERVICES = (
    "provision",
    "ssqd",
    "networks",
    "safety_events",
    "complaints",
    "cqc_reports",
    "other_intelligence",
    "workforce",
    "surveillance",
    "looks",
)
KEYS = ("service_code", "part")


def overview_rules() -> Rulebook:
    """The rulebook of the overview's order and windows."""
    return read_rulebook("quality/overview")


def quality_overview(registers: Registers, lines: ir.Table, *, rules: Rulebook) -> ir.Table:
    """Say of each service what is known of its quality, in order of priority.

    `lines` are the service lines asked about: service_code, service_name, npoc_letter. A part of a
    service line that any register names has a row of its own.

    Shape:   one row per service line or part, by priority: priority, block, service_code,
             service_part, service_name, npoc_letter, units, contracted_units; has_ssqd and
             has_network, each with _said_by and _said_on, network_detail; safety_events,
             complaints, cqc_reports and other_intelligence, each a flag with _rows, _detail,
             _said_by and _said_on.
    Units:   units are sites in the provision register; _rows count register entries, of safety
             events and complaints since the rulebook's dates.
    Missing: units is null where the provision register says nothing of the service, which is not
             none. A flag is "not looked at" where nobody said anything: _said_by is then null.
    Source:  rulebook quality/overview.
    """
    windows = rules.rules["windows"]
    parts = [
        _provision(registers),
        _ssqd(registers),
        _networks(registers),
        _events(registers, "safety_events", "reported_on", windows["safety_events_since"]),
        _events(registers, "complaints", "received_on", windows["complaints_since"]),
        _events(registers, "cqc_reports", None, None),
        _events(registers, "other_intelligence", None, None),
    ]
    joined = reduce(_beside, parts, _subjects(registers, lines))
    flagged = joined.mutate(
        has_ssqd=_.has_ssqd.fill_null(NOT_LOOKED_AT),
        has_network=_.has_network.fill_null(NOT_LOOKED_AT),
    )
    for topic in ("safety_events", "complaints", "cqc_reports", "other_intelligence"):
        flagged = _topic(flagged, registers, topic)
    return _in_order(flagged, rules)


def _subjects(registers: Registers, lines: ir.Table) -> ir.Table:
    """Every service line asked about, and every part of one that a register names."""
    said = [_keyed(registers[name]).select(KEYS).distinct() for name in ABOUT_SERVICES]
    named = ibis.union(*said, distinct=True).filter(_.service_code.notnull())
    silent = (
        lines.anti_join(named, "service_code")
        .select("service_code")
        .mutate(part=ibis.literal(WHOLE_LINE))
    )
    every = ibis.union(named.select(KEYS), silent.select(KEYS))
    named_lines = lines.select("service_code", "service_name", "npoc_letter")
    return every.inner_join(named_lines, "service_code")


def _keyed(table: ir.Table) -> ir.Table:
    return table.mutate(part=table.service_part.fill_null(WHOLE_LINE))


def _beside(left: ir.Table, right: ir.Table) -> ir.Table:
    joined = left.left_join(right, list(KEYS))
    return joined.drop(*(name for name in joined.columns if name.endswith("_right")))


def _provision(registers: Registers) -> ir.Table:
    rows = _keyed(registers["provision"])
    return rows.group_by(KEYS).agg(
        units=_.site_code.nunique(),
        contracted_units=_.site_code.nunique(where=_.contracted == "yes"),
    )


def _ssqd(registers: Registers) -> ir.Table:
    names = ("has_ssqd", "has_ssqd_said_by", "has_ssqd_said_on")
    return _keyed(registers["ssqd"]).select(*KEYS, *names)


def _networks(registers: Registers) -> ir.Table:
    """One flag for all areas: yes if any has a network; no only if all that apply were looked at."""
    rows = _keyed(registers["networks"]).mutate(
        words=_.area_code.fill_null("region") + ": " + _.network_name.fill_null(_.has_network)
    )
    grouped = rows.group_by(KEYS).agg(
        any_yes=(_.has_network == "yes").any(),
        any_open=(_.has_network == NOT_LOOKED_AT).any(),
        any_no=(_.has_network == "no").any(),
        network_detail=_.words.group_concat("; ", order_by=_.words),
        has_network_said_by=_newest(_.has_network_said_by, _.has_network_said_on),
        has_network_said_on=_.has_network_said_on.max(),
    )
    combined = ibis.cases(
        (grouped.any_yes, "yes"),
        (grouped.any_open, NOT_LOOKED_AT),
        (grouped.any_no, "no"),
        else_="not applicable",
    )
    return grouped.mutate(has_network=combined).drop("any_yes", "any_open", "any_no")


def _events(registers: Registers, name: str, dated: str | None, since: date | None) -> ir.Table:
    """How many entries a register has of each service, and which providers or kinds they are of."""
    rows = _keyed(registers[name])
    if dated is not None:
        rows = rows.filter(rows[dated] >= since)
    what = "intelligence_kind" if name == "other_intelligence" else "provider_code"
    counted = rows.group_by(*KEYS, what).agg(
        held=_.count(), said_by=_newest(_.said_by, _.said_on), said_on=_.said_on.max()
    )
    counted = counted.mutate(
        words=counted[what]
        if name == "other_intelligence"
        else counted.held.cast("string") + " " + counted[what]
    )
    return counted.group_by(KEYS).agg(
        **{
            f"{name}_rows": _.held.sum(),
            f"{name}_detail": _.words.group_concat("; ", order_by=_.words),
            f"{name}_said_by": _newest(_.said_by, _.said_on),
            f"{name}_said_on": _.said_on.max(),
        }
    )


def _newest(said_by: Deferred, said_on: Deferred) -> Deferred:
    """Who spoke last; of several on one day the last by name, so that it is always the same one."""
    return said_by.argmax(said_on.cast("string") + said_by)


def _topic(table: ir.Table, registers: Registers, topic: str) -> ir.Table:
    """The flag of one topic: entries make it yes; without any, whoever looked says what it is."""
    looks = _keyed(registers["looks"])
    looked = looks.filter(looks.topic == topic.replace("_", " ")).select(
        *KEYS,
        looked=_.anything_known,
        looked_by=_.anything_known_said_by,
        looked_on=_.anything_known_said_on,
        looked_detail=_.what_is_known,
    )
    joined = _beside(table, looked)
    rows = joined[f"{topic}_rows"]
    some = rows.fill_null(0) > 0
    flags = {
        topic: some.ifelse("yes", joined.looked.fill_null(NOT_LOOKED_AT)),
        f"{topic}_rows": rows.fill_null(0),
        f"{topic}_detail": some.ifelse(joined[f"{topic}_detail"], joined.looked_detail),
        f"{topic}_said_by": some.ifelse(joined[f"{topic}_said_by"], joined.looked_by),
        f"{topic}_said_on": some.ifelse(joined[f"{topic}_said_on"], joined.looked_on),
    }
    return joined.mutate(**flags).drop("looked", "looked_by", "looked_on", "looked_detail")


def _in_order(table: ir.Table, rules: Rulebook) -> ir.Table:
    """Number the rows by the rulebook's blocks, then by units, then by name."""
    has = {name: table[name] == "yes" for name in ("has_ssqd", "has_network")}
    blocks = rules.rules["block"]
    tests = [
        (has["has_ssqd"] == block["has_ssqd"]) & (has["has_network"] == block["has_network"])
        for block in blocks
    ]
    numbers = ibis.cases(*((test, n) for n, test in enumerate(tests)), else_=len(blocks))
    titles = ibis.cases(
        *((test, block["title"]) for test, block in zip(tests, blocks, strict=True)), else_=""
    )
    numbered = table.mutate(block_number=numbers, block=titles)
    order = [
        numbered.block_number,
        numbered.units.isnull(),
        numbered.units.desc(),
        numbered.service_name,
        numbered.service_code,
        numbered.part,
    ]
    priority = ibis.row_number().over(order_by=order) + 1
    placed = numbered.mutate(priority=priority, service_part=numbered.part.nullif(WHOLE_LINE))
    topics = ("safety_events", "complaints", "cqc_reports", "other_intelligence")
    return placed.select(
        "priority",
        "block",
        "service_code",
        "service_part",
        "service_name",
        "npoc_letter",
        "units",
        "contracted_units",
        *(f"has_ssqd{tail}" for tail in ("", "_said_by", "_said_on")),
        *(f"has_network{tail}" for tail in ("", "_said_by", "_said_on")),
        "network_detail",
        *(
            f"{topic}{tail}"
            for topic in topics
            for tail in ("", "_rows", "_detail", "_said_by", "_said_on")
        ),
    ).order_by("priority")
