import importlib.util
import sys
from pathlib import Path

import pytest

from speccomm.engines import open_duckdb
from speccomm.warehouse import create_store


@pytest.fixture(scope="session")
def made_up():
    """The made-up loads beside this file, as a module."""
    path = Path(__file__).with_name("made_up.py")
    spec = importlib.util.spec_from_file_location("warehouse_made_up", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def con():
    connection = open_duckdb(memory_limit_mib=512, threads=1)
    yield connection
    connection.disconnect()


@pytest.fixture
def store(tmp_path):
    return create_store(tmp_path / "store", key_id="key-1")
