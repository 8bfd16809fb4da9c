"""Texts for the typesetter: long words in pieces, and nothing lost in taking them apart."""

from hypothesis import given
from hypothesis import strategies as st

from speccomm.publishing.rendering.pdf.text import pieces, replaced, strings


def joined(text):
    if isinstance(text, str):
        return text
    return "".join(part if isinstance(part, str) else "".join(part) for part in text)


@given(st.text(alphabet=st.sampled_from("ab -/.\n\u00e9\u2019"), max_size=200), st.integers(3, 30))
def test_pieces_put_together_are_the_text(text, longest):
    assert joined(pieces(text, longest)) == text


def test_only_a_long_word_is_taken_apart():
    assert pieces("plain words") == "plain words"
    assert pieces("see " + "x" * 30 + " there", 24) == ["see ", ["xxxx"] * 7 + ["xx"], " there"]


def test_every_text_is_found_and_replaced():
    value = {"a": "x", "b": ["x", ["y", {"c": "x"}], 3, None]}
    assert list(strings(value)) == ["x", "x", "y", "x"]
    assert replaced(value, str.upper) == {"a": "X", "b": ["X", ["Y", {"c": "X"}], 3, None]}
