"""Rows of a slice and the walk of one of them. Codes only: no value of a patient is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.explore.queries.records import DATASETS, Slice, SliceRows, Walk

Row = Mapping[str, Any]


def row_address(place: str, asked: Slice, row: Row) -> str:
    """The walk of one row."""
    said = {
        "place": place,
        "dataset": asked.dataset,
        "provider": asked.provider,
        "month": asked.month,
        "file": row["file_name"],
        "row": row["row_number"],
        **({"as_at": asked.as_at} if asked.as_at else {}),
    }
    return f"{reverse('explore:why')}?{urlencode(said)}"


def rows_table(place: str, asked: Slice, found: SliceRows) -> DataTable:
    """Rows of a slice, each leading to its walk."""
    return DataTable(
        name="rows",
        caption=f"{formats.counted(found.row_count, 'row')} that you may see",
        columns=(
            Column("row_number", "Row", Kind.CODE),
            Column("file_name", "File"),
            Column("service_code", "Service line", Kind.CODE, none="Blank"),
            Column("pod_code", "Point of delivery", Kind.CODE, none="Blank"),
            Column("commissioner_code", "Commissioner sent", Kind.CODE, none="Blank"),
            Column("derived_commissioner_code", "Commissioner derived", Kind.CODE, none="None"),
            Column("patient_commissioner_code", "Patient's body", Kind.CODE, none="Not known"),
            Column("derived_category_code", "Category", Kind.CODE, none="None"),
            Column("reason_code", "Reason", Kind.CODE, none="None"),
        ),
        rows=[{**row, "row_number": str(row["row_number"])} for row in found.rows],
        header_key="row_number",
        links={"row_number": lambda row: row_address(place, asked, row)},
        empty="No row of this slice is one that you may see.",
    )


def walk(found: Walk, asked: Slice) -> dict[str, Any]:
    """One row's walk for its page."""
    row = found.row
    return {
        "title": "Why is this ours?",
        "reference": f"Row {row['row_number']} of {row['file_name']}",
        "sentences": found.sentences[:-1],
        "reason": found.sentences[-1],
        "same": found.same,
        "summary": [
            {"key": "Commissioner derived", "value": found.now[0] or "None could be given"},
            {"key": "Commissioner sent", "value": row["commissioner_code"] or "Blank"},
            {"key": "Category derived", "value": found.now[1] or "None"},
            {"key": "Category sent", "value": row["category_code"] or "Blank"},
            {"key": "Specialised", "value": _said(found.specialised)},
            {"key": "Service line", "value": row["service_code"] or "Blank"},
            {"key": "Provider", "value": row["provider_code"]},
            {"key": "Data set", "value": DATASETS[asked.dataset]},
            {"key": "Load", "value": row["load_id"]},
            {"key": "Rulebook", "value": found.rulebook},
        ],
        "then": ", ".join(code or "none" for code in found.then),
        "now": ", ".join(code or "none" for code in found.now),
    }


def _said(answer: bool | None) -> str:
    if answer is None:
        return "Nobody can say: the service line is not known"
    return "Yes" if answer else "No"
