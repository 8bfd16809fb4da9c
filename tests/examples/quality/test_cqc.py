"""Five ratings make one: worked examples of the published rule."""

from __future__ import annotations

import pytest

from speccomm.quality import combined_rating
from speccomm.quality.cqc import cqc_rules

LETTERS = {"G": "good", "O": "outstanding", "R": "requires improvement", "I": "inadequate",
           "N": "not rated"}  # fmt: skip


@pytest.mark.parametrize(
    ("five", "breach", "one"),
    [
        ("GGGGG", False, "G"),
        ("OOGGG", False, "O"),
        ("OOGGR", False, "G"),
        ("GGGRR", False, "R"),
        ("IGGGG", False, "R"),
        ("IIGGG", False, "I"),
        ("OOGGG", True, "R"),
        ("IIGGG", True, "I"),
        ("OGGGG", False, "G"),
        ("IRGGG", False, "R"),
        ("GGGGN", False, None),
        ("GGGG", False, None),
    ],
)
def test_five_ratings_make_one(five, breach, one) -> None:
    ratings = [LETTERS[letter] for letter in five]
    answer = combined_rating(ratings, breach=breach, rules=cqc_rules())
    assert answer == (None if one is None else LETTERS[one])
