"""The run folder: what a command answered, with everything needed to answer it again.

A run folder holds each table as Parquet and as CSV, the findings, and manifest.json. It is written
beside its place under another name and renamed into place whole, so it is there or it is not.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from speccomm.foundation.errors import Refusal

MANIFEST = "manifest.json"
RUN_FORMAT = 1


class NotARunFolder(Refusal):
    """A folder that holds something other than a run, so it is left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} exists and is not a run folder, so nothing was written there. "
            "Name a new folder, or one that an earlier command left."
        )


@dataclass(frozen=True)
class RunFacts:
    """What a manifest says of how an answer was made.

    `loads` has one entry per load read, each with its files and their hashes; `rulebooks` one per
    rulebook applied; `row_counts` names each count. A fact that does not arise is None or empty.
    """

    store_version: int | None = None
    loads: list[dict[str, Any]] = field(default_factory=list)
    rulebooks: list[dict[str, Any]] = field(default_factory=list)
    reference: dict[str, Any] = field(default_factory=dict)
    organisation_map_date: date | None = None
    as_at: datetime | None = None
    row_counts: dict[str, int] = field(default_factory=dict)

    def as_manifest(self) -> dict[str, Any]:
        """The facts under the names a manifest uses."""
        return dict(vars(self))


def write_run(
    run_dir: Path,
    *,
    command: str,
    arguments: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
    findings: pa.Table | None = None,
    manifest: Mapping[str, Any],
) -> Path:
    """Write one run folder, replacing an earlier run of that name, and return its path.

    Shape:   tables/NAME.parquet and tables/NAME.csv for each table; findings.parquet and .csv when
             given; manifest.json with command, arguments, what `manifest` says, and every file's
             row count and SHA-256.
    Missing: null is an empty CSV cell, an empty text is "".
    Raises:  NotARunFolder if `run_dir` holds anything but an earlier run.
    """
    run_dir = run_dir.absolute()
    _refuse_other_folders(run_dir)
    run_dir.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{run_dir.name}-", dir=run_dir.parent))
    try:
        staging.chmod(0o755)
        files = [
            entry
            for name, table in sorted(tables.items())
            for entry in _write_table(staging, f"tables/{name}", table)
        ]
        if findings is not None:
            files += _write_table(staging, "findings", findings)
        _write_manifest(
            staging / MANIFEST,
            {
                "run_format": RUN_FORMAT,
                "speccomm_version": metadata.version("speccomm"),
                "command": command,
                "arguments": dict(arguments),
                **manifest,
                "files": files,
            },
        )
        _move_into_place(staging, run_dir)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return run_dir


def _refuse_other_folders(run_dir: Path) -> None:
    if not run_dir.exists():
        return
    if not run_dir.is_dir():
        raise NotARunFolder(run_dir)
    manifest = run_dir / MANIFEST
    if not any(run_dir.iterdir()):
        return
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise NotARunFolder(run_dir) from problem
    if not isinstance(found, dict) or "run_format" not in found:
        raise NotARunFolder(run_dir)


def _write_table(folder: Path, name: str, table: pa.Table) -> list[dict[str, Any]]:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    parquet_file = target.with_name(target.name + ".parquet")
    csv_file = target.with_name(target.name + ".csv")
    parquet.write_table(table, parquet_file, compression="zstd")
    arrow_csv.write_csv(table, csv_file)
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "row_count": table.num_rows,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in (parquet_file, csv_file)
    ]


def _write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=_plain)
    with path.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def _plain(value: object) -> object:
    """What JSON has no form for, as text that reads back exactly."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Path) or hasattr(value, "from_date"):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"A manifest cannot hold a {type(value).__name__}.")


def _move_into_place(staging: Path, run_dir: Path) -> None:
    if not run_dir.exists():
        staging.rename(run_dir)
        return
    earlier = Path(tempfile.mkdtemp(prefix=f".{run_dir.name}-earlier-", dir=run_dir.parent))
    run_dir.rename(earlier / run_dir.name)
    staging.rename(run_dir)
    shutil.rmtree(earlier, ignore_errors=True)
