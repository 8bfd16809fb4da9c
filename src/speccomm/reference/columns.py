"""Turn the text columns of a reference file into their types, naming the first cell that fails."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.reference.refusals import BadReferenceFile
from speccomm.reference.tables import DAY, FLAG, TEXT, Column, TableSpec

FIRST_DATA_ROW = 2
WRITTEN_POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$"
BARE_POSTCODE = r"^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$"
CONTROL = r"[\x00-\x1f\x7f]"
TRUE_WORDS = ["y", "yes", "true", "1"]
FALSE_WORDS = ["n", "no", "false", "0"]
DAY_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y")
DAY_SHAPES = (r"^\d{4}-\d{2}-\d{2}$", r"^\d{8}$", r"^\d{2}/\d{2}/\d{4}$")


def typed_column(column: Column, text: pa.ChunkedArray, *, path: Path) -> pa.ChunkedArray:
    """Read a column of text as its declared type.

    Shape:   as many values as given.
    Missing: an empty cell is null, refused where the column must be given.
    Raises:  BadReferenceFile naming the first row whose value cannot be read.
    """
    if column.name == "postcode":
        values = written_postcodes(text)
        _refuse_lost(column, text, values, path, "this is not a postcode")
    elif column.name == "nhs_number":
        values = _matching(_without_spaces(text), r"^\d{10}$")
        _refuse_lost(column, text, values, path, "an NHS number has ten digits")
    elif column.type == DAY:
        values = days(text)
        _refuse_lost(column, text, values, path, "this is not a date; write 2024-04-01")
    elif column.type == FLAG:
        values = flags(text)
        _refuse_lost(column, text, values, path, "write Y or N")
    elif column.type == TEXT:
        _refuse_control(column, text, path)
        values = _trimmed(text, upper=column.name.endswith("_code") or column.name == "status")
    else:
        values = _numbers(text, column.type)
        _refuse_lost(column, text, values, path, "this is not a number")
    if column.required and values.null_count:
        row = pc.index(pc.is_null(values), True).as_py() + FIRST_DATA_ROW
        raise BadReferenceFile(path, "the value must be given", row=row, column=column.name)
    return values


def written_postcodes(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Postcodes in capitals with one space before the last three characters; null for others."""
    if pc.all(pc.match_substring_regex(text, WRITTEN_POSTCODE), skip_nulls=True).as_py():
        return text
    bare = _matching(pc.utf8_upper(_without_spaces(text)), BARE_POSTCODE)
    return pc.replace_substring_regex(bare, BARE_POSTCODE, r"\1 \2")


def days(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates written 2024-04-01, 20240401 or 01/04/2024; null for others and for no such day."""
    found = pa.chunked_array([pa.nulls(len(text), DAY)])
    trimmed = _trimmed(text)
    for shape, written in zip(DAY_SHAPES, DAY_FORMATS, strict=True):
        fitting = _matching(trimmed, shape)
        if fitting.null_count == len(fitting):
            continue
        stamps = pc.strptime(fitting, format=written, unit="s", error_is_null=True)
        # A day past the end of its month rolls into the next; writing it back shows that.
        same = pc.equal(pc.strftime(stamps, format=written), fitting)
        read = pc.if_else(same, stamps, pa.scalar(None, stamps.type)).cast(DAY)
        found = pc.coalesce(found, read)
    return found


def flags(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Y and N in their usual spellings; null for others."""
    word = pc.utf8_lower(_trimmed(text))
    yes = pc.is_in(word, value_set=pa.array(TRUE_WORDS))
    no = pc.is_in(word, value_set=pa.array(FALSE_WORDS))
    spelled = pc.or_(yes, no)
    return pc.if_else(spelled, yes, pa.scalar(None, FLAG))


def check_keys(spec: TableSpec, table: pa.Table, *, path: Path) -> None:
    """Refuse a key that stands twice, or twice on the same day where the table is dated."""
    keys = [table[name] for name in spec.key]
    texts = [pc.fill_null(key.cast(TEXT), "") for key in keys]
    joined = pc.binary_join_element_wise(*texts, "\x1f") if len(texts) > 1 else texts[0]
    if pc.count_distinct(joined).as_py() == table.num_rows:
        return
    ordered = _ordered(spec, table, joined)
    clash = _clashing(spec, ordered)
    position = pc.index(clash, True).as_py()
    if position >= 0:
        row = ordered["row"][position + 1].as_py()
        when = " on the same day" if spec.period else ""
        raise BadReferenceFile(
            path, f"the {' and '.join(spec.key)} stands twice{when}", row=row, column=spec.key[0]
        )


def _ordered(spec: TableSpec, table: pa.Table, joined: pa.ChunkedArray) -> pa.Table:
    start, end = spec.period or (None, None)
    rows = pa.table(
        {
            "key": joined,
            "start": _whole_days(table[start], 0) if start else pa.nulls(len(joined), pa.int32()),
            "end": _whole_days(table[end], 2**31 - 1) if end else pa.nulls(len(joined), pa.int32()),
            "row": pa.array(range(FIRST_DATA_ROW, len(joined) + FIRST_DATA_ROW)),
        }
    )
    order = [("key", "ascending"), ("start", "ascending"), ("row", "ascending")]
    return rows.sort_by(order).combine_chunks()


def _clashing(spec: TableSpec, ordered: pa.Table) -> pa.ChunkedArray:
    before, after = ordered.slice(0, ordered.num_rows - 1), ordered.slice(1)
    same = pc.equal(before["key"], after["key"])
    if spec.period is None:
        return same
    overlaps = pc.greater_equal if spec.inclusive_end else pc.greater
    return pc.and_(same, overlaps(before["end"], after["start"]))


def _whole_days(values: pa.ChunkedArray, missing: int) -> pa.ChunkedArray:
    return pc.fill_null(values.cast(pa.int32()), missing)


def _refuse_lost(
    column: Column, text: pa.ChunkedArray, values: pa.ChunkedArray, path: Path, problem: str
) -> None:
    if values.null_count == text.null_count:
        return
    lost = pc.and_(pc.is_null(values), pc.is_valid(_trimmed(text)))
    position = pc.index(lost, True).as_py()
    if position >= 0:
        value = str(text[position].as_py())
        row = position + FIRST_DATA_ROW
        raise BadReferenceFile(path, problem, row=row, column=column.name, value=value)


def _refuse_control(column: Column, text: pa.ChunkedArray, path: Path) -> None:
    position = pc.index(pc.match_substring_regex(text, CONTROL), True).as_py()
    if position >= 0:
        row = position + FIRST_DATA_ROW
        problem = "the cell holds a line break or another control character"
        raise BadReferenceFile(path, problem, row=row, column=column.name)


def _trimmed(text: pa.ChunkedArray, *, upper: bool = False) -> pa.ChunkedArray:
    untidy = pc.match_substring_regex(text, r"^\s|\s$|^$|[a-z]" if upper else r"^\s|\s$|^$")
    if not pc.any(untidy).as_py():
        return text
    trimmed = pc.utf8_trim_whitespace(text)
    filled = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, TEXT), trimmed)
    return pc.utf8_upper(filled) if upper else filled


def _without_spaces(text: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(text, r"\s+", "")


def _matching(text: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.if_else(pc.match_substring_regex(text, pattern), text, pa.scalar(None, TEXT))


def _numbers(text: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    pattern = r"^-?\d{1,9}$" if pa.types.is_integer(kind) else r"^-?\d{1,9}(\.\d{1,15})?$"
    return _matching(_trimmed(text), pattern).cast(kind)
