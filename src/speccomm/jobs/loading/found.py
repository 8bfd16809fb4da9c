"""What was found in a submission: read back in order, and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from speccomm.jobs.loading.saying import TEXT_FIELDS, coded_findings


def read_findings(paths: list[Path]) -> pa.Table:
    """Findings a load wrote, in the order of files and rows; texts stay dictionary coded."""
    tables = [pq.read_table(path, read_dictionary=TEXT_FIELDS) for path in paths]
    if not tables:
        return coded_findings([])
    joined = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    rows = pc.fill_null(joined["row_number"], np.iinfo(np.int64).max).to_numpy()
    order = np.lexsort((rows, _ranks(joined["file_name"]), _ranks(joined["dataset"])))
    return joined.take(pa.array(order))


def _ranks(coded: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Where each value of a column stands among its different values; missing ones last."""
    array = coded.chunk(0)
    ranks = np.empty(len(array.dictionary) + 1, dtype=np.int64)
    ranks[pc.sort_indices(array.dictionary).to_numpy()] = np.arange(len(array.dictionary))
    ranks[-1] = len(array.dictionary)
    spread: np.ndarray[Any, np.dtype[np.int64]] = ranks[array.indices.fill_null(-1).to_numpy()]
    return spread


def summary(findings: pa.Table) -> pa.Table:
    """How often each thing was found.

    Shape: check_id, level, dataset, field, sentence, remedy, finding_count; most serious first.
    """
    keys = ["check_id", "level", "dataset", "field", "sentence", "remedy"]
    counted = findings.group_by(keys).aggregate([([], "count_all")])
    for at, name in enumerate(counted.column_names):
        if name in TEXT_FIELDS:
            counted = counted.set_column(at, name, counted[name].cast(pa.string()))
    order = pa.array(
        [("refuse", "warning", "note").index(level) for level in counted["level"].to_pylist()],
        pa.int8(),
    )
    counted = counted.rename_columns([*keys, "finding_count"]).append_column("order", order)
    return counted.sort_by(
        [("order", "ascending"), ("finding_count", "descending"), ("check_id", "ascending")]
    ).drop_columns(["order"])
