"""Pseudonyms, key files and sealed rows."""

import hashlib
import hmac
import stat

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.intake.privacy import (
    BadKey,
    KeyRing,
    new_key_ring,
    pseudonyms,
    read_key_file,
    rekeyed,
    sealed,
    unsealed,
    write_key_file,
)

KEYS = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=3)
ROWS = pa.table({"NHS NUMBER": ["9990000018", None], "row_number": [2, 7]})


def by_hand(value: str, ring: KeyRing) -> bytes:
    found = value.encode()
    for key in ring.keys:
        found = hmac.new(key, found, hashlib.sha256).digest()
    return found


@settings(max_examples=15, derandomize=True, deadline=None)
@given(KEYS, st.lists(st.text(max_size=80) | st.none(), max_size=20))
def test_a_pseudonym_is_the_hmac_of_each_key_in_turn(engine, keys, values) -> None:
    ring = KeyRing(tuple(keys))
    found = pseudonyms(engine.con, pa.array(values, pa.string()), ring)
    assert found.to_pylist() == [
        None if value is None else by_hand(value, ring) for value in values
    ]


@settings(max_examples=10, derandomize=True, deadline=None)
@given(KEYS, st.binary(min_size=32, max_size=32))
def test_rekeying_gives_what_the_longer_ring_gives(engine, keys, newest) -> None:
    values = pa.array(["nhs:9990000018", None, "local:RKB:7"])
    ring = KeyRing(tuple(keys))
    longer = KeyRing((*keys, newest))
    stored = pseudonyms(engine.con, values, ring)
    assert rekeyed(engine.con, stored, newest).equals(pseudonyms(engine.con, values, longer))


def test_many_values_keep_their_order(engine) -> None:
    ring = KeyRing((b"k" * 32,))
    values = [f"v{number}" for number in range(20_000)]
    found = pseudonyms(engine.con, pa.array(values), ring).to_pylist()
    assert found[::999] == [by_hand(value, ring) for value in values[::999]]
    assert len(set(found)) == len(values)


def test_a_key_file_is_for_its_owner_and_never_replaced(tmp_path) -> None:
    ring = new_key_ring().rotated()
    path = tmp_path / "key"
    write_key_file(path, ring)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path) == ring
    with pytest.raises(BadKey, match="never overwritten"):
        write_key_file(path, new_key_ring())
    assert read_key_file(path) == ring


@pytest.mark.parametrize(
    "content", [b"", b"# nothing\n", b"abc\n", b"zz" * 32, b"ab" * 31, b"ab" * 33, b"\xff" * 64]
)
def test_what_is_no_key_file_is_told_how_to_make_one(tmp_path, content) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(BadKey, match="64 hexadecimal digits") as refused:
        read_key_file(path)
    assert "speccomm key new" in str(refused.value)


def test_an_absent_key_file_is_told_how_to_make_one(tmp_path) -> None:
    with pytest.raises(BadKey, match="speccomm key new"):
        read_key_file(tmp_path / "none")


def test_the_key_id_changes_with_every_key_and_shows_none() -> None:
    ring = new_key_ring()
    rotated = ring.rotated()
    assert ring.key_id != rotated.key_id
    assert rotated.keys[:1] == ring.keys
    assert ring.key_id in repr(ring)
    for shown in (repr(ring), str(ring), ring.key_id):
        assert ring.keys[0].hex() not in shown
        assert repr(ring.keys[0]) not in shown


def test_refused_rows_open_with_their_key_only() -> None:
    ring = new_key_ring()
    text = sealed(ROWS, ring, about="load/file.csv")
    assert b"9990000018" not in text
    assert ring.refused_rows_key not in ring.keys
    assert unsealed(text, ring, about="load/file.csv").equals(ROWS)
    for key, about in (
        (new_key_ring(), "load/file.csv"),
        (ring.rotated(), "load/file.csv"),
        (ring, "another load/file.csv"),
    ):
        with pytest.raises(BadKey, match="cannot be opened"):
            unsealed(text, key, about=about)


@pytest.mark.parametrize("position", [0, 11, 12, 40, -1])
def test_an_altered_text_does_not_open(position) -> None:
    ring = new_key_ring()
    text = bytearray(sealed(ROWS, ring, about="a"))
    text[position] ^= 1
    for altered in (bytes(text), bytes(text[:5]), b""):
        with pytest.raises(BadKey):
            unsealed(altered, ring, about="a")


def test_the_same_rows_are_sealed_differently_each_time() -> None:
    ring = new_key_ring()
    assert sealed(ROWS, ring, about="a") != sealed(ROWS, ring, about="a")
