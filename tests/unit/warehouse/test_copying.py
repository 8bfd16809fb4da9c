"""A copy of the store is one version of it, whatever is committed while it is made."""

from __future__ import annotations

import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from speccomm.foundation.periods import FinancialMonth, FinancialYear
from speccomm.jobs.purge import PurgeRequest, purge
from speccomm.warehouse import open_store, purge_before
from speccomm.warehouse.copying import held_version
from tests.made_up.provider_files import NOW, Desk, activities


def copy_of(store: Path, target: Path, files: tuple[Path, ...]) -> Path:
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(store / file, target / file)
    return target


def test_a_load_that_comes_in_between_is_in_no_part_of_the_copy(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.load(desk.file("one.csv", "plcm", activities(3)))
    desk.load(desk.file("two.csv", "plcm", activities(4)), at=NOW + timedelta(hours=1))
    held_loads = open_store(desk.store).snapshot().loads()
    with held_version(desk.store) as held:
        desk.load(desk.file("three.csv", "plcm", activities(5)), at=NOW + timedelta(hours=2))
        copy = open_store(copy_of(desk.store, tmp_path / "copy", held.files))
    assert copy.version == held.version == open_store(desk.store).version - 1
    assert copy.snapshot().loads().equals(held_loads)
    assert [row["accepted_rows"] for row in copy.snapshot().slices().to_pylist()] == [4]
    assert [r["accepted_rows"] for r in copy.snapshot(version=1).slices().to_pylist()] == [3]
    names = {path.name for path in (tmp_path / "copy").rglob("*.parquet")}
    assert not [name for name in names if name.startswith(f"{held.version + 1:012d}-")]


def test_a_copy_takes_further_loads(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.load(desk.file("one.csv", "plcm", activities(3)))
    with held_version(desk.store) as held:
        copy_of(desk.store, tmp_path / "copy", held.files)
    desk.store = tmp_path / "copy"
    answer = desk.load(desk.file("two.csv", "plcm", activities(4)), at=NOW + timedelta(hours=1))
    assert answer.store_version == held.version + 1
    assert [
        row["accepted_rows"] for row in open_store(desk.store).snapshot().slices().to_pylist()
    ] == [4]


def test_what_was_purged_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = partial(purge_before, readers_seconds=0)
    monkeypatch.setattr("speccomm.jobs.purge.purge_before", at_once)
    desk = Desk(tmp_path)
    desk.load(desk.file("one.csv", "plcm", activities(3)))
    desk.load(desk.file("two.csv", "plcm", activities(4)), at=NOW + timedelta(hours=1))
    reader = open_store(desk.store).snapshot()  # holds off the removal of the files
    purge(
        PurgeRequest(desk.store, FinancialMonth(FinancialYear(2024), 1), NOW + timedelta(hours=2))
    )
    with held_version(desk.store) as held:
        copied = {file.name for file in held.files if file.parent.name == "plcm"}
    there = {path.name for path in (desk.store / "tables" / "plcm").glob("*.parquet")}
    reader.release()
    assert there
    assert not copied & there
