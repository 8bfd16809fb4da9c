"""Cut a file into blocks of whole rows and parse each into columns of text, rows numbered.

A block is parsed as text only: no value is interpreted here. Rows that are no rows (wrong number
of cells, a line break or zero byte inside a cell, a value far too long) are set apart with their
text, so that every row read is either handed on or refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
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
Letters = np.ndarray[Any, np.dtype[np.uint8]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]

UTF8_LETTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_CELL = rb'(?:"(?:[^"]++|"")*+"[^,\r\n]*+|[^",\r\n][^,\r\n]*+|)'
ROW = re.compile(rb"(?:" + _CELL + rb",)*+" + _CELL + rb"(?:\r?\n|\r(?!\n|\Z))")


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
    positions: Numbers
    lines: int
    blank: int
    broken: list[BrokenRow] = field(default_factory=list)


class TextDecoder:
    """Turns raw blocks into UTF-8, remembering which encoding the file has shown so far.

    A file that is not UTF-8 is read as Windows-1252. One that is partly the one and partly the
    other is refused, wherever its blocks are cut.
    """

    def __init__(self, path: Path, *, encoding: str = "ascii") -> None:
        self._path = path
        self.encoding = encoding

    def utf8(self, block: bytes) -> bytes:
        if block.isascii():
            return block
        try:
            block.decode("utf-8")
            shown = "utf-8"
        except UnicodeDecodeError:
            shown = "cp1252"
        mixed = shown == "cp1252" and UTF8_LETTER.search(block) is not None
        if mixed or self.encoding not in ("ascii", shown):
            raise UnreadableFile(
                self._path,
                "it is partly in UTF-8 and partly not. Export it again as CSV UTF-8.",
            )
        self.encoding = shown
        if shown == "utf-8":
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

    Raises UnreadableFile for a row longer than `longest_line` bytes, or a quotation mark that is
    never closed.
    """
    with opened.path.open("rb") as file:
        see(file.read(opened.body_start))
        rest = b""
        while chunk := file.read(size):
            see(chunk)
            block = rest + chunk
            end = row_end(block)
            rest = block[end:]
            if len(rest) > longest_line:
                problem = f"is longer than {longest_line:,} bytes"
                raise _open_mark(opened, file.tell() - len(rest), problem)
            if end:
                yield block[:end]
        if rest:
            last = rest if rest.endswith(b"\n") else rest + b"\n"
            if row_end(last) < len(last):
                raise _open_mark(opened, opened.size - len(rest), "does not end")
            yield last


def row_end(block: bytes) -> int:
    """Position after the last line break of a block that ends a row, 0 if none does.

    The block must begin where a row begins. A quotation mark opens a cell only at its start.
    """
    end = block.rfind(b"\n") + 1
    if b'"' not in block:
        return end
    letters = np.frombuffer(block, np.uint8)
    is_mark = letters == ord('"')
    marks = np.flatnonzero(is_mark)
    if not _marks_in_pairs(letters, is_mark, marks):
        return _row_end_by_rows(block)
    while end and (before := int(np.searchsorted(marks, end))) % 2:
        end = block.rfind(b"\n", 0, int(marks[before - 1])) + 1
    return end


def _marks_in_pairs(letters: Letters, is_mark: Flags, marks: Numbers) -> bool:
    """Whether every second mark stands at a cell's start or end, so that counting them is exact."""
    edge = is_mark.copy()
    for letter in b",\r\n":
        edge |= letters == letter
    opening, closing = marks[0::2], marks[1::2]
    opening = opening[1:] if opening[0] == 0 else opening
    if len(closing) and closing[-1] == len(letters) - 1:
        closing = closing[:-1]
    return bool(edge[opening - 1].all() and edge[closing + 1].all())


def _row_end_by_rows(block: bytes) -> int:
    """The same row by row, for blocks with a stray quotation mark inside a cell."""
    end = start = 0
    while (row := ROW.match(block, start)) is not None:
        start = row.end()
        if block[start - 1 : start] == b"\n":
            end = start
    return end


def _open_mark(opened: OpenedFile, offset: int, problem: str) -> UnreadableFile:
    line = 1
    with opened.path.open("rb") as file:
        for start in range(0, offset, BLOCK_BYTES):
            line += file.read(min(BLOCK_BYTES, offset - start)).count(b"\n")
    return UnreadableFile(
        opened.path,
        f"the row that begins on line {line:,} {problem}. "
        "Look there for a quotation mark that is opened and not closed.",
    )


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
    try:
        table = _text_table(block, names, keep, quoted=quoted, parse_bytes=PARSE_BYTES)
    except pa.ArrowInvalid:  # a row is longer than the parser's blocks
        set_apart.clear()
        table = _text_table(block, names, keep, quoted=quoted, parse_bytes=len(block) + 1)
    broken = [
        BrokenRow(row.number - 1, "CHK-S01", row.text)
        for row in set_apart
        if row.text.strip(' \t\r\n",')
    ]
    positions = _positions(table.num_rows, [row.number - 1 for row in set_apart])
    lines = table.num_rows + len(set_apart)
    parsed = ParsedBlock(table, positions, lines, len(set_apart) - len(broken), broken)
    line_breaks = quoted and (
        block.count(b"\n") != lines or block.count(b"\r") != block.count(b"\r\n")
    )
    return _set_apart_bad_cells(
        parsed, zero_bytes=b"\0" in block, line_breaks=line_breaks, longest_value=longest_value
    )


def _text_table(
    block: bytes,
    names: list[str],
    keep: Callable[[pa_csv.InvalidRow], str],
    *,
    quoted: bool,
    parse_bytes: int,
) -> pa.Table:
    return pa_csv.read_csv(
        pa.py_buffer(block),
        read_options=pa_csv.ReadOptions(
            column_names=names, use_threads=False, block_size=min(len(block) + 1, parse_bytes)
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


def _positions(kept: int, skipped: list[int]) -> Numbers:
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
            parsed.table, lambda cells: pc.greater(pc.utf8_length(cells), longest_value)
        )
    blank = None
    if parsed.table.num_rows and pc.any(_blank(parsed.table[0])).as_py():
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
    blank = _blank(table[0])
    for cells in table.columns[1:]:
        if not pc.any(blank).as_py():
            break
        blank = pc.and_(blank, _blank(cells))
    return blank


def _blank(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.utf8_trim_whitespace(cells), "")


def _without(parsed: ParsedBlock, bad: dict[str, pa.Array], blank: pa.Array | None) -> ParsedBlock:
    keep = np.ones(parsed.table.num_rows, dtype=bool)
    broken = list(parsed.broken)
    blanks = 0
    if blank is not None:
        keep = ~blank.to_numpy()
        blanks = int((~keep).sum())
    for check_id, found in bad.items():
        rows = np.flatnonzero(found.to_numpy())
        rows = rows[keep[rows]]
        keep[rows] = False
        broken += [
            BrokenRow(int(parsed.positions[row]), check_id, _as_csv(cells.values()))
            for row, cells in zip(rows, parsed.table.take(rows).to_pylist(), strict=True)
        ]
    return ParsedBlock(
        parsed.table.filter(pa.array(keep)),
        parsed.positions[keep],
        parsed.lines,
        parsed.blank + blanks,
        broken,
    )


def _as_csv(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n")
