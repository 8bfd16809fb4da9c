"""Which column of a national file holds what, by position or by header."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speccomm.foundation.errors import nearest_name
from speccomm.foundation.rulebook import Rulebook, read_rulebook
from speccomm.reference.refusals import BadReferenceFile

SPREADSHEET_MARK = b"PK\x03\x04"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
LONGEST_FIRST_LINE = 1 << 20


@dataclass(frozen=True)
class Layout:
    """The layout of one kind of file, as the rulebook gives it."""

    kind: str
    title: str
    confidence: str
    widths: tuple[int, ...]
    code_pattern: str
    code_is: str
    required: tuple[str, ...]
    positions: dict[str, int]
    headers: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class FoundColumns:
    """What the first line of a file shows: its width, and where each wanted column stands.

    `positions` count from 1 and lack a column the file does not have.
    """

    width: int
    has_header: bool
    positions: dict[str, int]
    encoding: str


def layouts() -> tuple[dict[str, Layout], Rulebook]:
    """Every layout by kind, with the rulebook they come from."""
    book = read_rulebook("reference/import_layouts")
    return {kind: _layout(kind, rules) for kind, rules in book.rules.items()}, book


def find_columns(layout: Layout, path: Path) -> FoundColumns:
    """Look at a file's first line and find the wanted columns.

    Raises:  BadReferenceFile where it is not CSV, its width is not one of the kind's, or a column
             that must be there is not.
    """
    encoding = _encoding(path)
    cells = _first_line(path, encoding)
    names = [re.sub(r"[^a-z0-9]", "", cell.casefold()) for cell in cells]
    by_name = _by_name(layout, names)
    leading = next(iter(layout.headers))
    if leading in by_name or not layout.widths:
        _check_found(layout, path, cells, by_name)
        return FoundColumns(len(cells), has_header=True, positions=by_name, encoding=encoding)
    if len(cells) not in layout.widths:
        widths = " or ".join(str(width) for width in layout.widths)
        raise BadReferenceFile(
            path,
            f"{layout.title} has {widths} columns and no header; this file has {len(cells)}. "
            "It may be another file",
            row=1,
        )
    within = {n: p for n, p in layout.positions.items() if p <= len(cells)}
    return FoundColumns(len(cells), has_header=False, positions=within, encoding=encoding)


def _layout(kind: str, rules: dict[str, Any]) -> Layout:
    return Layout(
        kind=kind,
        title=rules["title"],
        confidence=rules["confidence"],
        widths=tuple(rules["widths"]),
        code_pattern=rules["code_pattern"],
        code_is=rules["code_is"],
        required=tuple(rules["required"]),
        positions=dict(rules["positions"]),
        headers={name: tuple(spellings) for name, spellings in rules["headers"].items()},
    )


def _by_name(layout: Layout, names: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, spellings in layout.headers.items():
        pattern = re.compile("|".join(spellings))
        matches = [at for at, name in enumerate(names, start=1) if pattern.fullmatch(name)]
        if matches:
            found[column] = matches[0]
    return found


def _check_found(layout: Layout, path: Path, cells: list[str], found: dict[str, int]) -> None:
    missing = [column for column in layout.required if column not in found]
    if missing:
        near = nearest_name(missing[0], cells)
        hint = f" The nearest column is {near!r}" if near else ""
        raise BadReferenceFile(
            path, f"its header has no column for {', '.join(missing)}.{hint}", row=1
        )


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(len(SPREADSHEET_MARK))
        if not start:
            raise BadReferenceFile(path, "it is empty")
        if start.startswith(SPREADSHEET_MARK):
            raise BadReferenceFile(
                path, "it is a spreadsheet or a zip file, not CSV. Unpack it, or save it as CSV"
            )
        if start.startswith(UTF_16_MARKS):
            raise BadReferenceFile(path, "it is written in UTF-16. Save it as CSV UTF-8")
        stream.seek(0)
        return "utf-8" if _is_utf8(iter(lambda: stream.read(1 << 24), b"")) else "latin-1"


def _is_utf8(blocks: Any) -> bool:
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder("utf-8")()
    try:
        for block in blocks:
            if not block.isascii():
                decoder.decode(block)
            elif decoder.getstate()[0]:
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _first_line(path: Path, encoding: str) -> list[str]:
    written = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(encoding=written, newline="") as stream:
        line = stream.readline(LONGEST_FIRST_LINE)
    if len(line) == LONGEST_FIRST_LINE:
        raise BadReferenceFile(path, "its first line is longer than a million characters", row=1)
    try:
        return next(csv.reader([line]), [])
    except csv.Error as problem:
        raise BadReferenceFile(path, "its first line is not CSV", row=1) from problem
