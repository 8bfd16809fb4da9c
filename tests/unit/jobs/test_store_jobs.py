"""The jobs that keep a store in order: withdraw, purge, rekey, history."""

import importlib.util
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from speccomm.engines import open_duckdb
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.intake.privacy import new_key_ring, pseudonyms, sealed, unsealed, write_key_file
from speccomm.jobs.history import HistoryRequest, history
from speccomm.jobs.purge import PurgeRequest, purge
from speccomm.jobs.rekey import NotARotation, NotTheStoresKey, RekeyRequest, rekey
from speccomm.jobs.withdraw import WithdrawRequest, withdraw
from speccomm.warehouse import create_store, open_store

_PATH = Path(__file__).parents[1] / "warehouse" / "made_up.py"
_SPEC = importlib.util.spec_from_file_location("jobs_made_up", _PATH)
made_up = importlib.util.module_from_spec(_SPEC)
sys.modules["jobs_made_up"] = made_up
_SPEC.loader.exec_module(made_up)


@pytest.fixture
def store(tmp_path):
    made = create_store(tmp_path / "store", key_id="key-1")
    made_up.write_load(made, "L1", made_up.at(0), {("RKB", 1): 3, ("RKB", 2): 2})
    made_up.write_load(made, "L2", made_up.at(1), {("RKB", 1): 5})
    return made


def ask_history(store, **more) -> HistoryRequest:
    return HistoryRequest(
        store.path, "plcm", "RKB", FinancialYear(2023), 1, now=made_up.at(9), **more
    )


def test_history_with_a_difference(store) -> None:
    answer = history(ask_history(store, diff=("L1", "L2")))
    assert answer.history["load_id"].to_pylist() == ["L1", "L2"]
    assert answer.difference is not None
    assert answer.difference.rows["change"].to_pylist() == ["added", "added"]
    assert answer.facts.store_version == 2
    assert [load["load_id"] for load in answer.facts.loads] == ["L1", "L2"]
    assert answer.facts.loads[0]["files"][0]["sha256"] == "00" * 32
    assert answer.facts.row_counts == {"versions": 2, "rows_that_differ": 2}


def test_history_as_at_a_time(store) -> None:
    answer = history(ask_history(store, as_at=made_up.at(0.5)))
    assert answer.history["status"].to_pylist() == ["current"]
    assert answer.difference is None


def test_withdraw_says_what_counts_now(store) -> None:
    answer = withdraw(WithdrawRequest(store.path, "L2", made_up.at(5), "sent twice"))
    assert answer.slices["load_now"].to_pylist() == ["L1"]
    assert answer.facts.store_version == 3
    assert answer.facts.loads[0]["load_id"] == "L2"
    with pytest.raises(UnknownName, match="Did you mean"):
        withdraw(WithdrawRequest(store.path, "L3", made_up.at(5)))


def test_purge_counts_what_went(store) -> None:
    before = FinancialMonth.parse_calendar("2023-05")
    answer = purge(PurgeRequest(store.path, before, made_up.at(5)))
    assert answer.facts.row_counts == {"slices_removed": 2, "rows_removed": 8}
    assert answer.facts.store_version == 3
    again = purge(PurgeRequest(store.path, before, made_up.at(6)))
    assert again.purges.num_rows == 0
    assert again.facts.store_version == 3


def test_rekey_gives_what_a_new_load_would_give(tmp_path) -> None:
    """After rotation a person has the pseudonym that the new key file makes of their number."""
    old = new_key_ring()
    new = old.rotated()
    write_key_file(tmp_path / "old", old)
    write_key_file(tmp_path / "new", new)
    con = open_duckdb(memory_limit_mib=300, threads=1)
    numbers = pa.array(["9990000018", "9990000026", "9990000018", None])
    before = pseudonyms(con.con, numbers, old).to_pylist()
    store = create_store(tmp_path / "store", key_id=old.key_id)
    staged = store.staging("L1")
    records = [
        made_up.plcm_row("L1", 0, "RKB", 1, at, person_pseudonym=person)
        for at, person in enumerate(before)
    ]
    pq.write_table(made_up.rows("plcm", records), staged / "p")
    clear = pa.table({"NHS NUMBER": ["9990000034"]})
    block = made_up.refused_row("L1", "plcm", "RKB", 7, 7)
    block["ciphertext"] = sealed(clear, old, about="L1/RKB.csv")
    with store.write() as tx:
        tx.add_files("plcm", [staged / "p"])
        tx.append("refused_rows", made_up.rows("refused_rows", [block]))
        tx.append("loads", made_up.rows("loads", [made_up.load_row("L1", made_up.at(0))]))
        tx.commit(now=made_up.at(0))

    answer = rekey(RekeyRequest(store.path, tmp_path / "old", tmp_path / "new", made_up.at(1)))

    assert answer.key_id == new.key_id
    assert answer.tables.to_pylist()[0] == {"table_name": "plcm", "rows": 4}
    snapshot = open_store(store.path).snapshot()
    assert snapshot.key_id == new.key_id
    rows = snapshot.load_rows(con, "plcm", "L1").order_by("row_number").to_pyarrow()
    assert rows["person_pseudonym"].to_pylist() == pseudonyms(con.con, numbers, new).to_pylist()
    kept = snapshot.refused_rows(con).to_pyarrow().to_pylist()[0]
    assert unsealed(kept["ciphertext"], new, about="L1/RKB.csv").equals(clear)
    assert kept["key_id"] == new.key_id
    con.disconnect()


def test_rekey_refuses_keys_that_do_not_fit(tmp_path) -> None:
    old, other = new_key_ring(), new_key_ring()
    write_key_file(tmp_path / "old", old)
    write_key_file(tmp_path / "other", other)
    store = create_store(tmp_path / "store", key_id=old.key_id)

    def ask(first: str, second: str) -> RekeyRequest:
        return RekeyRequest(store.path, tmp_path / first, tmp_path / second, made_up.at(0))

    with pytest.raises(NotTheStoresKey):
        rekey(ask("other", "old"))
    with pytest.raises(NotARotation, match="one more"):
        rekey(ask("old", "other"))
