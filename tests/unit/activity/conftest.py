import pytest

from speccomm.engines import open_duckdb


@pytest.fixture(scope="session")
def engine():
    connection = open_duckdb(memory_limit_mib=512, threads=1, preserve_insertion_order=True)
    yield connection
    connection.disconnect()
