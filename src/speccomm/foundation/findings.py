"""Findings are facts about data. They are rows, returned beside results, never exceptions."""

from __future__ import annotations

from enum import StrEnum

import pyarrow as pa


class Level(StrEnum):
    """How much a finding matters: a note changes nothing, a refusal keeps the row out."""

    NOTE = "note"
    WARNING = "warning"
    REFUSE = "refuse"


FINDINGS_SCHEMA = pa.schema(
    [
        pa.field("load_id", pa.string()),  # null when a file was only checked
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("file_name", pa.string()),  # null: about several files at once
        pa.field("row_number", pa.int64()),  # spreadsheet row, header is 1; null: about the file
        pa.field("check_id", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("field", pa.string()),  # published field name; null: about the whole row
        pa.field("value_shape", pa.string()),  # letters A, digits 9: never the value itself
        pa.field("provider_code", pa.string()),
        pa.field("financial_year", pa.string()),
        pa.field("financial_month", pa.int8()),
        pa.field("sentence", pa.string(), nullable=False),
        pa.field("remedy", pa.string(), nullable=False),
    ]
)
