from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from speccomm.foundation.errors import UnknownName
from speccomm.warehouse import create_store, open_or_create_store, open_store
from speccomm.warehouse.commits import LaterLayout, NoSuchVersion
from speccomm.warehouse.delta import WrongColumns, describe_file
from speccomm.warehouse.locks import FileLock, StoreBusy
from speccomm.warehouse.snapshot import TimeWithoutZone
from speccomm.warehouse.staging import LoadInProgress, NotALoadName
from speccomm.warehouse.store import NoStore, StoreExists
from speccomm.warehouse.tables import ROW_TABLES, STORE_TABLES
from speccomm.warehouse.transaction import LoadExists


def test_a_new_store_is_empty_with_the_declared_columns(store, con) -> None:
    snapshot = store.snapshot()
    assert snapshot.version == 0
    assert store.key_id == snapshot.key_id == "key-1"
    for name, declared in ROW_TABLES.items():
        table = snapshot.table(con, name)
        assert list(table.columns) == declared.names
        assert table.count().to_pyarrow().as_py() == 0
        assert table.to_pyarrow().schema.names == declared.names
    assert snapshot.slices().num_rows == 0


def test_a_store_is_made_once(store) -> None:
    with pytest.raises(StoreExists):
        create_store(store.path, key_id="key-2")
    assert open_or_create_store(store.path, key_id="key-2").key_id == "key-1"


def test_a_folder_that_is_no_store_is_refused(tmp_path) -> None:
    with pytest.raises(NoStore, match="no store at"):
        open_store(tmp_path)


def test_a_store_half_made_is_made_again(tmp_path) -> None:
    (tmp_path / "tables" / "plcm").mkdir(parents=True)
    (tmp_path / "commits").mkdir()
    assert create_store(tmp_path, key_id="key-1").version == 0


def test_a_load_is_read_back(store, con, made_up) -> None:
    counts = {("RKB", 1): 3, ("RKB", 2): 4, ("RRK", 1): 5}
    assert made_up.write_load(store, "L1", made_up.at(0), counts, files=2) == 1
    snapshot = open_store(store.path).snapshot()
    assert made_up.held_counts(snapshot.table(con, "plcm")) == counts
    assert snapshot.loads()["committed_at"].to_pylist() == [made_up.at(0)]
    assert snapshot.findings(con).count().to_pyarrow().as_py() == 1
    assert snapshot.refused_rows(con, ["L1"]).count().to_pyarrow().as_py() == 1
    assert snapshot.table(con, "acm").count().to_pyarrow().as_py() == 0
    assert not (store.path / "staging" / "L1").exists()


def test_types_survive(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 2})
    read = store.snapshot().table(con, "plcm").to_pyarrow()
    assert read.schema.equals(ROW_TABLES["plcm"].schema)
    assert read["person_pseudonym"].to_pylist() == [b"\0" * 32, b"\1" * 32]


@pytest.mark.parametrize("name", sorted(STORE_TABLES))
def test_every_table_opens_as_plain_delta(store, made_up, name) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 2})
    delta = DeltaTable(str(store.path / "tables" / name))
    assert delta.version() == store.snapshot().record.tables[name]
    assert [field.name for field in delta.schema().fields] == STORE_TABLES[name].names
    held = pa.table(delta.get_add_actions(flatten=True))["num_records"].to_pylist()
    expected = {"plcm": 2, "slices": 1, "files": 1, "loads": 1, "findings": 1, "refused_rows": 1}
    assert sum(held) == expected.get(name, 0)


def test_the_later_load_of_a_slice_is_current(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3, ("RKB", 2): 4})
    made_up.write_load(store, "L2", made_up.at(5), {("RKB", 2): 9})
    snapshot = store.snapshot()
    assert made_up.held_counts(snapshot.table(con, "plcm")) == {("RKB", 1): 3, ("RKB", 2): 9}
    assert made_up.held_counts(snapshot.load_rows(con, "plcm", "L1"))[("RKB", 2)] == 4
    before = store.snapshot(as_at=made_up.at(4.9))
    assert made_up.held_counts(before.table(con, "plcm")) == {("RKB", 1): 3, ("RKB", 2): 4}
    assert store.snapshot(as_at=made_up.at(-1)).table(con, "plcm").count().to_pyarrow().as_py() == 0


def test_an_older_submission_loaded_late_does_not_replace(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(5), {("RKB", 1): 3})
    made_up.write_load(store, "L2", made_up.at(1), {("RKB", 1): 8}, now=made_up.at(9))
    assert made_up.held_counts(store.snapshot().table(con, "plcm")) == {("RKB", 1): 3}


def test_of_two_received_at_once_the_later_commit_wins(store, con, made_up) -> None:
    for number, load_id in enumerate("BAC", start=1):
        made_up.write_load(store, load_id, made_up.at(0), {("RKB", 1): number})
    assert made_up.held_counts(store.snapshot().table(con, "plcm")) == {("RKB", 1): 3}


def test_every_version_stays_readable(store, con, made_up) -> None:
    for number in range(1, 6):
        made_up.write_load(store, f"L{number}", made_up.at(number), {("RKB", 1): number})
    for number in range(1, 6):
        table = store.snapshot(version=number).table(con, "plcm")
        assert made_up.held_counts(table) == {("RKB", 1): number}
    with pytest.raises(NoSuchVersion, match="newest is 5"):
        store.snapshot(version=6)


def test_a_snapshot_does_not_move(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})
    snapshot = store.snapshot()
    made_up.write_load(store, "L2", made_up.at(1), {("RKB", 1): 9})
    assert made_up.held_counts(snapshot.table(con, "plcm")) == {("RKB", 1): 3}
    assert snapshot.slices()["load_id"].to_pylist() == ["L1"]


def test_leaving_without_commit_changes_nothing(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})
    staged = store.staging("L2")
    pq.write_table(made_up.rows("plcm", [made_up.plcm_row("L2", 0, "RKB", 1, 0)]), staged / "p")
    with store.write() as tx:
        tx.add_files("plcm", [staged / "p"])
    assert store.version == 1
    assert (staged / "p").exists()
    store.discard_staging("L2")
    assert not staged.exists()


def test_a_failure_in_the_middle_of_a_commit_is_undone(store, con, made_up, monkeypatch) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("speccomm.warehouse.transaction.write_record", no_space)
        with pytest.raises(OSError, match="No space"):
            made_up.write_load(store, "L2", made_up.at(1), {("RKB", 1): 9})
    assert store.version == 1
    assert len(list((store.path / "tables" / "plcm").glob("*.parquet"))) == 1
    made_up.write_load(store, "L3", made_up.at(2), {("RKB", 2): 5})
    counts = made_up.held_counts(store.snapshot().table(con, "plcm"))
    assert counts == {("RKB", 1): 3, ("RKB", 2): 5}
    assert store.snapshot().loads()["load_id"].to_pylist() == ["L1", "L3"]


def test_a_load_is_taken_once(store, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})
    with pytest.raises(LoadExists, match="L1"):
        made_up.write_load(store, "L1", made_up.at(1), {("RKB", 1): 3})
    assert store.version == 1


def test_a_busy_store_names_its_writer(store) -> None:
    with (
        store.write(purpose="load L7"),
        pytest.raises(StoreBusy, match=r"load L7 \(process \d+\)"),
        store.write(wait_seconds=0.05),
    ):
        pass


def test_files_of_another_shape_are_not_taken(store, made_up, tmp_path) -> None:
    path = tmp_path / "wrong.parquet"
    pq.write_table(pa.table({"load_id": ["L1"]}), path)
    with store.write() as tx:
        with pytest.raises(WrongColumns, match="activity_count is missing"):
            tx.add_files("plcm", [path])
        with pytest.raises(WrongColumns):
            tx.append("slices", pa.table({"load_id": ["L1"]}))
        with pytest.raises(UnknownName, match="Did you mean 'slices'"):
            tx.append("slice", pa.table({"load_id": ["L1"]}))


@pytest.mark.parametrize("statistics", [True, False])
def test_the_range_of_loads_is_told_with_or_without_statistics(
    tmp_path, made_up, statistics
) -> None:
    path = tmp_path / "p.parquet"
    records = [made_up.plcm_row(load, n, "RKB", 1, n) for n, load in enumerate(("A", "A", "B"), 4)]
    pq.write_table(made_up.rows("plcm", records[:2]), path, write_statistics=statistics)
    described = describe_file(path, STORE_TABLES["plcm"])
    assert (described.loads, described.slices) == (("A", "A"), (4, 5))
    assert described.of_one_load() == "A"
    pq.write_table(made_up.rows("plcm", records), path, write_statistics=statistics)
    assert describe_file(path, STORE_TABLES["plcm"]).of_one_load() is None
    pq.write_table(made_up.rows("plcm", [{**records[0], "load_id": None}]), path)
    assert describe_file(path, STORE_TABLES["plcm"]).loads is None


def test_a_living_load_keeps_its_staging_and_a_dead_one_does_not(store) -> None:
    living = store.staging("alive")
    dead = store.path / "staging" / "dead"
    dead.mkdir()
    (dead / "part.parquet").write_bytes(b"leavings")
    other = open_store(store.path)
    with other.write():
        pass
    assert living.exists()
    assert not dead.exists()
    with pytest.raises(LoadInProgress):
        other.staging("alive")
    with pytest.raises(NotALoadName):
        other.staging("../alive")


def test_registers_stay_in_few_files(store, made_up) -> None:
    for number in range(20):
        made_up.write_load(store, f"L{number}", made_up.at(number), {("RKB", 1): 1})
    snapshot = store.snapshot()
    assert len(snapshot.data_paths("slices")) <= 5
    assert snapshot.all_slices()["load_id"].to_pylist() == [f"L{n}" for n in range(20)]


def test_times_need_their_zone(store) -> None:
    with pytest.raises(TimeWithoutZone):
        store.snapshot(as_at=datetime(2023, 6, 1))


def test_a_later_layout_is_refused(store) -> None:
    record = store.path / "commits" / f"{0:020d}.json"
    record.write_text(record.read_text().replace('"layout": 1', '"layout": 2'))
    with pytest.raises(LaterLayout, match="layout 2"):
        store.snapshot()


def test_unknown_names_give_the_nearest(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})
    with pytest.raises(UnknownName, match="Did you mean 'plcm'"):
        store.snapshot().table(con, "plmc")
    with pytest.raises(UnknownName, match="Did you mean 'L1'"):
        store.snapshot().load_rows(con, "plcm", "L2")


def test_locks_are_shared_or_not(tmp_path) -> None:
    path = tmp_path / "lock"
    assert not FileLock(path).acquire(shared=True)
    path.touch()
    first, second, third = FileLock(path), FileLock(path), FileLock(path)
    assert first.acquire(shared=True)
    assert second.acquire(shared=True)
    assert not third.acquire()
    first.release()
    second.release()
    assert third.acquire()
