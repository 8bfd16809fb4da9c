from pathlib import Path

import pytest

from speccomm.engines import open_duckdb
from speccomm.engines.duckdb import EngineLimits


def setting(con, name: str) -> str:
    return con.raw_sql(f"select current_setting('{name}')::varchar").fetchone()[0]


def test_limits_reach_the_engine(tmp_path: Path) -> None:
    con = open_duckdb(memory_limit_mib=300, threads=1, temp_directory=tmp_path)
    assert setting(con, "threads") == "1"
    assert setting(con, "memory_limit") == "300.0 MiB"
    assert setting(con, "temp_directory") == str(tmp_path)
    assert setting(con, "preserve_insertion_order") == "false"
    assert setting(con, "TimeZone") == "UTC"
    con.disconnect()


def test_order_is_kept_when_asked() -> None:
    con = open_duckdb(memory_limit_mib=300, threads=1, preserve_insertion_order=True)
    assert setting(con, "preserve_insertion_order") == "true"
    con.disconnect()


def test_connections_share_nothing() -> None:
    first = open_duckdb(memory_limit_mib=300, threads=1)
    second = open_duckdb(memory_limit_mib=300, threads=1)
    first.raw_sql("create table held as select 1 as x")
    assert first.list_tables() == ["held"]
    assert second.list_tables() == []
    first.disconnect()
    second.disconnect()


@pytest.mark.parametrize(("memory", "threads"), [(63, 1), (300, 0), (-1, 1)])
def test_hopeless_limits_are_refused(memory: int, threads: int) -> None:
    with pytest.raises(EngineLimits, match="at least one thread"):
        open_duckdb(memory_limit_mib=memory, threads=threads)
