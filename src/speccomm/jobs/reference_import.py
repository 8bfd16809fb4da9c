"""Bring a national file into a reference folder, as `speccomm reference import` asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

import pyarrow as pa

from speccomm.engines import open_duckdb
from speccomm.jobs.settings import EngineSettings
from speccomm.reference.importers import ImportOutcome, import_file

OUTCOME_SCHEMA = pa.schema(
    [
        ("outcome", pa.string()),  # kept, refused, or left_empty for a cell of a kept row
        ("reason", pa.string()),  # null for kept
        ("row_count", pa.int64()),
    ]
)


@dataclass(frozen=True)
class ReferenceImportRequest:
    """What to import: a file of a kind, into a folder. `now` is the caller's time."""

    kind: str
    file: Path
    folder: Path
    now: datetime
    settings: EngineSettings = field(default_factory=EngineSettings)


@dataclass(frozen=True)
class ReferenceImportAnswer:
    """What was imported: counts by reason as a table, and the facts a manifest records."""

    outcome: ImportOutcome
    table: pa.Table
    manifest: dict[str, Any]


def import_reference(request: ReferenceImportRequest) -> ReferenceImportAnswer:
    """Import one national file; the folder is as before unless the whole file was read.

    Shape:   `table` has a row for the kept rows and one for each reason of the others.
    Missing: nothing is filled in; cells left empty are counted as left_empty.
    Raises:  UnknownName, NoSuchFile or BadReferenceFile.
    Source:  rulebook reference/import_layouts.
    """
    connection = open_duckdb(
        memory_limit_mib=request.settings.memory_limit_mib,
        threads=request.settings.threads,
        temp_directory=request.settings.temp_directory,
    )
    try:
        outcome = import_file(request.kind, request.file, request.folder, connection=connection)
    finally:
        connection.disconnect()
    return ReferenceImportAnswer(outcome, _table(outcome), _manifest(request, outcome))


def _table(outcome: ImportOutcome) -> pa.Table:
    rows: list[tuple[str, str | None, int]] = [("kept", None, outcome.kept)]
    rows += [("refused", reason, count) for reason, count in sorted(outcome.refused.items())]
    rows += [("left_empty", reason, count) for reason, count in sorted(outcome.notes.items())]
    columns = list(zip(*rows, strict=True))
    return pa.table([list(column) for column in columns], schema=OUTCOME_SCHEMA)


def _manifest(request: ReferenceImportRequest, outcome: ImportOutcome) -> dict[str, Any]:
    return {
        "kind": outcome.kind,
        "imported_at": request.now.isoformat(),
        "file": {"name": outcome.file.name, "sha256": _sha256(outcome.file)},
        "rulebooks": [{"identifier": outcome.layout, "version": outcome.layout_version}],
        "row_counts": {"read": outcome.read, "kept": outcome.kept, "refused": outcome.refused},
        "written": {path.name: _sha256(path) for path in outcome.written},
        "set_aside": [path.name for path in outcome.set_aside],
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
