"""Each combination of codes is asked about once, and every row gets its own answer."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.jobs.loading import combinations
from speccomm.jobs.loading.combinations import CombinationBook

CODE = st.sampled_from(["A", "B", "", "A\x1fB", "\x1f", None])
CHUNKS = st.lists(
    st.lists(st.tuples(CODE, CODE, st.sampled_from([None, 1, 12])), min_size=1), min_size=1
)


class Rules:
    """Answers a combination with its own values, and counts what it was asked."""

    def __init__(self, rows):
        self.given = {
            "provider": pa.array([row[0] for row in rows], pa.string()).dictionary_encode(),
            "service": pa.array([row[1] for row in rows], pa.string()),
            "month": pa.array([row[2] for row in rows], pa.int8()),
        }
        self.asked = []

    def __call__(self, which):
        rows = pa.table({name: values.take(which) for name, values in self.given.items()})
        told = [repr(tuple(row.values())) for row in rows.to_pylist()]
        self.asked += told
        return pa.table({"told": pa.array(told, pa.string())})


@settings(max_examples=60, derandomize=True, deadline=None)
@given(CHUNKS)
def test_every_row_has_its_own_answer_and_none_is_asked_for_twice(chunks) -> None:
    book = CombinationBook(("provider", "service", "month"))
    asked = []
    for rows in chunks:
        rules = Rules(rows)
        assert book.answers(rules.given, rules)["told"].to_pylist() == [repr(row) for row in rows]
        asked += rules.asked
    assert sorted(asked) == sorted({repr(row) for rows in chunks for row in rows})


def test_a_full_book_starts_afresh_and_answers_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(combinations, "REMEMBERED", 2)
    book = CombinationBook(("provider", "service", "month"))
    for rows in (
        [("A", "x", 1)] * 2,
        [("B", "x", n) for n in range(4)],
        [("A", "x", 1), ("C", "y", 2)],
    ):
        rules = Rules(rows)
        told = book.answers(rules.given, rules)["told"]
        assert pc.equal(told, pa.chunked_array([[repr(row) for row in rows]])).to_pylist() == [
            True
        ] * len(rows)
