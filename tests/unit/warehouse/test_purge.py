import pyarrow.parquet as pq
import pytest

from speccomm.foundation.periods import FinancialMonth
from speccomm.warehouse import create_store, open_store, purge_before
from speccomm.warehouse.commits import Purged


def month(text: str) -> FinancialMonth:
    return FinancialMonth.parse_calendar(text)


def parquet_files(store, table: str) -> set[str]:
    return {path.name for path in (store.path / "tables" / table).glob("*.parquet")}


def everything_on_disk(store) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(store.path.rglob("*")) if p.is_file())


def test_every_version_before_the_month_goes(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3, ("RKB", 2): 4})
    made_up.write_load(store, "L2", made_up.at(1), {("RKB", 1): 5, ("RRK", 3): 6})
    made_up.write_load(store, "L3", made_up.at(2), {("RRK", 2): 2})
    done = purge_before(store, con, before=month("2023-05"), now=made_up.at(9))
    assert done.version == 4
    assert not done.files_left
    assert [
        (r["before"], r["dataset"], r["slices"], r["rows"]) for r in done.purges.to_pylist()
    ] == [("2023-05", "plcm", 2, 8)]
    snapshot = open_store(store.path).snapshot()
    assert snapshot.register("purges")["purged_at"].to_pylist() == [made_up.at(9)]
    counts = {("RKB", 2): 4, ("RRK", 3): 6, ("RRK", 2): 2}
    assert made_up.held_counts(snapshot.table(con, "plcm")) == counts
    assert made_up.held_counts(snapshot.all_rows(con, "plcm")) == counts
    assert set(snapshot.all_slices()["financial_month"].to_pylist()) == {2, 3}
    assert snapshot.loads()["load_id"].to_pylist() == ["L1", "L2", "L3"]
    for version in range(4):
        with pytest.raises(Purged, match="oldest version that can be read is 4"):
            store.snapshot(version=version)
    made_up.write_load(store, "L4", made_up.at(10), {("RKB", 2): 1})
    assert store.snapshot(version=4).slices().num_rows == 3


def test_nothing_of_a_purged_row_stays_on_the_disk(store, con, made_up) -> None:
    staged = store.staging("L1")
    rows = [
        made_up.plcm_row("L1", 0, "RKB", 1, 0, local_contract_code="OLDCONTRACT"),
        made_up.plcm_row("L1", 1, "RKB", 2, 0, local_contract_code="NEWCONTRACT"),
    ]
    pq.write_table(made_up.rows("plcm", rows), staged / "p", compression="none")
    keys = [("plcm", "RKB", "2023-24", 1), ("plcm", "RKB", "2023-24", 2)]
    with store.write() as tx:
        tx.add_files("plcm", [staged / "p"])
        slices = [made_up.slice_row("L1", made_up.at(0), key, n, 1) for n, key in enumerate(keys)]
        tx.append("slices", made_up.rows("slices", slices))
        tx.append("loads", made_up.rows("loads", [made_up.load_row("L1", made_up.at(0))]))
        tx.commit(now=made_up.at(0))
    assert b"OLDCONTRACT" in everything_on_disk(store)
    purge_before(store, con, before=month("2023-05"), now=made_up.at(1))
    assert b"OLDCONTRACT" not in everything_on_disk(store)
    assert len(parquet_files(store, "plcm")) == 1


def _load_with_refusals(store, made_up) -> None:
    finding = made_up.finding_row
    with store.write() as tx:
        key = ("plcm", "RKB", "2023-24", 2)
        tx.append(
            "slices", made_up.rows("slices", [made_up.slice_row("L1", made_up.at(0), key, 0, 0)])
        )
        old = ("plcm", "RRK", "2023-24", 1)
        tx.append(
            "slices", made_up.rows("slices", [made_up.slice_row("L2", made_up.at(0), old, 0, 0)])
        )
        tx.append(
            "loads",
            made_up.rows("loads", [made_up.load_row(x, made_up.at(0)) for x in ("L1", "L2")]),
        )
        tx.append(
            "findings",
            made_up.rows(
                "findings",
                [
                    finding("L1", "plcm", "RKB", 1, 7),
                    finding("L1", "plcm", "RKB", 2, 12),
                    finding("L1", "plcm", "RKB", None, 25),
                    finding("L2", "plcm", "RRK", None, 3),
                ],
            ),
        )
        blocks = [("RKB", 2, 10), ("RKB", 11, 20), ("RKB", 21, 30)]
        refused = [made_up.refused_row("L1", "plcm", *block) for block in blocks]
        refused.append(made_up.refused_row("L2", "plcm", "RRK", 2, 9))
        tx.append("refused_rows", made_up.rows("refused_rows", refused))
        tx.commit(now=made_up.at(0))


def test_refused_rows_and_findings_go_with_their_month(store, con, made_up) -> None:
    """A block goes with one old row; a load with no slice left loses its findings too."""
    _load_with_refusals(store, made_up)
    purge_before(store, con, before=month("2023-05"), now=made_up.at(1))
    snapshot = store.snapshot()
    blocks = snapshot.refused_rows(con).to_pyarrow().to_pylist()
    assert sorted((row["load_id"], row["first_row"]) for row in blocks) == [("L1", 11), ("L1", 21)]
    found = snapshot.findings(con).to_pyarrow().to_pylist()
    assert sorted(row["row_number"] for row in found) == [12, 25]


def test_a_year_of_a_plan_is_kept_until_its_end(store, con, made_up) -> None:
    keys = [("iap", "RKB", "2023-24", number) for number in (0, 1, 12, 13)]
    with store.write() as tx:
        slices = [made_up.slice_row("L1", made_up.at(0), key, n, 0) for n, key in enumerate(keys)]
        tx.append("slices", made_up.rows("slices", slices))
        tx.append("loads", made_up.rows("loads", [made_up.load_row("L1", made_up.at(0))]))
        tx.commit(now=made_up.at(0))
    purge_before(store, con, before=month("2024-03"), now=made_up.at(1))
    assert store.snapshot().slices()["financial_month"].to_pylist() == [0, 12, 13]
    purge_before(store, con, before=month("2024-04"), now=made_up.at(2))
    assert store.snapshot().slices().num_rows == 0


def test_with_nothing_to_remove_nothing_is_committed(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})
    done = purge_before(store, con, before=month("2023-04"), now=made_up.at(1))
    assert done.version is None
    assert store.version == 1
    assert store.snapshot(version=0).version == 0


def test_a_reader_keeps_its_files_until_it_has_finished(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})
    reader = open_store(store.path).snapshot()
    table = reader.table(con, "plcm")
    done = purge_before(store, con, before=month("2023-05"), now=made_up.at(1), readers_seconds=0)
    assert done.files_left
    assert made_up.held_counts(table) == {("RKB", 1): 3}
    assert store.snapshot().table(con, "plcm").count().to_pyarrow().as_py() == 0
    with store.write():
        pass
    assert len(parquet_files(store, "plcm")) == 1
    reader.release()
    again = purge_before(store, con, before=month("2023-05"), now=made_up.at(2))
    assert (again.version, again.files_left) == (None, False)
    assert parquet_files(store, "plcm") == set()
    assert [path.name for path in (store.path / "readers").iterdir()] == ["2"]


def test_a_store_may_lie_under_any_name(tmp_path, con, made_up) -> None:
    """Marks that the engine reads as patterns name other stores beside this one."""
    places = [tmp_path / name for name in ("it's [a] *", "it's [a] x", "it's a *")]
    for number, place in enumerate(places, start=1):
        made_up.write_load(
            create_store(place, key_id="k"),
            "L1",
            made_up.at(0),
            {("RKB", 1): number, ("RKB", 2): 7},
        )
    for number, place in enumerate(places, start=1):
        counts = made_up.held_counts(open_store(place).snapshot().table(con, "plcm"))
        assert counts == {("RKB", 1): number, ("RKB", 2): 7}
    store = open_store(places[0])
    purge_before(store, con, before=month("2023-05"), now=made_up.at(1))
    assert made_up.held_counts(store.snapshot().table(con, "plcm")) == {("RKB", 2): 7}
