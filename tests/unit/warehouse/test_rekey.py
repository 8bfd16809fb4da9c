import hashlib

import pyarrow as pa
import pytest

from speccomm.warehouse import open_store, rekey_store
from speccomm.warehouse.commits import Purged
from speccomm.warehouse.rekey import ChangedShape, SameKey


def hashed(values: pa.Array) -> pa.Array:
    assert values.null_count == 0
    assert len(set(values.to_pylist())) == len(values)
    return pa.array([hashlib.sha256(b"new" + v).digest() for v in values.to_pylist()], pa.binary())


def resealed(rows: pa.Table) -> pa.Array:
    return pa.array([b"new " + text for text in rows["ciphertext"].to_pylist()], pa.binary())


def do(store, made_up, **changes):
    given = {"new_key_id": "key-2", "new_pseudonyms": hashed, "new_ciphertexts": resealed}
    return rekey_store(store, now=made_up.at(9), readers_seconds=0, **(given | changes))


def persons(table) -> dict[tuple, bytes | None]:
    rows = table.to_pyarrow().to_pylist()
    return {
        (r["load_id"], r["provider_code"], r["row_number"]): r["person_pseudonym"] for r in rows
    }


def test_every_version_is_written_anew_and_the_old_removed(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3, ("RRK", 1): 2})
    made_up.write_load(store, "L2", made_up.at(1), {("RKB", 1): 2})
    before = store.snapshot()
    old = persons(before.all_rows(con, "plcm"))
    before.release()
    done = do(store, made_up)
    assert done.rows == {"plcm": 7, "drplcm": 0, "deplcm": 0, "refused_rows": 2}
    assert not done.files_left
    snapshot = open_store(store.path).snapshot()
    assert snapshot.key_id == "key-2"
    assert persons(snapshot.all_rows(con, "plcm")) == {
        row: hashlib.sha256(b"new" + person).digest() for row, person in old.items()
    }
    assert made_up.held_counts(snapshot.table(con, "plcm")) == {("RKB", 1): 2, ("RRK", 1): 2}
    blocks = snapshot.refused_rows(con).to_pyarrow()
    assert blocks["key_id"].to_pylist() == ["key-2"] * 2
    assert all(text.startswith(b"new secret") for text in blocks["ciphertext"].to_pylist())
    with pytest.raises(Purged):
        store.snapshot(version=2)
    disk = b"".join(
        p.read_bytes() for p in (store.path / "tables" / "refused_rows").glob("*.parquet")
    )
    assert len(list((store.path / "tables" / "plcm").glob("*.parquet"))) == 2
    assert disk.count(b"PAR1") == 4


def test_missing_pseudonyms_stay_missing(store, con, made_up) -> None:
    import pyarrow.parquet as pq

    staged = store.staging("L1")
    rows = [
        made_up.plcm_row("L1", 0, "RKB", 1, n, person_pseudonym=p)
        for n, p in enumerate([None, b"x"])
    ]
    pq.write_table(made_up.rows("plcm", rows), staged / "p")
    with store.write() as tx:
        tx.add_files("plcm", [staged / "p"])
        tx.append("loads", made_up.rows("loads", [made_up.load_row("L1", made_up.at(0))]))
        tx.commit(now=made_up.at(0))
    do(store, made_up)
    held = store.snapshot().all_rows(con, "plcm").to_pyarrow()["person_pseudonym"].to_pylist()
    assert sorted(held, key=str) == sorted([None, hashlib.sha256(b"newx").digest()], key=str)


def test_the_same_key_is_refused(store, made_up) -> None:
    with pytest.raises(SameKey):
        do(store, made_up, new_key_id="key-1")


def test_a_function_that_loses_values_changes_nothing(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})
    with pytest.raises(ChangedShape):
        do(store, made_up, new_pseudonyms=lambda values: values.slice(1))
    assert store.version == 1
    assert store.key_id == "key-1"
    assert not list((store.path / "staging").iterdir())
    assert made_up.held_counts(store.snapshot(version=1).table(con, "plcm")) == {("RKB", 1): 3}
