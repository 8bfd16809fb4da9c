"""Write the accepted rows behind a figure to files, a part at a time, for their owner alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from pyarrow import csv, parquet

from speccomm.foundation.errors import Refusal
from speccomm.jobs.reading import Reading

ENDINGS = (".csv", ".parquet")
REGISTER = "register"


class NotARowsFile(Refusal):
    """A file for rows whose ending says neither CSV nor Parquet."""


def write_rows(
    reading: Reading, rows: Mapping[str, ir.Table], register: pa.Table | None, out: Path
) -> tuple[Path, ...]:
    """Write rows by data set to `out`; of several data sets, each to its own file beside it.

    Shape:   the columns of the store. Pseudonyms are binary in Parquet and hexadecimal in CSV.
    Raises:  NotARowsFile for an ending that is neither .csv nor .parquet.
    """
    if out.suffix not in ENDINGS:
        raise NotARowsFile(f"{out} should end in .csv or .parquet, which says how to write it.")
    out.parent.mkdir(parents=True, exist_ok=True)
    single = len(rows) + (register is not None) == 1
    written = []
    for name, table in rows.items():
        shown = in_hexadecimal(table) if out.suffix == ".csv" else table
        path = _place(out, name, single=single)
        _write(path, shown.schema().to_pyarrow(), reading.con.to_pyarrow_batches(shown))
        written.append(path)
    if register is not None:
        path = _place(out, REGISTER, single=single)
        _write(path, register.schema, register.to_batches())
        written.append(path)
    return tuple(written)


def _place(out: Path, name: str, *, single: bool) -> Path:
    return out if single else out.with_name(f"{out.stem}.{name}{out.suffix}")


def _write(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write beside the place and rename there, whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    made = csv.CSVWriter if path.suffix == ".csv" else parquet.ParquetWriter
    try:
        with os.fdopen(handle, "wb") as file:
            with made(file, schema) as writer:
                for batch in batches:
                    writer.write_table(pa.Table.from_batches([batch]).cast(schema))
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def in_hexadecimal(rows: ir.Table) -> ir.Table:
    """The rows with binary columns as hexadecimal text, for CSV, which cannot hold them."""
    binary = [name for name, kind in rows.schema().items() if kind.is_binary()]
    return rows.mutate(**{name: hex(rows[name]).lower() for name in binary}) if binary else rows


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def hex(value: bytes) -> str:  # type: ignore[empty-body]  # noqa: A001 - the engine's own name for it
    """Bytes as hexadecimal digits."""
