"""A store made before there was evidence opens, reads it as empty, and grows with the first."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from speccomm.engines import open_duckdb
from speccomm.foundation.periods import FinancialMonth
from speccomm.warehouse import open_store, purge_before
from speccomm.warehouse.tables import EVIDENCE_TABLES, STORE_TABLES, store_table
from tests.made_up.evidence import statements

NOW = datetime(2024, 1, 10, tzinfo=UTC)
ROWS = [{"service_code": "NCBPS30Z", "has_ssqd": "yes"}]


def add(store, rows=ROWS, now=NOW) -> int:
    with store.write(purpose="evidence") as tx:
        tx.append("ssqd", statements("ssqd", rows))
        return tx.commit(now=now, action="evidence")


def test_a_new_store_is_as_an_old_one_was(store) -> None:
    assert set(store.snapshot().record.tables) == set(STORE_TABLES)
    assert not set(STORE_TABLES) & set(EVIDENCE_TABLES)
    folders = {path.name for path in (store.path / "tables").iterdir()}
    assert folders == set(STORE_TABLES)


@pytest.mark.parametrize("name", sorted(EVIDENCE_TABLES))
def test_a_table_the_store_lacks_reads_as_empty(store, name) -> None:
    snapshot = store.snapshot()
    assert snapshot.register(name).schema == store_table(name).schema
    assert snapshot.register(name).num_rows == 0
    assert snapshot.data_files(name) == []


def test_the_first_statement_makes_its_table_and_earlier_versions_stay_empty(store) -> None:
    before = store.version
    add(store)
    opened = open_store(store.path)
    assert opened.snapshot().register("ssqd").num_rows == 1
    assert opened.snapshot(version=before).register("ssqd").num_rows == 0
    assert set(opened.snapshot().record.tables) == {*STORE_TABLES, "ssqd"}


def test_statements_are_added_and_small_files_are_merged(store) -> None:
    for number in range(9):
        add(store, [{"service_code": "NCBPS30Z", "has_ssqd": "no", "note": str(number)}])
    snapshot = store.snapshot()
    assert snapshot.register("ssqd")["note"].to_pylist() == [str(n) for n in range(9)]
    assert len(snapshot.data_files("ssqd")) < 5


def test_a_table_left_by_a_writer_that_died_is_made_again(store) -> None:
    add(store)
    newest = max((store.path / "commits").glob("*.json"))
    tables = json.loads(newest.read_text())["tables"]
    assert tables["ssqd"] == 1
    newest.unlink()  # as if the process had died before its record
    assert open_store(store.path).snapshot().register("ssqd").num_rows == 0
    other = [{"service_code": "NCBPS08O", "has_ssqd": "no"}]
    reopened = open_store(store.path)
    add(reopened, other)
    held = open_store(store.path).snapshot().register("ssqd")
    assert held["service_code"].to_pylist() == ["NCBPS08O"]


def test_a_purge_of_old_months_leaves_evidence(store, made_up) -> None:
    made_up.write_load(store, "load-1", made_up.at(0), {("RKB", 1): 3})
    add(store)
    con = open_duckdb(memory_limit_mib=256, threads=1)
    try:
        purge_before(store, con, before=FinancialMonth.parse_calendar("2023-06"), now=NOW)
    finally:
        con.disconnect()
    assert store.snapshot().register("ssqd").num_rows == 1
