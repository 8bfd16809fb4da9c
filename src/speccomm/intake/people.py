"""From what names a person to what does not: pseudonym, age, small area and commissioner."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.findings import Level
from speccomm.intake.cells import Said, value_shapes
from speccomm.intake.privacy import KeyRing, pseudonyms
from speccomm.intake.rules import IntakeRules

NO = False  # what a missing answer counts as

NHS_NUMBER_DIGITS = 10
NHS_NUMBER_MODULUS = 11

REMEMBERED_PERSONS = 2_000_000
PSEUDONYM_BYTES = 32
Numbers = np.ndarray[Any, np.dtype[np.int64]]

POSTCODES = ibis.table(
    {
        "postcode": "string",
        "country_code": "string",
        "sub_icb_code": "string",
        "small_area_code": "string",
    },
    name="row_postcodes",
)


@dataclass(frozen=True)
class Identity:
    """What is known of the person of each row, in row order.

    `number_bad` is true where an NHS number was sent that fails its check digit; `opted_out` where
    a national data opt-out is in force.
    """

    pseudonym: pa.Array
    basis: pa.Array
    number_bad: pa.Array
    opted_out: pa.Array


@dataclass(frozen=True)
class Residence:
    """What the postcode of each row leads to. The written postcode never leaves memory."""

    written_postcode: pa.Array
    country_code: pa.Array
    sub_icb_code: pa.Array
    small_area_code: pa.Array


class PersonBook:
    """Pseudonyms of NHS numbers already met in a load: a person is hashed once, not once a row.

    Holds at most REMEMBERED_PERSONS, in memory only, for as long as the load. Thread safe.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._lock = threading.Lock()
        self._numbers: Numbers = np.empty(0, dtype=np.int64)
        self._pseudonyms = np.empty((0, PSEUDONYM_BYTES), dtype=np.uint8)

    def pseudonyms(self, connection: Any, numbers: Numbers) -> pa.Array:
        """The pseudonym of each different, valid NHS number, given as a whole number."""
        order = np.argsort(numbers)
        ordered = numbers[order]
        with self._lock:
            known, kept = self._numbers, self._pseudonyms
        at = np.searchsorted(known, ordered)
        met = np.zeros(len(ordered), dtype=bool)
        inside = at < len(known)
        met[inside] = known[at[inside]] == ordered[inside]
        found = np.empty((len(ordered), PSEUDONYM_BYTES), dtype=np.uint8)
        found[met] = kept[at[met]]
        if not met.all():
            found[~met] = self._fresh(connection, ordered[~met])
        back = np.empty_like(found)
        back[order] = found
        offsets = np.arange(len(back) + 1, dtype=np.int32) * PSEUDONYM_BYTES
        buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(back.tobytes())]
        return pa.Array.from_buffers(pa.binary(), len(back), buffers)

    def _fresh(self, connection: Any, numbers: Numbers) -> np.ndarray[Any, Any]:
        written = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), NHS_NUMBER_DIGITS, "0")
        named = pc.binary_join_element_wise("nhs", written, ":")
        hashed = pseudonyms(connection, named, self._ring).cast(pa.binary(PSEUDONYM_BYTES))
        fresh = np.frombuffer(hashed.buffers()[1], dtype=np.uint8).reshape(-1, PSEUDONYM_BYTES)
        fresh = fresh[hashed.offset : hashed.offset + len(numbers)]
        with self._lock:
            if len(self._numbers) + len(numbers) <= REMEMBERED_PERSONS:
                # Another thread may have met the same person: a double entry does no harm.
                at = np.searchsorted(self._numbers, numbers)
                self._numbers = np.insert(self._numbers, at, numbers)
                self._pseudonyms = np.insert(self._pseudonyms, at, fresh, axis=0)
        return fresh


def identities(
    connection: Any,
    *,
    nhs_numbers: pa.Array,
    local_identifiers: pa.Array,
    provider_codes: pa.Array,
    opt_outs: pa.Array,
    ring: KeyRing,
    book: PersonBook,
) -> Identity:
    """Recognise the person of each row by a keyed pseudonym.

    A valid NHS number is used; without one, the provider's local identifier together with the
    provider's code. With neither, the person is unknown and the pseudonym is null.
    """
    numbers = nhs_numbers
    if (pc.max(pc.binary_length(numbers)).as_py() or 0) > NHS_NUMBER_DIGITS:
        numbers = pc.replace_substring_regex(numbers, r"[\s-]", "")
    coded = numbers.dictionary_encode()
    valid = valid_nhs_numbers(coded.dictionary)
    indices = coded.indices.fill_null(-1).to_numpy()
    good = _gather(valid, indices)
    whole = coded.dictionary.filter(pa.array(valid)).cast(pa.int64()).to_numpy()
    # Where each number stands among the valid ones, so that only those are hashed.
    among = np.where(good, (np.cumsum(valid) - 1)[indices], -1) if len(valid) else indices
    by_number = book.pseudonyms(connection, whole).take(pa.array(among, mask=among < 0))
    by_local = _by_local_identifier(connection, provider_codes, local_identifiers, good, ring)
    out = pc.is_in(coded.dictionary, value_set=opt_outs).to_numpy(zero_copy_only=False)
    return Identity(
        pseudonym=pc.coalesce(by_number, by_local),
        basis=pc.case_when(
            pc.make_struct(pa.array(good), by_local.is_valid()),
            pa.scalar("nhs_number"),
            pa.scalar("local_patient_identifier"),
        ),
        number_bad=pa.array((indices >= 0) & ~good),
        opted_out=pa.array(_gather(out.astype(bool), indices)),
    )


def _by_local_identifier(
    connection: Any,
    provider_codes: pa.Array,
    local_identifiers: pa.Array,
    good: np.ndarray[Any, np.dtype[np.bool_]],
    ring: KeyRing,
) -> pa.Array:
    """Pseudonyms from local identifiers, for the rows without a valid NHS number; else null."""
    rows = np.flatnonzero(~good)
    taken = pa.array(rows)
    local = pc.binary_join_element_wise(
        "local", provider_codes.take(taken), local_identifiers.take(taken), ":"
    ).dictionary_encode()
    found = pseudonyms(connection, local.dictionary, ring).take(local.indices)
    back = np.full(len(good), -1, dtype=np.int64)
    back[rows] = np.arange(len(rows))
    return found.take(pa.array(back, mask=back < 0))


def valid_nhs_numbers(numbers: pa.Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which texts are ten digits that end in their modulus 11 check digit. Null is not."""
    shaped = pc.match_substring_regex(numbers, r"^[0-9]{10}$").fill_null(NO)
    candidates = np.flatnonzero(shaped.to_numpy(zero_copy_only=False))
    valid = np.zeros(len(numbers), dtype=bool)
    if not len(candidates):
        return valid
    text = numbers.take(pa.array(candidates)).cast(pa.binary(NHS_NUMBER_DIGITS))
    letters = np.frombuffer(text.buffers()[1], dtype=np.uint8)
    start = text.offset * NHS_NUMBER_DIGITS
    letters = letters[start : start + len(candidates) * NHS_NUMBER_DIGITS]
    digits = letters.reshape(-1, NHS_NUMBER_DIGITS).astype(np.int32) - ord("0")
    weighted = digits[:, :9] @ np.arange(NHS_NUMBER_DIGITS, 1, -1)
    check = (NHS_NUMBER_MODULUS - weighted % NHS_NUMBER_MODULUS) % NHS_NUMBER_MODULUS
    valid[candidates] = check == digits[:, 9]
    return valid


def residences(
    connection: Any,
    postcodes: pa.ChunkedArray,
    *,
    field_name: str,
    rules: IntakeRules,
    loaded: bool,
) -> tuple[Residence, list[Said]]:
    """Follow each postcode to its small area and commissioner; say which cannot be followed.

    `loaded` is whether a postcode directory is held: without one no postcode is said to be
    unknown.
    """
    coded = postcodes.dictionary_encode().combine_chunks()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    cells = pa.table({"position": np.arange(len(coded.dictionary)), "value": coded.dictionary})
    connection.register("cell_values", cells)
    answer = connection.execute(_RESIDENCE_SQL).to_arrow_table().combine_chunks()
    # A column of no rows comes back without chunks.
    parts = {name: _column(answer, name) for name in answer.column_names}
    residence = Residence(
        written_postcode=parts["written_postcode"].take(coded.indices),
        country_code=parts["country_code"].take(coded.indices),
        sub_icb_code=parts["sub_icb_code"].take(coded.indices),
        small_area_code=parts["small_area_code"].take(coded.indices),
    )
    said = []
    for flag, check_id, level in (
        ("unreadable", "CHK-F02", rules.checks["CHK-F02"].level),
        ("unknown", "CHK-F03", Level.NOTE),
    ):
        mask = parts[flag].to_numpy(zero_copy_only=False).astype(bool)
        if mask.any() and (flag == "unreadable" or loaded):
            rows = np.flatnonzero(mask[coded.indices.to_numpy()])
            shapes = value_shapes(coded.dictionary).take(coded.indices.take(pa.array(rows)))
            said.append(
                Said(check_id, level, field_name, rows, shapes, "postcodes" if loaded else None)
            )
    return residence, said


def _residence_sql() -> str:
    cells = ibis.table({"position": "int64", "value": "string"}, name="cell_values")
    bare = cells.value.upper().re_replace(r"\s", "")
    shaped = bare.re_search(r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$")
    written = shaped.ifelse(
        bare.substr(0, bare.length() - 3).concat(" ", bare.right(3)), ibis.null("string")
    )
    cells = cells.mutate(written_postcode=written, bare=bare)
    found = cells.left_join(POSTCODES, cells.written_postcode == POSTCODES.postcode)
    pseudo = found.bare.startswith("ZZ99")
    return str(
        ibis.to_sql(
            found.select(
                "position",
                "written_postcode",
                "country_code",
                "sub_icb_code",
                "small_area_code",
                unreadable=(found.bare != "") & found.written_postcode.isnull(),
                unknown=found.written_postcode.notnull() & found.postcode.isnull() & ~pseudo,
            ).order_by("position"),
            dialect="duckdb",
        )
    )


_RESIDENCE_SQL = _residence_sql()


def _column(table: pa.Table, name: str) -> pa.Array:
    array = table[name].combine_chunks()
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array


def _gather(
    flags: np.ndarray[Any, np.dtype[np.bool_]], indices: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Flags by index; an index of -1, which is a missing value, is false."""
    gathered: np.ndarray[Any, np.dtype[np.bool_]] = np.append(flags, NO)[indices]
    return gathered
