"""Make a backup while work goes on."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from speccomm.warehouse.copying import held_version
from speccomm.warehouse.store import NoStore
from speccomm_web.accounts.audit import record_audit
from speccomm_web.accounts.viewer import NOBODY
from speccomm_web.config.backup import records
from speccomm_web.config.backup.manifest import (
    Manifest,
    audit_mark,
    copied,
    file_hash,
    new_folder,
    write_manifest,
)

STORE, KEYS = "store", "keys"
STORE_KEY, SECRETS = f"{KEYS}/store.key", f"{KEYS}/secrets.json"


def folders() -> dict[str, Path]:
    """The folders that a backup copies as they are, by their name in it. Uploads come first."""
    given = settings.ENVIRONMENT
    return {
        "uploads": given.uploads_dir,
        "runs": given.runs_dir,
        "packs": given.packs_dir,
        "reference": given.reference_dir,
    }


def back_up(folder: Path, *, with_keys: bool) -> Manifest:
    """Copy records, files and store into a new folder, in that order.

    What the records name is then in the files or, where it was loaded meanwhile, in the store.

    Raises:  BackupRefused; nothing is left then.
    """
    with new_folder(folder, lambda place: shutil.rmtree(place, ignore_errors=True)):
        with transaction.atomic():
            record_audit(
                viewer=NOBODY, act="backed_up", subject_kind="installation", subject="all",
                details={"with_keys": with_keys},
            )  # fmt: skip
        migrations = records.applied_migrations()
        dump, counts = records.dump_records(folder)
        files = {dump.name: file_hash(dump)} | _copy_folders(folder)
        version, key_id, held = _copy_store(folder)
        manifest = Manifest(
            made_at=timezone.now().isoformat(timespec="seconds"),
            speccomm_version=metadata.version("speccomm"),
            vendor=connection.vendor,
            audit_mark=audit_mark(),
            migrations=migrations,
            counts=counts,
            store_version=version,
            store_key_id=key_id,
            with_keys=with_keys,
            files=files | held | (_copy_keys(folder) if with_keys else {}),
        )
        write_manifest(folder, manifest)
    return manifest


def _copy_folders(folder: Path) -> dict[str, str]:
    files = {}
    for name, place in folders().items():
        for file in _finished(place):
            said = f"{name}/{file.relative_to(place)}"
            try:
                files[said] = copied(file, folder / said)
            except FileNotFoundError:
                (folder / said).unlink(missing_ok=True)  # it was done with since we looked
    return files


def _finished(place: Path) -> Iterator[Path]:
    """The files of a folder but those that are still arriving or being written."""
    for file in sorted(place.rglob("*")):
        parts = file.relative_to(place).parts
        passing = parts[0] == "arriving" or file.suffix == ".part"
        if file.is_file() and not passing and not any(part.startswith(".") for part in parts):
            yield file


def _copy_store(folder: Path) -> tuple[int | None, str | None, dict[str, str]]:
    """Copy the store as its newest commit has it; its version, its key's name and the hashes."""
    store = settings.ENVIRONMENT.store_dir
    try:
        with held_version(store) as held:
            hashes = {
                f"{STORE}/{name}": copied(store / name, folder / STORE / name)
                for name in held.files
            }
            return held.version, held.key_id, hashes
    except NoStore:
        return None, None, {}


def _copy_keys(folder: Path) -> dict[str, str]:
    """Copy the three keys. Whoever has them beside the rest can read and forge everything."""
    given = settings.ENVIRONMENT.key_file
    files = {STORE_KEY: copied(given, folder / STORE_KEY)} if given.is_file() else {}
    target = folder / SECRETS
    target.parent.mkdir(mode=0o700, exist_ok=True)
    target.touch(mode=0o600)
    said = {"SPECCOMM_SECRET_KEY": settings.SECRET_KEY, "SPECCOMM_AUDIT_KEY": settings.AUDIT_KEY}
    target.write_text(json.dumps(said, indent=1), encoding="utf-8")
    os.chmod(target, 0o600)
    return files | {SECRETS: file_hash(target)}
