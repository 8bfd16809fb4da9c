"""Where judged chunks go: Parquet files of accepted rows and findings, sealed refused rows."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from speccomm.intake.privacy import KeyRing, sealed
from speccomm.jobs.loading.saying import plain_findings
from speccomm.jobs.loading.streaming import FinishedChunk
from speccomm.warehouse.tables import REFUSED_ROWS, ROW_TABLES

ALL_DIFFERENT = (
    "person_pseudonym",
    "cds_unique_identifier",
    "non_cds_unique_identifier",
    "spell_identifier",
    "attendance_identifier",
    "row_number",
)
"""Columns whose values hardly repeat: a dictionary would only cost time."""


@dataclass
class FolderSink:
    """Writes chunks into a folder: one Parquet file a chunk and table.

    `ring` None keeps no refused rows (a check without keeping). `only` names the columns of each
    data set that are written, None all. Thread safe.
    """

    folder: Path
    load_id: str
    ring: KeyRing | None
    only: Mapping[str, frozenset[str]] | None = None
    files: dict[str, list[Path]] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, chunk: FinishedChunk) -> None:
        """Write a chunk's accepted rows, findings and refused rows."""
        dataset = chunk.dataset
        accepted = ~chunk.judged.refused
        if accepted.any():
            only = None if self.only is None else self.only[dataset]
            rows = accepted_rows(chunk, load_id=self.load_id, only=only)
            if not accepted.all():
                rows = _without_leftovers(rows.filter(pa.array(accepted)))
            self._write(dataset, rows, chunk)
        if chunk.findings.num_rows:
            self._write("findings", plain_findings([chunk.findings]), chunk)
        if self.ring is not None:
            self._seal(chunk, self.ring)

    def add_findings(self, findings: pa.Table) -> None:
        """Write findings that are not of one chunk."""
        if findings.num_rows:
            self._write("findings", plain_findings([findings]), None)

    def refused_table(self) -> pa.Table:
        """The sealed refused rows, as the store keeps them."""
        return pa.Table.from_pylist(self.refused, schema=REFUSED_ROWS.schema)

    def _write(self, table: str, rows: pa.Table, chunk: FinishedChunk | None) -> None:
        with self._lock:
            written = self.files.setdefault(table, [])
            path = self.folder / f"{table}-{len(written):05d}.parquet"
            written.append(path)
        pq.write_table(
            rows,
            path,
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in rows.column_names if name not in ALL_DIFFERENT],
            store_schema=False,
            store_decimal_as_integer=True,
            write_statistics=[name for name in STATISTICS if name in rows.column_names],
        )

    def _seal(self, chunk: FinishedChunk, ring: KeyRing) -> None:
        """Encrypt the refused rows of each file of a chunk, as they were sent."""
        names = [column.field_name for column in chunk.columns]
        for number, opened in enumerate(chunk.files):
            rows = np.flatnonzero(chunk.judged.refused & (chunk.file_of_row == number))
            broken = [(at, row.text) for of, at, row in chunk.broken if of == number]
            if not len(rows) and not broken:
                continue
            raw = chunk.raw.rename_columns(names).take(pa.array(rows))
            raw = raw.append_column("row_number", pa.array(chunk.row_numbers[rows]))
            apart = pa.table(
                {
                    "row_number": pa.array([at for at, _ in broken], pa.int64()),
                    "row_text": pa.array([text for _, text in broken], pa.string()),
                }
            )
            table = pa.concat_tables([raw, apart], promote_options="default")
            numbers = table["row_number"].to_numpy()
            about = f"{self.load_id}/{opened.path.name}"
            entry = {
                "load_id": self.load_id,
                "dataset": chunk.dataset,
                "file_name": opened.path.name,
                "key_id": ring.key_id,
                "first_row": int(numbers.min()),
                "last_row": int(numbers.max()),
                "row_count": table.num_rows,
                "ciphertext": sealed(table, ring, about=about),
            }
            with self._lock:
                self.refused.append(entry)


STATISTICS = (
    "load_id",
    "provider_code",
    "financial_year",
    "financial_month",
    "slice_number",
    "row_number",
    "patient_commissioner_code",
    "service_code",
    "crg_code",
    "check_id",
    "level",
)


def accepted_rows(
    chunk: FinishedChunk, *, load_id: str, only: frozenset[str] | None = None
) -> pa.Table:
    """All rows of a chunk in the store's columns, or `only` some; the caller drops refused ones."""
    rows = len(chunk.row_numbers)
    columns = {
        **chunk.judged.columns,
        "load_id": _constant(load_id, rows),
        "file_name": pa.DictionaryArray.from_arrays(
            pa.array(chunk.file_of_row), [opened.path.name for opened in chunk.files]
        ),
        "row_number": pa.array(chunk.row_numbers),
        "slice_number": pa.array(chunk.slice_numbers),
    }
    schema = ROW_TABLES[chunk.dataset].schema
    return pa.table(
        {
            field.name: _typed(columns.get(field.name), field.type, rows)
            for field in schema
            if only is None or field.name in only
        }
    )


def _without_leftovers(rows: pa.Table) -> pa.Table:
    """Rows as plain values: a dictionary would carry the values of refused rows into the file."""
    for at, column in enumerate(rows.columns):
        if pa.types.is_dictionary(column.type):
            plain = column.cast(column.type.value_type)
            rows = rows.set_column(at, rows.column_names[at], plain)
    return rows


def _typed(values: pa.Array | None, kind: pa.DataType, rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(rows, kind)
    if pa.types.is_dictionary(values.type) or values.type == kind:
        return values
    return values.cast(kind)


def _constant(value: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([value]))
