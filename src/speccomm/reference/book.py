"""One book of reference: the shipped tables and those of the user's reference folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.errors import Refusal
from speccomm.foundation.rulebook import Rulebook
from speccomm.reference.folder import folder_table
from speccomm.reference.shipped import shipped_rulebook, shipped_table
from speccomm.reference.tables import TABLES, TableSpec


class NoReferenceFolder(Refusal):
    """A reference folder that is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"There is no reference folder {str(folder)!r}. Give the folder that holds "
            "practices.csv, postcodes.csv and providers.csv."
        )


@dataclass(frozen=True, repr=False)
class Reference:
    """Every reference table as a pyarrow table, in the columns `tables.py` declares.

    Tables that only a user can supply are empty where the folder lacks them. A user's trusts and
    sites stand in for the shipped rows of the same code, successors for those of the same code.
    """

    regions: pa.Table
    hubs: pa.Table
    icbs: pa.Table
    icb_successors: pa.Table
    icb_divisions: pa.Table
    sub_icbs: pa.Table
    delegation: pa.Table
    welsh_boards: pa.Table
    default_codes: pa.Table
    area_codes: pa.Table
    commissioner_successors: pa.Table
    trusts: pa.Table
    trust_successors: pa.Table
    trust_icbs: pa.Table
    sites: pa.Table
    service_lines: pa.Table
    service_status: pa.Table
    crgs: pa.Table
    points_of_delivery: pa.Table
    category_codes: pa.Table
    treatment_functions: pa.Table
    hrgs: pa.Table
    hrg_trimpoints: pa.Table
    establishments: pa.Table
    armed_forces_practices: pa.Table
    pseudo_postcodes: pa.Table
    infertility_codes: pa.Table
    practices: pa.Table
    postcodes: pa.Table
    providers: pa.Table
    calendar: pa.Table
    opt_outs: pa.Table
    rulebook: Rulebook

    def __repr__(self) -> str:
        """How many rows each loaded table holds: contents, which may name people, stay out."""
        counts = ", ".join(f"{name}={self.table(name).num_rows}" for name in sorted(self.loaded))
        return f"Reference({counts})"

    def table(self, name: str) -> pa.Table:
        """The table of that name."""
        table: pa.Table = getattr(self, TABLES[name].name)
        return table

    @property
    def loaded(self) -> frozenset[str]:
        """Names of the tables that hold at least one row."""
        return frozenset(name for name in TABLES if self.table(name).num_rows > 0)

    def identity(self) -> dict[str, str]:
        """What a manifest records: the SHA-256 of each loaded table's contents.

        The list of opt-outs holds people, so only its length is given.
        """
        return dict(self._identity)

    @cached_property
    def _identity(self) -> dict[str, str]:
        return {name: _fingerprint(TABLES[name], self.table(name)) for name in sorted(self.loaded)}


def open_reference(folder: Path | None = None) -> Reference:
    """Open the shipped tables together with those of the user's folder.

    Shape:   see `tables.py`; a table the folder lacks is empty, with its columns.
    Missing: null means what `tables.py` says for the column; nothing is filled in.
    Raises:  NoReferenceFolder; BadReferenceFile or UnknownName for a file that is not as declared.
    Source:  rulebooks/reference and the folder.
    """
    if folder is not None and not folder.is_dir():
        raise NoReferenceFolder(folder)
    tables = {name: _open_table(spec, folder) for name, spec in TABLES.items()}
    return Reference(**tables, rulebook=shipped_rulebook())


def _open_table(spec: TableSpec, folder: Path | None) -> pa.Table:
    shipped = shipped_table(spec) if spec.shipped else pa.Table.from_batches([], schema=spec.schema)
    held = folder_table(spec, folder) if folder is not None and spec.file else None
    if held is None:
        return shipped
    if shipped.num_rows == 0:
        return held
    code = spec.key[0]
    kept = shipped.filter(pc.invert(pc.is_in(shipped[code], value_set=held[code].unique())))
    return pa.concat_tables([kept, held]).combine_chunks()


def _fingerprint(spec: TableSpec, table: pa.Table) -> str:
    if any(column.disclosive for column in spec.columns):
        return f"{table.num_rows} rows"
    digest = hashlib.sha256()
    for column in spec.columns:
        digest.update(column.name.encode())
        values = table[column.name].cast(pa.string())
        lengths = pc.fill_null(pc.binary_length(values), -1).combine_chunks()
        joined = pc.fill_null(values, "").combine_chunks()
        for array in (lengths, joined):
            for buffer in _one_chunk(array).buffers():
                if buffer is not None:
                    digest.update(buffer)
    return digest.hexdigest()


def _one_chunk(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    return array
