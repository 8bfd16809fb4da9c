"""A pack's tables as CSV, its data dictionary, its words of handling, and its manifest."""

from __future__ import annotations

import csv
import hashlib
import json
from io import StringIO
from typing import Any

from speccomm.publishing.cells import file_cell
from speccomm.publishing.model import Pack, PackTable, Unit
from speccomm.publishing.receipts.documents import receipt_files
from speccomm.publishing.receipts.figures import tables_with_figures
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.receipts.words import words_json
from speccomm.publishing.rendering.html import render_page

PACK_FORMAT = 2  # 1 had no receipts
RECEIPT_COLUMN = "receipt"
HANDLING_COLUMN = "handling"
HANDLING_VALUE = "INTERNAL USE ONLY - NOT SUPPRESSED"
DICTIONARY = "tables/data_dictionary.csv"
README = "tables/README.txt"
PAGE = "index.html"
MANIFEST = "manifest.json"
WORDS = "receipts/words.json"
DICTIONARY_COLUMNS = ("file", "table", "column", "title", "unit", "meaning", "empty_means")


def pack_files(pack: Pack) -> dict[str, bytes]:
    """Every file of the pack by its path: page, tables, receipts, dictionary, words, manifest.

    Raises: BadPack where the pack is put together wrongly.
    """
    files = {PAGE: render_page(pack).encode()}
    for table in pack.tables():
        files[table_path(table)] = table_csv(table, area=pack.area)
    files.update(receipt_files(pack))
    files[WORDS] = words_json(pack)
    files[DICTIONARY] = _dictionary(pack)
    files[README] = _readme(pack).encode()
    files[MANIFEST] = _manifest(pack, files)
    return files


def table_path(table: PackTable) -> str:
    return f"tables/{table.id}.csv"


def table_csv(table: PackTable, *, area: str) -> bytes:
    """The rows of a table as CSV (RFC 4180, UTF-8), without its total, so columns may be summed.

    The last two columns of every row are the beginning of its figures' identifiers, which a full
    stop and the name of a column complete, and how the figures may be handled; both stay with the
    rows when they are copied elsewhere, and change neither order nor type of any other column.
    """
    names = [column.name for column in table.columns]
    lines = [[*names, RECEIPT_COLUMN, HANDLING_COLUMN]]
    for key, row in zip(row_keys(table), table.records(), strict=True):
        cells = [file_cell(column, row.get(column.name)) for column in table.columns]
        lines.append([*cells, f"{area}.{table.id}.{key}", HANDLING_VALUE])
    return _csv(lines)


def _dictionary(pack: Pack) -> bytes:
    lines = [[*DICTIONARY_COLUMNS, HANDLING_COLUMN]]
    for table in pack.tables():
        for column in table.columns:
            empty = f"{column.missing}" if column.unit is not Unit.MARK else "never empty"
            if column.missing_from:
                empty = "none reported or not sent"
            entry = [
                table_path(table),
                table.title,
                column.name,
                column.title,
                str(column.unit),
                column.meaning,
                empty,
            ]
            lines.append([*entry, HANDLING_VALUE])
    return _csv(lines)


def _csv(lines: list[list[str]]) -> bytes:
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    return buffer.getvalue().encode()


def _readme(pack: Pack) -> str:
    return "\n".join(
        (
            pack.handling.short.upper(),
            "",
            pack.handling.sentence,
            "",
            f"Tables of the {pack.title.lower()} for {pack.organisation}, {pack.period}.",
            "",
            "- Comma separated, UTF-8, first row column names; data_dictionary.csv explains each.",
            f"- The last column, {HANDLING_COLUMN}, repeats how the rows may be handled.",
            f"- The column before it, {RECEIPT_COLUMN}, begins the identifier of each figure of the row: add a",
            "  full stop and the name of the figure's column. `speccomm receipt IDENTIFIER` opens it.",
            "- An empty cell is a figure that does not exist; the dictionary says why. Zero is 0.",
            "- There are no total rows, so a column can be summed.",
            "- A text that a spreadsheet would run as a formula has an apostrophe before it.",
            "",
        )
    )


def _manifest(pack: Pack, files: dict[str, bytes]) -> bytes:
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
        "tables": [_table_facts(table) for table in pack.tables()],
        "receipts": [table.id for table in tables_with_figures(pack)],
        "files": [
            {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(files.items())
        ],
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _table_facts(table: PackTable) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "path": table_path(table),
        "row_count": table.rows.num_rows,
        "measure": table.making.measure,
        "counted_from": list(table.making.counted_from),
        "filter": table.making.filter,
    }
