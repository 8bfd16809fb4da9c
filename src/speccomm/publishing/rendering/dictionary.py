"""The data dictionary of a pack: what each column of each table holds."""

from __future__ import annotations

from speccomm.publishing.model import Pack, Unit
from speccomm.publishing.rendering.csv_tables import HANDLING_COLUMN, as_csv
from speccomm.publishing.rendering.paths import table_path

DICTIONARY_COLUMNS = ("file", "table", "column", "title", "unit", "meaning", "empty_means")


def dictionary_rows(pack: Pack) -> list[dict[str, str]]:
    """One row for each column of each table, by the names of DICTIONARY_COLUMNS."""
    rows = []
    for table in pack.tables():
        for column in table.columns:
            empty = f"{column.missing}" if column.unit is not Unit.MARK else "never empty"
            if column.missing_from:
                empty = "none reported or not sent"
            entry = (
                table_path(table),
                table.title,
                column.name,
                column.title,
                str(column.unit),
                column.meaning,
                empty,
            )
            rows.append(dict(zip(DICTIONARY_COLUMNS, entry, strict=True)))
    return rows


def dictionary_csv(pack: Pack) -> bytes:
    """The data dictionary as CSV."""
    lines = [[*DICTIONARY_COLUMNS, HANDLING_COLUMN]]
    lines += [[*row.values(), pack.handling.mark] for row in dictionary_rows(pack)]
    return as_csv(lines)
