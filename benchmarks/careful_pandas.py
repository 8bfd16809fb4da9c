"""A month of PLCM rows as a careful analyst would load them with pandas, to measure against.

It does what a load does to this file: the work listed in README.md, under the same check numbers.
It is written to be quick in pandas: the pyarrow reader, codes as categories that are judged once
a category, whole columns at a time, each person hashed once, each combination of codes assigned
once. It knows nothing of speccomm: its lookups are plain Parquet tables. Where it does less than
a load (README.md says where) the difference is in its favour. Its parts are read in this order:
`pandas_cells`, `pandas_people`, `pandas_assignment`, `pandas_checks`, and last this file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from benchmarks.pandas_assignment import assign
from benchmarks.pandas_cells import AS_CATEGORIES, LAYOUT, Findings, judge_column
from benchmarks.pandas_checks import check_rows
from benchmarks.pandas_people import identities, read_key, residences

NAMES_A_PERSON = ["nhs_number", "local_patient_identifier", "postcode", "birth_date"]


def run(file: Path, lookups: Path, key_file: Path, out: Path) -> dict[str, Any]:
    """Do all of it; say how many rows were accepted and refused, and how long the flows took."""
    import time

    frame = read(file)
    findings = Findings()
    book = {path.stem: pd.read_parquet(path) for path in lookups.glob("*.parquet")}
    for heading, column in LAYOUT.items():
        judge_column(frame, heading, column, findings, book["code_lists"])
    identities(frame, read_key(key_file), findings)
    residences(frame, book["postcodes"], findings)
    assign(frame, book)
    check_rows(frame, book, findings)
    refused = findings.refused(len(frame))
    found = findings.table(frame)
    counted = {
        "read": len(frame),
        "accepted": int((~refused).sum()),
        "refused": int(refused.sum()),
        "findings": len(found),
    }
    out.mkdir(parents=True)
    found.to_parquet(out / "findings.parquet", compression="zstd", index=False)
    del found, findings
    write(frame, refused, out)
    del frame
    begun = time.perf_counter()
    split = flows(out / "accepted.parquet", book)
    split.to_parquet(out / "flows.parquet")
    totals = {name: str(int(split[name].sum())) for name in split.columns}
    return {**counted, "flows_seconds": time.perf_counter() - begun, "totals": totals}


def read(file: Path) -> pd.DataFrame:
    """Every cell as text; columns of few different values as categories."""
    kinds = {
        heading: pa.dictionary(pa.int32(), pa.string())
        if column.kind in AS_CATEGORIES
        else pa.string()
        for heading, column in LAYOUT.items()
    }
    table = pacsv.read_csv(
        file,
        read_options=pacsv.ReadOptions(block_size=8 << 20),
        convert_options=pacsv.ConvertOptions(
            column_types=kinds, strings_can_be_null=True, null_values=[""]
        ),
    )
    table = table.rename_columns([LAYOUT[name].name for name in table.column_names])
    return table.to_pandas(split_blocks=True, self_destruct=True)


def write(frame: pd.DataFrame, refused: np.ndarray[Any, Any], out: Path) -> None:
    """Accepted rows without what names a person; refused rows whole, for their sender."""
    frame["row_number"] = np.arange(len(frame)) + 2
    frame[refused].to_parquet(out / "refused.parquet", compression="zstd", index=False)
    for name in [*NAMES_A_PERSON, "welsh_default", "residence_country_code"]:
        del frame[name]
    accepted = frame[~refused]
    accepted.to_parquet(out / "accepted.parquet", compression="zstd", index=False)


def flows(accepted: Path, book: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Intra, imported and exported activity of the region by clinical reference group."""
    columns = ["crg_code", "patient_commissioner_code", "provider_code", "activity_count"]
    rows = pd.read_parquet(accepted, columns=columns)
    inside = book["area"]
    patient = rows["patient_commissioner_code"].isin(
        inside.loc[inside["side"] == "patient", "code"]
    )
    provider = rows["provider_code"].isin(inside.loc[inside["side"] == "provider", "code"])
    side = np.select(
        [patient & provider, provider & ~patient, patient & ~provider],
        ["intra", "imported", "exported"],
        default="outside",
    )
    split = rows.groupby([rows["crg_code"].astype("str").fillna("Unknown"), side])
    table = split["activity_count"].sum().unstack(fill_value=0)
    return table.reindex(columns=["intra", "imported", "exported"], fill_value=0)
