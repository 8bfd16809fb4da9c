"""The quality rulebooks as typed values: checks, spellings, headers, areas, order of the overview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from speccomm.foundation.findings import Level
from speccomm.foundation.rulebook import Rulebook, read_rule_table, read_rulebook
from speccomm.intake.rules import header_key
from speccomm.quality.declaring import Kind, Register

FLAG_VALUES = ("yes", "no", "not looked at", "not applicable")


@dataclass(frozen=True)
class Check:
    """One check: what it says, how much it matters and what to do."""

    check_id: str
    title: str
    level: Level
    sentence: str
    remedy: str


@dataclass(frozen=True)
class EvidenceRules:
    """Everything the import of evidence interprets.

    `flags` and each list of `choices` lead from a folded spelling to the word kept; `words` gives
    the words of a list in order. `headers` leads from (register, header key) to a column, the
    empty register standing for all.
    """

    checks: Mapping[str, Check]
    settings: Mapping[str, Any]
    flags: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    words: Mapping[str, tuple[str, ...]]
    role_words: frozenset[str]
    titles: tuple[str, ...]
    headers: Mapping[tuple[str, str], str]
    books: tuple[Rulebook, ...]

    def whole(self, name: str) -> int:
        """A setting that is a whole number."""
        return int(self.settings[name])

    @property
    def earliest_date(self) -> date:
        earliest: date = self.settings["earliest_date"]
        return earliest

    def columns_by_header(self, register: Register) -> dict[str, str]:
        """Every header this register is known to have, folded, and the column it names."""
        named = {
            key: column
            for (owner, key), column in self.headers.items()
            if owner == "" and column in register.by_name
        }
        named.update(
            {key: col for (owner, key), col in self.headers.items() if owner == register.name}
        )
        named.update({header_key(name): name for name in register.names})
        return named


def evidence_rules() -> EvidenceRules:
    """Read the shipped rulebooks of evidence.

    Raises:  BadRulebook where one is not as it must be.
    Source:  rulebooks quality/checks, quality/spellings and quality/header_variants.
    """
    checks, spellings = read_rulebook("quality/checks"), read_rulebook("quality/spellings")
    lists = spellings.rules["choices"]
    people = spellings.rules["people"]
    return EvidenceRules(
        checks={entry["id"]: _check(entry) for entry in checks.rules["check"]},
        settings=checks.rules["settings"],
        flags=_folded(spellings.rules["flag"]),
        choices={name: _folded(words) for name, words in lists.items()},
        words={name: tuple(words) for name, words in lists.items()},
        role_words=frozenset(people["role_words"]),
        titles=tuple(people["titles"]),
        headers={
            (row["register"], header_key(row["header"])): row["column"]
            for row in read_rule_table("quality/header_variants")
        },
        books=(checks, spellings),
    )


def folded(text: str) -> str:
    """A spelling without case and spacing."""
    return " ".join(text.split()).casefold()


def values_of(kind: Kind, choices: str, rules: EvidenceRules) -> tuple[str, ...]:
    """The words a column may hold, or none where it is free."""
    return FLAG_VALUES if kind is Kind.FLAG else rules.words.get(choices, ())


def _check(entry: dict[str, Any]) -> Check:
    return Check(
        check_id=entry["id"],
        title=entry["title"],
        level=Level(entry["level"]),
        sentence=entry["sentence"],
        remedy=entry["remedy"],
    )


def _folded(words: Mapping[str, list[str]]) -> dict[str, str]:
    return {
        folded(spelling): kept
        for kept, spellings in words.items()
        for spelling in (kept, *spellings)
    }
