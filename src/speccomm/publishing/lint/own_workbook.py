"""Describe the workbook of one of our own packs: the same tables as its files, each on a sheet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from speccomm.publishing.lint.description import DownSum, TableSpec
from speccomm.publishing.lint.own_pack import OwnPack
from speccomm.publishing.rendering.paths import MANIFEST, WORKBOOK
from speccomm.publishing.rendering.workbook_front import OWN_SHEETS
from speccomm.publishing.rendering.workbook_sheets import HEADING_ROW, sheet_names


def is_own_workbook(place: Path, folder: Path) -> bool:
    """Whether a place is the workbook that a pack of ours was written with."""
    return place.name == WORKBOOK and place.parent.resolve() == folder.resolve()


def describe_own_workbook(own: OwnPack, folder: Path) -> OwnPack:
    """The pack's description, told of the sheets of its workbook.

    A sheet has what a file has not: a total, which must be the sum of its rows. Tables of one kind
    that stand together on a sheet are one table of it, without a total.
    """
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    facts = {entry["id"]: entry for entry in manifest.get("tables", [])}
    wanted = {name: str(entry.get("sheet", name)) for name, entry in facts.items()}
    names = sheet_names(dict.fromkeys(wanted.values()), taken=OWN_SHEETS)
    tables: dict[str, TableSpec] = {}
    for spec in own.spec.tables:
        sheet = names.get(wanted.get(spec.id, spec.id), spec.id)
        if sheet not in tables:
            tables[sheet] = _on_sheet(spec, sheet, facts.get(spec.id, {}))
    return replace(own, spec=replace(own.spec, tables=tuple(tables.values())))


def _on_sheet(spec: TableSpec, sheet: str, facts: Mapping[str, Any]) -> TableSpec:
    label, head = facts.get("total_label"), facts.get("row_header", "")
    if "sheet" in facts:
        spec, label = replace(spec, id=sheet), ""
    exact = not spec.rounded_to
    down = (DownSum({head: (label,)}, exact=exact),) if label and head else ()
    return replace(
        spec,
        file="",
        sheet=sheet,
        header_row=HEADING_ROW + 1,
        named_on_last_line=True,
        down=(*spec.down, *down),
    )
