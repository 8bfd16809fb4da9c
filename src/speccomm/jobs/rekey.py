"""Rotate a store's key: every pseudonym and refused row is written anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from ibis.backends.duckdb import Backend

from speccomm.engines import open_duckdb
from speccomm.foundation.errors import Refusal
from speccomm.intake.privacy import KeyRing, read_key_file, rekeyed, sealed, unsealed
from speccomm.jobs.run_folder import RunFacts
from speccomm.jobs.settings import EngineSettings
from speccomm.warehouse import open_store, rekey_store
from speccomm.warehouse.rekey import NewCiphertexts, NewPseudonyms


class NotTheStoresKey(Refusal):
    """A key file that is not the one the store was filled with."""


class NotARotation(Refusal):
    """A new key file that does not go on from the old one."""


@dataclass(frozen=True)
class RekeyRequest:
    """The store, the key file it has, and the one it is to have: the old keys and one more."""

    store: Path
    key_file: Path
    new_key_file: Path
    now: datetime
    engine: EngineSettings = EngineSettings()


@dataclass(frozen=True)
class RekeyAnswer:
    """What was written anew: one row per table (table_name, rows), and the key's new id.

    `files_left` is true while a reader still holds an old version: its files go with the next
    write.
    """

    tables: pa.Table
    key_id: str
    files_left: bool
    facts: RunFacts


def rekey(request: RekeyRequest) -> RekeyAnswer:
    """Pass every pseudonym through the new key, seal every refused row again, remove the old.

    Raises:  NoStore, BadKey, NotTheStoresKey, NotARotation, SameKey, StoreBusy.
    """
    store = open_store(request.store)
    old, new = read_key_file(request.key_file), read_key_file(request.new_key_file)
    if store.key_id != old.key_id:
        raise NotTheStoresKey(
            f"The store is under key {store.key_id}, and {request.key_file} holds {old.key_id}."
        )
    _require_rotation(old, new, request.new_key_file)
    con = open_duckdb(
        memory_limit_mib=request.engine.memory_limit_mib,
        threads=request.engine.threads,
        temp_directory=request.engine.temp_directory,
    )
    try:
        done = rekey_store(
            store,
            new_key_id=new.key_id,
            new_pseudonyms=_pseudonyms(con, new.keys[len(old.keys) :]),
            new_ciphertexts=_ciphertexts(old, new),
            now=request.now,
        )
    finally:
        con.disconnect()
    counts = {"table_name": list(done.rows), "rows": list(done.rows.values())}
    return RekeyAnswer(
        tables=pa.table(counts, pa.schema([("table_name", pa.string()), ("rows", pa.int64())])),
        key_id=new.key_id,
        files_left=done.files_left,
        facts=RunFacts(
            store_version=done.version,
            row_counts={f"{table}_rows": rows for table, rows in done.rows.items()},
        ),
    )


def _require_rotation(old: KeyRing, new: KeyRing, path: Path) -> None:
    if new.keys[: len(old.keys)] != old.keys:
        raise NotARotation(
            f"{path} does not go on from the store's key file. A pseudonym passes through every "
            "key in turn, so the new file must hold the old keys, in their order, and one more. "
            "Make it with: speccomm key new FILE --after OLD"
        )


def _pseudonyms(con: Backend, added: tuple[bytes, ...]) -> NewPseudonyms:
    def anew(stored: pa.Array) -> pa.Array:
        for key in added:
            stored = rekeyed(con.con, stored, key)
        return stored

    return anew


def _ciphertexts(old: KeyRing, new: KeyRing) -> NewCiphertexts:
    def anew(blocks: pa.Table) -> pa.Array:
        texts = []
        for block in blocks.to_pylist():
            about = f"{block['load_id']}/{block['file_name']}"
            clear = unsealed(block["ciphertext"], old, about=about)
            texts.append(sealed(clear, new, about=about))
        return pa.array(texts, pa.binary())

    return anew
