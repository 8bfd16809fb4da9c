"""Whether two names mean one service: spelling and age group set apart, qualifiers kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from speccomm.publishing.lint.grid import folded
from speccomm.publishing.lint.rules import NameRules

BRACKETS = re.compile(r"\(([^()]*)\)")
WORDS = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
LAST_PART = re.compile(r"[:\u2013\u2014]\s*([^:\u2013\u2014]+)$|\s-\s*([^:\u2013\u2014-]+)$")
SHORTEST_PLURAL = 4


@dataclass(frozen=True)
class ServiceName:
    """The words that say which service it is, and the age group it is for; "" where unsaid."""

    words: tuple[str, ...]
    age: str


def read_service_name(name: str, rules: NameRules) -> ServiceName:
    """Take a name apart. Two services are one only where the words and the age group agree."""
    text, age = folded(name), ""
    for inside in BRACKETS.findall(text):
        if group := rules.ages.get(_phrase(inside, rules)):
            age = age or group
            text = text.replace(f"({inside})", " ")
    text = text.strip()
    last = LAST_PART.search(text)
    if last and not age and (group := rules.ages.get(_phrase(last[1] or last[2], rules))):
        age, text = group, text[: last.start()]
    words = _words(text, rules)
    if words and not age and len(words) > 1 and (group := rules.ages.get(words[0])):
        age, words = group, words[1:]
    return ServiceName(tuple(words), age)


def same_age(one: ServiceName, other: ServiceName, *, among: Collection[str]) -> bool:
    """Whether two names of the same words are for one age group.

    A name that says none may be any: it is the same as another only where all names of these words
    that do say one, `among` them, say the same.
    """
    if one.age == other.age:
        return True
    return not (one.age and other.age) and len({age for age in among if age}) == 1


def _phrase(text: str, rules: NameRules) -> str:
    return " ".join(_words(text, rules))


def _words(text: str, rules: NameRules) -> list[str]:
    """The words that count, in one spelling and without a plural s."""
    words = [word for word in WORDS.findall(folded(text)) if word not in rules.left_out]
    return [_singular(rules.spelt_as.get(word, word), rules) for word in words]


def _singular(word: str, rules: NameRules) -> str:
    if word in rules.ages or len(word) <= SHORTEST_PLURAL or not word.endswith("s"):
        return word
    return word.removesuffix("s") if not word.endswith("ss") else word
