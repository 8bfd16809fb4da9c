"""Keep persons out of the store: keyed pseudonyms, and refused rows that only a key opens.

The key comes from outside the store. A pseudonym is the HMAC-SHA-256 of an NHS number, or of a
provider's local identifier where no valid number was sent. A key ring holds one key for each
rotation: a pseudonym passes through all of them in turn, so that re-keying the store needs the
new key only and no clear number.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from speccomm.foundation.errors import Refusal

KEY_BYTES = 32
HMAC_BLOCK = 64
NONCE_BYTES = 12


class BadKey(Refusal):
    """A key file that is missing, is no key file, or is not the one the store was filled with."""


@dataclass(frozen=True)
class KeyRing:
    """The keys of a store, oldest first. Their bytes are never printed or stored."""

    keys: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"KeyRing({self.key_id})"

    @property
    def key_id(self) -> str:
        """A name for the newest key that tells nothing of it; this is what the store records."""
        return hashlib.sha256(b"speccomm key id" + b"".join(self.keys)).hexdigest()[:16]

    @property
    def refused_rows_key(self) -> bytes:
        """The second key, derived from the newest, under which refused rows are encrypted."""
        return HKDF(
            algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"speccomm refused rows"
        ).derive(self.keys[-1])

    def rotated(self) -> KeyRing:
        """This ring with a fresh key added."""
        return KeyRing((*self.keys, os.urandom(KEY_BYTES)))


def new_key_ring() -> KeyRing:
    """A ring of one fresh key from the operating system."""
    return KeyRing((os.urandom(KEY_BYTES),))


def read_key_file(path: Path) -> KeyRing:
    """Read a key file: one key of 64 hexadecimal digits a line, oldest first. Raises BadKey."""
    if not path.is_file():
        raise BadKey(f"There is no key file {path}. Make one with: speccomm key new {path}")
    lines = [
        line.strip() for line in path.read_text(encoding="ascii", errors="replace").split("\n")
    ]
    keys = [line for line in lines if line and not line.startswith("#")]
    try:
        ring = KeyRing(tuple(bytes.fromhex(key) for key in keys))
    except ValueError:
        ring = KeyRing(())
    if not ring.keys or any(len(key) != KEY_BYTES for key in ring.keys):
        raise BadKey(
            f"{path} is not a key file. It must hold 64 hexadecimal digits a line. "
            f"Make one with: speccomm key new {path}"
        )
    return ring


def write_key_file(path: Path, ring: KeyRing) -> None:
    """Write a ring for its owner's eyes only. Raises BadKey rather than replace a file."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as problem:
        raise BadKey(f"{path} is there already. A key is never overwritten.") from problem
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("# speccomm key ring: keep it away from the store, and keep a copy safe.\n")
        file.writelines(f"{key.hex()}\n" for key in ring.keys)


def pseudonyms(connection: Any, values: pa.Array, ring: KeyRing) -> pa.Array:
    """The keyed pseudonym of each value, as 32 bytes; null stays null. Order is kept.

    `connection` is the engine's own connection. The engine has SHA-256 and no HMAC, so the two
    nested hashes of RFC 2104 are written out.
    """
    clear = pa.table({"position": pa.array(range(len(values)), pa.int64()), "value": values})
    hashed = "encode(value)"
    pads: dict[str, bytes] = {}
    for number, key in enumerate(ring.keys):
        pads[f"inner{number}"], pads[f"outer{number}"] = _pads(key)
        hashed = f"unhex(sha256($outer{number} || unhex(sha256($inner{number} || {hashed}))))"
    cursor = connection.cursor()
    cursor.register("clear_values", clear)
    answer = cursor.execute(
        f"select {hashed} as pseudonym from clear_values order by position",  # noqa: S608
        pads,
    ).to_arrow_table()
    cursor.unregister("clear_values")
    return answer["pseudonym"].combine_chunks()


def rekeyed(connection: Any, stored: pa.Array, newest: bytes) -> pa.Array:
    """Stored pseudonyms passed through one more key; null stays null. Order is kept."""
    inner, outer = _pads(newest)
    cursor = connection.cursor()
    cursor.register(
        "stored_values",
        pa.table({"position": pa.array(range(len(stored)), pa.int64()), "value": stored}),
    )
    answer = cursor.execute(
        "select unhex(sha256($outer || unhex(sha256($inner || value)))) as pseudonym "
        "from stored_values order by position",
        {"inner": inner, "outer": outer},
    ).to_arrow_table()
    cursor.unregister("stored_values")
    return answer["pseudonym"].combine_chunks()


def sealed(rows: pa.Table, ring: KeyRing, *, about: str) -> bytes:
    """Refused rows as one encrypted text (AES-256-GCM). `about` is bound to it and not hidden."""
    buffer = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(buffer, rows.schema, options=options) as writer:
        writer.write_table(rows)
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(ring.refused_rows_key)
    return nonce + cipher.encrypt(nonce, buffer.getvalue(), about.encode())


def unsealed(ciphertext: bytes, ring: KeyRing, *, about: str) -> pa.Table:
    """Open what `sealed` closed. Raises BadKey for another key or an altered text."""
    cipher = AESGCM(ring.refused_rows_key)
    try:
        clear = cipher.decrypt(ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError) as problem:
        raise BadKey("The refused rows cannot be opened with this key file.") from problem
    return pa.ipc.open_stream(clear).read_all()


def _pads(key: bytes) -> tuple[bytes, bytes]:
    block = key.ljust(HMAC_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
