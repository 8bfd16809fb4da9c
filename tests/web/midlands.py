"""The synthetic Midlands at small scale with its evidence, made once for all tests that read it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from speccomm.engines import open_duckdb
from speccomm.jobs.evidence import EvidenceImportRequest, import_evidence
from speccomm.jobs.keys import NewKeyRequest, new_key
from speccomm.jobs.load import LoadRequest, load
from speccomm.synthetic import generate
from speccomm.synthetic.evidence import write_evidence

SCALE = 0.003
RECEIVED_AT = datetime(2024, 1, 19, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Midlands:
    """Where the store and its reference are."""

    store: Path
    reference: Path


@cache
def _made() -> Midlands:
    folder = Path(tempfile.mkdtemp(prefix="speccomm-midlands-"))
    engine = open_duckdb(
        memory_limit_mib=1024, threads=2, temp_directory=folder / "spill",
        preserve_insertion_order=True,
    )  # fmt: skip
    generated = generate(engine, folder, scale=SCALE, seed=2324)
    engine.disconnect()
    new_key(NewKeyRequest(folder / "key"))
    load(
        LoadRequest(
            files=generated.files, store=folder / "store", reference=generated.reference,
            key_file=folder / "key", received_at=RECEIVED_AT, now=RECEIVED_AT, command="",
        )
    )  # fmt: skip
    import_evidence(
        EvidenceImportRequest(
            store=folder / "store", files=tuple(write_evidence(folder / "evidence")), now=RECEIVED_AT, command="",
            reference=generated.reference,
        )
    )  # fmt: skip
    return Midlands(folder / "store", generated.reference)


def midlands_to_read() -> Midlands:
    """The store that all tests share: for those that only read it."""
    return _made()


def midlands_in(folder: Path) -> Midlands:
    """A copy of the store that a test may write to."""
    made = _made()
    shutil.copytree(made.store, folder / "store")
    return Midlands(folder / "store", made.reference)
