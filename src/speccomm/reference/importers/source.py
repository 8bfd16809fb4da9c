"""Stand a national file before the engine as a view of named text columns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa

from speccomm.reference.importers.layout import FoundColumns, Layout
from speccomm.reference.importers.outcome import Connection
from speccomm.reference.refusals import BadReferenceFile

RAW = "speccomm_import_raw"
TYPED = "speccomm_import_typed"
ENGINE_LINE = re.compile(r"CSV Error on Line: (\d+)")
LEAST_FITTING = 0.5  # below this share of fitting codes it is another kind of file
LONGEST_LINE = 1 << 21


def stand_raw(connection: Connection, path: Path, layout: Layout, found: FoundColumns) -> None:
    """Make the view RAW: one text column for each name of the layout; null where empty or absent.

    Only the view is made here; the file is read when the view is.
    """
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(1, found.width + 1))
    wanted = ",\n".join(
        f"nullif(trim(c{found.positions[name]}), '') AS {name}"
        if name in found.positions
        else f"CAST(NULL AS VARCHAR) AS {name}"
        for name in layout.headers
    )
    connection.raw_sql(
        f"""
        CREATE OR REPLACE TEMP VIEW {RAW} AS SELECT {wanted}
        FROM read_csv({quoted(str(path))}, header = {str(found.has_header).lower()},
                      auto_detect = false, delim = ',', quote = '"', escape = '"',
                      columns = {{{columns}}}, strict_mode = true, null_padding = false,
                      max_line_size = {LONGEST_LINE}, encoding = {quoted(found.encoding)})
        """  # noqa: S608 - names come from the rulebook, the path is quoted
    )


def materialise(connection: Connection, path: Path, select: str) -> None:
    """Read the file once into the table TYPED by the given query over RAW.

    Raises:  BadReferenceFile naming the row, for a ragged row or one that is not CSV.
    """
    from duckdb import Error as EngineError

    try:
        connection.raw_sql(f"CREATE OR REPLACE TEMP TABLE {TYPED} AS {select}")
    except EngineError as problem:
        # The engine's own message quotes the line, which must not be repeated.
        line = ENGINE_LINE.search(str(problem))
        if line is None:
            raise
        row = int(line[1])
        raise BadReferenceFile(
            path, "the row is not CSV of as many columns as the first row", row=row
        ) from None


def refuse_another_kind(
    connection: Connection, path: Path, layout: Layout, code_column: str, *, fitting: str
) -> None:
    """Refuse a file most of whose rows do not fit the kind; `fitting` is asked of TYPED.

    Raises:  BadReferenceFile with the shape of the first code that does not fit.
    """
    counts = f"SELECT count(*), count(*) FILTER (WHERE {fitting}) FROM {TYPED}"  # noqa: S608
    rows, fit = one_row(connection, counts)
    if rows == 0:
        raise BadReferenceFile(path, "it holds no rows")
    if fit >= rows * LEAST_FITTING:
        return
    pattern = quoted(layout.code_pattern)
    [value] = one_row(
        connection,
        f"SELECT first({code_column}) FROM {RAW} "  # noqa: S608
        f"WHERE NOT coalesce(regexp_full_match(upper({code_column}), {pattern}), false)",
    )
    raise BadReferenceFile(
        path,
        f"most rows do not start with {layout.code_is}. It may be another file",
        column=code_column,
        value="" if value is None else str(value),
    )


def hold_table(connection: Connection, name: str, table: pa.Table) -> None:
    """Give the engine a small table under a name, in place of an earlier one."""
    connection.con.register(name, table)


def one_row(connection: Connection, query: str) -> list[Any]:
    """The first row a query answers."""
    return list(connection.raw_sql(query).fetchone())


def counted(connection: Connection, query: str) -> dict[str, int]:
    """A query of two columns, text and count, as a mapping."""
    return {str(text): int(count) for text, count in connection.raw_sql(query).fetchall()}


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def day_sql(column: str) -> str:
    """SQL reading a date written 20240401, 2024-04-01 or 01/04/2024; null for others."""
    return f"CAST(try_strptime({column}, ['%Y%m%d', '%Y-%m-%d', '%d/%m/%Y']) AS DATE)"


def postcode_sql(column: str) -> str:
    """SQL writing a postcode in capitals with one space; null for what is not a postcode."""
    bare = f"regexp_replace(upper({column}), '\\s', '', 'g')"
    shape = "'[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}'"
    return (
        f"CASE WHEN regexp_full_match({bare}, {shape}) "
        f"THEN left({bare}, -3) || ' ' || right({bare}, 3) END"
    )
