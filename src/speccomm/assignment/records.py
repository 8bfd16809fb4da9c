"""Read RECORDS.csv: its columns, its text, and which of its rows can be assigned."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from speccomm.assignment.record_findings import Said
from speccomm.assignment.rules import CamRules
from speccomm.assignment.tables import RECORD
from speccomm.foundation.errors import Refusal, UnknownName
from speccomm.reference.columns import days

FIRST_DATA_ROW = 2
BLOCK_BYTES = 16 << 20
SPREADSHEET_MARK = b"PK\x03\x04"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
LONGEST_HEADER = 64 << 10
NARROW = "windows-1252"
FLAGS = (
    "welsh_referral_assessment",
    "healthcare_agreement",
    "other_public_health",
    "armed_forces_infertility",
)
RECORDS_SCHEMA = pa.schema(
    [("row_number", pa.int64())]
    + [(name, pa.date32() if kind == "date" else pa.string()) for name, kind in RECORD.items()]
)


class BadRecordsFile(Refusal):
    """A file of records that cannot be read at all."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path.name}: {problem}")


@dataclass(frozen=True)
class RecordsFile:
    """The rows of a file as text, each with its row number, and the numbers of ragged rows."""

    path: Path
    text: pa.Table
    ragged: tuple[int, ...]
    encoding: str

    @property
    def rows_read(self) -> int:
        return int(self.text.num_rows) + len(self.ragged)


@dataclass(frozen=True)
class JudgedRecords:
    """Rows that can be assigned (RECORDS_SCHEMA), and what was said of every row."""

    accepted: pa.Table
    refused_rows: int
    said: tuple[Said, ...]


def read_records(path: Path) -> RecordsFile:
    """Read a file of records as text.

    Shape:   one row per record that has as many cells as the header, columns of tables.RECORD.
    Missing: an empty cell is null.
    Raises:  BadRecordsFile where the file is empty, has no rows, is a spreadsheet, lacks a column
             or cannot be read; UnknownName for a column nobody knows.
    """
    encoding, header = _header(path)
    try:
        text, ragged = _read(path, header, encoding)
    except pa.ArrowInvalid as problem:
        if encoding == NARROW or "UTF8" not in str(problem):
            raise BadRecordsFile(path, "it cannot be read as CSV.") from None
        encoding = NARROW
        text, ragged = _read_narrow(path, header)
    if text.num_rows + len(ragged) == 0:
        raise BadRecordsFile(path, "it has a header but no rows.")
    return RecordsFile(path, text, ragged, encoding)


def judge_records(file: RecordsFile, *, rules: CamRules, years: Iterable[int]) -> JudgedRecords:
    """Set apart the rows that cannot be assigned, and say why.

    Shape:   accepted and refused rows together are the rows read. `years` are those a service
             list is held for, each by the calendar year it begins in.
    Missing: a row that breaks several rules is refused once and named by each.
    """
    table, rows = file.text, file.text["row_number"]
    trimmed = {name: pc.utf8_trim_whitespace(table[name]) for name in RECORD}
    identifier = _blank_to_null(trimmed["record_id"])
    dates = days(trimmed["activity_date"])
    known = pa.array(sorted(years), pa.int64())
    types = [code for name in TYPE_LISTS for code in rules.lists[name]]
    cds_type = pc.utf8_lpad(pc.fill_null(trimmed["cds_type"], ""), 3, "0")
    refusals = {
        "ASN-R01": pc.is_null(identifier),
        "ASN-R02": _repeated(identifier),
        "ASN-R03": pc.invert(pc.is_in(cds_type, value_set=pa.array(types))),
        "ASN-R04": pc.is_null(dates),
        "ASN-R05": pc.and_(
            pc.is_valid(dates), pc.invert(pc.is_in(_year_start(dates), value_set=known))
        ),
    }
    said = [Said.of_rows(check, rows.filter(failed)) for check, failed in refusals.items()]
    said.append(Said.of_rows("ASN-R06", pa.array(file.ragged, pa.int64())))
    bad = _any(refusals.values())
    said.append(Said.of_rows("ASN-W02", rows.filter(pc.and_(_odd_flags(trimmed), pc.invert(bad)))))
    if file.encoding == NARROW:
        said.append(Said.of_file("ASN-N02"))
    columns = {**trimmed, "record_id": identifier, "activity_date": dates, "row_number": rows}
    typed = pa.table({name: columns[name] for name in RECORDS_SCHEMA.names}, RECORDS_SCHEMA)
    accepted = typed.filter(pc.invert(bad))
    return JudgedRecords(
        accepted, file.rows_read - accepted.num_rows, tuple(one for one in said if one.is_said)
    )


TYPE_LISTS = ("emergency_types", "outpatient_types", "admitted_types")


def _header(path: Path) -> tuple[str, list[str]]:
    """The encoding and the column names, checked."""
    with path.open("rb") as stream:
        start = stream.read(LONGEST_HEADER)
    if not start.strip():
        raise BadRecordsFile(path, "it is empty.")
    if start.startswith(SPREADSHEET_MARK):
        raise BadRecordsFile(path, "it is a spreadsheet, not a CSV file. Save it as CSV UTF-8.")
    if start.startswith(UTF_16_MARKS):
        raise BadRecordsFile(path, "it is written in UTF-16. Save it as CSV UTF-8.")
    line = start.splitlines()[0]
    try:
        encoding, text = "utf-8", line.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding, text = NARROW, line.decode(NARROW, errors="replace")
    header = [name.strip().casefold() for name in next(csv.reader([text]))]
    for name in header:
        if name not in RECORD:
            raise UnknownName(f"column of {path.name}", name, list(RECORD))
        if header.count(name) > 1:
            raise BadRecordsFile(path, f"column {name!r} is given twice.")
    missing = [name for name in RECORD if name not in header]
    if missing:
        raise BadRecordsFile(path, f"it lacks the column {', '.join(missing)}.")
    return encoding, header


def _read_narrow(path: Path, header: list[str]) -> tuple[pa.Table, tuple[int, ...]]:
    try:
        return _read(path, header, NARROW)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        raise BadRecordsFile(
            path, "it is written neither in UTF-8 nor in Windows-1252. Save it as CSV UTF-8."
        ) from None


def _read(path: Path, header: list[str], encoding: str) -> tuple[pa.Table, tuple[int, ...]]:
    """Read every row; where some are ragged, once more in one thread to learn their numbers."""
    ragged: list[int | None] = []

    def set_apart(row: pa.csv.InvalidRow) -> str:
        ragged.append(row.number)
        return "skip"

    def read(*, threads: bool) -> pa.Table:
        ragged.clear()
        return pa.csv.read_csv(
            path,
            read_options=pa.csv.ReadOptions(
                use_threads=threads,
                column_names=header,
                skip_rows=1,
                block_size=BLOCK_BYTES,
                encoding=encoding,
            ),
            parse_options=pa.csv.ParseOptions(
                invalid_row_handler=set_apart, newlines_in_values=True
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        )

    table = read(threads=True)
    if ragged:
        table = read(threads=False)
    apart = tuple(sorted(number for number in ragged if number is not None))
    every = np.arange(FIRST_DATA_ROW, FIRST_DATA_ROW + table.num_rows + len(apart))
    kept = np.setdiff1d(every, np.array(apart, dtype=np.int64), assume_unique=True)
    return table.append_column("row_number", pa.array(kept, pa.int64())), apart


def _blank_to_null(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(values, ""), None, values)


def _repeated(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which values stand more than once; missing ones do not count."""
    counts = pc.value_counts(values)
    repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1)).drop_null()
    return pc.and_(pc.is_valid(values), pc.is_in(values, value_set=repeated))


def _year_start(dates: pa.ChunkedArray) -> pa.ChunkedArray:
    april = 4
    before = pc.less(pc.month(dates), april)
    return pc.subtract(pc.year(dates), pc.cast(before, pa.int64()))


def _odd_flags(trimmed: dict[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    usual = pa.array(["Y", "N", ""])
    return _any(
        pc.invert(pc.is_in(pc.utf8_upper(pc.fill_null(trimmed[name], "")), value_set=usual))
        for name in FLAGS
    )


def _any(tests: Iterable[pa.ChunkedArray]) -> pa.ChunkedArray:
    first, *others = tests
    for other in others:
        first = pc.or_(first, other)
    return first
