"""The places a person may explore, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.explore.sight import Place

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
        ),
        rows=rows,
        header_key="name",
        links={
            "name": lambda row: address("explore:flows", place=str(row["code"])),
        },
        empty="None of your roles lets you explore an ICB, a region or a provider. "
        "An administrator of your organisation can give you one.",
    )
