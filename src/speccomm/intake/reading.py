"""Cut a file into blocks of whole rows and parse each into columns of text, rows numbered.

A block is parsed as text only: no value is interpreted here. Rows that are no rows (wrong number
of cells, a line break or zero byte inside a cell, a value far too long) are set apart with their
text, so that every row read is either handed on or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from speccomm.intake.opening import OpenedFile, UnreadableFile

BLOCK_BYTES = 8 << 20
PARSE_BYTES = 1 << 20  # small parser blocks stay in the processor's cache


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be read as a row: its number within the block, and why."""

    position: int
    check_id: str
    text: str


@dataclass(frozen=True)
class ParsedBlock:
    """Rows of one block. `positions` are row positions within the block, from 0.

    `lines` counts every record of the block, blank and broken ones too.
    """

    table: pa.Table
    positions: np.ndarray[Any, np.dtype[np.int64]]
    lines: int
    blank: int
    broken: list[BrokenRow] = field(default_factory=list)


class TextDecoder:
    """Turns raw blocks into UTF-8, remembering which encoding the file has shown so far.

    A file that is not UTF-8 is read as Windows-1252, unless it was UTF-8 before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.encoding = "ascii"

    def utf8(self, block: bytes) -> bytes:
        if block.isascii():
            return block
        if self.encoding != "cp1252":
            try:
                block.decode("utf-8")
            except UnicodeDecodeError as problem:
                if self.encoding == "utf-8":
                    raise UnreadableFile(
                        self._path, "it is partly in UTF-8 and partly not. Export it again."
                    ) from problem
                self.encoding = "cp1252"
            else:
                self.encoding = "utf-8"
                return block
        try:
            return block.decode("cp1252").encode("utf-8")
        except UnicodeDecodeError as problem:
            raise UnreadableFile(
                self._path, "its characters are neither UTF-8 nor Windows-1252. Save as CSV UTF-8."
            ) from problem


def raw_blocks(
    opened: OpenedFile, *, longest_line: int, see: Callable[[bytes], None], size: int = BLOCK_BYTES
) -> Iterator[bytes]:
    """The file's rows as blocks of bytes that end at a row's end. `see` is shown every byte read.

    Raises UnreadableFile for a line longer than `longest_line` bytes.
    """
    with opened.path.open("rb") as file:
        see(file.read(opened.body_start))
        rest = b""
        while chunk := file.read(size):
            see(chunk)
            block = rest + chunk
            end = _row_end(block)
            if end == 0 and len(block) > longest_line:
                raise UnreadableFile(
                    opened.path,
                    f"a row is longer than {longest_line:,} bytes. "
                    "Look for a quotation mark that is opened and not closed.",
                )
            rest = block[end:]
            if end:
                yield block[:end]
        if rest:
            yield rest if rest.endswith(b"\n") else rest + b"\n"


def _row_end(block: bytes) -> int:
    """Position after the last line break that is not inside quotation marks, 0 if none."""
    end = block.rfind(b"\n") + 1
    if b'"' not in block:
        return end
    while end and block.count(b'"', 0, end) % 2:
        end = block.rfind(b"\n", 0, block.rfind(b'"', 0, end)) + 1
    return end


def parse_block(block: bytes, *, columns: int, longest_value: int) -> ParsedBlock:
    """Parse one block of UTF-8 rows into `columns` text columns named c0, c1 ...

    Blank cells are empty text, never null. Row order is kept.
    """
    names = [f"c{number}" for number in range(columns)]
    set_apart: list[pa_csv.InvalidRow] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        set_apart.append(row)
        return "skip"

    quoted = b'"' in block
    table = pa_csv.read_csv(
        pa.py_buffer(block),
        read_options=pa_csv.ReadOptions(
            column_names=names,
            use_threads=False,
            block_size=min(len(block) + 1, _parse_bytes(block)),
        ),
        parse_options=pa_csv.ParseOptions(
            quote_char='"' if quoted else False,
            newlines_in_values=quoted,
            ignore_empty_lines=False,
            invalid_row_handler=keep,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    broken = [
        BrokenRow(row.number - 1, "CHK-S01", row.text) for row in set_apart if row.text.strip(" \r")
    ]
    positions = _positions(table.num_rows, [row.number - 1 for row in set_apart])
    lines = table.num_rows + len(set_apart)
    parsed = ParsedBlock(table, positions, lines, len(set_apart) - len(broken), broken)
    line_breaks = quoted and block.count(b"\n") != lines
    return _set_apart_bad_cells(
        parsed, zero_bytes=b"\0" in block, line_breaks=line_breaks, longest_value=longest_value
    )


def _parse_bytes(block: bytes) -> int:
    # A row must fit one parser block; only a row of unusual length makes the blocks larger.
    return (
        PARSE_BYTES
        if len(block) < PARSE_BYTES or block.find(b"\n", 0, PARSE_BYTES) > 0
        else len(block) + 1
    )


def _positions(kept: int, skipped: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    everything = np.arange(kept + len(skipped), dtype=np.int64)
    return np.delete(everything, skipped) if skipped else everything


def _set_apart_bad_cells(
    parsed: ParsedBlock, *, zero_bytes: bool, line_breaks: bool, longest_value: int
) -> ParsedBlock:
    bad: dict[str, pa.Array] = {}
    if zero_bytes:
        bad["CHK-S03"] = _any_cell(parsed.table, lambda cells: pc.match_substring(cells, "\0"))
    if line_breaks:
        bad["CHK-S02"] = _any_cell(
            parsed.table, lambda cells: pc.match_substring_regex(cells, r"[\r\n]")
        )
    if any(
        (pc.max(pc.binary_length(cells)).as_py() or 0) > longest_value for cells in parsed.table
    ):
        bad["CHK-S04"] = _any_cell(
            parsed.table, lambda cells: pc.greater(pc.binary_length(cells), longest_value)
        )
    blank = None
    if parsed.table.num_rows and bool(pc.any(pc.equal(parsed.table[0], "")).as_py()):
        blank = _every_cell_blank(parsed.table)
        if not pc.any(blank).as_py():
            blank = None
    if not bad and blank is None:
        return parsed
    return _without(parsed, bad, blank)


def _any_cell(table: pa.Table, test: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> pa.Array:
    found = test(table[0])
    for cells in table.columns[1:]:
        found = pc.or_(found, test(cells))
    return found


def _every_cell_blank(table: pa.Table) -> pa.Array:
    blank = pc.equal(table[0], "")
    for cells in table.columns[1:]:
        if not pc.any(blank).as_py():
            break
        blank = pc.and_(blank, pc.equal(pc.utf8_trim_whitespace(cells), ""))
    return blank


def _without(parsed: ParsedBlock, bad: dict[str, pa.Array], blank: pa.Array | None) -> ParsedBlock:
    keep = np.ones(parsed.table.num_rows, dtype=bool)
    broken = list(parsed.broken)
    for check_id, found in bad.items():
        rows = np.flatnonzero(found.to_numpy())
        rows = rows[keep[rows]]
        keep[rows] = False
        broken += [
            BrokenRow(int(parsed.positions[row]), check_id, ",".join(map(str, cells.values())))
            for row, cells in zip(rows, parsed.table.take(rows).to_pylist(), strict=True)
        ]
    blanks = 0
    if blank is not None:
        empty = blank.to_numpy() & keep
        blanks = int(empty.sum())
        keep &= ~empty
    return ParsedBlock(
        parsed.table.filter(pa.array(keep)),
        parsed.positions[keep],
        parsed.lines,
        parsed.blank + blanks,
        broken,
    )
