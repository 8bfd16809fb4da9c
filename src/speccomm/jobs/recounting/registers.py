"""Count the store's own registers again: files, findings and slices behind a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.jobs.flows import slices_of
from speccomm.jobs.packing.sources import findings_behind, place_of
from speccomm.jobs.reading import Reading
from speccomm.jobs.recounting.activity import Sets, months_of
from speccomm.jobs.recounting.contract import codes_of
from speccomm.publishing.facts import NOT_OF_THE_ICB
from speccomm.publishing.receipts.saying import Values
from speccomm.publishing.sourcing import Of, Recorded

FILE_KEYS = {Of.DATASET: "dataset", Of.LOAD: "load_id", Of.FILE: "file_name"}
FINDING_KEYS = {Of.DATASET: "dataset", Of.CHECK: "check_id", Of.FIELD: "field"}


@dataclass(frozen=True)
class Counting:
    """A count, and the rows of the register that it counts."""

    value: int
    rows: pa.Table


def count_register(
    reading: Reading, source: Recorded, values: Values, *, sets: Sets, loads: list[dict[str, Any]]
) -> Counting:
    """Count what a source names in a register. `loads` are those of the pack's manifest."""
    if source.register == "files":
        return _count_files(reading, source, values, loads)
    if source.register == "findings":
        return _count_findings(reading, source, values, sets, loads)
    return _count_slices(reading, source, values, sets)


def _count_files(
    reading: Reading, source: Recorded, values: Values, loads: list[dict[str, Any]]
) -> Counting:
    listed = _listed(loads, used=source.used)
    rows = reading.snapshot.files()
    places = zip(*(rows[name].to_pylist() for name in listed.column_names), strict=True)
    wanted = {tuple(row.values()) for row in listed.to_pylist()}
    rows = rows.filter(pa.array([place in wanted for place in places], pa.bool_()))
    for of, value in values.items():
        rows = rows.filter(pc.equal(rows[FILE_KEYS[of]], str(value)))
    if source.measure == "rows":
        return Counting(rows.num_rows, rows)
    return Counting(int(pc.sum(rows[source.measure]).as_py() or 0), rows)


def _count_findings(
    reading: Reading,
    source: Recorded,
    values: Values,
    sets: Sets,
    loads: list[dict[str, Any]],
) -> Counting:
    listed = _listed(loads, used=source.used)
    codes = {code for name in sets.get("behind", ()) for code in codes_of(name, sets=sets)}
    months = months_of(source.first_month, source.last_month)
    found = findings_behind(reading, listed, codes=codes, months=months)
    found = found.filter(found.level == source.level)
    for of, value in values.items():
        column = found[FINDING_KEYS[of]]
        found = found.filter(column.isnull() if value is None else column == value)
    rows = reading.con.to_pyarrow(found.mutate(place=place_of(found)))
    number = rows.num_rows
    if source.measure == "rows":
        number = len(pc.unique(rows["place"]).drop_null())
    return Counting(number, rows.drop_columns(["place"]))


def _count_slices(reading: Reading, source: Recorded, values: Values, sets: Sets) -> Counting:
    months = months_of(source.first_month, source.last_month)
    rows = slices_of(reading.snapshot.slices(), dataset=str(values[Of.DATASET]), months=months)
    codes = codes_of(str(values[Of.PROVIDER]), sets=sets)
    rows = rows.filter(pc.is_in(rows["provider_code"], value_set=pa.array(codes, pa.string())))
    met = set(
        zip(*(rows[n].to_pylist() for n in ("financial_year", "financial_month")), strict=True)
    )
    return Counting(len(met), rows)


def _listed(loads: list[dict[str, Any]], *, used: bool) -> pa.Table:
    """The files of the manifest, where `used` without those of the region's figures and of evidence."""
    files: list[Mapping[str, Any]] = [
        {"load_id": load["load_id"], **file}
        for load in loads
        for file in load["files"]
        if not (used and file.get("used_for") in NOT_OF_THE_ICB)
    ]
    names = ("load_id", "dataset", "file_name")
    return pa.table(
        {name: pa.array([str(file[name]) for file in files], pa.string()) for name in names}
    )
