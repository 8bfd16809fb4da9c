"""Every version of one slice: when it came, what it said, and whether it counts."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from speccomm.foundation.errors import Refusal, nearest_name
from speccomm.warehouse.columns import INSTANT, TEXT
from speccomm.warehouse.current import SLICE_KEYS
from speccomm.warehouse.snapshot import Snapshot
from speccomm.warehouse.tables import SLICES, row_table

HISTORY_SCHEMA = pa.schema(
    [
        ("load_id", TEXT),
        ("received_at", INSTANT),
        ("committed_at", INSTANT),
        ("status", TEXT),
        ("accepted_rows", pa.int64()),
        ("refused_rows", pa.int64()),
        ("activity", SLICES.schema.field("activity").type),
        ("price_gbp", SLICES.schema.field("price_gbp").type),
        ("withdrawn_at", INSTANT),
        ("withdrawn_reason", TEXT),
        ("file_names", TEXT),
        ("file_hashes", TEXT),
    ]
)


@dataclass(frozen=True)
class SliceName:
    """What names a slice: a data set, a provider, a financial year and a month number."""

    dataset: str
    provider_code: str
    financial_year: str
    financial_month: int

    @property
    def key(self) -> tuple[str, str, str, int]:
        return (self.dataset, self.provider_code, self.financial_year, self.financial_month)

    def __str__(self) -> str:
        return (
            f"{self.dataset} of {self.provider_code} for {self.financial_year} "
            f"month {self.financial_month}"
        )


class NeverLoaded(Refusal):
    """A slice of which the store has no version."""

    def __init__(self, name: SliceName, slices: pa.Table) -> None:
        self.name = name
        providers = pc.unique(slices["provider_code"]).to_pylist()
        hint = f"No load holds {name}."
        if name.provider_code in providers:
            own = slices.filter(pc.equal(slices["provider_code"], name.provider_code))
            months = sorted(
                set(zip(*(own[key].to_pylist() for key in SLICE_KEYS[2:]), strict=True))
            )
            hint += " Loaded of that provider: "
            hint += ", ".join(f"{year} month {month}" for year, month in months) + "."
        elif nearest := nearest_name(name.provider_code, providers):
            hint += f" Did you mean provider {nearest}?"
        super().__init__(hint)


def slice_history(snapshot: Snapshot, con: Backend, name: SliceName) -> pa.Table:
    """Every version of one slice received by the snapshot's time, oldest first.

    Shape:   HISTORY_SCHEMA, one row per load that covers the slice; status is current, superseded
             or withdrawn, as at the snapshot's time.
    Units:   activity in the data set's unit; price_gbp in pounds.
    Missing: file_names is null for a version with no accepted row; withdrawn_at for one that
             stands. Several files are separated by "; ", their hashes in the same order.
    Raises:  UnknownName for a data set, NeverLoaded for a slice that no load covers.
    """
    versions = slice_versions(snapshot, name)
    loads = _by_load(snapshot.loads(), "committed_at")
    standing = set(_of_slice(snapshot.slices(), name)["load_id"].to_pylist())
    withdrawals = _withdrawals(snapshot)
    files = _files(snapshot, con, name, versions)
    rows = [
        {
            **{key: version.get(key) for key in HISTORY_SCHEMA.names},
            "committed_at": loads.get(load_id),
            "status": _status(load_id, standing, withdrawals),
            "withdrawn_at": withdrawals.get(load_id, (None, None))[0],
            "withdrawn_reason": withdrawals.get(load_id, (None, None))[1],
            "file_names": files.get(load_id, (None, None))[0],
            "file_hashes": files.get(load_id, (None, None))[1],
        }
        for version in versions.to_pylist()
        for load_id in [version["load_id"]]
    ]
    return pa.Table.from_pylist(rows, schema=HISTORY_SCHEMA)


def slice_versions(snapshot: Snapshot, name: SliceName) -> pa.Table:
    """The register's rows of one slice received by the snapshot's time, oldest first.

    Raises UnknownName for a data set, NeverLoaded where there is none.
    """
    row_table(name.dataset)
    every = snapshot.all_slices()
    if snapshot.as_at is not None:
        moment = pa.scalar(snapshot.as_at, INSTANT)
        every = every.filter(pc.less_equal(every["received_at"], moment))
    versions = _of_slice(every, name)
    if versions.num_rows == 0:
        raise NeverLoaded(name, every.filter(pc.equal(every["dataset"], name.dataset)))
    numbered = versions.append_column("position", pa.array(range(versions.num_rows), pa.int64()))
    return numbered.sort_by([("received_at", "ascending"), ("position", "ascending")]).drop_columns(
        ["position"]
    )


def _of_slice(slices: pa.Table, name: SliceName) -> pa.Table:
    for key, value in zip(SLICE_KEYS, name.key, strict=True):
        slices = slices.filter(pc.equal(slices[key], value))
    return slices


def _status(load_id: str, standing: set[str], withdrawals: dict[str, tuple[object, object]]) -> str:
    if load_id in withdrawals:
        return "withdrawn"
    return "current" if load_id in standing else "superseded"


def _by_load(register: pa.Table, column: str) -> dict[str, object]:
    return dict(zip(register["load_id"].to_pylist(), register[column].to_pylist(), strict=True))


def _withdrawals(snapshot: Snapshot) -> dict[str, tuple[object, object]]:
    gone = set(snapshot.withdrawn().to_pylist())
    return {
        row["load_id"]: (row["withdrawn_at"], row["reason"])
        for row in snapshot.register("withdrawals").to_pylist()
        if row["load_id"] in gone
    }


def _files(
    snapshot: Snapshot, con: Backend, name: SliceName, versions: pa.Table
) -> dict[str, tuple[str, str]]:
    """Names and hashes of the files that gave accepted rows to the slice, by load."""
    rows = snapshot.all_rows(con, name.dataset)
    rows = rows.filter(
        rows.provider_code == name.provider_code,
        rows.financial_year == name.financial_year,
        rows.financial_month == name.financial_month,
        rows.load_id.isin(versions["load_id"].to_pylist()),
    )
    used = con.to_pyarrow(rows.select("load_id", "file_name").distinct())
    hashes = {
        (row["load_id"], row["file_name"]): row["sha256"]
        for row in snapshot.files().to_pylist()
        if row["dataset"] == name.dataset
    }
    found: dict[str, list[str]] = {}
    for row in used.to_pylist():
        found.setdefault(row["load_id"], []).append(row["file_name"])
    return {
        load_id: (
            "; ".join(sorted(names)),
            "; ".join(hashes.get((load_id, file), "unknown") for file in sorted(names)),
        )
        for load_id, names in found.items()
    }
