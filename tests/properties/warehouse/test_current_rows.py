"""Random histories of loads and withdrawals, against a model in plain Python."""

import importlib.util
import shutil
import sys
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.engines import open_duckdb
from speccomm.warehouse import create_store, withdraw_load
from speccomm.warehouse.current import SLICE_KEYS, current_slices
from speccomm.warehouse.delta import DataFile
from speccomm.warehouse.selection import select_files
from speccomm.warehouse.tables import SLICES, WITHDRAWALS

_PATH = Path(__file__).parents[2] / "unit" / "warehouse" / "made_up.py"
_SPEC = importlib.util.spec_from_file_location("properties_made_up", _PATH)
made_up = importlib.util.module_from_spec(_SPEC)
sys.modules["properties_made_up"] = made_up
_SPEC.loader.exec_module(made_up)

PROVIDERS = ["RKB", "RRK"]
keys = st.tuples(st.sampled_from(PROVIDERS), st.integers(1, 2))
loads = st.tuples(
    st.just("load"), st.integers(0, 4), st.dictionaries(keys, st.integers(1, 4), min_size=1)
)
withdrawals = st.tuples(st.just("withdraw"), st.integers(0, 4), st.integers(0, 5))
histories = st.lists(st.one_of(loads, loads, withdrawals), max_size=8)


class Model:
    """What the store should hold, kept as lists."""

    def __init__(self, history: list[tuple]) -> None:
        self.loads: list[tuple[str, int, dict]] = []
        self.withdrawn: list[tuple[str, int]] = []
        for act, hour, what in history:
            if act == "load":
                self.loads.append((f"L{len(self.loads)}", hour, what))
            elif what < len(self.loads) and f"L{what}" not in dict(self.withdrawn):
                self.withdrawn.append((f"L{what}", hour))

    def current(self, hour: float | None) -> dict[tuple[str, int], str]:
        """The load that counts for each slice as at an hour."""
        gone = {load for load, at in self.withdrawn if hour is None or at <= hour}
        best: dict[tuple[str, int], tuple[int, int, str]] = {}
        for position, (load, received, slices) in enumerate(self.loads):
            if load in gone or (hour is not None and received > hour):
                continue
            for key in slices:
                best[key] = max(best.get(key, (-1, -1, "")), (received, position, load))
        return {key: load for key, (_, _, load) in best.items()}

    def rows(self, hour: float | None) -> dict[tuple[str, int], int]:
        held = {load: slices for load, _, slices in self.loads}
        return {key: held[load][key] for key, load in self.current(hour).items()}

    def slices(self) -> pa.Table:
        records = [
            made_up.slice_row(load, made_up.at(hour), ("plcm", p, "2023-24", m), n, what[p, m])
            for load, hour, what in self.loads
            for n, (p, m) in enumerate(what)
        ]
        return made_up.rows("slices", records)

    def withdrawals(self) -> pa.Table:
        records = [{"load_id": load, "withdrawn_at": made_up.at(h)} for load, h in self.withdrawn]
        return made_up.rows("withdrawals", records)


def moment(hour: float | None) -> datetime | None:
    return None if hour is None else made_up.at(hour)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(history=histories, hour=st.one_of(st.none(), st.integers(-1, 5)))
def test_the_registers_tell_what_is_current(history, hour) -> None:
    model = Model(history)
    found = current_slices(model.slices(), model.withdrawals(), as_at=moment(hour))
    assert found.schema == SLICES.schema
    told = {
        (row["provider_code"], row["financial_month"]): row["load_id"] for row in found.to_pylist()
    }
    assert told == model.current(hour)
    assert found.num_rows == len(told)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(history=histories, parts=st.integers(1, 3), told=st.booleans())
def test_the_chosen_files_hold_the_current_rows_and_only_those(history, parts, told) -> None:
    """Files of a load cut in any way, with or without statistics, give each current row once."""
    model = Model(history)
    every = model.slices()
    current = current_slices(every, model.withdrawals(), as_at=None)
    files: list[DataFile] = []
    held: dict[str, set[tuple[str, int]]] = {}
    for load, _, slices in model.loads:
        for part in range(parts):
            numbers = list(range(len(slices)))[part::parts]
            if numbers:
                name = f"{load}-{part}"
                spans = ((load, load), (min(numbers), max(numbers))) if told else (None, None)
                files.append(DataFile(name, 1, len(numbers), *spans))
                held[name] = {(load, number) for number in numbers}
    chosen = select_files(files, every=every, current=current)
    listed = set(
        zip(*(chosen.pairs[name].to_pylist() for name in chosen.pairs.column_names), strict=True)
    )
    read = [pair for name in chosen.whole for pair in held[name]]
    read += [
        pair for name in chosen.mixed for pair in held[name] if (pair in listed) == chosen.keeps
    ]
    wanted = zip(current["load_id"].to_pylist(), current["slice_number"].to_pylist(), strict=True)
    assert sorted(read) == sorted(wanted)


@settings(max_examples=12, derandomize=True, deadline=None)
@given(history=histories)
def test_the_store_answers_as_the_model(history) -> None:
    folder = Path(mkdtemp())
    con = open_duckdb(memory_limit_mib=256, threads=1)
    try:
        store = create_store(folder / "store", key_id="key-1")
        done: list[tuple] = []
        versions = [Model([])]
        for act in history:
            done.append(act)
            model = Model(done)
            if act[0] == "load":
                load, hour, slices = model.loads[-1]
                made_up.write_load(store, load, made_up.at(hour), slices, files=2)
            elif len(model.withdrawn) > len(versions[-1].withdrawn):
                load, hour = model.withdrawn[-1]
                withdraw_load(store, load_id=load, reason=None, now=made_up.at(hour))
            else:
                continue
            versions.append(model)
        for version, model in enumerate(versions):
            table = store.snapshot(version=version).table(con, "plcm")
            assert made_up.held_counts(table) == model.rows(None)
        for hour in (-1, 0, 2.5, 4):
            table = store.snapshot(as_at=made_up.at(hour)).table(con, "plcm")
            assert made_up.held_counts(table) == versions[-1].rows(hour)
    finally:
        con.disconnect()
        shutil.rmtree(folder)


@pytest.mark.parametrize("as_at", [None, 0])
def test_no_registers_no_slices(as_at) -> None:
    nothing = SLICES.schema.empty_table()
    found = current_slices(nothing, WITHDRAWALS.schema.empty_table(), as_at=moment(as_at))
    assert found.num_rows == 0
    assert set(SLICE_KEYS) <= set(found.column_names)
