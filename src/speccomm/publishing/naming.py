"""Names as a reader meets them: what was sent in capitals is written as a sentence would be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

from speccomm.foundation.rulebook import Rulebook, read_rulebook

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
RULEBOOK = "publishing/words"


@dataclass(frozen=True)
class Namer:
    """Writes names under the capitals rulebook. A name not wholly in capitals stays as it is."""

    capitals: dict[str, str]
    rulebook: Rulebook

    def say(self, name: str | None, *, missing: str = "name not known") -> str:
        """RENAL SERVICES becomes Renal services; HIV stays HIV; a missing name is said in words."""
        if not name:
            return missing
        if not name.isupper():
            return name
        text = WORD.sub(lambda match: self._word(match[0]), normalize("NFC", name))
        return text[:1].upper() + text[1:]

    def _word(self, word: str) -> str:
        if whole := self.capitals.get(word.casefold()):
            return whole
        return "-".join(
            self.capitals.get(part.casefold(), part.lower()) for part in word.split("-")
        )


def open_namer() -> Namer:
    """The namer of the shipped rulebook. Raises BadRulebook where it is missing or spoilt."""
    rulebook = read_rulebook(RULEBOOK)
    words = [str(word) for word in rulebook.rules["capitals"]["words"]]
    return Namer({word.casefold(): word for word in words}, rulebook)


def short_provider_name(name: str) -> str:
    """A trust's name without its legal ending, for a chart's label."""
    return re.sub(r"\s+(?:University\s+)?NHS (?:Foundation )?Trust$", "", name)


def short_icb_name(name: str) -> str:
    """NHS Coventry and Warwickshire Integrated Care Board becomes NHS Coventry and Warwickshire ICB."""
    return re.sub(r"\s+Integrated Care Board$", " ICB", name)
