"""What holds for every test: things made once for all processes, and fewer looks for garbage."""

from __future__ import annotations

import gc

import pytest

from tests.shared import begin_sharing, end_sharing


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if not _is_worker(config):
        begin_sharing()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _is_worker(config):
        end_sharing()


def pytest_collection_finish() -> None:
    """Everything imported stays for good: it need not be looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
