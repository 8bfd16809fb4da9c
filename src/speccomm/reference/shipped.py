"""Read the tables that come with the library."""

from __future__ import annotations

import io
from importlib.resources.abc import Traversable

import pyarrow as pa
import pyarrow.csv

from speccomm.foundation.rulebook import BadRulebook, Rulebook, read_rulebook, rulebooks_root
from speccomm.reference.tables import TableSpec

RULEBOOK = "reference/reference"


def shipped_rulebook(*, root: Traversable | None = None) -> Rulebook:
    """The rulebook that names the shipped tables and their sources."""
    return read_rulebook(RULEBOOK, root=root)


def shipped_table(spec: TableSpec, *, root: Traversable | None = None) -> pa.Table:
    """Read one shipped table in its declared columns and types.

    Shape:   the declared columns; the file's `source`, `confidence` and notes are left out.
    Missing: an empty cell is null.
    Raises:  BadRulebook if the file is missing or does not hold what is declared.
    Source:  rulebooks/reference, each row with its own source.
    """
    path = (root or rulebooks_root()).joinpath("reference", f"{spec.name}.csv")
    if not path.is_file():
        raise BadRulebook(f"There is no shipped table {spec.name!r}.")
    try:
        return _read(spec, path.read_bytes())
    except (pa.ArrowInvalid, pa.ArrowKeyError) as problem:
        raise BadRulebook(f"The shipped table {spec.name!r} is not as declared: {problem}") from (
            problem
        )


def _read(spec: TableSpec, content: bytes) -> pa.Table:
    return pa.csv.read_csv(
        io.BytesIO(content),
        read_options=pa.csv.ReadOptions(use_threads=False),
        convert_options=pa.csv.ConvertOptions(
            column_types=spec.schema,
            include_columns=spec.column_names,
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
