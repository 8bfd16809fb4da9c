"""Ask the store about one figure of a pack: work it out again, and hand on the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from speccomm.foundation.errors import Refusal
from speccomm.foundation.rulebook import read_rulebook
from speccomm.jobs.reading import Reading, open_for_reading
from speccomm.jobs.recounting.figures import Recount, is_share, recount, same_figure, share
from speccomm.jobs.recounting.rows_file import in_hexadecimal, write_rows
from speccomm.jobs.settings import EngineSettings
from speccomm.publishing.leaving import NOT_SUPPRESSED
from speccomm.publishing.receipts.opening import OpenPack, Receipt, open_receipt
from speccomm.publishing.sourcing import Position, ServiceCount
from speccomm.warehouse.commits import Purged

Place = tuple[str, str, str]  # load, data set and name of a file


class NoRows(Refusal):
    """A figure that no rows of the store stand behind, or rows asked for without a store."""


@dataclass(frozen=True)
class Question:
    """What is asked of which store: see `jobs.receipt.ReceiptRequest`."""

    store: Path
    reference: Path | None
    now: datetime
    engine: EngineSettings
    rows_out: Path | None
    keep_rows: bool

    @property
    def wants_rows(self) -> bool:
        return self.keep_rows or self.rows_out is not None


@dataclass(frozen=True)
class StoreSays:
    """What the store says of a figure, in words and as values.

    `agrees` is None where the figure could not be worked out again, and of a publication, whose
    figures are protected; `files` are those whose rows
    were counted, None where none were.
    """

    words: str
    agrees: bool | None = None
    rows_counted: int | None = None
    files: list[dict[str, Any]] | None = None
    rows: Mapping[str, pa.Table] = field(default_factory=dict)
    written: tuple[Path, ...] = ()


def ask_store(pack: OpenPack, opened: Receipt, question: Question) -> StoreSays:
    """Work a figure out again at the pack's version of the store.

    Missing: where that version was purged the words say so.
    Raises:  NoRows; NoStore, NoSuchVersion for a store that never had the version; NotARowsFile.
    """
    as_at = pack.manifest["as_at"]
    try:
        with open_for_reading(
            store=question.store,
            reference=question.reference,
            as_at=None if as_at is None else datetime.fromisoformat(as_at),
            now=question.now,
            engine=question.engine,
            version=pack.manifest["store_version"],
        ) as reading:
            return _ask(reading, pack, opened, question)
    except Purged as purged:
        if question.wants_rows:
            raise
        return StoreSays(f"cannot be worked out again: {purged}")


def _ask(reading: Reading, pack: OpenPack, opened: Receipt, question: Question) -> StoreSays:
    found, value = _worked_out(reading, pack, opened)
    if found is None:
        if question.wants_rows:
            raise NoRows(
                f"No rows of the store stand behind {opened.name} itself. It is worked out from "
                f"{', '.join(opened.parts) or 'the pack’s own tables'}."
            )
        if not (opened.parts and is_share(opened.source)):
            return StoreSays("not counted from the store")
        return StoreSays(*_agreement(reading, pack, opened, value))
    tables: dict[str, pa.Table] = {}
    written: tuple[Path, ...] = ()
    if question.keep_rows:
        shown = {name: in_hexadecimal(rows) for name, rows in found.rows.items()}
        tables = {name: reading.con.to_pyarrow(rows) for name, rows in shown.items()}
        if found.register is not None:
            tables["register"] = found.register
    if question.rows_out is not None:
        written = write_rows(reading, found.rows, found.register, question.rows_out)
    counts = _counts_by_file(reading, found)
    return StoreSays(
        *_agreement(reading, pack, opened, value),
        rows_counted=_rows_counted(found, counts),
        files=_files_counted(reading, counts),
        rows=tables,
        written=written,
    )


def _worked_out(
    reading: Reading, pack: OpenPack, opened: Receipt
) -> tuple[Recount | None, Decimal | int | None]:
    if is_share(opened.source):
        parts = [open_receipt(pack, name) for name in opened.parts]
        counts = [recount(reading, p.source, p.values, manifest=pack.manifest) for p in parts]
        known = [count.value for count in counts if count is not None]
        return None, share(known[0], known[1]) if len(known) == len(("part", "whole")) else None
    found = recount(reading, opened.source, opened.values, manifest=pack.manifest)
    return found, None if found is None else found.value


def _agreement(
    reading: Reading, pack: OpenPack, opened: Receipt, value: Decimal | int | None
) -> tuple[str, bool | None]:
    place = f"at version {pack.manifest['store_version']} of the store"
    said = "none" if value is None else _number(value)
    words = f"worked out again {place}: {said}; "
    agrees: bool | None = None
    if pack.manifest["suppression"] == NOT_SUPPRESSED:
        stated = None if opened.value is None else Decimal(opened.value)
        agrees = same_figure(stated, value)
        words += "it agrees" if agrees else "IT DOES NOT AGREE with the pack"
    else:
        words += "the publication may show another number, or none, to protect people"
    other = _other_rules(reading, pack, opened)
    return (f"{words}. {other}" if other else words), agrees


def _number(value: Decimal | int) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,f}"


def _other_rules(reading: Reading, pack: OpenPack, opened: Receipt) -> str:
    """What differs from the building of the pack in how the figure was worked out again."""
    changed = []
    for book in pack.manifest["rulebooks"]:
        if book["used_for"] != "this pack" or not book["identifier"].startswith("activity/"):
            continue
        now = read_rulebook(book["identifier"]).reference
        if now["sha256"] != book["sha256"]:
            changed.append(f"{book['identifier']} {now['version']} (pack: {book['version']})")
    if isinstance(opened.source, Position | ServiceCount):
        stated = pack.manifest["reference"].get("points_of_delivery")
        if reading.reference.identity().get("points_of_delivery") != stated:
            changed.append("another list of points of delivery")
    return f"Not the pack’s own rules: {', '.join(changed)}" if changed else ""


def _rows_counted(found: Recount, counts: Mapping[Place, int]) -> int:
    """How many rows stand behind a figure: every stored row is of one file, so none is asked twice."""
    return int(found.register.num_rows) if found.register is not None else sum(counts.values())


def _counts_by_file(reading: Reading, found: Recount) -> dict[Place, int]:
    """How many of the rows behind a figure each file has, by its load, data set and name."""
    counts: dict[Place, int] = {}
    for dataset, rows in found.rows.items():
        by_file = rows.group_by(["load_id", "file_name"]).aggregate(row_count=rows.count())
        for row in reading.con.to_pyarrow(by_file).to_pylist():
            counts[row["load_id"], dataset, row["file_name"]] = row["row_count"]
    if found.register is not None and "file_name" in found.register.column_names:
        names = ("load_id", "dataset", "file_name")
        for place in zip(*(found.register[name].to_pylist() for name in names), strict=True):
            counts[place] = counts.get(place, 0) + 1
    return counts


def _files_counted(reading: Reading, counts: Mapping[Place, int]) -> list[dict[str, Any]]:
    """The files whose rows were counted, with how many of each."""
    received = dict(
        zip(
            *(reading.snapshot.loads()[n].to_pylist() for n in ("load_id", "received_at")),
            strict=True,
        )
    )
    return [
        {**row, "received_at": received[row["load_id"]].isoformat(), "rows_counted": counts[place]}
        for row in reading.snapshot.files().to_pylist()
        if (place := (row["load_id"], row["dataset"], row["file_name"])) in counts
    ]
