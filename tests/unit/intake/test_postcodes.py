"""A directory in any order finds the postcodes it holds, and no other."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.intake.postcodes import AREAS, PostcodeBook, postcode_book, written_postcodes

POSTCODES = st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", fullmatch=True)


def book(postcodes: list[str]) -> PostcodeBook:
    areas = {name: [f"{name} of {postcode}" for postcode in postcodes] for name in AREAS}
    return postcode_book(pa.table({"postcode": pa.array(postcodes, pa.string()), **areas}))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(POSTCODES, unique=True, max_size=40), st.lists(POSTCODES, max_size=40))
def test_what_is_held_is_found_and_nothing_else(held, asked) -> None:
    directory = book(held)
    wanted = [*asked, *held, None]
    at = directory.positions(pa.array(wanted, pa.string()))
    assert at.is_valid().to_pylist() == [postcode in held for postcode in wanted]
    for name in AREAS:
        told = directory.areas[name].take(at).to_pylist()
        assert told == [f"{name} of {code}" if code in held else None for code in wanted]


def test_a_row_of_a_directory_that_no_postcode_can_name_is_left_out() -> None:
    directory = book(["B15 2TH", "NOT A POSTCODE", "M1 1AA"])
    assert len(directory.numbers) == 2
    assert directory.positions(pa.array(["M1 1AA", "B15 2TH", "NOT A PO"])).to_pylist() == [
        1,
        0,
        None,
    ]


def test_postcodes_are_written_one_way_or_not_at_all() -> None:
    given_as = ["cv22dx", " Cv2\t2dX ", "EC1A1BB", "m11aa", "CV2 2D", "12345", "", None]
    assert written_postcodes(pa.array(given_as, pa.string())).to_pylist() == [
        "CV2 2DX", "CV2 2DX", "EC1A 1BB", "M1 1AA", None, None, None, None,
    ]  # fmt: skip
