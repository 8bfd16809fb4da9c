"""The large file for measuring: its size, its order, its faults, and that a seed repeats it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import compute as pc
from pyarrow import csv as arrow_csv

from speccomm.engines import open_duckdb
from speccomm.foundation.identifiers import is_nhs_number
from speccomm.synthetic import benchmark_plcm
from speccomm.synthetic.layouts import layout

ROWS = 20_000


def write(path: Path, *, seed: int = 5) -> int:
    engine = open_duckdb(memory_limit_mib=1024, threads=2)
    try:
        return benchmark_plcm(engine, path, ROWS, seed)
    finally:
        engine.disconnect()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    path = tmp_path_factory.mktemp("bench") / "plcm.csv"
    written = write(path)
    assert written == path.stat().st_size
    headings = [heading for _, heading in layout("plcm")]
    text = arrow_csv.ConvertOptions(column_types=dict.fromkeys(headings, pa.string()))
    read = arrow_csv.read_csv(path, convert_options=text)
    assert read.column_names == headings
    return read.rename_columns([column for column, _ in layout("plcm")])


def test_it_has_the_rows_asked_for_in_month_order(table: pa.Table) -> None:
    months = table["financial_month"].cast(pa.int8()).to_pylist()
    assert len(months) == ROWS
    assert months == sorted(months)
    assert set(months) == set(range(1, 10))


def test_people_come_again_and_nobody_twice_on_a_day(table: pa.Table) -> None:
    people = table["local_patient_identifier"]
    assert ROWS // 8 < len(pc.unique(people)) <= ROWS // 5
    days = pc.binary_join_element_wise(people, table["activity_end_date"], " ")
    assert len(pc.unique(days)) == ROWS


def test_about_nine_rows_in_a_hundred_hold_a_fault(table: pa.Table) -> None:
    rows = table.to_pylist()
    wrong = sum(
        row["financial_year"] != "202324"
        or row["provider_code"].endswith("00")
        or row["gp_responsibility_code"] != row["gp_responsibility_code"].upper()
        or not is_nhs_number(row["nhs_number"] or "")
        or row["age_years"] == "187"
        or not row["activity_end_date"].startswith(f"{expected_month(row)}")
        or row["service_code"] == "NCBPS99Q"
        or row["pod_code"] == "INPT"
        or not row["activity_count"].isdigit()
        or not row["total_cost_gbp"].replace(".", "").isdigit()
        or row["unit_price_gbp"].startswith("£")
        or round(float(row["unit_price_gbp"]) * int(row["activity_count"]), 2)
        != float(row["total_cost_gbp"])
        for row in rows
    )
    assert 0.08 < wrong / ROWS < 0.10


def expected_month(row: dict[str, str]) -> str:
    return f"2023-{int(row['financial_month']) + 3:02d}"


def test_a_seed_repeats_it(tmp_path: Path) -> None:
    write(tmp_path / "one.csv")
    write(tmp_path / "two.csv")
    write(tmp_path / "three.csv", seed=6)
    one = (tmp_path / "one.csv").read_bytes()
    assert one == (tmp_path / "two.csv").read_bytes()
    assert one != (tmp_path / "three.csv").read_bytes()


def test_one_provider_may_have_sent_all_of_it(tmp_path: Path) -> None:
    engine = open_duckdb(memory_limit_mib=1024, threads=2)
    try:
        benchmark_plcm(engine, tmp_path / "one.csv", 500, 5, provider="RKB")
    finally:
        engine.disconnect()
    read = arrow_csv.read_csv(tmp_path / "one.csv")
    (at,) = (at for at, (name, _) in enumerate(layout("plcm")) if name == "provider_code")
    assert {code[:3] for code in read.column(at).to_pylist()} == {"RKB"}
    assert read.num_rows == 500
