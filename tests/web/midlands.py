"""The synthetic Midlands at small scale, without and with evidence, made once for all tests."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from speccomm.engines import open_duckdb
from speccomm.jobs.evidence import EvidenceImportRequest, import_evidence
from speccomm.jobs.keys import NewKeyRequest, new_key
from speccomm.jobs.load import LoadRequest, load
from speccomm.synthetic import generate
from speccomm.synthetic.evidence import write_evidence
from tests.shared import made_once

SCALE = 0.003
RECEIVED_AT = datetime(2024, 1, 19, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Midlands:
    """Where the store and its reference are."""

    store: Path
    reference: Path


def _load(folder: Path) -> None:
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
    (folder / "earlier.txt").write_text("\n".join(str(file) for file in generated.earlier))


def _bring_in_evidence(folder: Path) -> None:
    loaded = loaded_to_read()
    shutil.copytree(loaded.store, folder / "store")
    import_evidence(
        EvidenceImportRequest(
            store=folder / "store", files=tuple(write_evidence(folder / "evidence")), now=RECEIVED_AT, command="",
            reference=loaded.reference,
        )
    )  # fmt: skip


def loaded_to_read() -> Midlands:
    """The store without evidence: for those that only read it."""
    folder = made_once("midlands-loaded", _load)
    return Midlands(folder / "store", folder / "reference")


def earlier_files() -> tuple[Path, ...]:
    """Files that were sent before those in the store, and are not in it."""
    folder = loaded_to_read().store.parent
    return tuple(Path(line) for line in (folder / "earlier.txt").read_text().splitlines())


def midlands_to_read() -> Midlands:
    """The store that all tests share: for those that only read it."""
    folder = made_once("midlands", _bring_in_evidence)
    return Midlands(folder / "store", loaded_to_read().reference)


def midlands_in(folder: Path) -> Midlands:
    """A copy of the store that a test may write to."""
    made = midlands_to_read()
    shutil.copytree(made.store, folder / "store")
    return Midlands(folder / "store", made.reference)
