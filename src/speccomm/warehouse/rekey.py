"""Give every pseudonym and refused row in the store a new key, and remove all under the old one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from speccomm.foundation.errors import Refusal
from speccomm.warehouse.store import Store
from speccomm.warehouse.tables import REFUSED_ROWS, ROW_TABLES, StoreTable
from speccomm.warehouse.transaction import Transaction

PSEUDONYM = "person_pseudonym"
CIPHERTEXT = "ciphertext"
READERS_SECONDS = 30.0

NewPseudonyms = Callable[[pa.Array], pa.Array]
NewCiphertexts = Callable[[pa.Table], pa.Array]


class SameKey(Refusal):
    """The new key is the one the store has already."""


class ChangedShape(ValueError):
    """A function given to `rekey_store` that returned something else: a fault of the program."""


@dataclass(frozen=True)
class Rekeying:
    """What was re-keyed: rows written anew by table, and whether old files are still being read."""

    version: int
    rows: dict[str, int]
    files_left: bool


def rekey_store(
    store: Store,
    *,
    new_key_id: str,
    new_pseudonyms: NewPseudonyms,
    new_ciphertexts: NewCiphertexts,
    now: datetime,
    readers_seconds: float = READERS_SECONDS,
) -> Rekeying:
    """Write every pseudonym and refused row anew, of all versions, and remove the old for good.

    `new_pseudonyms` is given distinct pseudonyms, none missing, and returns as many in the same
    order. `new_ciphertexts` is given rows of refused_rows and returns their new ciphertexts.
    Memory holds one row group at a time. Versions from before can no longer be read.

    Raises SameKey, StoreBusy.
    """
    with store.write(purpose="a change of key") as tx:
        if tx.snapshot.key_id == new_key_id:
            raise SameKey(f"The store is already under key {new_key_id}.")
        staged = store.staging(f"rekey-{tx.snapshot.version + 1}")
        try:
            rows = {
                table.name: _rewrite(tx, table, staged, _pseudonym_changer(new_pseudonyms))
                for table in ROW_TABLES.values()
                if PSEUDONYM in table.names
            }
            changer = _ciphertext_changer(new_ciphertexts, new_key_id)
            rows[REFUSED_ROWS.name] = _rewrite(tx, REFUSED_ROWS, staged, changer)
            store.prepare_end_of_history()
            version = tx.commit(now=now, action="rekey", key_id=new_key_id, ends_history=True)
        finally:
            store.discard_staging(staged.name)
        left = not store.remove_unreadable(wait_seconds=readers_seconds)
    return Rekeying(version, rows, left)


def _rewrite(
    tx: Transaction, table: StoreTable, staged: Path, change: Callable[[pa.Table], pa.Table]
) -> int:
    """Write every file of a table anew, a row group at a time. Returns the rows written."""
    rows = 0
    files = tx.snapshot.data_files(table.name)
    for path, file in zip(tx.snapshot.data_paths(table.name), files, strict=True):
        target = staged / f"{table.name}-{file.name}"
        with (
            pq.ParquetFile(path) as old,
            pq.ParquetWriter(target, table.schema, compression="zstd") as new,
        ):
            for group in range(old.num_row_groups):
                changed = change(old.read_row_group(group).select(table.names).cast(table.schema))
                new.write_table(changed)
                rows += changed.num_rows
        tx.replace_files(table.name, [file])
        tx.add_files(table.name, [target])
    return rows


def _pseudonym_changer(new_pseudonyms: NewPseudonyms) -> Callable[[pa.Table], pa.Table]:
    def change(rows: pa.Table) -> pa.Table:
        coded = rows[PSEUDONYM].combine_chunks().dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        fresh = new_pseudonyms(coded.dictionary)
        _check(fresh, len(coded.dictionary))
        return _with(rows, PSEUDONYM, fresh.take(coded.indices))

    return change


def _ciphertext_changer(
    new_ciphertexts: NewCiphertexts, new_key_id: str
) -> Callable[[pa.Table], pa.Table]:
    def change(rows: pa.Table) -> pa.Table:
        fresh = new_ciphertexts(rows)
        _check(fresh, rows.num_rows)
        key_ids = pa.array([new_key_id] * rows.num_rows, pa.string())
        return _with(_with(rows, CIPHERTEXT, fresh), "key_id", key_ids)

    return change


def _check(values: pa.Array, expected: int) -> None:
    if len(values) != expected or values.null_count:
        raise ChangedShape(f"{expected} values went in, {len(values)} came out")


def _with(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    field = rows.schema.field(name)
    return rows.set_column(rows.schema.get_field_index(name), field, pc.cast(values, field.type))
