"""The manifest of a pack: what it was made from, and the hash of every other file of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from speccomm.publishing.cells import page_cell
from speccomm.publishing.model import Cell, Column, Pack, PackTable, Unit
from speccomm.publishing.receipts.figures import tables_with_figures
from speccomm.publishing.rendering.formats import Format
from speccomm.publishing.rendering.paths import table_path

SAID_IN_WORDS = {Unit.CODE, Unit.DATE, Unit.TIME}
PACK_FORMAT = 2  # 1 had no receipts


def manifest_json(pack: Pack, files: Mapping[str, bytes], formats: Sequence[Format]) -> bytes:
    """The manifest of a pack whose other files are `files`, written in `formats`."""
    content: dict[str, Any] = {
        "pack_format": PACK_FORMAT,
        "id": pack.id,
        "title": pack.title,
        "organisation": pack.organisation,
        "period": pack.period,
        "handling": pack.handling.short,
        "area": pack.area,
        "built_at": pack.built_at.isoformat(),
        **pack.facts,
        "formats": [str(written) for written in formats],
        "tables": [
            _table_facts(table, section.id)
            for section in pack.sections
            for table in section.tables()
        ],
        "receipts": [table.id for table in tables_with_figures(pack)],
        "files": [
            {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(files.items())
        ],
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _table_facts(table: PackTable, section: str) -> dict[str, Any]:
    return {
        "id": table.id,
        "section": section,
        **({"sheet": table.together.sheet} if table.together else {}),
        "title": table.title,
        "path": table_path(table),
        "row_count": table.rows.num_rows,
        "row_header": table.row_header,
        "total_label": table.total_label,
        "words_for_none": words_for_none(table),
        "measure": table.making.measure,
        "counted_from": list(table.making.counted_from),
        "filter": table.making.filter,
    }


def words_for_none(table: PackTable) -> list[str]:
    """The words that stand in the table where there is no figure, code or day, each once."""
    figures = [c for c in table.columns if c.unit.is_figure or c.unit in SAID_IN_WORDS]
    records = [*table.records(), *filter(None, [table.total()])]
    cells = [(column, row) for row in records for column in figures]
    empty = [page_cell(c, row).text for c, row in cells if _has_none(c, row)]
    return sorted(set(empty))


def _has_none(column: Column, row: Mapping[str, Cell]) -> bool:
    """Whether a row has no figure in a column; in a publication its words stand there already."""
    value = row.get(column.name)
    words = row.get(column.missing_from) if column.missing_from else None
    return value is None or (column.unit.is_figure and value in {column.missing, words})
