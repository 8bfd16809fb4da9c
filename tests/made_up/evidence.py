"""Made-up spreadsheets and statements of evidence."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa

from speccomm.quality import REGISTERS

TODAY = date(2024, 1, 31)
SAID = {"entry_state": "holds", "from_date": date(2024, 1, 9), "said_by": "quality team",
        "said_on": date(2024, 1, 9)}  # fmt: skip


def statements(register: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as the store keeps them; what a row leaves out is null, or said by the quality team."""
    declared = REGISTERS[register]
    full = []
    for number, row in enumerate(rows, start=2):
        place = {"load_id": "load-1", "file_name": "made_up.csv", "row_number": number,
                 "recorded_at": datetime(2024, 1, 10, tzinfo=UTC)}  # fmt: skip
        values = {**place, **SAID, **row}
        for flag in declared.flags:
            values.setdefault(f"{flag}_said_by", values["said_by"])
            values.setdefault(f"{flag}_said_on", values["said_on"])
        full.append(values)
    return pa.Table.from_pylist(full, schema=declared.stored)


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], *, merged: Sequence[str] = ()
) -> Path:
    """A workbook with these sheets; ranges of the first sheet to merge."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    book.save(path)
    return path
