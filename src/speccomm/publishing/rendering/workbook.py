"""A pack's tables as one XLSX workbook that people can edit, each figure typed and with its receipt.

Written by XlsxWriter, which keeps the result of a formula beside it (readers that do not calculate
see the totals) and dates its parts as it is told, so that the same pack gives the same bytes.
"""

from __future__ import annotations

from io import BytesIO

import xlsxwriter

from speccomm.publishing.model import Pack
from speccomm.publishing.rendering.paths import WORKBOOK
from speccomm.publishing.rendering.workbook_cells import safe_text
from speccomm.publishing.rendering.workbook_front import (
    OWN_SHEETS,
    write_contents,
    write_dictionary,
    write_editors_words,
    write_headlines,
    write_how_made,
    write_tables_made,
)
from speccomm.publishing.rendering.workbook_sheets import (
    sheet_names,
    table_sheet,
    write_table_sheet,
)
from speccomm.publishing.rendering.workbook_styles import Styles


def workbook_files(pack: Pack) -> dict[str, bytes]:
    """The workbook of a pack by its path."""
    return {WORKBOOK: workbook_bytes(pack)}


def workbook_bytes(pack: Pack) -> bytes:
    """The workbook: contents, headline figures, a sheet for each table, dictionary, making."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties(_properties(pack))
        styles = Styles(book)
        names = table_sheet_names(pack)
        write_contents(book, styles, pack, names)
        write_headlines(book, styles, pack)
        write_editors_words(book, styles, pack)
        for table in pack.tables():
            sheet = table_sheet(table, names[table.id], area=pack.area)
            write_table_sheet(book, styles, pack, sheet)
        write_dictionary(book, styles, pack, names)
        write_tables_made(book, styles, pack, names)
        write_how_made(book, styles, pack)
    return buffer.getvalue()


def table_sheet_names(pack: Pack) -> dict[str, str]:
    """The name of each table's sheet."""
    return sheet_names((table.id for table in pack.tables()), taken=OWN_SHEETS)


def _properties(pack: Pack) -> dict[str, object]:
    return {
        "title": safe_text(f"{pack.title}: {pack.organisation}, {pack.period}"),
        "subject": safe_text(pack.handling.short),
        "category": safe_text(pack.handling.short),
        "author": "speccomm",
        "comments": safe_text(pack.handling.sentence),
        "created": pack.built_at.replace(tzinfo=None),
    }
