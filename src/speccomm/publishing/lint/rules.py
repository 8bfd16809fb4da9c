"""The lint's rulebook: its checks, the words it knows and the limits it holds figures to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from speccomm.foundation.rulebook import Rulebook, read_rulebook

RULEBOOK = "publishing/lint"
SPELLINGS = "quality/spellings"  # how regions write flags


class Severity(StrEnum):
    """How much a finding matters: an error is untrue or unsafe as printed."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Answer(StrEnum):
    """The four answers, and no others, to a question of yes and no."""

    YES = "yes"
    NO = "no"
    NOT_LOOKED_AT = "not_looked_at"
    NOT_APPLICABLE = "not_applicable"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


@dataclass(frozen=True)
class Check:
    """One thing that tables are held to, with the sentence and remedy of its finding."""

    code: str
    title: str
    severity: Severity
    sentence: str
    remedy: str


@dataclass(frozen=True)
class NameRules:
    """How names of services are compared: words left out, spellings and age groups."""

    left_out: frozenset[str]
    spelt_as: dict[str, str]
    ages: dict[str, str]


@dataclass(frozen=True)
class LintRules:
    """Everything the rulebook says, ready to be asked."""

    books: tuple[Rulebook, ...]
    checks: dict[str, Check]
    most_cells: int
    small: range
    whole_percent: Decimal
    unknown_share_percent: Decimal
    smallest_difference: Decimal
    unknown_words: frozenset[str]
    hidden_marks: frozenset[str]
    missing_marks: frozenset[str]
    answers: dict[Answer, tuple[str, ...]]
    answer_variants: dict[str, Answer]
    names: NameRules
    number_words: dict[str, int]


def open_lint_rules() -> LintRules:
    """The shipped rules.

    Raises: BadRulebook where the rulebook is not as it should be.
    Source: rulebook publishing/lint; spellings of answers from quality/spellings.
    """
    book, spellings = read_rulebook(RULEBOOK), read_rulebook(SPELLINGS)
    rules, settings = book.rules, book.rules["settings"]
    checks = [
        Check(**{**entry, "severity": Severity(entry["severity"])}) for entry in rules["check"]
    ]
    return LintRules(
        books=(book, spellings),
        checks={check.code: check for check in checks},
        most_cells=settings["most_cells"],
        small=range(settings["small_from"], settings["small_to"] + 1),
        whole_percent=Decimal(settings["whole_percent"]),
        unknown_share_percent=Decimal(settings["unknown_share_percent"]),
        smallest_difference=Decimal(settings["smallest_difference"]),
        unknown_words=frozenset(rules["unknown"]["words"]),
        hidden_marks=frozenset(rules["marks"]["hidden"]),
        missing_marks=frozenset(rules["marks"]["missing"]),
        answers={answer: tuple(rules["answers"][answer]) for answer in Answer},
        answer_variants=_variants(rules["answer_variants"], spellings.rules["flag"]),
        names=_name_rules(rules["service_names"]),
        number_words=_number_words(rules["number_words"]),
    )


def _variants(ours: dict[str, list[str]], evidence: dict[str, list[str]]) -> dict[str, Answer]:
    """Other spellings of each answer, as packs and as registers of evidence have them."""
    return {
        spelling: answer
        for answer in Answer
        for spelling in (*ours[answer], *evidence.get(answer.words, ()))
    }


def _name_rules(section: dict[str, Any]) -> NameRules:
    ages = {phrase: age for age, phrases in section["ages"].items() for phrase in phrases}
    return NameRules(frozenset(section["left_out"]), dict(section["spelt_as"]), ages)


def _number_words(section: dict[str, Any]) -> dict[str, int]:
    """Every word that is a number below a hundred, and those for none and a dozen."""
    words = {word: number for number, word in enumerate(section["ones"])}
    for place, ten in enumerate(section["tens"], start=2):
        words[ten] = place * 10
        words |= {
            f"{ten}-{one}": place * 10 + n for n, one in enumerate(section["ones"]) if 0 < n < 10
        }
    return words | dict.fromkeys(section["zero"], 0) | dict.fromkeys(section["twelve"], 12)
