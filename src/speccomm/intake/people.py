"""From what names a person to what does not: pseudonym, age, small area and commissioner."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from speccomm.foundation.findings import Level
from speccomm.intake.cells import Said, value_shapes
from speccomm.intake.postcodes import PostcodeBook, bare_postcodes, written_postcodes
from speccomm.intake.privacy import KeyRing, pseudonyms
from speccomm.intake.rules import IntakeRules

NO = False  # what a missing answer counts as

NHS_NUMBER_DIGITS = 10
NHS_NUMBER_MODULUS = 11
PSEUDO = "ZZ99"  # begins postcodes that stand for a country or an unknown address

REMEMBERED_PERSONS = 2_000_000
PSEUDONYM_BYTES = 32
Numbers = np.ndarray[Any, np.dtype[np.int64]]
Pseudonyms = np.ndarray[Any, np.dtype[np.uint8]]


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

    Holds at most REMEMBERED_PERSONS, in memory only, for as long as the load. Thread safe. With
    `hashed` false, for a check that keeps nothing, a person is named by the place in which he was
    met: that tells persons apart as surely, and costs no hashing. Persons met when the book is
    full are hashed all the same.
    """

    def __init__(self, ring: KeyRing, *, hashed: bool = True) -> None:
        self._ring = ring
        self._hashed = hashed
        self._lock = threading.Lock()
        self._numbers: Numbers = np.empty(0, dtype=np.int64)
        self._pseudonyms = np.empty((0, PSEUDONYM_BYTES), dtype=np.uint8)

    def pseudonyms(self, connection: Any, numbers: Numbers) -> pa.Array:
        """The pseudonym of each different, valid NHS number, given as a whole number."""
        order = np.argsort(numbers)
        ordered = numbers[order]
        found = np.empty((len(ordered), PSEUDONYM_BYTES), dtype=np.uint8)
        met = self._found(ordered, found)
        if not met.all() and not self._hashed:
            met = self._named(ordered, found)
        if not met.all():
            found[~met] = self._fresh(connection, ordered[~met])
        back = np.empty_like(found)
        back[order] = found
        offsets = np.arange(len(back) + 1, dtype=np.int32) * PSEUDONYM_BYTES
        buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(back.tobytes())]
        return pa.Array.from_buffers(pa.binary(), len(back), buffers)

    def _found(self, ordered: Numbers, found: Pseudonyms) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Fill in what is known; which of the numbers that was."""
        with self._lock:
            known, kept = self._numbers, self._pseudonyms
        return _look_up(ordered, known, kept, found)

    def _named(self, ordered: Numbers, found: Pseudonyms) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Name the numbers not met yet by their place, under the lock: nobody may get two names."""
        with self._lock:
            met = _look_up(ordered, self._numbers, self._pseudonyms, found)
            fresh = ordered[~met]
            before = len(self._numbers)
            if before + len(fresh) > REMEMBERED_PERSONS:
                return met
            names = np.zeros((len(fresh), PSEUDONYM_BYTES), dtype=np.uint8)
            places = np.arange(before, before + len(fresh), dtype=np.int64)
            names[:, : places.itemsize] = places.view(np.uint8).reshape(-1, places.itemsize)
            self._keep(fresh, names)
            found[~met] = names
        return np.ones(len(ordered), dtype=bool)

    def _fresh(self, connection: Any, numbers: Numbers) -> Pseudonyms:
        written = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), NHS_NUMBER_DIGITS, "0")
        named = pc.binary_join_element_wise("nhs", written, ":")
        hashed = pseudonyms(connection, named, self._ring).cast(pa.binary(PSEUDONYM_BYTES))
        fresh = np.frombuffer(hashed.buffers()[1], dtype=np.uint8).reshape(-1, PSEUDONYM_BYTES)
        fresh = fresh[hashed.offset : hashed.offset + len(numbers)]
        with self._lock:
            # A book that is full and names by place must not learn a person by another name.
            if self._hashed and len(self._numbers) + len(numbers) <= REMEMBERED_PERSONS:
                # Another thread may have met the same person: a double entry does no harm.
                self._keep(numbers, fresh)
        return fresh

    def _keep(self, numbers: Numbers, names: Pseudonyms) -> None:
        at = np.searchsorted(self._numbers, numbers)
        self._numbers = np.insert(self._numbers, at, numbers)
        self._pseudonyms = np.insert(self._pseudonyms, at, names, axis=0)


def _look_up(
    ordered: Numbers, known: Numbers, kept: Pseudonyms, found: Pseudonyms
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    at = np.searchsorted(known, ordered)
    met = np.zeros(len(ordered), dtype=bool)
    inside = at < len(known)
    met[inside] = known[at[inside]] == ordered[inside]
    found[met] = kept[at[met]]
    return met


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
    postcodes: pa.ChunkedArray, book: PostcodeBook, *, field_name: str, rules: IntakeRules
) -> tuple[Residence, list[Said]]:
    """Follow each postcode to its small area and commissioner; say which cannot be followed.

    Where the book is empty, as no directory is held, no postcode is said to be unknown.
    """
    coded = postcodes.dictionary_encode().combine_chunks()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    bare = bare_postcodes(coded.dictionary)
    written = written_postcodes(coded.dictionary)
    at = book.positions(written)
    of_rows = at.take(coded.indices)
    residence = Residence(
        written_postcode=pa.DictionaryArray.from_arrays(coded.indices, written),
        **{name: areas.take(of_rows) for name, areas in book.areas.items()},
    )
    nowhere = pc.and_(written.is_valid(), at.is_null())
    loaded = len(book.numbers) > 0
    said = []
    for unfollowed, check_id, level in (
        (pc.and_(pc.not_equal(bare, ""), written.is_null()), "CHK-F02", None),
        (pc.and_not(nowhere, pc.starts_with(bare, PSEUDO)), "CHK-F03", Level.NOTE),
    ):
        mask = unfollowed.to_numpy(zero_copy_only=False).astype(bool)
        if mask.any() and (check_id == "CHK-F02" or loaded):
            rows = np.flatnonzero(mask[coded.indices.to_numpy()])
            shapes = value_shapes(coded.dictionary).take(coded.indices.take(pa.array(rows)))
            said.append(
                Said(
                    check_id,
                    level or rules.checks[check_id].level,
                    field_name,
                    rows,
                    shapes,
                    "postcodes" if loaded else None,
                )
            )
    return residence, said


def _gather(
    flags: np.ndarray[Any, np.dtype[np.bool_]], indices: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Flags by index; an index of -1, which is a missing value, is false."""
    gathered: np.ndarray[Any, np.dtype[np.bool_]] = np.append(flags, NO)[indices]
    return gathered
