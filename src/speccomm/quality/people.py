"""Tell a role or body from a person's name, and find what points to a person in a text."""

from __future__ import annotations

import re

from speccomm.foundation.identifiers import is_nhs_number
from speccomm.quality.rules import EvidenceRules

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
TEN_DIGITS = re.compile(r"(?<!\d)(\d{3}[ -]?\d{3}[ -]?\d{4})(?!\d)")
ABBREVIATION = re.compile(r"[A-Z][A-Z&0-9]+")
WORD = re.compile(r"[^\W\d_]+")


def looks_like_a_person(text: str, rules: EvidenceRules) -> bool:
    """Whether a text that should be a role or a body may be somebody's name.

    A role holds one of the rulebook's role words; a body may be an abbreviation in capitals
    instead, alone or beside ordinary words. Anything else is taken for a name: better asked twice.
    """
    if points_to_a_person(text, rules) is not None:
        return True
    words = WORD.findall(text)
    if any({word, word.removesuffix("s")} & rules.role_words for word in map(str.casefold, words)):
        return False
    tokens = text.split()
    capitals = [token for token in tokens if ABBREVIATION.fullmatch(token)]
    return not capitals or (len(capitals) == len(tokens) > 1)


def points_to_a_person(text: str, rules: EvidenceRules) -> str | None:
    """What in a text points to a person, in words that do not repeat it; None if nothing does."""
    if ADDRESS.search(text):
        return "an address for electronic mail"
    if any(is_nhs_number(re.sub(r"\D", "", found)) for found in TEN_DIGITS.findall(text)):
        return "an NHS number"
    titles = "|".join(re.escape(title) for title in rules.titles)
    if re.search(rf"\b(?:{titles})\b\.?\s+[A-Z]", text):
        return "a title and a name"
    return None
