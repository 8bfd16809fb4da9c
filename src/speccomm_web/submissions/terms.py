"""The dated terms of challenges: how long a reply may take, and what may be attached."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("challenge_terms.toml")
# The first bytes of a file by its ending; plain text has none.
BEGINNINGS = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
}


@dataclass(frozen=True)
class Terms:
    """The terms that hold from a day. Replies are due within `reply_days` calendar days.

    `assumed` is true where the figures are not those of a contract and stand in until they are.
    """

    from_date: date
    assumed: bool
    reply_days: int
    most_rows: int
    most_attachments: int
    largest_attachment_bytes: int
    attachment_endings: tuple[str, ...]


def terms_on(day: date) -> Terms:
    """The terms that hold on a day; before the first, the first."""
    known = _terms()
    return next((terms for terms in reversed(known) if terms.from_date <= day), known[0])


@cache
def _terms() -> tuple[Terms, ...]:
    with FILE.open("rb") as file:
        listed = tomllib.load(file)["terms"]
    found = [
        Terms(**{**row, "attachment_endings": tuple(row["attachment_endings"])}) for row in listed
    ]
    return tuple(sorted(found, key=lambda terms: terms.from_date))


def attachment_fault(name: str, content: Path, terms: Terms) -> str:
    """What is wrong with a file as an attachment, in a sentence; empty where nothing is."""
    ending = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    if ending not in terms.attachment_endings:
        return f"{name}: only {', '.join(terms.attachment_endings)} files are taken."
    with content.open("rb") as file:
        head = file.read(4096)
    if not head:
        return f"{name}: the file is empty."
    beginning = BEGINNINGS.get(ending)
    if beginning is not None and not head.startswith(beginning):
        return f"{name}: this is no {ending.upper()} file, whatever its name says."
    if beginning is None and b"\0" in head:
        return f"{name}: this is not a text file, whatever its name says."
    return ""
