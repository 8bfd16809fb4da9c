from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from speccomm.engines import open_duckdb
from speccomm.reference.importers import ImportOutcome, import_file


@pytest.fixture(scope="module")
def connection() -> Iterator[Any]:
    opened = open_duckdb(memory_limit_mib=256, threads=1)
    yield opened
    opened.disconnect()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reference"


@pytest.fixture
def bring(
    connection: Any, folder: Path, tmp_path: Path
) -> Callable[[str, str | bytes], ImportOutcome]:
    """Write a file of lines and import it as a kind."""

    def run(kind: str, content: str | bytes) -> ImportOutcome:
        file = tmp_path / f"{kind}.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        outcome = import_file(kind, file, folder, connection=connection)
        assert outcome.read == outcome.kept + sum(outcome.refused.values())
        return outcome

    return run
