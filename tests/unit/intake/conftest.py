from pathlib import Path

import pytest

from speccomm.engines import open_duckdb
from speccomm.intake.opening import OpenedFile, open_submission
from speccomm.intake.rules import IntakeRules, intake_rules


@pytest.fixture(scope="session")
def rules() -> IntakeRules:
    return intake_rules()


@pytest.fixture(scope="module")
def engine():
    backend = open_duckdb(memory_limit_mib=256, threads=1)
    yield backend
    backend.disconnect()


@pytest.fixture
def opened(tmp_path: Path, rules: IntakeRules):
    """Write bytes as a file of a name and open them as a submission."""

    def write_and_open(
        content: bytes, *, dataset: str | None = None, name: str = "sent.csv"
    ) -> OpenedFile:
        path = tmp_path / name
        path.write_bytes(content)
        return open_submission(path, dataset=dataset, rules=rules)

    return write_and_open
