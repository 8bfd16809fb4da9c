"""Combinations of codes already answered in a load, so that each is asked about once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

REMEMBERED = 300_000  # combinations; past that the book starts afresh
Ids = np.ndarray[Any, np.dtype[np.int32]]
Ask = Callable[[pa.Array], pa.Table]


@dataclass(frozen=True)
class _Known:
    """Combinations by their key, and the answer of each in the same order."""

    keys: pa.Array
    answers: pa.Table | None


@dataclass
class CombinationBook:
    """Answers by combination of values of `columns`. In memory only. Thread safe.

    A value stands in the key by a number given when it is first met, so that a key has one width
    and no value can be mistaken for two.
    """

    columns: tuple[str, ...]
    _ids: dict[str, dict[Any, int]] = field(default_factory=dict)
    _known: _Known | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answers(self, given: dict[str, pa.Array], ask: Ask) -> pa.Table:
        """The answer of each combination, in order.

        `given` holds the columns, one value a combination, null being a value of its own. `ask`
        answers for the combinations at the positions it is handed, in their order.
        """
        keys = self._keys(given)
        known = self._known or _Known(keys.slice(0, 0), None)
        at = pc.index_in(keys, value_set=known.keys)
        new = np.flatnonzero(at.is_null().to_numpy(zero_copy_only=False))
        if len(new) or known.answers is None:
            new = new[_first_of_each(keys.take(pa.array(new)))]
            known = self._with_more(known, keys, pa.array(new), ask)
            at = pc.index_in(keys, value_set=known.keys)
        assert known.answers is not None
        return known.answers.take(at)

    def _with_more(self, known: _Known, keys: pa.Array, new: pa.Array, ask: Ask) -> _Known:
        fresh = ask(new)
        if known.answers is None or len(known.keys) > REMEMBERED:
            # Starting afresh drops answers this chunk may need, so it asks for all of its own.
            whole = pa.array(_first_of_each(keys))
            fresh = fresh if len(whole) == len(new) else ask(whole)
            more = _Known(keys.take(whole), fresh)
        else:
            more = _Known(
                pa.concat_arrays([known.keys, keys.take(new)]),
                pa.concat_tables([known.answers, fresh]).combine_chunks(),
            )
        self._known = more  # whichever thread is last wins; what is lost is asked about again
        return more

    def _keys(self, given: dict[str, pa.Array]) -> pa.Array:
        parts = np.stack([self._numbered(name, given[name]) for name in self.columns], axis=1)
        width = parts.shape[1] * parts.itemsize
        return pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(width), len(parts), [None, pa.py_buffer(np.ascontiguousarray(parts))]
        )

    def _numbered(self, name: str, values: pa.Array) -> Ids:
        coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        with self._lock:
            ids = self._ids.setdefault(name, {None: 0})
            numbers = [ids.setdefault(value, len(ids)) for value in coded.dictionary.to_pylist()]
        missing_last = np.array([*numbers, 0], dtype=np.int32)  # where an index of -1 leads
        spread: Ids = missing_last[coded.indices.fill_null(-1).to_numpy()]
        return spread


def _first_of_each(keys: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Positions of the first of each different key, in order."""
    coded = keys.dictionary_encode().indices.to_numpy()
    _, first = np.unique(coded, return_index=True)
    positions: np.ndarray[Any, np.dtype[np.int64]] = np.sort(first)
    return positions
