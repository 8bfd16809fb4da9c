"""Put a pack's files in place whole: a reader finds the old pack or the new one, never a mixture.

Files are written to a folder beside the target and moved there by renaming. The old pack is set
aside under a name of its own for the moment between two renames; should the machine stop in that
moment, the next build, or `recover_pack`, puts it back.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from speccomm.foundation.errors import Refusal
from speccomm.publishing.rendering.paths import MANIFEST


class NotAPackFolder(Refusal):
    """A folder that holds something other than a pack, so it is left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} exists and does not hold a pack, so nothing was written there. Name a new "
            "folder, or one that an earlier pack was built in."
        )


def write_pack_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write the files as the pack in `folder`, replacing an earlier pack, and return its path.

    Raises: NotAPackFolder where the folder holds anything but a pack.
    """
    folder = folder.absolute()
    recover_pack(folder)
    refuse_other_folders(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-building-", dir=folder.parent))
    try:
        staging.chmod(0o755)
        for path, data in files.items():
            _write(staging / path, data)
        _replace(folder, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        recover_pack(folder)
        raise
    return folder


def write_beside(path: Path, data: bytes) -> None:
    """Write one file whole: readers find the earlier file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    _write(draft, data)
    draft.replace(path)


def recover_pack(folder: Path) -> None:
    """Put back the pack that was set aside, where its place stands empty; else clear it away."""
    aside = _aside(folder.absolute())
    if not aside.is_dir():
        return
    if folder.exists():
        shutil.rmtree(aside)
    else:
        aside.rename(folder)


def refuse_other_folders(folder: Path) -> None:
    """Raise NotAPackFolder where `folder` is not absent, empty or a pack."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NotAPackFolder(folder)
    if not any(folder.iterdir()):
        return
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise NotAPackFolder(folder) from problem
    if not isinstance(manifest, dict) or "pack_format" not in manifest:
        raise NotAPackFolder(folder)


def _aside(folder: Path) -> Path:
    return folder.parent / f".{folder.name}-earlier"


def _replace(folder: Path, staging: Path) -> None:
    if folder.exists():
        folder.rename(_aside(folder))
    staging.rename(folder)
    shutil.rmtree(_aside(folder), ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
