"""The tables of a pack as CSV, which every pack has, with words on how they may be handled."""

from __future__ import annotations

import csv
from io import StringIO

from speccomm.publishing.cells import file_cell
from speccomm.publishing.leaving import PublicationPack
from speccomm.publishing.model import Pack, PackTable
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.rendering.paths import README, table_path

RECEIPT_COLUMN = "receipt"
HANDLING_COLUMN = "handling"


def csv_files(pack: Pack) -> dict[str, bytes]:
    """A file for each table, and how they may be handled."""
    files = {
        table_path(table): table_csv(table, area=pack.area, handling=pack.handling.mark)
        for table in pack.tables()
    }
    return {**files, README: _readme(pack).encode()}


def table_csv(table: PackTable, *, area: str, handling: str) -> bytes:
    """The rows of a table as CSV (RFC 4180, UTF-8), without its total, so columns may be summed.

    The last two columns of every row are the beginning of its figures' identifiers, which a full
    stop and the name of a column complete, and how the figures may be handled; both stay with the
    rows when they are copied elsewhere, and change neither order nor type of any other column.
    """
    names = [column.name for column in table.columns]
    lines = [[*names, RECEIPT_COLUMN, HANDLING_COLUMN]]
    for key, row in zip(row_keys(table), table.records(), strict=True):
        cells = [file_cell(column, row.get(column.name)) for column in table.columns]
        lines.append([*cells, f"{area}.{table.id}.{key}", handling])
    return as_csv(lines)


def as_csv(lines: list[list[str]]) -> bytes:
    """Lines of cells as RFC 4180 CSV in UTF-8."""
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
            *_marks(pack),
            "- There are no total rows, so a column can be summed.",
            "- A text that a spreadsheet would run as a formula has an apostrophe before it.",
            "",
        )
    )


def _marks(pack: Pack) -> tuple[str, ...]:
    """How a file tells a zero from what is hidden and from what does not exist."""
    if isinstance(pack, PublicationPack):
        return (
            "- Zero is 0. A hidden number is *. Words stand for a figure that does not exist.",
            "- Rows may not add up to what is printed as their total: see the notes on the page.",
        )
    return ("- An empty cell is a figure that does not exist; the dictionary says why. Zero is 0.",)
