"""Which sentences of a pack may go out: those without a figure. The rest is said by the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from speccomm.publishing.model import (
    Caution,
    Definitions,
    EditorWords,
    PackTable,
    Points,
    Prose,
)

SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“])")
COUNT = re.compile(
    r"\d|%|£|\b(?:none|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|"
    r"single|only|nobody|all of them|to the penny|exact)\b",
    re.IGNORECASE,
)
COUNTED_ENTRIES = "Rows counted"
SUPPRESSION_ENTRY = "Small number suppression"


class Wording:
    """Keeps what may be said. `dates` are words with digits that are no counts: the period, titles
    of rulebooks; `left_out` are the titles of what is not in the publication."""

    def __init__(self, dates: Iterable[str], left_out: Iterable[str], suppression: str) -> None:
        self._dates = sorted((date for date in dates if date), key=len, reverse=True)
        self._left_out = [title for title in left_out if title]
        self._suppression = suppression

    def may_say(self, sentence: str) -> bool:
        """Whether a sentence gives no figure and points to nothing that is left out."""
        plain = sentence
        for date in self._dates:
            plain = plain.replace(date, "")
        return not COUNT.search(plain) and not any(t in sentence for t in self._left_out)

    def kept(self, text: str) -> str:
        """The sentences of a text that may be said."""
        return " ".join(s for s in SENTENCES.split(text) if self.may_say(s))

    def all_kept(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(kept for text in texts if (kept := self.kept(text)))

    def prose(self, block: Prose) -> Prose | None:
        found = self.all_kept(block.paragraphs)
        return Prose(found) if found else None

    def points(self, block: Points) -> Points | None:
        found = tuple(point for point in block.points if self.may_say(point))
        return replace(block, points=found) if found and self.may_say(block.lead) else None

    def caution(self, block: Caution) -> Caution | None:
        found = tuple(sentence for sentence in block.sentences if self.may_say(sentence))
        return replace(block, sentences=found) if found else None

    def editor(self, block: EditorWords) -> EditorWords | None:
        found = self.all_kept(block.paragraphs)
        return replace(block, paragraphs=found) if found else None

    def notes(self, table: PackTable, before: PackTable) -> tuple[str, ...]:
        """The notes of a table: its own that give no figure, and those on its protection."""
        own = set(before.notes)
        return tuple(note for note in table.notes if note not in own or self.may_say(note))

    def definitions(self, block: Definitions) -> Definitions:
        """Definitions stay as they are, but for rows counted and what was said of suppression."""
        return Definitions(
            tuple(
                (word, self._suppression if word == SUPPRESSION_ENTRY else meaning)
                for word, meaning in block.entries
                if not word.startswith(COUNTED_ENTRIES)
            )
        )
