"""Register finished runs; stop a task."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.runs.background import stop
from speccomm_web.runs.library import library
from speccomm_web.runs.models import FinishedRun

MANIFEST = "manifest.json"


class NotYourTask(Exception):
    """A task that another person asked for, or that has ended."""

    def __init__(self) -> None:
        super().__init__("The task has ended, or another person asked for it.")


def register_runs(*, viewer: Viewer) -> int:
    """Register every run folder that is not registered as it stands, and say how many there were.

    A folder without a readable manifest is passed over: it may be still in the making.
    """
    runs = library().runs
    folders = sorted(path.parent for path in runs.glob(f"*/{MANIFEST}")) if runs.is_dir() else []
    return sum(register_run(viewer=viewer, folder=folder) is not None for folder in folders)


def register_run(*, viewer: Viewer, folder: Path, seconds: float | None = None) -> int | None:
    """Register one run folder and return its id, or None where nothing was new in it."""
    content = (folder / MANIFEST).read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if FinishedRun.objects.filter(folder=folder.name, manifest_sha256=sha256).exists():
        return None
    try:
        manifest = json.loads(content)
    except ValueError:
        return None
    if not isinstance(manifest, dict) or "run_format" not in manifest:
        return None
    finished_at = datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, UTC)
    with transaction.atomic():
        run, _ = FinishedRun.objects.update_or_create(
            folder=folder.name,
            defaults={
                **_facts(manifest),
                "manifest_sha256": sha256,
                "finished_at": finished_at,
                "seconds": seconds,
                "asked_by_id": viewer.person_id,
            },
        )
        record_audit(
            viewer=viewer, act="registered_run", subject_kind="run", subject=folder.name,
            details={"command": run.command, "manifest": sha256},
        )  # fmt: skip
    return run.pk


def _facts(manifest: dict[str, Any]) -> dict[str, Any]:
    arguments = manifest.get("arguments") or {}
    files = [file for file in manifest.get("files", ()) if str(file["path"]).endswith(".parquet")]
    as_at = manifest.get("as_at")
    return {
        "command": str(manifest.get("command", ""))[:64],
        "arguments": {key: value for key, value in arguments.items() if value not in (None, [])},
        "icb": str(arguments.get("icb") or ""),
        "provider": str(arguments.get("provider") or ""),
        "region": str(arguments.get("region") or ""),
        "store_version": manifest.get("store_version"),
        "as_at": parse_datetime(as_at) if as_at else None,
        "rulebooks": manifest.get("rulebooks") or [],
        "tables": [
            {"name": Path(file["path"]).stem, "row_count": file["row_count"]} for file in files
        ],
        "finding_count": next(
            (file["row_count"] for file in files if file["path"] == "findings.parquet"), None
        ),
        "speccomm_version": str(manifest.get("speccomm_version", "")),
    }


def cancel_task(*, viewer: Viewer, task_id: UUID) -> None:
    """Stop a task of one's own.

    Raises:  NotYourTask.
    """
    if not stop(viewer=viewer, task_id=task_id):
        raise NotYourTask
