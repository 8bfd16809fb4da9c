"""Differences of random versions, against counting by hand."""

import importlib.util
import shutil
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.engines import open_duckdb
from speccomm.warehouse import SliceName, create_store, slice_difference

_PATH = Path(__file__).parents[2] / "unit" / "warehouse" / "made_up.py"
_SPEC = importlib.util.spec_from_file_location("difference_made_up", _PATH)
made_up = importlib.util.module_from_spec(_SPEC)
sys.modules["difference_made_up"] = made_up
_SPEC.loader.exec_module(made_up)

rows = st.lists(
    st.tuples(
        st.sampled_from([None, "1", "2", "3"]),
        st.sampled_from([None, "S1", "S2"]),
        st.sampled_from([None, Decimal("1.50"), Decimal("-2.00")]),
    ),
    max_size=10,
)


def _write(store, load_id: str, hours: int, values: list[tuple]) -> None:
    records = [
        {
            "load_id": load_id,
            "slice_number": 0,
            "file_name": "f.csv",
            "row_number": number,
            "provider_code": "RKB",
            "financial_year": "2023-24",
            "financial_month": 1,
            "cds_unique_identifier": identifier,
            "service_code": service,
            "total_cost_gbp": cost,
        }
        for number, (identifier, service, cost) in enumerate(values, 2)
    ]
    path = store.staging(load_id) / "p"
    pq.write_table(made_up.rows("plcm", records), path)
    received = made_up.at(hours)
    key = ("plcm", "RKB", "2023-24", 1)
    covered = made_up.slice_row(load_id, received, key, 0, len(values))
    with store.write() as tx:
        tx.add_files("plcm", [path])
        tx.append("slices", made_up.rows("slices", [covered]))
        tx.append("loads", made_up.rows("loads", [made_up.load_row(load_id, received)]))
        tx.commit(now=received)


@settings(max_examples=8, derandomize=True, deadline=None)
@given(first=rows, second=rows)
def test_every_row_of_both_versions_is_told_once(first, second) -> None:
    folder = Path(mkdtemp())
    con = open_duckdb(memory_limit_mib=256, threads=1)
    try:
        store = create_store(folder / "store", key_id="key-1")
        _write(store, "A", 0, first)
        _write(store, "B", 1, second)
        name = SliceName("plcm", "RKB", "2023-24", 1)
        found = slice_difference(store.snapshot(), con, name, load_a="A", load_b="B")
    finally:
        con.disconnect()
        shutil.rmtree(folder)

    same = Counter(first) & Counter(second)
    rest_a, rest_b = Counter(first) - same, Counter(second) - same
    identified_a = Counter(row[0] for row in rest_a.elements() if row[0])
    identified_b = Counter(row[0] for row in rest_b.elements() if row[0])
    changed = (identified_a & identified_b).total()
    told = {row["change"]: row for row in found.summary.to_pylist()}
    assert {kind: (row["rows_a"], row["rows_b"]) for kind, row in told.items()} == {
        "unchanged": (same.total(), same.total()),
        "changed": (changed, changed),
        "added": (0, rest_b.total() - changed),
        "removed": (rest_a.total() - changed, 0),
    }
    for side, values in (("a", first), ("b", second)):
        money = sum((row[2] or 0 for row in values), Decimal(0))
        assert sum(row[f"price_{side}_gbp"] for row in told.values()) == money
        assert len({row[f"row_{side}"] for row in found.rows.to_pylist()} - {None}) == (
            len(values) - same.total()
        )
    for row in found.rows.to_pylist():
        if row["change"] == "changed":
            assert set(row["columns_changed"].split("; ")) <= {"service_code", "total_cost_gbp"}
            before, after = first[row["row_a"] - 2], second[row["row_b"] - 2]
            assert before[0] == after[0]
            assert ("service_code" in row["columns_changed"]) == (before[1] != after[1])
            assert ("total_cost_gbp" in row["columns_changed"]) == (before[2] != after[2])
