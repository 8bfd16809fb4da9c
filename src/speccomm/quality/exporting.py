"""Write a register as CSV that imports unchanged."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import csv as arrow_csv

from speccomm.quality.declaring import AMOUNT, MONEY, Register


def register_csv(register: Register, statements: pa.Table) -> bytes:
    """The statements of a register as CSV in UTF-8, with a header.

    Shape:   the register's `spoken` columns, rows sorted by subject and from_date, so that the
             same statements always give the same bytes.
    Missing: null is an empty cell; numbers are written with no more digits than they need.
    """
    spoken = statements.select(register.names)
    order = [(name, "ascending") for name in (*register.key, "from_date", "said_on", "said_by")]
    columns = [
        _shortest(column) if column.type in (AMOUNT, MONEY) else column
        for column in spoken.sort_by(order).columns
    ]
    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(pa.table(columns, names=register.names), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _shortest(amounts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array(
        [[None if v is None else f"{v.normalize():f}" for v in amounts.to_pylist()]], pa.string()
    )
