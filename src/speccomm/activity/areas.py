"""An area to draw flows for: an ICB or a region, as the codes that stood for it on one date."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.tables import ELSEWHERE
from speccomm.foundation.errors import Refusal, UnknownName
from speccomm.foundation.rulebook import Rulebook, read_rulebook

FLOWS_RULEBOOK = "activity/flows"
ELSEWHERE_NAME = "Not in an English ICB"
AREA = "area_code"  # of the column that tells the areas of one answer apart


@dataclass(frozen=True)
class Area:
    """An ICB or a region on the organisation map of one date.

    `patient_codes` are the commissioner codes whose patients live in the area, under every code
    they were ever sent by; `provider_codes` the providers whose head office is in it, merged
    predecessors included.
    """

    kind: str
    code: str
    name: str
    map_date: date
    patient_codes: frozenset[str]
    provider_codes: frozenset[str]


class UnknownArea(UnknownName):
    """An ICB or region code that stood for nothing on the map date."""


class NotOneArea(Refusal):
    """Neither an ICB nor a region was asked for, or both were."""


def area_on(
    commissioners: pa.Table,
    providers: pa.Table,
    *,
    on: date,
    icb: str | None = None,
    region: str | None = None,
) -> Area:
    """Find the codes of one ICB or one region on the map of a date.

    Shape:   one Area; a code belongs to an ICB, and to a region only through an ICB, so that the
             flows of a region hold those of its ICBs.
    Missing: codes the map cannot place belong to no area.
    Raises:  NotOneArea unless exactly one of icb and region is given; UnknownArea for a code that
             is not on the map, with the nearest code that is.
    Source:  the commissioner and provider maps of `reference` on the date `on`.
    """
    if (icb is None) == (region is None):
        raise NotOneArea("Ask for one ICB or one region, and not for both.")
    kind, code = ("icb", str(icb)) if icb is not None else ("region", str(region))
    placed = commissioners.filter(pc.field("icb_code").is_valid())
    inside = placed.filter(pc.field(f"{kind}_code") == code)
    if inside.num_rows == 0:
        raise _unknown_area(kind, code, placed, commissioners)
    housed = providers.filter(pc.field(f"{kind}_code") == code)
    return Area(
        kind=kind,
        code=code,
        name=_first(inside.column(f"{kind}_name")) or code,
        map_date=on,
        patient_codes=frozenset(inside.column("commissioner_code").to_pylist()),
        provider_codes=frozenset(housed.column("provider_code").to_pylist()),
    )


def patient_places(commissioners: pa.Table, *, rulebook: Rulebook | None = None) -> pa.Table:
    """Say of each commissioner code where its patients count as living.

    Shape:   commissioner_code, icb_code, icb_name; one row per code that says where.
    Missing: a code that does not say has no row: hubs, regions, boards divided since, and codes
             that only name a payer. `icb_code` is Elsewhere for patients known to have no ICB.
    Source:  the commissioner map, and rulebook activity/flows, [places].
    """
    rules = (rulebook or read_rulebook(FLOWS_RULEBOOK)).rules["places"]
    absent = pc.is_null(commissioners["icb_code"])
    elsewhere = pc.and_(
        absent,
        pc.is_in(commissioners["commissioner_kind"], pa.array(rules["elsewhere_kinds"])),
    )
    payers = pc.is_in(
        commissioners["commissioner_code"], pa.array(rules["unknown_codes"], pa.string())
    )
    known = commissioners.filter(pc.or_(pc.invert(absent), pc.and_(elsewhere, pc.invert(payers))))
    return pa.table(
        {
            "commissioner_code": known["commissioner_code"],
            "icb_code": pc.fill_null(known["icb_code"], ELSEWHERE),
            "icb_name": pc.if_else(
                pc.is_null(known["icb_code"]), ELSEWHERE_NAME, known["icb_name"]
            ),
        }
    )


def members_of(codes: Mapping[str, Collection[str]]) -> ir.Table:
    """Each code (_member) with each area (_area) it is of."""
    pairs = [(area, code) for area, held in codes.items() for code in sorted(held)]
    return ibis.memtable(
        pa.table(
            {
                "_area": pa.array([area for area, _ in pairs], pa.string()),
                "_member": pa.array([code for _, code in pairs], pa.string()),
            }
        )
    )


def code_names(tables: list[pa.Table], *, code: str, name: str) -> pa.Table:
    """Gather the names of codes from several reference tables.

    Shape:   columns `code` and `name`, one row per code.
    Missing: a code without a name in any of the tables is left out, and so has no name.
    """
    named = pa.concat_tables([table.select([code, name]) for table in tables])
    named = named.filter(pc.field(code).is_valid() & pc.field(name).is_valid())
    found = named.group_by(code, use_threads=False).aggregate([(name, "max")])
    return found.select([code, f"{name}_max"]).rename_columns([code, name])


def _unknown_area(kind: str, code: str, placed: pa.Table, commissioners: pa.Table) -> Refusal:
    known = sorted(pc.unique(placed.column(f"{kind}_code").drop_null()).to_pylist())
    refusal = UnknownArea("ICB" if kind == "icb" else "region", code, known)
    row = commissioners.filter(pc.field("commissioner_code") == code).to_pylist()
    if row and row[0]["icb_code"]:
        place = row[0][f"{kind}_code"]
        refusal.args = (_moved(code, str(place)),)
    elif row and row[0]["commissioner_kind"] == kind == "icb":
        refusal.args = (_not_yet_or_no_more(code),)
    return refusal


def _first(column: pa.ChunkedArray) -> Any:
    named = column.drop_null()
    return named[0].as_py() if len(named) else None


def _moved(code: str, place: str) -> str:
    return (
        f"On the map of organisations asked for, {code!r} is part of {place!r}. "
        f"Ask for {place!r}, or for the map of another date."
    )


def _not_yet_or_no_more(code: str) -> str:
    return (
        f"{code!r} is an ICB of another time than the map of organisations asked for. "
        "Give a date on which it stood as the map date."
    )
