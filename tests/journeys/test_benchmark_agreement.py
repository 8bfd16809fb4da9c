"""The pandas script that loading is measured against does the same work, to the row."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from benchmarks import careful_pandas, steps
from benchmarks.agreement import differences
from benchmarks.data import Data, prepare

ROWS = 2_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return prepare(tmp_path_factory.mktemp("bench"), [ROWS], directory_postcodes=0)


@pytest.fixture(scope="module")
def loaded(data: Data) -> dict[str, Any]:
    return steps.load(
        file=str(data.plcm(ROWS)),
        store=str(data.folder / "store"),
        reference=str(data.reference),
        key_file=str(data.key_file),
    )


@pytest.fixture(scope="module")
def scripted(data: Data) -> dict[str, Any]:
    return careful_pandas.run(data.plcm(ROWS), data.lookups, data.key_file, data.folder / "pandas")


def test_the_same_rows_are_accepted_and_refused(
    loaded: dict[str, Any], scripted: dict[str, Any]
) -> None:
    assert loaded["read"] == scripted["read"] == ROWS
    assert loaded["refused"] > 0
    assert (loaded["accepted"], loaded["refused"]) == (scripted["accepted"], scripted["refused"])


@pytest.mark.usefixtures("loaded", "scripted")
def test_answers_pseudonyms_and_findings_are_the_same(data: Data) -> None:
    assert differences(data.folder / "store", data.folder / "pandas") == []


@pytest.mark.usefixtures("loaded")
def test_a_difference_is_noticed(data: Data, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(data.folder / "pandas", changed)
    rows = parquet.read_table(changed / "accepted.parquet")
    answers = rows["derived_commissioner_code"].cast("string").to_pylist()
    at = rows.schema.get_field_index("derived_commissioner_code")
    altered = pa.array([None, *answers[1:]], pa.string())
    rows = rows.set_column(at, "derived_commissioner_code", altered)
    parquet.write_table(rows, changed / "accepted.parquet")
    told = differences(data.folder / "store", changed)
    assert told
    assert all(line.startswith("derived_commissioner_code") for line in told)


def test_flows_are_the_same(data: Data, loaded: dict[str, Any], scripted: dict[str, Any]) -> None:
    ours = steps.flows(store=str(data.folder / "store"), reference=str(data.reference))
    measures = ("intra", "imported", "exported")
    assert {name: ours["totals"][name] for name in measures} == scripted["totals"]


def test_each_step_of_the_load_is_timed(loaded: dict[str, Any]) -> None:
    assert list(loaded["phases"]) == ["read_and_judge", "across_rows", "add_up", "commit"]
    assert sum(loaded["phases"].values()) <= loaded["seconds"]
