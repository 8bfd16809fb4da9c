"""The places a person may explore, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse

from speccomm_web.design.tables import Column, DataTable, Kind, Value
from speccomm_web.explore.queries.search import Found
from speccomm_web.explore.sight import Place

FOUND = {
    "": "Place",
    "service": "Service line",
    "crg": "Clinical reference group",
    "provider": "Provider",
    "icb": "Patients' ICB",
    "pod": "Point of delivery",
}
KINDS = {"icb": "Integrated care board", "region": "Region", "provider": "Provider"}


def address(page: str, **asked: str) -> str:
    """The address of a page here with a question."""
    return f"{reverse(page)}?{urlencode(asked)}"


def places_table(places: Sequence[Place]) -> DataTable:
    """The places, each leading to its flows, changes and contracts."""
    rows = [
        {
            "name": place.name,
            "code": place.code,
            "kind": KINDS[place.kind],
            "changes": "What changed",
            "contract": "Contract position",
            "rows": "Why is this ours?" if place.sees_records else None,
        }
        for place in places
    ]
    return DataTable(
        name="places",
        caption="What you may explore",
        columns=(
            Column("name", "Flows of"),
            Column("code", "Code", Kind.CODE),
            Column("kind", "Kind"),
            Column("changes", "Changes"),
            Column("contract", "Contracts"),
            Column("rows", "Rows", none="Figures only"),
        ),
        rows=rows,
        header_key="name",
        links={
            "changes": lambda row: address("explore:changes", place=str(row["code"])),
            "contract": lambda row: address("explore:contract", place=str(row["code"])),
            "rows": lambda row: address("explore:rows", place=str(row["code"])),
            "name": lambda row: address("explore:flows", place=str(row["code"])),
        },
        empty="None of your roles lets you explore an ICB, a region or a provider. "
        "An administrator of your organisation can give you one.",
    )


def found_table(found: Sequence[Found], words: str) -> DataTable:
    """What the search found, each leading to its flows."""
    rows = [
        {
            "name": one.name,
            "code": one.code,
            "kind": FOUND[one.filter] + (f". {one.said}" if one.said else ""),
            "within": one.place_name,
            "place": one.place,
            "filter": one.filter,
        }
        for one in found
    ]

    def flows(row: Mapping[str, Value]) -> str:
        asked = {"place": str(row["place"])}
        if row["filter"]:
            asked[str(row["filter"])] = str(row["code"])
        return address("explore:flows", **asked)

    return DataTable(
        name="found",
        caption=f"{len(rows)} found for \u201c{words}\u201d",
        columns=(
            Column("name", "Flows of"),
            Column("code", "Code", Kind.CODE),
            Column("kind", "Kind"),
            Column("within", "Within"),
        ),
        rows=rows,
        header_key="name",
        links={"name": flows},
        empty="Nothing that you may explore has this name or code. Try part of a name, "
        "or a code such as QWU, RKB or NCBPS11B.",
    )
