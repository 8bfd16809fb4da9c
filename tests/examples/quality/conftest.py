import pytest

from speccomm.engines import open_duckdb


@pytest.fixture(scope="module")
def con():
    connection = open_duckdb(memory_limit_mib=256, threads=1)
    yield connection
    connection.disconnect()
