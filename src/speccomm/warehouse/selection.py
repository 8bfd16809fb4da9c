"""Which files of a data set hold current rows, and which of those need a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from speccomm.warehouse.delta import DataFile


@dataclass(frozen=True)
class Selection:
    """Files to read for the current rows of a data set.

    Every row of `whole` is current. Of `mixed`, the rows whose load and slice stand in `pairs`
    are current if `keeps`, and the others if not: the shorter list of the two, since the engine
    looks up every row. Files of neither hold no current row.
    """

    whole: tuple[str, ...]
    mixed: tuple[str, ...]
    pairs: pa.Table
    keeps: bool


def select_files(files: Sequence[DataFile], *, every: pa.Table, current: pa.Table) -> Selection:
    """Sort the files of one data set by what they hold.

    `every` and `current` are the slices of that data set, all versions and the current ones, with
    load_id and slice_number. A file whose load is not told by its statistics is read and filtered.
    """
    known = _numbers_by_load(every)
    wanted = _numbers_by_load(current)
    whole: list[str] = []
    mixed: list[str] = []
    loads: set[str] = set()
    for file in files:
        load = file.of_one_load()
        if load is None or file.slices is None:
            mixed.append(file.name)
            loads.update(known)
            continue
        low, high = file.slices
        held = {number for number in known.get(load, ()) if low <= number <= high}
        standing = held & wanted.get(load, set())
        if standing and standing == held:
            whole.append(file.name)
        elif standing:
            mixed.append(file.name)
            loads.add(load)
    kept = {load: wanted.get(load, set()) for load in loads}
    gone = {load: known[load] - kept[load] for load in loads}
    keeps = _size(kept) <= _size(gone)
    return Selection(tuple(whole), tuple(mixed), _pairs(kept if keeps else gone), keeps)


def _numbers_by_load(slices: pa.Table) -> dict[str, set[int]]:
    grouped = slices.group_by("load_id").aggregate([("slice_number", "list")])
    return {
        load: set(numbers)
        for load, numbers in zip(
            grouped["load_id"].to_pylist(), grouped["slice_number_list"].to_pylist(), strict=True
        )
    }


def _size(numbers: dict[str, set[int]]) -> int:
    return sum(len(chosen) for chosen in numbers.values())


def _pairs(numbers: dict[str, set[int]]) -> pa.Table:
    """Load and slice number as a table, sorted so that it is the same on every run."""
    pairs = sorted((load, number) for load, chosen in numbers.items() for number in chosen)
    return pa.table(
        {
            "load_id": pa.array([load for load, _ in pairs], pa.string()),
            "slice_number": pa.array([number for _, number in pairs], pa.int32()),
        }
    )
