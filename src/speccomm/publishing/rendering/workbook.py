"""A pack's tables as one XLSX workbook that people can edit, each figure typed and with its receipt.

Written by XlsxWriter, which keeps the result of a formula beside it (readers that do not calculate
see the totals) and dates its parts as it is told, so that the same pack gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from speccomm.publishing.rendering.workbook_gathered import (
    SheetNames,
    gathered,
    gathered_sheet,
    names_of_sheets,
    totals_sheet,
)
from speccomm.publishing.rendering.workbook_sheets import (
    TableSheet,
    table_sheet,
    write_table_sheet,
)
from speccomm.publishing.rendering.workbook_styles import Styles


def workbook_files(pack: Pack) -> dict[str, bytes]:
    """The workbook of a pack by its path."""
    return {WORKBOOK: workbook_bytes(pack)}


def workbook_bytes(pack: Pack) -> bytes:
    """The workbook: contents, headline figures, the tables, dictionary, making.

    Each table has a sheet of its own, but for those of one kind, which stand on one sheet together.
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties(_properties(pack))
        styles = Styles(book)
        sheets = names_of_sheets(pack.tables(), taken=OWN_SHEETS)
        names = sheets.of_table
        write_contents(book, styles, pack, sheets)
        write_headlines(book, styles, pack)
        write_editors_words(book, styles, pack)
        for sheet in _table_sheets(pack, sheets):
            write_table_sheet(book, styles, pack, sheet)
        write_dictionary(book, styles, pack, sheets)
        write_tables_made(book, styles, pack, names)
        write_how_made(book, styles, pack)
    return buffer.getvalue()


def table_sheet_names(pack: Pack) -> dict[str, str]:
    """The name of each table's sheet."""
    return names_of_sheets(pack.tables(), taken=OWN_SHEETS).of_table


def _table_sheets(pack: Pack, sheets: SheetNames) -> Iterator[TableSheet]:
    """A sheet for each table, or for those of a kind together at the place of the first, in order."""
    kinds = gathered(pack)
    for table in pack.tables():
        name = sheets.of_table[table.id]
        if table.together is None:
            yield table_sheet(table, name, area=pack.area)
        elif tables := kinds.pop(table.together.sheet, None):
            yield gathered_sheet(tables, name, area=pack.area)
            if name in sheets.of_totals:
                yield totals_sheet(tables, sheets.of_totals[name], area=pack.area)


def _properties(pack: Pack) -> dict[str, object]:
    return {
        "title": safe_text(f"{pack.title}: {pack.organisation}, {pack.period}"),
        "subject": safe_text(pack.handling.short),
        "category": safe_text(pack.handling.short),
        "author": "speccomm",
        "comments": safe_text(pack.handling.sentence),
        "created": pack.built_at.replace(tzinfo=None),
    }
