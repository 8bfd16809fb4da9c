"""The file of held figures: made once, read by all, made again where it is broken."""

from __future__ import annotations

from pathlib import Path

import ibis
import pytest
from ibis.backends.duckdb import Backend

from speccomm_web.explore import held_tables
from speccomm_web.explore.held_tables import attach_tables, write_tables


class Maker:
    """Makes the file, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, file: Path) -> None:
        self.times += 1
        con = ibis.duckdb.connect()
        con.raw_sql("create table rows as from (values ('RRK', 1), ('RL4', 2)) r(code, amount)")
        rows = con.table("rows")
        unstated = rows.group_by("code", "amount").aggregate(unstated=rows.amount.isnull().sum())
        write_tables(con, file, lambda _: {"activity": unstated})
        con.disconnect()


def read(folder: Path, mark: str, make: Maker, moment: str = "") -> list[tuple[object, ...]]:
    con: Backend = ibis.duckdb.connect()
    try:
        attach_tables(con, folder, mark, make, moment=moment)
        found: list[tuple[object, ...]] = con.con.execute("from activity order by code").fetchall()
        return found
    finally:
        con.disconnect()


def test_two_processes_read_what_one_made(tmp_path: Path) -> None:
    make = Maker()
    assert read(tmp_path, "a mark", make) == read(tmp_path, "a mark", make)
    assert make.times == 1
    assert read(tmp_path, "another mark", make) == [("RL4", 2, 0), ("RRK", 1, 0)]
    assert make.times == 2


@pytest.mark.parametrize("content", [b"", b"not a file of figures", None])
def test_a_broken_file_is_made_again(tmp_path: Path, content: bytes | None) -> None:
    make = Maker()
    whole = read(tmp_path, "a mark", make)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:5000] if content is None else content)
    assert read(tmp_path, "a mark", make) == whole
    assert make.times == 2


def test_a_making_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails(file: Path) -> None:
        file.write_bytes(b"half")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        attach_tables(ibis.duckdb.connect(), tmp_path, "a mark", fails)
    assert list(tmp_path.iterdir()) == []


def test_a_new_mark_removes_the_files_of_the_old_and_their_readers_keep_theirs(
    tmp_path: Path,
) -> None:
    make = Maker()
    con = ibis.duckdb.connect()
    assert attach_tables(con, tmp_path, "before", make)
    read(tmp_path, "before", make, "an earlier moment")
    read(tmp_path, "after", make)
    assert len(list(tmp_path.iterdir())) == 1
    assert con.con.execute("select count(*) from activity").fetchall() == [(2,)]
    assert not attach_tables(ibis.duckdb.connect(), tmp_path, "after", make)


def test_of_earlier_moments_those_asked_last_are_kept(tmp_path: Path) -> None:
    make = Maker()
    for day in range(held_tables.KEPT + 3):
        read(tmp_path, "a mark", make, f"day {day}")
    assert len(list(tmp_path.iterdir())) == held_tables.KEPT
    read(tmp_path, "a mark", make, f"day {held_tables.KEPT + 2}")
    assert make.times == held_tables.KEPT + 3
    read(tmp_path, "a mark", make, "day 0")
    assert make.times == held_tables.KEPT + 4


def test_types_are_those_declared(tmp_path: Path) -> None:
    con = ibis.duckdb.connect()
    attach_tables(con, tmp_path, "a mark", Maker())
    assert con.table("activity").schema()["unstated"].is_int64()
