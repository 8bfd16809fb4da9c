"""An area to draw flows for: an ICB or a region, as the codes that stood for it on one date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.errors import Refusal, UnknownName


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
    kind, code = ("icb", icb) if icb is not None else ("region", region)
    placed = commissioners.filter(pc.field("icb_code").is_valid())
    inside = placed.filter(pc.field(f"{kind}_code") == code)
    if inside.num_rows == 0:
        raise _unknown_area(kind, str(code), placed, commissioners)
    housed = providers.filter(pc.field(f"{kind}_code") == code)
    return Area(
        kind=kind,
        code=str(code),
        name=_first(inside.column(f"{kind}_name")) or str(code),
        map_date=on,
        patient_codes=frozenset(inside.column("commissioner_code").to_pylist()),
        provider_codes=frozenset(housed.column("provider_code").to_pylist()),
    )


def _unknown_area(kind: str, code: str, placed: pa.Table, commissioners: pa.Table) -> Refusal:
    known = sorted(pc.unique(placed.column(f"{kind}_code").drop_null()).to_pylist())
    refusal = UnknownArea("ICB" if kind == "icb" else "region", code, known)
    row = commissioners.filter(pc.field("commissioner_code") == code).to_pylist()
    if row and row[0]["icb_code"]:
        place = row[0][f"{kind}_code"]
        sentence = (
            f"{code!r} was part of {place!r} on the map of organisations asked for. "
            f"Ask for {place!r}, or for the map of an earlier date."
        )
        refusal.args = (sentence,)
    return refusal


def _first(column: pa.ChunkedArray) -> Any:
    named = column.drop_null()
    return named[0].as_py() if len(named) else None
