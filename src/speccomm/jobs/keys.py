"""Make a key file: the secret that turns persons into pseudonyms, kept outside the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from speccomm.intake.privacy import new_key_ring, write_key_file


@dataclass(frozen=True)
class NewKeyRequest:
    """Where to write a fresh key file. A file that is there is never replaced."""

    path: Path


@dataclass(frozen=True)
class NewKeyAnswer:
    """The file written and the name of its key, which tells nothing of the key."""

    path: Path
    key_id: str


def new_key(request: NewKeyRequest) -> NewKeyAnswer:
    """Write a fresh key file. Raises BadKey where the file is there already."""
    ring = new_key_ring()
    write_key_file(request.path, ring)
    return NewKeyAnswer(request.path, ring.key_id)
