"""Read and check the tables of a user's reference folder."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from speccomm.foundation.errors import UnknownName
from speccomm.reference.columns import check_keys, typed_column
from speccomm.reference.refusals import BadReferenceFile
from speccomm.reference.tables import Column, TableSpec

CHECKED_MARK = b"speccomm_checked"  # key of a Parquet file the importer wrote and checked itself
SPREADSHEET_MARK = b"PK\x03\x04"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
BLOCK_BYTES = 8 << 20


def folder_table(spec: TableSpec, folder: Path) -> pa.Table | None:
    """Read the folder's file for one table, or None where there is none.

    Shape:   the declared columns, whatever their order in the file; optional ones may be absent.
    Missing: an empty cell is null, refused where the column says it must be given.
    Raises:  UnknownName for a column not declared; BadReferenceFile naming file, row and column.
    """
    path = folder / str(spec.file)
    parquet = path.with_suffix(".parquet")
    if parquet.is_file() and path.is_file():
        raise BadReferenceFile(
            path, f"both it and {parquet.name} are in the folder. Keep only one of them."
        )
    if parquet.is_file():
        return _parquet_table(spec, parquet)
    return csv_table(spec, path) if path.is_file() else None


def csv_table(spec: TableSpec, path: Path) -> pa.Table:
    """Read one CSV file as the declared table, or refuse it whole."""
    header = _header(path)
    _check_header(spec, path, header)
    text = _text_table(path, header)
    if text.num_rows == 0:
        raise BadReferenceFile(path, "it has a header but no rows. Remove it, or fill it.")
    columns = [
        typed_column(column, text[column.name], path=path)
        if column.name in header
        else pa.nulls(text.num_rows, column.type)
        for column in spec.columns
    ]
    table = _held(spec, columns)
    check_keys(spec, table, path=path)
    return table


def _header(path: Path) -> list[str]:
    with path.open("rb") as stream:
        start = stream.read(len(SPREADSHEET_MARK))
    if not start:
        raise BadReferenceFile(path, "it is empty. Remove it, or fill it.")
    if start.startswith(SPREADSHEET_MARK):
        raise BadReferenceFile(path, "it is a spreadsheet, not a CSV file. Save it as CSV UTF-8.")
    if start.startswith(UTF_16_MARKS):
        raise BadReferenceFile(path, "it is written in UTF-16. Save it as CSV UTF-8.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            row = next(csv.reader(lines), [])
    except (UnicodeDecodeError, csv.Error) as problem:
        raise BadReferenceFile(path, "its first line is not CSV in UTF-8.") from problem
    return [name.strip() for name in row]


def _check_header(spec: TableSpec, path: Path, header: list[str]) -> None:
    for name in header:
        if name not in spec.column_names:
            raise UnknownName(f"column of {path.name}", name, spec.column_names)
        if header.count(name) > 1:
            raise BadReferenceFile(path, f"column {name!r} is given twice.", row=1, column=name)
    missing = [c.name for c in spec.columns if c.name not in header and not c.optional]
    if missing:
        raise BadReferenceFile(path, f"it lacks the column {', '.join(missing)}.", row=1)


def _text_table(path: Path, header: list[str]) -> pa.Table:
    try:
        return _read_text(path, header, use_threads=True)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return _read_again_to_name_the_row(path, header)


def _read_text(
    path: Path, header: list[str], *, use_threads: bool, ragged: list[int | None] | None = None
) -> pa.Table:
    def note(row: pa.csv.InvalidRow) -> str:
        if ragged is not None:
            ragged.append(row.number)
        return "error"

    return pa.csv.read_csv(
        path,
        read_options=pa.csv.ReadOptions(
            use_threads=use_threads, column_names=header, skip_rows=1, block_size=BLOCK_BYTES
        ),
        parse_options=pa.csv.ParseOptions(invalid_row_handler=note),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _read_again_to_name_the_row(path: Path, header: list[str]) -> pa.Table:
    ragged: list[int | None] = []
    try:
        return _read_text(path, header, use_threads=False, ragged=ragged)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as problem:
        if ragged:
            raise BadReferenceFile(
                path, f"the row does not have {len(header)} cells.", row=ragged[0]
            ) from None
        if "UTF8" in str(problem) or "UTF-8" in str(problem):
            raise BadReferenceFile(
                path, "it holds letters not written in UTF-8. Save it as CSV UTF-8."
            ) from None
        if "Empty CSV" in str(problem):
            raise BadReferenceFile(path, "it has a header but no rows.") from None
        raise BadReferenceFile(path, "it cannot be read as CSV.") from None


def _parquet_table(spec: TableSpec, path: Path) -> pa.Table:
    try:
        table = pa.parquet.read_table(
            path, read_dictionary=[column.name for column in spec.columns if column.repeats]
        )
    except (pa.ArrowInvalid, OSError) as problem:
        raise BadReferenceFile(path, "it cannot be read as Parquet.") from problem
    _check_header(spec, path, table.column_names)
    checked = CHECKED_MARK in (table.schema.metadata or {})
    columns = []
    for column in spec.columns:
        if column.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, column.type))
        elif checked:
            columns.append(_as_declared(column, table[column.name]))
        else:
            columns.append(typed_column(column, table[column.name].cast(pa.string()), path=path))
    result = _held(spec, columns)
    if not checked:
        check_keys(spec, result, path=path)
    return result


def _as_declared(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values of the declared type, left dictionary coded where they are to be held so."""
    return values if values.type == column.held_as else values.cast(column.type)


def _held(spec: TableSpec, columns: list[Any]) -> pa.Table:
    """The columns in the types they are held in."""
    coded = [
        values if values.type == column.held_as else values.dictionary_encode()
        for column, values in zip(spec.columns, columns, strict=True)
    ]
    return pa.table(coded, schema=spec.schema).unify_dictionaries()
