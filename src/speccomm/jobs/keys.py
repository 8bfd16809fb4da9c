"""Make a key file: the secret that turns persons into pseudonyms, kept outside the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from speccomm.intake.privacy import new_key_ring, read_key_file, write_key_file


@dataclass(frozen=True)
class NewKeyRequest:
    """Where to write a fresh key file, and the key file it is to follow when a key is rotated."""

    path: Path
    after: Path | None = None


@dataclass(frozen=True)
class NewKeyAnswer:
    """The file written and the name of its key, which tells nothing of the key."""

    path: Path
    key_id: str


def new_key(request: NewKeyRequest) -> NewKeyAnswer:
    """Write a fresh key file: a new key alone, or the keys of `after` and one more.

    Raises:  BadKey where the file is there already, or `after` is no key file.
    """
    ring = new_key_ring() if request.after is None else read_key_file(request.after).rotated()
    write_key_file(request.path, ring)
    return NewKeyAnswer(request.path, ring.key_id)
