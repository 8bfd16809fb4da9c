from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from speccomm.foundation.errors import UnknownName
from speccomm.warehouse import SliceName, slice_difference, slice_history, withdraw_load
from speccomm.warehouse.history import NeverLoaded
from speccomm.warehouse.withdraw import AlreadyWithdrawn

RKB = SliceName("plcm", "RKB", "2023-24", 1)


def test_history_tells_every_version_oldest_first(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3, ("RRK", 1): 2})
    made_up.write_load(store, "L2", made_up.at(2), {("RKB", 1): 5}, now=made_up.at(3))
    made_up.write_load(store, "L3", made_up.at(1), {("RKB", 1): 4}, now=made_up.at(4))
    withdraw_load(store, load_id="L2", reason="wrong month", now=made_up.at(6))
    history = slice_history(store.snapshot(), con, RKB).to_pylist()
    assert [(row["load_id"], row["status"], row["accepted_rows"]) for row in history] == [
        ("L1", "superseded", 3),
        ("L3", "current", 4),
        ("L2", "withdrawn", 5),
    ]
    assert history[2]["withdrawn_reason"] == "wrong month"
    assert history[2]["withdrawn_at"] == made_up.at(6)
    assert history[2]["committed_at"] == made_up.at(3)
    assert history[0]["file_names"] == "RKB.csv"
    assert history[0]["file_hashes"] == "00" * 32
    assert history[0]["price_gbp"] == Decimal(300)
    before = slice_history(store.snapshot(as_at=made_up.at(5)), con, RKB).to_pylist()
    assert [row["status"] for row in before] == ["superseded", "superseded", "current"]
    first = slice_history(store.snapshot(as_at=made_up.at(0)), con, RKB).to_pylist()
    assert [(row["load_id"], row["status"]) for row in first] == [("L1", "current")]


def test_a_slice_never_loaded_is_refused_with_what_is_there(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3, ("RKB", 7): 1})
    with pytest.raises(NeverLoaded, match="2023-24 month 1, 2023-24 month 7"):
        slice_history(store.snapshot(), con, SliceName("plcm", "RKB", "2023-24", 9))
    with pytest.raises(NeverLoaded, match="Did you mean provider RKB"):
        slice_history(store.snapshot(), con, SliceName("plcm", "RKC", "2023-24", 1))
    with pytest.raises(UnknownName, match="data set"):
        slice_history(store.snapshot(), con, SliceName("plmc", "RKB", "2023-24", 1))


def test_withdrawing_brings_back_what_stood_before(store, con, made_up) -> None:
    made_up.write_load(store, "L1", made_up.at(0), {("RKB", 1): 3})
    made_up.write_load(store, "L2", made_up.at(1), {("RKB", 1): 5, ("RKB", 2): 6})
    done = withdraw_load(store, load_id="L2", reason=None, now=made_up.at(2))
    assert [
        (r["financial_month"], r["load_now"], r["rows_now"]) for r in done.slices.to_pylist()
    ] == [
        (1, "L1", 3),
        (2, None, 0),
    ]
    assert made_up.held_counts(store.snapshot().table(con, "plcm")) == {("RKB", 1): 3}
    past = store.snapshot(as_at=made_up.at(1.5))
    assert made_up.held_counts(past.table(con, "plcm")) == {("RKB", 1): 5, ("RKB", 2): 6}
    with pytest.raises(AlreadyWithdrawn, match="already withdrawn on 01 June 2023"):
        withdraw_load(store, load_id="L2", reason=None, now=made_up.at(3))
    with pytest.raises(UnknownName, match="Did you mean 'L2'"):
        withdraw_load(store, load_id="L22", reason=None, now=made_up.at(3))
    assert store.version == done.version


def _load(store, made_up, load_id: str, hours: float, dataset: str, records: list[dict]) -> None:
    staged = store.staging(load_id)
    records = [
        {
            **made_up.plcm_row(load_id, 0, "RKB", 1, number),
            "cds_unique_identifier": None,
            **record,
        }
        for number, record in enumerate(records)
    ]
    pq.write_table(made_up.rows(dataset, records), staged / "part.parquet")
    key = (dataset, "RKB", "2023-24", 1)
    with store.write() as tx:
        tx.add_files(dataset, [staged / "part.parquet"])
        received = made_up.at(hours)
        tx.append(
            "slices", made_up.rows("slices", [made_up.slice_row(load_id, received, key, 0, 1)])
        )
        tx.append("loads", made_up.rows("loads", [made_up.load_row(load_id, received)]))
        tx.commit(now=received)


def _difference(store, con, dataset: str):
    name = SliceName(dataset, "RKB", "2023-24", 1)
    return slice_difference(store.snapshot(), con, name, load_a="A", load_b="B")


def _by_kind(found) -> dict[str, tuple[int, int]]:
    return {row["change"]: (row["rows_a"], row["rows_b"]) for row in found.summary.to_pylist()}


def test_rows_are_known_by_their_identifiers(store, con, made_up) -> None:
    a = [
        {"cds_unique_identifier": "1"},
        {"cds_unique_identifier": "2", "total_cost_gbp": Decimal("10.50")},
        {"cds_unique_identifier": "3"},
        {"non_cds_unique_identifier": "2", "service_code": None},
    ]
    b = [
        {"cds_unique_identifier": "2", "total_cost_gbp": Decimal("12.25"), "crg_code": "F06"},
        {"cds_unique_identifier": "1"},
        {"non_cds_unique_identifier": "2", "service_code": "NCBPS01"},
        {"cds_unique_identifier": "4", "activity_count": Decimal(3)},
    ]
    for rows in (a, b):
        for row in rows:
            row["person_pseudonym"] = b"p" * 32
    _load(store, made_up, "A", 0, "plcm", a)
    _load(store, made_up, "B", 1, "plcm", b)
    found = _difference(store, con, "plcm")
    assert _by_kind(found) == {
        "unchanged": (1, 1),
        "changed": (2, 2),
        "added": (0, 1),
        "removed": (1, 0),
    }
    changed = {row["row_key"]: row for row in found.rows.to_pylist() if row["change"] == "changed"}
    money = changed["cds_unique_identifier 2"]
    assert money["columns_changed"] == "crg_code; total_cost_gbp"
    assert (money["price_a_gbp"], money["price_b_gbp"]) == (Decimal("10.50"), Decimal("12.25"))
    assert (money["row_a"], money["row_b"]) == (3, 2)
    assert changed["non_cds_unique_identifier 2"]["columns_changed"] == "service_code"
    assert found.columns.to_pylist() == [
        {"column": "crg_code", "rows": 1},
        {"column": "service_code", "rows": 1},
        {"column": "total_cost_gbp", "rows": 1},
    ]
    summary = {row["change"]: row for row in found.summary.to_pylist()}
    assert summary["changed"]["price_difference_gbp"] == Decimal("1.75")
    assert summary["added"]["activity_difference"] == Decimal(3)
    assert summary["removed"]["activity_difference"] == Decimal(-1)
    assert summary["unchanged"]["price_difference_gbp"] == 0
    assert "person_pseudonym" not in found.rows.column_names


def test_equal_rows_cancel_copy_by_copy(store, con, made_up) -> None:
    same = {"person_pseudonym": b"p" * 32}
    _load(store, made_up, "A", 0, "plcm", [same] * 5)
    _load(store, made_up, "B", 1, "plcm", [same] * 3 + [{**same, "tariff_code": "X"}])
    found = _difference(store, con, "plcm")
    assert _by_kind(found) == {
        "unchanged": (3, 3),
        "changed": (0, 0),
        "added": (0, 1),
        "removed": (2, 0),
    }
    assert found.columns.num_rows == 0


def test_lines_of_a_contract_are_known_by_what_is_not_measured(store, con, made_up) -> None:
    def line(service: str, price: str, **more: object) -> dict:
        return {"service_code": service, "actual_price_gbp": Decimal(price), **more}

    a = [line("S1", "10"), line("S1", "20"), line("S2", "5"), line("S3", "1", crg_code="F01")]
    b = [line("S1", "20"), line("S1", "11"), line("S4", "5"), line("S3", "1", crg_code="F02")]
    _load(store, made_up, "A", 0, "acm", a)
    _load(store, made_up, "B", 1, "acm", b)
    found = _difference(store, con, "acm")
    assert _by_kind(found) == {
        "unchanged": (1, 1),
        "changed": (2, 2),
        "added": (0, 1),
        "removed": (1, 0),
    }
    changed = {
        row["service_code"]: row["columns_changed"]
        for row in found.rows.to_pylist()
        if row["change"] == "changed"
    }
    assert changed == {"S1": "actual_price_gbp", "S3": "crg_code"}


@pytest.mark.parametrize("dataset", ["plcm", "acm", "iap", "drplcm", "deplcm"])
def test_a_version_does_not_differ_from_itself(store, con, made_up, dataset) -> None:
    for load_id, hours in (("A", 0), ("B", 1)):
        _load(store, made_up, load_id, hours, dataset, [{"service_code": "S"}, {"crg_code": None}])
    found = _difference(store, con, dataset)
    assert _by_kind(found)["unchanged"] == (2, 2)
    assert found.rows.num_rows == 0


def test_only_versions_of_the_slice_are_compared(store, con, made_up) -> None:
    made_up.write_load(store, "A", made_up.at(0), {("RKB", 1): 3})
    made_up.write_load(store, "Bee", made_up.at(0), {("RRK", 1): 3})
    with pytest.raises(UnknownName, match="'Bee' is not a known version of plcm of RKB"):
        slice_difference(store.snapshot(), con, RKB, load_a="A", load_b="Bee")
