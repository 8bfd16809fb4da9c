"""Give refused rows back to their submitter: opened with the key, with what to correct."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.engines import open_duckdb
from speccomm.foundation.errors import Refusal
from speccomm.intake.privacy import read_key_file, unsealed
from speccomm.jobs.settings import EngineSettings
from speccomm.warehouse import open_store


class NothingRefused(Refusal):
    """A load that kept nothing out."""


@dataclass(frozen=True)
class RefusedRequest:
    """Which load's refused rows to open, from which store, with which key file."""

    load_id: str
    store: Path
    key_file: Path
    settings: EngineSettings = field(default_factory=EngineSettings)


@dataclass(frozen=True)
class RefusedAnswer:
    """The refused rows of a load, one table for each file, as they were sent.

    Each table has row_number (spreadsheet row), reasons (sentences joined), then the file's own
    columns; row_text holds rows that could not be told apart into cells.
    """

    tables: dict[str, pa.Table]
    manifest: dict[str, Any]


def refused(request: RefusedRequest) -> RefusedAnswer:
    """Open the refused rows of a load. Raises UnknownName, BadKey or NothingRefused."""
    ring = read_key_file(request.key_file)
    snapshot = open_store(request.store).snapshot()
    snapshot.require_load(request.load_id)
    connection = open_duckdb(
        memory_limit_mib=request.settings.memory_limit_mib,
        threads=request.settings.threads,
        temp_directory=request.settings.temp_directory,
    )
    sealed_rows = connection.to_pyarrow(snapshot.refused_rows(connection, [request.load_id]))
    if not sealed_rows.num_rows:
        raise NothingRefused(f"Load {request.load_id} kept no row out.")
    reasons = _reasons(connection.to_pyarrow(snapshot.findings(connection, [request.load_id])))
    by_file: dict[str, list[pa.Table]] = {}
    for block in sealed_rows.to_pylist():
        about = f"{block['load_id']}/{block['file_name']}"
        by_file.setdefault(block["file_name"], []).append(
            unsealed(block["ciphertext"], ring, about=about)
        )
    tables = {
        name: _with_reasons(
            pa.concat_tables(blocks, promote_options="default"),
            reasons.filter(pc.equal(reasons["file_name"], name)),
        )
        for name, blocks in by_file.items()
    }
    return RefusedAnswer(
        tables,
        {
            "store_version": snapshot.version,
            "load_id": request.load_id,
            "row_counts": {name: table.num_rows for name, table in tables.items()},
        },
    )


def _reasons(findings: pa.Table) -> pa.Table:
    refusing = findings.filter(pc.equal(findings["level"], "refuse"))
    refusing = refusing.sort_by([("row_number", "ascending"), ("check_id", "ascending")])
    said = pc.binary_join_element_wise(
        refusing["check_id"], pc.fill_null(refusing["sentence"], ""), ": "
    )
    listed = (
        refusing.append_column("said", said)
        .group_by(["file_name", "row_number"])
        .aggregate([("said", "list")])
    )
    return pa.table(
        {
            "file_name": listed["file_name"],
            "row_number": listed["row_number"],
            "reasons": pc.binary_join(listed["said_list"], " "),
        }
    )


def _with_reasons(rows: pa.Table, reasons: pa.Table) -> pa.Table:
    joined = rows.join(reasons.select(["row_number", "reasons"]), "row_number")
    joined = joined.sort_by("row_number")
    first = ["row_number", "reasons"]
    own = [name for name in rows.column_names if name not in ("row_number", "row_text")]
    text = ["row_text"] if joined["row_text"].null_count < joined.num_rows else []
    return joined.select([*first, *own, *text])
