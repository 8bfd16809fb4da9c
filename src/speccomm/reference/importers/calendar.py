"""Import the submission timetable: a few rows a year, typed by hand."""

from __future__ import annotations

from pathlib import Path

from speccomm.foundation.periods import FinancialYear, NotAPeriod
from speccomm.reference.importers.layout import Layout, find_columns
from speccomm.reference.importers.outcome import Connection, ImportOutcome
from speccomm.reference.importers.source import RAW, TYPED, day_sql, materialise, quoted, stand_raw
from speccomm.reference.importers.writing import write_csv
from speccomm.reference.refusals import BadReferenceFile

DATES = (
    "flex_submission_date",
    "flex_inclusion_date",
    "freeze_submission_date",
    "freeze_inclusion_date",
)
YEARS = "speccomm_import_years"
MONTHS = ("april", "may", "june", "july", "august", "september",
          "october", "november", "december", "january", "february", "march")  # fmt: skip
SHORT = 3


def import_calendar(
    file: Path, folder: Path, *, layout: Layout, connection: Connection
) -> ImportOutcome:
    """Import the timetable whole: a month or date that cannot be read refuses the file.

    The months may be numbers (1 is April, M1 or M01 too) or names; years in any usual spelling.
    """
    found = find_columns(layout, file)
    stand_raw(connection, file, layout, found)
    dates = ", ".join(f"{name}, {day_sql(name)} AS {name}_read" for name in DATES)
    materialise(
        connection,
        file,
        f"SELECT row_number() OVER () + 1 AS row_number, financial_year, financial_month, {dates}, "  # noqa: S608
        f"source FROM {RAW}",
    )
    for name in DATES:
        _refuse_first(connection, file, name, f"{name} IS NOT NULL AND {name}_read IS NULL")
    read = _write_periods(connection, file)
    wanted = ", ".join(f"t.{name}_read AS {name}" for name in DATES)
    written = write_csv(
        connection,
        f"""SELECT y.financial_year, y.financial_month, {wanted},
                   coalesce(t.source, {quoted(file.name)}) AS source
            FROM {TYPED} t JOIN {YEARS} y USING (row_number) ORDER BY 1, 2""",  # noqa: S608
        "calendar",
        folder,
    )
    return ImportOutcome("calendar", file, read, read, {}, {}, (written,))


def _write_periods(connection: Connection, file: Path) -> int:
    rows = connection.raw_sql(
        f"SELECT row_number, financial_year, financial_month FROM {TYPED} ORDER BY 1"  # noqa: S608
    ).fetchall()
    if not rows:
        raise BadReferenceFile(file, "it holds no rows")
    values = ", ".join(
        f"({number}, {quoted(_year(file, number, year))}, {_month(file, number, month)})"
        for number, year, month in rows
    )
    connection.raw_sql(
        f"CREATE OR REPLACE TEMP TABLE {YEARS} AS SELECT * FROM (VALUES {values}) "  # noqa: S608
        "AS y(row_number, financial_year, financial_month)"
    )
    return len(rows)


def _year(file: Path, row: int, text: str | None) -> str:
    try:
        return str(FinancialYear.parse(text or ""))
    except NotAPeriod:
        raise BadReferenceFile(
            file,
            "this is not a financial year; write 2023-24",
            row=row,
            column="financial_year",
            value=text or "",
        ) from None


def _month(file: Path, row: int, text: str | None) -> int:
    word = (text or "").strip().casefold()
    digits = word.removeprefix("m")
    if digits.isdigit() and 1 <= int(digits) <= len(MONTHS):
        return int(digits)
    for number, name in enumerate(MONTHS, start=1):
        if len(word) >= SHORT and name.startswith(word):
            return number
    raise BadReferenceFile(
        file,
        "this is not a financial month; write 1 for April to 12 for March",
        row=row,
        column="financial_month",
        value=text or "",
    )


def _refuse_first(connection: Connection, file: Path, column: str, condition: str) -> None:
    bad = connection.raw_sql(
        f"SELECT row_number, {column} FROM {TYPED} WHERE {condition} ORDER BY 1 LIMIT 1"  # noqa: S608
    ).fetchone()
    if bad is not None:
        raise BadReferenceFile(
            file,
            "this is not a date; write 2024-04-01",
            row=bad[0],
            column=column,
            value=str(bad[1]),
        )
