"""A postcode directory held small for looking up: a number a postcode, sorted, and coded areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LETTERS = 8  # of the longest postcode with its space
AREAS = ("country_code", "sub_icb_code", "small_area_code")
BARE = r"^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$"
Numbers = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True, repr=False)
class PostcodeBook:
    """Where postcodes lead: `areas` holds, for each of AREAS, a coded value for each number.

    A whole directory takes some 35 MiB so, a fifth of what its texts take, and no chunk of rows
    goes through all of it.
    """

    numbers: Numbers
    areas: dict[str, pa.DictionaryArray]

    def positions(self, written: pa.Array) -> pa.Array:
        """Where each postcode, written with its space, stands in the book; null where it is not."""
        numbers = _numbers(pc.fill_null(written, ""))
        at = np.searchsorted(self.numbers, numbers)
        found = np.zeros(len(numbers), dtype=bool)
        inside = at < len(self.numbers)
        found[inside] = self.numbers[at[inside]] == numbers[inside]
        return pa.array(at, pa.int64(), mask=~found)


def postcode_book(postcodes: pa.Table) -> PostcodeBook:
    """Make the book of a reference's postcode directory; one of no rows finds nothing.

    A postcode longer than any can be is left out: no row can name it.
    """
    written = _one_array(postcodes["postcode"])
    short = pc.less_equal(pc.binary_length(written), LETTERS)
    if not pc.all(short).as_py():
        postcodes = postcodes.filter(short)
        written = _one_array(postcodes["postcode"])
    numbers = _numbers(written)
    if (numbers[1:] >= numbers[:-1]).all():
        areas = {name: _coded(postcodes[name]) for name in AREAS}
        return PostcodeBook(numbers, areas)
    order = np.argsort(numbers, kind="stable")
    taken = pa.array(order)
    return PostcodeBook(
        numbers[order], {name: _coded(postcodes[name]).take(taken) for name in AREAS}
    )


def written_postcodes(cells: pa.Array) -> pa.Array:
    """Postcodes as they are written in the directory; null for what is no postcode."""
    bare = bare_postcodes(cells)
    shaped = pc.if_else(pc.match_substring_regex(bare, BARE), bare, pa.scalar(None, pa.string()))
    return pc.replace_substring_regex(shaped, BARE, r"\1 \2")


def bare_postcodes(cells: pa.Array) -> pa.Array:
    """In capitals and without spaces."""
    return pc.replace_substring_regex(pc.utf8_upper(cells), r"\s", "")


def _numbers(written: pa.Array) -> Numbers:
    """Each text of at most eight bytes as one number, so that equal texts are equal numbers."""
    padded = pc.ascii_rpad(written, LETTERS, " ").cast(pa.binary(LETTERS))
    letters = np.frombuffer(padded.buffers()[1], dtype=">u8")
    return letters[padded.offset : padded.offset + len(padded)].astype(np.uint64)


def _coded(values: pa.ChunkedArray) -> pa.DictionaryArray:
    coded = _one_array(values)
    return coded if pa.types.is_dictionary(coded.type) else coded.dictionary_encode()


def _one_array(values: pa.ChunkedArray) -> pa.Array:
    array = values.combine_chunks()
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
