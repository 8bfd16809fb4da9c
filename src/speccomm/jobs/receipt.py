"""Open the receipt of one figure of a pack, and work the figure out again from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speccomm.jobs.settings import EngineSettings
from speccomm.publishing.receipts.opening import OpenPack, Receipt, open_pack, open_receipt

if TYPE_CHECKING:
    import pyarrow as pa

    from speccomm.jobs.recounting.asking import StoreSays

FILE_COLUMNS = (
    "file_name",
    "dataset",
    "load_id",
    "received_at",
    "accepted_rows",
    "rows_counted",
    "sha256",
)


@dataclass(frozen=True)
class ReceiptRequest:
    """Which figure of which pack.

    With `store` the figure is worked out again at the pack's version of the store. `rows_out` is a
    file for the rows behind it (.csv or .parquet); `keep_rows` hands them back as tables.
    """

    figure: str
    pack: Path
    now: datetime
    store: Path | None = None
    reference: Path | None = None
    rows_out: Path | None = None
    keep_rows: bool = False
    engine: EngineSettings = EngineSettings()


@dataclass(frozen=True)
class ReceiptAnswer:
    """The receipt as the pack states it, and what the store says.

    `facts` are what a reader is told, in order. `agrees` is None where the figure was not worked out
    again. `files` are those behind the figure, each under FILE_COLUMNS: with the store, those whose
    rows were counted.
    """

    receipt: Receipt
    facts: tuple[tuple[str, str], ...]
    files: tuple[dict[str, Any], ...]
    agrees: bool | None
    manifest: dict[str, Any]
    rows: dict[str, pa.Table] = field(default_factory=dict)
    written: tuple[Path, ...] = ()


def receipt(request: ReceiptRequest) -> ReceiptAnswer:
    """Say what one figure was made from and, with a store, whether it still comes out the same.

    Missing: rows_counted is null where the store was not asked, or its version was purged.
    Raises:  NotAPack, AlteredPack, OtherPack, NotAFigure, UnknownName as `receipts.opening` does;
             NoSuchVersion for a store that never had the pack's version; NoRows.
    """
    pack = open_pack(request.pack)
    opened = open_receipt(pack, request.figure)
    if request.store is None:
        return _answer(pack, opened, None)
    # The store's engine takes a second to import, which a receipt from the pack alone is spared.
    from speccomm.jobs.recounting.asking import Question, ask_store

    question = Question(
        request.store,
        request.reference,
        request.now,
        request.engine,
        request.rows_out,
        request.keep_rows,
    )
    return _answer(pack, opened, ask_store(pack, opened, question))


def _files(records: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    kept = [{name: row.get(name) for name in FILE_COLUMNS} for row in records]
    kept.sort(
        key=lambda row: (row["received_at"], row["load_id"], row["dataset"], row["file_name"])
    )
    return tuple(kept)


def _answer(pack: OpenPack, opened: Receipt, says: StoreSays | None) -> ReceiptAnswer:
    manifest = pack.manifest
    number = opened.rows if says is None or says.rows_counted is None else says.rows_counted
    books = [
        f"{book['identifier']} {book['version']} ({book['used_for']})"
        for book in manifest["rulebooks"]
    ]
    facts = [
        ("figure", str(opened.name)),
        ("printed", opened.printed),
        ("exact", "none" if opened.value is None else opened.value),
        ("table", f"{opened.table_title} ({opened.name.table})"),
        ("row", opened.row_label),
        ("column", f"{opened.column_title}: {opened.meaning}"),
        ("measure", opened.sentence.measure),
        ("rows counted", "not counted" if number is None else f"{number:,}"),
        ("filter", opened.sentence.filter or "none: worked out from other figures"),
        ("expression", opened.sentence.expression or "none"),
        *(("worked out from", part) for part in opened.parts),
        *_sets(manifest, opened.sentence.expression),
        ("rulebooks", "; ".join(books)),
        ("organisation map", manifest["organisation_map_date"]),
        ("suppression", f"{manifest['suppression']}: {manifest['handling']}"),
        ("store version", str(manifest["store_version"])),
        ("read as at", manifest["as_at"] or "everything received by that version"),
        ("built", f"{manifest['built_at']} by {manifest['software']}"),
        ("store", "not asked: give the store with --store" if says is None else says.words),
    ]
    files = opened.files if says is None or says.files is None else says.files
    return ReceiptAnswer(
        receipt=opened,
        facts=tuple(facts),
        files=_files(files),
        agrees=None if says is None else says.agrees,
        manifest=manifest,
        rows={} if says is None else dict(says.rows),
        written=() if says is None else says.written,
    )


def _sets(manifest: dict[str, Any], expression: str) -> list[tuple[str, str]]:
    """The codes that an expression names in square brackets."""
    return [
        (f"[{name}]", ", ".join(codes) or "none")
        for name, codes in manifest["sets"].items()
        if f"[{name}]" in expression
    ]
