"""From a number, an identifier and a postcode to a pseudonym and an area."""

import hashlib
import hmac

import nhs_number
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.foundation.identifiers import is_nhs_number
from speccomm.intake import people
from speccomm.intake.people import PersonBook, identities, residences, valid_nhs_numbers
from speccomm.intake.postcodes import AREAS, postcode_book
from speccomm.intake.privacy import KeyRing

KEY = b"k" * 32
RING = KeyRing((KEY,))


def pseudonym(text: str) -> bytes:
    return hmac.new(KEY, text.encode(), hashlib.sha256).digest()


def known(engine, rows, opt_outs=()):
    """Identities of rows of (NHS number, local identifier, provider)."""
    numbers, local, providers = zip(*rows, strict=True)
    return identities(
        engine.con,
        nhs_numbers=pa.array(numbers, pa.string()),
        local_identifiers=pa.array(local, pa.string()),
        provider_codes=pa.array(providers, pa.string()),
        opt_outs=pa.array(list(opt_outs), pa.string()),
        ring=RING,
        book=PersonBook(RING),
    )


@settings(max_examples=30, derandomize=True, deadline=None)
@given(
    st.lists(st.text("0123456789", min_size=10, max_size=10), max_size=50),
    st.lists(st.text("0123456789 -A٣", max_size=12) | st.none(), max_size=20),
    st.integers(0, 10),
)
def test_validity_is_that_of_the_published_library(anything, odd, skip) -> None:
    numbers = [*anything, *odd, *nhs_number.generate(quantity=20), "0" * 10, "9" * 10][skip:]
    found = valid_nhs_numbers(pa.array(numbers, pa.string()))
    assert found.tolist() == [is_nhs_number(number or "") for number in numbers]
    sliced = valid_nhs_numbers(pa.array(["1", *numbers], pa.string()).slice(1))
    assert sliced.tolist() == found.tolist()


def test_a_valid_number_first_then_the_local_identifier(engine) -> None:
    found = known(
        engine,
        [
            ("9990000018", "L1", "RKB"),
            ("999 000 0018", None, "RRK"),
            ("999-000-0018", None, "RRK"),
            ("9990000017", "L1", "RKB"),
            (None, "L1", "RKB"),
            (None, "L1", "RRK"),
            (None, None, "RKB"),
            ("9990000017", None, "RKB"),
            (None, "L1", None),
        ],
    )
    same, local = pseudonym("nhs:9990000018"), pseudonym("local:RKB:L1")
    assert found.pseudonym.to_pylist() == [
        same, same, same, local, local, pseudonym("local:RRK:L1"), None, None, None,
    ]  # fmt: skip
    assert found.basis.to_pylist() == [
        *["nhs_number"] * 3, *["local_patient_identifier"] * 3, None, None, None,
    ]  # fmt: skip
    assert found.number_bad.to_pylist() == [False] * 3 + [True] + [False] * 3 + [True, False]


def test_an_opt_out_follows_the_number_however_it_is_written(engine) -> None:
    rows = [("9990000018", None, "RKB"), ("999 000 0018", None, "RKB"), (None, "L", "RKB")]
    found = known(engine, rows, opt_outs=["9990000018"])
    assert found.opted_out.to_pylist() == [True, True, False]


def test_a_person_met_again_keeps_the_pseudonym(engine) -> None:
    numbers = sorted(set(nhs_number.generate(quantity=300)))
    numbers += [n for n in (f"{n:010d}" for n in range(3000)) if is_nhs_number(n)]
    book = PersonBook(RING)
    for part in (numbers[::2], numbers[::-1], numbers[:50] * 2):
        found = identities(
            engine.con,
            nhs_numbers=pa.array(part),
            local_identifiers=pa.nulls(len(part), pa.string()),
            provider_codes=pa.array(["RKB"] * len(part)),
            opt_outs=pa.array([], pa.string()),
            ring=RING,
            book=book,
        )
        assert found.pseudonym.to_pylist() == [pseudonym(f"nhs:{number}") for number in part]


@pytest.mark.parametrize("most", [2_000_000, 200])
def test_a_check_tells_the_same_persons_apart_without_hashing(engine, monkeypatch, most) -> None:
    monkeypatch.setattr(people, "REMEMBERED_PERSONS", most)  # 200: the book is soon full
    numbers = sorted(set(nhs_number.generate(quantity=300)))
    named, hashed = PersonBook(RING, hashed=False), PersonBook(RING)
    names: dict[str, set[bytes]] = {}
    for part in (numbers[:150], numbers[::-1], numbers[100:] * 2):
        found, keyed = (
            identities(
                engine.con,
                nhs_numbers=pa.array(part),
                local_identifiers=pa.nulls(len(part), pa.string()),
                provider_codes=pa.array(["RKB"] * len(part)),
                opt_outs=pa.array([], pa.string()),
                ring=RING,
                book=book,
            ).pseudonym.to_pylist()
            for book in (named, hashed)
        )
        for number, name in zip(part, found, strict=True):
            names.setdefault(number, set()).add(name)
        assert (found == keyed) is False
    assert [len(one) for one in names.values()] == [1] * len(numbers)
    assert len(set.union(*names.values())) == len(numbers)


def test_no_rows_are_no_persons(engine) -> None:
    found = identities(
        engine.con,
        nhs_numbers=pa.array([], pa.string()),
        local_identifiers=pa.array([], pa.string()),
        provider_codes=pa.array([], pa.string()),
        opt_outs=pa.array([], pa.string()),
        ring=RING,
        book=PersonBook(RING),
    )
    assert [len(column) for column in (found.pseudonym, found.basis, found.opted_out)] == [0, 0, 0]


NO_DIRECTORY = postcode_book(
    pa.table({name: pa.array([], pa.string()) for name in ("postcode", *AREAS)})
)


@pytest.fixture
def directory():
    return postcode_book(
        pa.table(
            {
                "postcode": ["M1 1AA", "CV2 2DX", "BT1 1AA"],
                "country_code": ["E92000001", "E92000001", "N92000002"],
                "sub_icb_code": ["14L", "B2M3M", None],
                "small_area_code": [None, "E01009600", None],
            }
        )
    )


def follow(book, rules, postcodes):
    cells = pa.chunked_array([pa.array(postcodes, pa.string())])
    return residences(cells, book, field_name="POSTCODE", rules=rules)


def test_a_postcode_leads_to_its_area_however_it_is_written(directory, rules) -> None:
    found, said = follow(directory, rules, ["CV2 2DX", "cv22dx", " Cv2  2dX ", "m11aa", ""])
    assert found.sub_icb_code.to_pylist() == ["B2M3M"] * 3 + ["14L", None]
    assert found.small_area_code.to_pylist() == ["E01009600"] * 3 + [None, None]
    assert found.written_postcode.to_pylist() == ["CV2 2DX"] * 3 + ["M1 1AA", None]
    assert said == []


def test_what_is_said_of_postcodes_shows_none(directory, rules) -> None:
    _, said = follow(directory, rules, ["CV2 2DX", "nowhere", "ZZ99 3GZ", "B15 2TH", ""])
    assert [(one.check_id, one.level, one.rows.tolist()) for one in said] == [
        ("CHK-F02", "warning", [1]),
        ("CHK-F03", "note", [3]),
    ]
    assert [one.shapes.to_pylist() for one in said] == [["AAAAAAA"], ["A99 9AA"]]


def test_without_a_directory_no_postcode_is_unknown(rules) -> None:
    _, said = follow(NO_DIRECTORY, rules, ["B15 2TH", "?"])
    assert [one.check_id for one in said] == ["CHK-F02"]
