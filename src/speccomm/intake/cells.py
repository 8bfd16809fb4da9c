"""Judge every cell of a chunk of rows: typed columns out, and what is to be said of which row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.findings import Level
from speccomm.foundation.money import ACTIVITY_TYPE, GBP_TYPE
from speccomm.intake import values
from speccomm.intake.rules import Field, IntakeRules
from speccomm.intake.staged import staged_sql

Rows = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Bits = np.ndarray[Any, np.dtype[np.uint16]]

NO = False  # what a missing answer counts as

CLEAN_TYPES: dict[str, pa.DataType] = {
    "gbp": GBP_TYPE,
    "quantity": GBP_TYPE,
    "activity": ACTIVITY_TYPE,
    "integer": pa.int32(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "financial_month": pa.int8(),
    "financial_year": pa.string(),
    "code": pa.string(),
    "text": pa.string(),
    "provider": pa.string(),
    "identifier": pa.string(),
}
"""The type a kind of cell has once it is read; other kinds are handled where they are used."""

CODE_KINDS = ("code", "text", "provider")
REMEMBERED = 100_000  # values of one column; past that the column starts afresh
ROW_BY_ROW_KINDS = ("identifier", "nhs_number", "local_patient_identifier", "withheld")


@dataclass(frozen=True)
class Said:
    """One thing said of some rows of a chunk: which check, how much it matters, of which field.

    `rows` are positions in the chunk; `shapes` the look of each value, or None.
    """

    check_id: str
    level: Level
    field_name: str | None
    rows: Rows
    shapes: pa.Array | None = None
    code_list: str | None = None


@dataclass(frozen=True)
class JudgedCells:
    """Typed columns of a chunk, by our column name, and what was said of their cells."""

    columns: dict[str, pa.Array]
    said: list[Said]


@dataclass(frozen=True)
class _Judged:
    """Values of one column that have been judged: their meaning and a bit for each flag."""

    values: pa.Array
    clean: pa.Array
    flags: Bits

    def with_more(self, more: _Judged) -> _Judged:
        return _Judged(
            pa.concat_arrays([self.values, more.values]),
            pa.concat_arrays([self.clean, more.clean]),
            np.concatenate([self.flags, more.flags]),
        )


class CellJudge:
    """Judges chunks of one data set against the reference lists of one load.

    Holds compiled queries and remembers the values it has judged, so that a chunk costs only what
    is new in it. `code_lists` maps a list's name to its codes; a list left out is not checked.
    Safe to use from several threads, each with its own connection.
    """

    def __init__(
        self, *, rules: IntakeRules, dataset: str, code_lists: dict[str, pa.Array]
    ) -> None:
        self._rules = rules
        self._dataset = dataset
        self._known: dict[str, _Judged] = {}
        self._missing_words = pa.array(rules.settings["missing_words"])
        no_codes = pa.table({name: pa.array([], pa.string()) for name in ("code_list", "code")})
        self._allowed = pa.concat_tables(
            [
                no_codes,
                *(
                    pa.table({"code_list": pa.array([name] * len(codes)), "code": codes})
                    for name, codes in code_lists.items()
                ),
            ]
        )

    def judge(self, connection: Any, table: pa.Table, columns: tuple[Field, ...]) -> JudgedCells:
        """Judge the cells of a table of text columns c0, c1 ..., one for each field.

        `connection` is the engine's own connection, used by this thread alone.
        """
        coded: dict[Field, pa.DictionaryArray] = {}
        clean: dict[str, pa.Array] = {}
        said: list[Said] = []
        for number, field in enumerate(columns):
            cells = table.column(number)
            if field.kind in ROW_BY_ROW_KINDS:
                clean[field.column] = _blank_to_null(cells, self._missing_words)
                said += self._long_or_blank(field, clean[field.column])
            elif self._query_kind(field) is not None:
                coded[field] = _one_array(cells.dictionary_encode())
        for field, judged in self._judged(connection, coded).items():
            clean[field.column] = _spread(judged.clean, coded[field].indices)
            if judged.flags.any():
                said += self._say(field, judged.flags, coded[field])
        return JudgedCells(clean, said)

    @cached_property
    def queries(self) -> dict[str, str]:
        """The judging queries by kind, compiled once."""
        return _queries(
            tuple(self._rules.settings["missing_words"]),
            int(self._rules.settings["largest_number"]),
            plan=self._dataset == "iap",
        )

    def _query_kind(self, field: Field) -> str | None:
        """Which query judges a field; None for kinds that are judged elsewhere."""
        kind = "code" if field.kind in CODE_KINDS else field.kind
        kind = "gbp" if kind == "quantity" else kind
        return kind if kind in self.queries else None

    def _judged(
        self, connection: Any, coded: dict[Field, pa.DictionaryArray]
    ) -> dict[Field, _Judged]:
        """The judgement of each column's dictionary, in its order; new values are asked about."""
        met = dict(self._known)
        unmet: dict[str, dict[Field, pa.Array]] = {}
        for field, cells in coded.items():
            known = met.get(field.column)
            fresh = cells.dictionary
            if known is not None:
                fresh = fresh.filter(pc.invert(pc.is_in(fresh, value_set=known.values)))
            if len(fresh) or known is None:
                unmet.setdefault(self._query_kind(field) or "", {})[field] = fresh
        for kind, asked in unmet.items():
            for field, more in self._ask(connection, kind, asked).items():
                known = met.get(field.column)
                met[field.column] = known.with_more(more) if known is not None else more
        out = {}
        for field, cells in coded.items():
            known = met[field.column]
            found = pc.index_in(cells.dictionary, value_set=known.values)
            flags = known.flags[found.to_numpy()]
            out[field] = _Judged(cells.dictionary, known.clean.take(found), flags)
            if len(known.values) > REMEMBERED:
                met[field.column] = out[field]
        self._known = met  # whichever thread is last wins; what is lost is asked about again
        return out

    def _ask(
        self, connection: Any, kind: str, asked: dict[Field, pa.Array]
    ) -> dict[Field, _Judged]:
        """Judge values of several columns of one kind in one query."""
        stacked = pa.concat_arrays(list(asked.values()))
        table = {"position": pa.array(np.arange(len(stacked))), "value": stacked}
        if kind == "code":
            table |= _code_columns(asked)
            connection.register("allowed_codes", self._allowed)
        connection.register("cell_values", pa.table(table))
        answer = connection.execute(self.queries[kind]).to_arrow_table()
        clean = _one_array(answer["clean"]).cast(CLEAN_TYPES[kind])
        bits = np.zeros(len(stacked), dtype=np.uint16)
        for number, flag in enumerate(values.FLAGS):
            bits |= _numpy_bool(answer[flag]).astype(np.uint16) << number
        out, start = {}, 0
        for field, fresh in asked.items():
            end = start + len(fresh)
            out[field] = _Judged(fresh, clean.slice(start, len(fresh)), bits[start:end])
            start = end
        return out

    def _say(self, field: Field, flags: Bits, coded: pa.DictionaryArray) -> list[Said]:
        said = []
        positions = coded.indices.to_numpy()
        for number, flag in enumerate(values.FLAGS):
            mask = (flags >> number & 1).astype(bool)
            level = self._level(field, flag)
            if level is None or not mask.any():
                continue
            rows = np.flatnonzero(mask[positions])
            shapes = None
            if flag != "blank":
                looks = pc.if_else(pa.array(mask), value_shapes(coded.dictionary), "")
                shapes = pa.DictionaryArray.from_arrays(coded.indices.take(pa.array(rows)), looks)
            check_id = values.FLAG_CHECKS[flag]
            listed = field.code_list if flag == "not_in_list" else None
            said.append(Said(check_id, level, field.field_name, rows, shapes, listed))
        return said

    def _level(self, field: Field, flag: str) -> Level | None:
        if flag == "blank":
            return field.blank_level
        check = self._rules.checks[values.FLAG_CHECKS[flag]]
        if flag in ("unreadable", "no_such_day"):
            return field.unreadable_level or check.level
        if flag == "not_in_list":
            return check.list_levels.get(field.code_list or "", check.level)
        return check.level

    def _long_or_blank(self, field: Field, cells: pa.Array) -> list[Said]:
        said = []
        if field.blank_level is not None and cells.null_count:
            rows = np.flatnonzero(cells.is_null().to_numpy(zero_copy_only=False))
            said.append(Said("CHK-F01", field.blank_level, field.field_name, rows))
        if field.max_length is not None:
            longest = pc.max(pc.binary_length(cells)).as_py() or 0
            if longest > field.max_length:
                long = pc.greater(pc.utf8_length(cells), field.max_length).fill_null(NO)
                rows = np.flatnonzero(long.to_numpy(zero_copy_only=False))
                level = self._rules.checks["CHK-F02"].level
                shapes = value_shapes(cells.take(pa.array(rows)))
                if len(rows):
                    said.append(Said("CHK-F02", level, field.field_name, rows, shapes))
        return said


@cache
def _queries(missing: tuple[str, ...], largest: int, *, plan: bool) -> dict[str, str]:
    """The judging queries by kind; compiled once in a process, which takes a while."""
    words = list(missing)
    plain = ibis.table(values.VALUES_SCHEMA, name="cell_values")
    codes = ibis.table(values.CODES_SCHEMA, name="cell_values")
    allowed = ibis.table(values.ALLOWED_SCHEMA, name="allowed_codes")
    judged = {
        "gbp": values.judged_numbers(plain, scale=4, largest=largest, missing_words=words),
        "activity": values.judged_numbers(plain, scale=3, largest=largest, missing_words=words),
        "integer": values.judged_whole_numbers(plain, missing_words=words),
        "date": values.judged_dates(plain, missing_words=words),
        "timestamp": values.judged_timestamps(plain, missing_words=words),
        "financial_month": values.judged_months(plain, plan=plan, missing_words=words),
        "financial_year": values.judged_years(plain, missing_words=words),
        "code": values.judged_codes(codes, allowed, missing_words=words),
    }
    return {kind: staged_sql(table.order_by("position")) for kind, table in judged.items()}


def value_shapes(cells: pa.Array) -> pa.Array:
    """The look of each value: letters A, digits 9, at most 24 characters. Never the value."""
    shapes = pc.replace_substring_regex(cells, r"\pN", "9")
    shapes = pc.replace_substring_regex(shapes, r"[\pL\pM]", "A")
    shapes = pc.replace_substring_regex(shapes, r"[\r\n\t\x00]", "?")
    return pc.utf8_slice_codeunits(shapes, 0, 24)


def refused_rows(said: list[Said], rows: int) -> Mask:
    """Which rows of a chunk anything said keeps out."""
    out = np.zeros(rows, dtype=bool)
    for one in said:
        if one.level is Level.REFUSE:
            out[one.rows] = True
    return out


def _code_columns(asked: dict[Field, pa.Array]) -> dict[str, pa.Array]:
    fields = list(asked)
    lengths = [len(fresh) for fresh in asked.values()]

    def spread(given: list[Any], kind: pa.DataType) -> pa.Array:
        return pa.array(given, kind).take(pa.array(np.repeat(np.arange(len(given)), lengths)))

    return {
        "code_list": spread([field.code_list for field in fields], pa.string()),
        "min_length": spread([field.min_length for field in fields], pa.int32()),
        "max_length": spread([field.max_length for field in fields], pa.int32()),
        "is_provider": spread([field.kind == "provider" for field in fields], pa.bool_()),
        "is_text": spread([field.kind == "text" for field in fields], pa.bool_()),
    }


def _spread(judged: pa.Array, indices: pa.Array) -> pa.Array:
    """Give each row its value's meaning; texts stay dictionary coded, with no null in it."""
    if pa.types.is_string(judged.type):
        coded = judged.dictionary_encode()
        return pa.DictionaryArray.from_arrays(coded.indices.take(indices), coded.dictionary)
    return judged.take(indices)


def _blank_to_null(cells: pa.ChunkedArray, missing_words: pa.Array) -> pa.Array:
    """Identifiers without the spaces around them; null where there is none.

    A placeholder must not become the identifier of everyone who has it.
    """
    text = _one_array(cells)
    letters = text.buffers()[2]
    if letters is not None and b" " in letters.to_pybytes():
        text = pc.utf8_trim_whitespace(text)
    lengths = pc.binary_length(text).to_numpy()
    blank = lengths == 0
    longest = pc.max(pc.binary_length(missing_words)).as_py()
    short = np.flatnonzero(~blank & (lengths <= longest))
    words = pc.utf8_upper(text.take(pa.array(short)))
    placeholder = pc.is_in(words, value_set=missing_words).to_numpy(zero_copy_only=False)
    blank[short[placeholder.astype(bool)]] = True
    return pc.if_else(pa.array(blank), None, text) if blank.any() else text


def _one_array(cells: pa.ChunkedArray) -> pa.Array:
    array = cells.combine_chunks()
    return array.chunk(0) if isinstance(array, pa.ChunkedArray) else array


def _numpy_bool(cells: pa.ChunkedArray) -> Mask:
    mask: Mask = _one_array(cells).to_numpy(zero_copy_only=False).astype(bool)
    return mask
