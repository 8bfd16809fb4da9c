"""Open the receipt of one figure of a pack, from the pack's own files and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speccomm.foundation.errors import Refusal, UnknownName
from speccomm.publishing.receipts.documents import receipt_data_path, source_files
from speccomm.publishing.receipts.figures import values_of
from speccomm.publishing.receipts.identifiers import FigureName, parse_figure_name
from speccomm.publishing.receipts.saying import Sentence, Values, say_source
from speccomm.publishing.sourcing import ALL, Computed, Key, Of, Source, source_of

FIRST_FORMAT = 2
MANIFEST = "manifest.json"
ROWS = b'"rows": ['


class NotAPack(Refusal):
    """A folder that holds no pack, or a pack from before there were receipts."""


class AlteredPack(Refusal):
    """A pack one of whose files is not as it was built."""


class OtherPack(Refusal):
    """An identifier of a figure of another area's pack."""


class TableReceipts:
    """The receipts of one table, of which a row is read without reading the others."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        end = data.index(ROWS)
        self.content: dict[str, Any] = json.loads(data[:end] + ROWS + b"]}")

    def row(self, key: str) -> dict[str, Any]:
        """The row of one key. Raises UnknownName with the nearest for one that is not there."""
        opening = b"\n" + json.dumps({"key": key}, ensure_ascii=False)[:-1].encode() + b","
        start = self._data.find(opening)
        if start < 0:
            raise UnknownName(
                f"row of {self.content['table']}", key, [row["key"] for row in self.rows()]
            )
        line = self._data[start + 1 : self._data.index(b"\n", start + 1)]
        found: dict[str, Any] = json.loads(line.removesuffix(b","))
        return found

    def rows(self) -> list[dict[str, Any]]:
        """Every row, the total last."""
        found: list[dict[str, Any]] = json.loads(self._data)["rows"]
        return found


@dataclass(frozen=True)
class OpenPack:
    """A pack's manifest and where it lies."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def area(self) -> str:
        return str(self.manifest["area"])

    @property
    def tables(self) -> list[str]:
        """The tables that hold figures."""
        return list(self.manifest["receipts"])

    def receipts_of(self, table: str) -> TableReceipts:
        """The receipts of one table.

        Raises: AlteredPack where the file is not there or not as it was built.
        """
        return TableReceipts(self.read(receipt_data_path(table)))

    def read(self, path: str) -> bytes:
        """One file of the pack. Raises AlteredPack where it is gone or not as it was built."""
        hashes = {file["path"]: file["sha256"] for file in self.manifest["files"]}
        try:
            data = (self.folder / path).read_bytes()
        except OSError as problem:
            raise AlteredPack(f"{self.folder} has lost {path}.") from problem
        if hashlib.sha256(data).hexdigest() != hashes.get(path):
            raise AlteredPack(
                f"{path} in {self.folder} is not as it was built, so its receipts say nothing."
            )
        return data


@dataclass(frozen=True)
class Receipt:
    """What one figure was made from, as the pack says.

    `value` is exact, None where there is no figure; `printed` as on the page; `rows` how many stored
    rows were counted, None where that was not counted. `values` are what its row says of the rows,
    `parts` the identifiers of the figures it is worked out from, `files` those whose rows may stand
    behind it.
    """

    name: FigureName
    table_title: str
    row_label: str
    column_title: str
    meaning: str
    value: str | None
    printed: str
    rows: int | None
    source: Source | None
    values: Values
    sentence: Sentence
    parts: tuple[str, ...]
    files: tuple[dict[str, Any], ...]


def open_pack(folder: Path) -> OpenPack:
    """Read a pack's manifest. Raises NotAPack for a folder without one that has receipts."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise NotAPack(f"{folder} holds no pack: there is no {MANIFEST} to read.") from problem
    if not isinstance(manifest, dict) or "pack_format" not in manifest:
        raise NotAPack(f"{folder} holds no pack: its {MANIFEST} is of something else.")
    if manifest["pack_format"] < FIRST_FORMAT:
        raise NotAPack(
            f"The pack in {folder} was built before packs had receipts. Build it again, with "
            f"--store-version {manifest.get('store_version')} for the same data."
        )
    return OpenPack(folder, manifest)


def open_receipt(pack: OpenPack, identifier: str) -> Receipt:
    """The receipt of one figure.

    Raises:  NotAFigure for a text that is no identifier, OtherPack for one of another area,
             UnknownName for a table, row or column that is not there, with the nearest that is;
             AlteredPack.
    """
    name = parse_figure_name(identifier)
    if name.area and name.area != pack.area:
        raise OtherPack(f"{identifier} is a figure of {name.area}; this pack is of {pack.area}.")
    name = FigureName(pack.area, name.table, name.row, name.column)
    if name.table not in pack.tables:
        raise UnknownName("table of the pack", name.table, pack.tables)
    receipts = pack.receipts_of(name.table)
    row = receipts.row(name.row)
    if name.column not in row["figures"]:
        raise UnknownName(f"figure of that row of {name.table}", name.column, list(row["figures"]))
    return _receipt(pack, name, receipts.content, row)


def _receipt(
    pack: OpenPack, name: FigureName, content: dict[str, Any], row: dict[str, Any]
) -> Receipt:
    column = content["columns"][name.column]
    value, printed, rows = row["figures"][name.column]
    source = None if column["source"] is None else source_of(column["source"])
    values = values_of(tuple(Key(c, Of(of)) for c, of in content["keys"]), row["values"])
    parts: tuple[str, ...] = ()
    sources = [source]
    if isinstance(source, Computed):
        places = [_place(part, name.row) for part in source.of]
        places = [(key, column) for key, column in places if column in content["columns"]]
        parts = tuple(str(FigureName(name.area, name.table, *place)) for place in places)
        found = [content["columns"][column]["source"] for _, column in places]
        sources = [source_of(plain) for plain in found if plain is not None]
    return Receipt(
        name=name,
        table_title=content["title"],
        row_label=row["label"],
        column_title=column["title"],
        meaning=column["meaning"],
        value=value,
        printed=printed,
        rows=rows,
        source=source,
        values=values,
        sentence=say_source(source, values, making=(content["measure"], content["filter"])),
        parts=parts,
        files=tuple(source_files(pack.manifest, sources, values)),
    )


def _place(part: str, row: str) -> tuple[str, str]:
    total, _, column = part.rpartition(".")
    return (total, column) if total == ALL else (row, part)
