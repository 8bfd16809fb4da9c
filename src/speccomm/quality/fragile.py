"""Fragile services: the register, and its counts by ICB and area as a region prints them."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from speccomm.foundation.rulebook import read_rule_table
from speccomm.quality.registers import Registers

REGION = "region"


def area_table(*, region_code: str, on: date) -> pa.Table:
    """The areas of a region and their ICBs in the order they are printed.

    Shape:   area_code, area_name, icb_code, short_name, print_order.
    Missing: a region whose areas nobody has written down gives an empty table.
    Source:  rule table quality/areas.
    """
    rows = [
        {
            "area_code": row["area_code"],
            "area_name": row["area_name"],
            "icb_code": row["icb_code"],
            "short_name": row["short_name"],
            "print_order": int(row["order"]),
        }
        for row in read_rule_table("quality/areas")
        if row["region_code"] == region_code
        and row["from_date"] <= on.isoformat()
        and (not row["to_date"] or on.isoformat() < row["to_date"])
    ]
    text = ("area_code", "area_name", "icb_code", "short_name")
    schema = pa.schema([*((name, pa.string()) for name in text), ("print_order", pa.int64())])
    return pa.Table.from_pylist(rows, schema=schema)


def fragile_counts(registers: Registers, areas: pa.Table) -> ir.Table:
    """Count the register by ICB and area.

    Shape:   one row per ICB of `areas`; one per area for services of no one ICB; one for the
             region as a whole; one for entries of any ICB outside `areas`, if there are some:
             area_code, area_name, icb_code, short_name, services, by_capacity to
             by_lack_of_provider. The rows add up to the register.
    Units:   entries of the register; an entry with two reasons counts in both by_ columns.
    Missing: icb_code is null for what is generic to its area. An ICB with no entry has 0.
    Source:  rule table quality/areas for the areas and their order.
    """
    rows = registers["fragile_services"].select("icb_code", "area_code", "reasons")
    boards = ibis.memtable(areas)
    own = boards.select(own_icb="icb_code", own_area="area_code")
    placed = rows.left_join(own, rows.icb_code == own.own_icb)
    area = placed.own_area.fill_null(placed.area_code.fill_null(REGION))
    outside = placed.icb_code.notnull() & placed.own_icb.isnull()
    placed = placed.mutate(
        counted_area=outside.ifelse("elsewhere", area), counted_icb=placed.icb_code.fill_null("")
    )
    counted = placed.group_by("counted_area", "counted_icb").agg(
        services=_.count(), **{name: (_.reasons.contains(word)).sum() for name, word in REASONS}
    )
    slots = _slots(areas)
    joined = slots.outer_join(counted, [("area_code", "counted_area"), ("slot_icb", "counted_icb")])
    names = ["services", *(name for name, _word in REASONS)]
    return (
        joined.mutate(
            area_code=joined.area_code.fill_null(joined.counted_area),
            area_name=joined.area_name.fill_null("Elsewhere"),
            icb_code=joined.slot_icb.fill_null(joined.counted_icb).nullif(""),
            short_name=joined.short_name.fill_null(joined.counted_icb),
            place=joined.place.fill_null(OUTSIDE),
            **{name: joined[name].fill_null(0) for name in names},
        )
        .order_by("place", "icb_code")
        .select("area_code", "area_name", "icb_code", "short_name", *names)
    )


REASONS = (
    ("by_capacity", "capacity"),
    ("by_demand", "demand"),
    ("by_workforce", "workforce"),
    ("by_recruitment_and_retention", "recruitment and retention"),
    ("by_training_and_education", "training and education"),
    ("by_lack_of_provider", "lack of provider"),
)
OUTSIDE = 1_000_000


def fragile_services(
    registers: Registers, *, icb: str | None = None, delegated: ir.Table | None = None
) -> ir.Table:
    """The register's entries, of one ICB or of all, soonest review first.

    `delegated` holds the service_code of delegated service lines; with it the column is_delegated
    says whether an entry is one of them.

    Shape:   specialty, service_code, area_code, icb_code, provider_code, site_code, reasons,
             owner_role, detail, actions, review_on, review_is_overdue, is_delegated, said_by,
             said_on.
    Missing: is_delegated is null where the entry names no service line or `delegated` is not
             given.
    """
    rows = registers["fragile_services"]
    if icb is not None:
        rows = rows.filter(rows.icb_code == icb)
    rows = rows.mutate(review_is_overdue=rows.review_on < registers.on)
    if delegated is None:
        rows = rows.mutate(is_delegated=ibis.null("boolean"))
    else:
        named = delegated.select(delegated_code="service_code").distinct()
        rows = rows.left_join(named, rows.service_code == named.delegated_code)
        rows = rows.mutate(
            is_delegated=rows.service_code.isnull().ifelse(
                ibis.null("boolean"), rows.delegated_code.notnull()
            )
        )
    return rows.order_by("review_on", "specialty").select(
        "specialty", "service_code", "area_code", "icb_code", "provider_code", "site_code",
        "reasons", "owner_role", "detail", "actions", "review_on", "review_is_overdue",
        "is_delegated", "said_by", "said_on",
    )  # fmt: skip


def _slots(areas: pa.Table) -> ir.Table:
    """Every line the table of counts must have, in order."""
    rows = areas.to_pylist()
    names = dict.fromkeys((row["area_code"], row["area_name"]) for row in rows)
    slots = [{"area_code": REGION, "area_name": "Region", "slot_icb": "", "short_name": "Generic"}]
    for code, name in names:
        slots += [
            {
                "area_code": code,
                "area_name": name,
                "slot_icb": row["icb_code"],
                "short_name": row["short_name"],
            }
            for row in rows
            if row["area_code"] == code
        ]
        slots.append(
            {"area_code": code, "area_name": name, "slot_icb": "", "short_name": "Generic"}
        )
    table = pa.Table.from_pylist(slots)
    return ibis.memtable(table.append_column("place", pa.array(range(len(slots)), pa.int64())))
