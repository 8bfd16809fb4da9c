"""Put a backup back, once it is known to be whole and to belong here."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction

from speccomm.foundation.errors import Refusal
from speccomm.intake.privacy import read_key_file
from speccomm.warehouse import open_store
from speccomm_web.accounts.audit import Anchor, record_audit, verify_chain
from speccomm_web.accounts.viewer import NOBODY
from speccomm_web.config.backup import records
from speccomm_web.config.backup.making import STORE, STORE_KEY, folders
from speccomm_web.config.backup.manifest import (
    BackupRefused,
    Manifest,
    audit_mark,
    copied,
    read_manifest,
    refuse_damaged,
)


@dataclass(frozen=True)
class Restored:
    """What stands after a restore: where the audit chain is, the store's version and its loads.

    `faults` are sentences of what is not as it should be; `store_version` is None without a store.
    """

    audit_entries: int
    audit_head: Anchor
    store_version: int | None
    load_count: int
    faults: tuple[str, ...]


def checked_backup(folder: Path) -> Manifest:
    """What a backup holds, once every file of it was read and it fits this installation.

    Raises:  BackupRefused for one that is damaged, unfinished, or another installation's.
    """
    manifest = read_manifest(folder)
    if manifest.vendor != connection.vendor:
        raise BackupRefused(
            f"The backup holds records of {manifest.vendor}, and DATABASE_URL names "
            f"{connection.vendor}. Name a database of the same kind."
        )
    if manifest.audit_mark != audit_mark():
        raise BackupRefused(
            "The backup was made under another audit key, so its audit record could not be "
            "checked. Set SPECCOMM_AUDIT_KEY to the key that it was made under."
        )
    if unknown := records.unknown_migrations(manifest.migrations):
        raise BackupRefused(
            f"The backup was made by a later release ({manifest.speccomm_version}; it has "
            f"{unknown[0]}). Install that release first."
        )
    refuse_damaged(folder, manifest)
    records.refuse_unreadable_records(folder / records.FILES[manifest.vendor])
    return manifest


def put_back(folder: Path, manifest: Manifest, *, replace: bool) -> Restored:
    """Put back everything of a checked backup; the store's key only where none is here.

    Everybody signs in anew afterwards.

    Raises:  BackupRefused where something is here already and `replace` is false.
    """
    if not replace and (there := _occupied()):
        raise BackupRefused(
            f"There is something here already: {', '.join(there)}. Nothing was changed. Restore "
            "to an empty place, or say --replace to lose what is here."
        )
    places = {**folders(), STORE: settings.ENVIRONMENT.store_dir}
    for place in places.values():
        _empty(place)
    records.restore_records(folder / records.FILES[manifest.vendor], replace=replace)
    for name in manifest.files:
        kind, _, inside = name.partition("/")
        if kind in places:
            copied(folder / name, places[kind] / inside)
    key_file = settings.ENVIRONMENT.key_file
    if STORE_KEY in manifest.files and not key_file.exists():
        copied(folder / STORE_KEY, key_file)
    faults = _counts_that_differ(manifest)
    call_command("migrate", verbosity=0)
    Session.objects.all().delete()
    verification = verify_chain()
    faults += [f"Audit entry {fault.sequence}: {fault.sentence}" for fault in verification.faults]
    version, loads, said = _opened_store(manifest)
    with transaction.atomic():
        record_audit(
            viewer=NOBODY, act="restored_backup", subject_kind="installation", subject="all",
            details={"made_at": manifest.made_at, "faults": len(faults + said)},
        )  # fmt: skip
    return Restored(
        verification.entry_count, verification.head, version, loads, tuple(faults + said)
    )


def _occupied() -> list[str]:
    """What is here already that a restore would take the place of."""
    places = [*folders().values(), settings.ENVIRONMENT.store_dir]
    full = [str(place) for place in places if place.is_dir() and any(place.iterdir())]
    return [*(["the database"] if records.has_records() else []), *full]


def _empty(place: Path) -> None:
    """Take away what is in a folder, not the folder: it may be where a disk is mounted."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in place.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _counts_that_differ(manifest: Manifest) -> list[str]:
    now = records.record_counts()
    return [
        f"{name} has {now.get(name, 0):,} rows, and the backup says {count:,}."
        for name, count in sorted(manifest.counts.items())
        if now.get(name, 0) != count
    ]


def _opened_store(manifest: Manifest) -> tuple[int | None, int, list[str]]:
    """The store's version and how many loads it holds, and what is wrong with it or its key."""
    if manifest.store_version is None:
        return None, 0, []
    try:
        store = open_store(settings.ENVIRONMENT.store_dir)
        snapshot = store.snapshot()
        loads = snapshot.loads().num_rows
        snapshot.release()
    except (Refusal, OSError) as problem:
        return None, 0, [f"The store cannot be opened: {problem}"]
    faults = []
    if store.version != manifest.store_version:
        said = f"The store stands at {store.version}, the backup at {manifest.store_version}."
        faults.append(said)
    try:
        key_id = read_key_file(settings.ENVIRONMENT.key_file).key_id
    except Refusal as problem:
        faults.append(f"The store's key is not here, so nothing can be loaded yet: {problem}")
    else:
        if key_id != manifest.store_key_id:
            faults.append("The key here is not the store's: put the right one in its place.")
    return store.version, loads, faults
