"""Hold the pandas script to our load: the same rows kept, the same answers, the same things said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from speccomm.engines import open_duckdb
from speccomm.intake.across import ACROSS
from speccomm.warehouse import open_store

COUNTED = (
    "derived_commissioner_code",
    "derived_category_code",
    "reason_code",
    "crg_code",
    "patient_commissioner_code",
    "specialised",
    "age_years",
    "pseudonym_basis",
)
KEY = ["check_id", "level", "field"]


def differences(store: Path, pandas_out: Path) -> list[str]:
    """What differs between a store of one load and what the pandas script wrote of the same file.

    Checks across rows are left out, as the script has none.
    """
    connection = open_duckdb(memory_limit_mib=6144, threads=2)
    snapshot = open_store(store).snapshot()
    ours = snapshot.table(connection, "plcm")
    columns = [*COUNTED, "person_pseudonym", "row_number"]
    rows = connection.to_pyarrow(ours.select(*columns).order_by("row_number"))
    theirs = pq.read_table(pandas_out / "accepted.parquet", columns=columns)
    told = []
    if rows.num_rows != theirs.num_rows:
        told.append(f"accepted rows: {rows.num_rows} and {theirs.num_rows}")
    for name in COUNTED:
        told += _unlike(name, _counts(rows[name]), _counts(theirs[name]))
    if told == [] and not _same(rows["person_pseudonym"], theirs["person_pseudonym"]):
        told.append("person_pseudonym differs in some rows")
    findings = connection.to_pyarrow(snapshot.findings(connection))
    findings = findings.filter(pc.invert(pc.is_in(findings["check_id"], pa.array([*ACROSS]))))
    said = pq.read_table(pandas_out / "findings.parquet")
    told += _unlike("findings", _findings(findings), _findings(said))
    snapshot.release()
    return told


def _counts(values: pa.ChunkedArray) -> Counter[Any]:
    plain = values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
    counted = pc.value_counts(plain)
    return Counter(
        {str(one["values"].as_py()): one["counts"].as_py() for one in counted if one is not None}
    )


def _findings(findings: pa.Table) -> Counter[Any]:
    counted = findings.group_by(KEY).aggregate([([], "count_all")]).to_pylist()
    return Counter({tuple(row[name] for name in KEY): row["count_all"] for row in counted})


def _unlike(name: str, ours: Counter[Any], theirs: Counter[Any]) -> list[str]:
    return [
        f"{name} {key}: {ours[key]} and {theirs[key]}"
        for key in sorted(set(ours) | set(theirs), key=str)
        if ours[key] != theirs[key]
    ]


def _same(ours: pa.ChunkedArray, theirs: pa.ChunkedArray) -> bool:
    return bool(
        pc.all(
            pc.equal(ours.cast(pa.large_binary()), theirs.cast(pa.large_binary())), min_count=0
        ).as_py()
    )
