"""Open a submitted file: is it CSV at all, which data set is it, which column is which field."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from speccomm.foundation.errors import Refusal, nearest_name
from speccomm.foundation.identifiers import value_shape
from speccomm.intake.rules import DATASETS, Field, IntakeRules, header_key

HEADER_BYTES = 1 << 20
HEADER_SHOWN = 100
UTF8_MARK = b"\xef\xbb\xbf"
NOT_TEXT = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
}


class UnreadableFile(Refusal):
    """A file that cannot be read as a submission at all. Nothing of it is kept."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        super().__init__(f"{path.name}: {problem}")


@dataclass(frozen=True)
class OpenedFile:
    """A file recognised as one data set. `columns` is in the file's order, one field each.

    `body_start` is the byte after the header line; `respelt` are the fields whose header is not
    the published name; `missing` the fields of the data set that the file has no column for;
    `marked_utf8` is whether its first bytes say that it is UTF-8.
    """

    path: Path
    dataset: str
    columns: tuple[Field, ...]
    body_start: int
    size: int
    respelt: tuple[str, ...]
    missing: tuple[Field, ...]
    marked_utf8: bool = False


def open_submission(path: Path, *, dataset: str | None, rules: IntakeRules) -> OpenedFile:
    """Recognise a submitted CSV file.

    `dataset` None means: find it from the header. Raises UnreadableFile where the file is missing,
    empty, not text, has only a header, repeats a column, has a column no data set knows, or lacks
    a column without which no row can be placed.
    """
    if not path.is_file():
        raise UnreadableFile(path, "there is no such file.")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile(path, "the file is empty (0 bytes). Export it again.")
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    _refuse_what_is_not_text(path, head)
    line, body_start = _header_line(path, head)
    if body_start >= size:
        raise UnreadableFile(path, "the file holds a header and no rows. Export it again.")
    names = _header_names(path, line)
    chosen = dataset or _recognise(path, names, rules)
    opened = _match(path, names, chosen, rules, body_start=body_start, size=size)
    return replace(opened, marked_utf8=head.startswith(UTF8_MARK))


def _refuse_what_is_not_text(path: Path, head: bytes) -> None:
    for mark, what in NOT_TEXT.items():
        if head.startswith(mark):
            raise UnreadableFile(
                path, f"this is {what}, whatever its name says. Save it as CSV UTF-8 and send that."
            )


def _header_line(path: Path, head: bytes) -> tuple[str, int]:
    body = head.removeprefix(UTF8_MARK)
    end = body.find(b"\n")
    if end < 0 and b"\r" in body:
        raise UnreadableFile(
            path, "its lines end as on old Macintosh computers. Save it again as CSV UTF-8."
        )
    if end < 0 and len(head) == HEADER_BYTES:
        raise UnreadableFile(
            path, f"its first line is longer than {HEADER_BYTES:,} bytes: this is no CSV header."
        )
    raw = body if end < 0 else body[:end]
    if b"\0" in raw:
        raise UnreadableFile(path, "its header holds a zero byte: this is not a text file.")
    if raw.count(b'"') % 2:
        raise UnreadableFile(
            path,
            "its header has a line break inside a column name, or a quotation mark that is opened "
            "and not closed. Put every column name on one line.",
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    skipped = len(head) - len(body)
    return text.rstrip("\r"), skipped + (len(body) if end < 0 else end + 1)


def _header_names(path: Path, line: str) -> list[str]:
    try:
        names = next(csv.reader([line]), [])
    except csv.Error as problem:
        raise UnreadableFile(path, "its first line is not a header of column names.") from problem
    if len(names) < 2:
        for mark, word in (("\t", "tabs"), (";", "semicolons"), ("|", "upright bars")):
            if mark in line:
                raise UnreadableFile(
                    path, f"its cells are separated by {word}. Save it separated by commas."
                )
        raise UnreadableFile(path, "its first line is not a header of column names.")
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        key = header_key(name)
        if not key:
            raise UnreadableFile(path, f"column {position} has no name in the header.")
        if key in seen:
            raise UnreadableFile(
                path, f"columns {seen[key]} and {position} are both named {_shown(name)!r}."
            )
        seen[key] = position
    return names


def _recognise(path: Path, names: list[str], rules: IntakeRules) -> str:
    keys = [header_key(name) for name in names]
    known = {
        dataset: sum(key in rules.header_columns[dataset] for key in keys) for dataset in DATASETS
    }
    best = max(known.values())
    # Of those that know the most columns, the one that leaves fewest of its own unfilled.
    lacking = {
        dataset: len(rules.fields[dataset]) - known[dataset]
        for dataset in DATASETS
        if known[dataset] == best
    }
    fewest = min(lacking.values())
    chosen = [dataset for dataset, count in lacking.items() if count == fewest]
    if best < len(names) / 2 or len(chosen) > 1:
        raise UnreadableFile(
            path,
            "its header is not that of one known data set. "
            f"Say which with --dataset: {', '.join(DATASETS)}.",
        )
    return chosen[0]


def _match(
    path: Path, names: list[str], dataset: str, rules: IntakeRules, *, body_start: int, size: int
) -> OpenedFile:
    by_column = {field.column: field for field in rules.dataset_fields(dataset)}
    spellings = rules.header_columns[dataset]
    columns: list[Field] = []
    for position, name in enumerate(names, start=1):
        column = spellings.get(header_key(name))
        if column is None:
            raise UnreadableFile(path, _unknown_column(name, position, dataset, by_column))
        if by_column[column] in columns:
            first = columns.index(by_column[column]) + 1
            raise UnreadableFile(
                path,
                f"columns {first} and {position} are both {by_column[column].field_name!r}.",
            )
        columns.append(by_column[column])
    missing = tuple(field for field in by_column.values() if field not in columns)
    for field in missing:
        if field.column in ("provider_code", "financial_year", "financial_month"):
            raise UnreadableFile(
                path,
                f"it has no column {field.field_name!r}, without which no row can be placed.",
            )
    respelt = tuple(
        field.field_name
        for field, name in zip(columns, names, strict=True)
        if field.field_name != name.strip()
    )
    return OpenedFile(path, dataset, tuple(columns), body_start, size, respelt, missing)


def _unknown_column(name: str, position: int, dataset: str, known: dict[str, Field]) -> str:
    near = nearest_name(name[:HEADER_SHOWN], [field.field_name for field in known.values()])
    hint = f" Did you mean {near!r}?" if near else ""
    return f"column {position}, {_shown(name)!r}, is not a field of {dataset.upper()}.{hint}"


def _shown(name: str) -> str:
    """A column's name for a message; of a text that may be no name at all, its shape only.

    A file without a header has a patient's values where names should be.
    """
    text = name.strip()
    no_name = len(text) > HEADER_SHOWN or any(letter.isdigit() for letter in text)
    return value_shape(text) if no_name else text
