"""The rules of the contract-monitoring variant, read from their rulebook and checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from speccomm.foundation.errors import UnknownName
from speccomm.foundation.rulebook import BadRulebook, Rulebook, read_rule_table, read_rulebook

DEFAULT_CONTRACT_RULES = "cam-contract-2025-26"
CONDITIONS = (
    "outside_the_method",
    "devolved_responsibility",
    "mental_health_green",
    "mental_health",
    "amber",
    "retained",
    "dental",
    "health_justice",
    "public_health",
    "armed_forces",
    "green",
    "anything_else",
)
SOURCES = ("gp", "residence", "host", "establishment")
LEVELS = ("sub_icb", "icb")
GIVES = ("sub_icb_code", "hub_code", "public_health_code", "justice_hub_code", "nothing")
SETTINGS: dict[str, tuple[str, ...]] = {
    "devolved_responsibility": ("not_tested", "as_published"),
    "both_groupings_category": ("21", "22"),
    "dental_catch_all": ("dental", "by_status"),
}
YEAR_NOT_KNOWN = "YEAR_NOT_KNOWN"


@dataclass(frozen=True)
class Way:
    """One way a rule may find its commissioner: where to look, what must hold, what it gives.

    `level` and `delegated` are None where they do not matter. `gives` is the column handed on;
    "nothing" ends the search with no commissioner.
    """

    source: str
    gives: str
    category: str | None
    reason: str
    level: str | None = None
    delegated: bool | None = None


@dataclass(frozen=True)
class ContractRule:
    """One rule: its condition, its ways of finding a commissioner, and what holds if none does."""

    when: str
    find: tuple[Way, ...]
    commissioner: str | None
    category: str | None
    reason: str


@dataclass(frozen=True)
class ContractRules:
    """The ordered rules, the code lists and settings they use, and the meaning of each reason."""

    rulebook: Rulebook
    rules: tuple[ContractRule, ...]
    lists: dict[str, tuple[str, ...]]
    settings: dict[str, str]
    reasons: dict[str, str]

    def with_settings(self, **settings: str) -> ContractRules:
        """The same rules under other settings. Raises UnknownName for a setting or choice."""
        for name, choice in settings.items():
            check_setting(name, choice, SETTINGS)
        return replace(self, settings={**self.settings, **settings})


def read_contract_rules(name: str = DEFAULT_CONTRACT_RULES) -> ContractRules:
    """Read rulebook `name` of the contract-monitoring variant.

    Raises:  BadRulebook where a rule names a condition, source, level or reason nobody knows;
             UnknownName where a setting is not one of its choices.
    Source:  rulebooks/assignment.
    """
    rulebook = read_rulebook(f"assignment/{name}")
    reasons = {
        row["reason_code"]: row["meaning"] for row in read_rule_table("assignment/reason_codes")
    }
    rules = tuple(_rule(entry, rulebook, reasons) for entry in rulebook.rules["rule"])
    if rules[-1].when != "anything_else":
        raise BadRulebook(f"Rulebook {name!r} must end with the rule anything_else.")
    settings = dict(rulebook.rules["settings"])
    for setting, choice in settings.items():
        check_setting(setting, choice, SETTINGS)
    lists = {
        key: (value,) if isinstance(value, str) else tuple(value)
        for key, value in rulebook.rules["lists"].items()
    }
    return ContractRules(rulebook, rules, lists, settings, reasons)


def check_setting(name: str, choice: str, known: dict[str, tuple[str, ...]]) -> None:
    """Raises UnknownName unless `choice` is one of the choices of setting `name`."""
    if name not in known:
        raise UnknownName("setting", name, list(known))
    if choice not in known[name]:
        raise UnknownName(f"choice of setting {name}", choice, list(known[name]))


def _rule(entry: dict[str, Any], rulebook: Rulebook, reasons: dict[str, str]) -> ContractRule:
    otherwise = entry["otherwise"]
    found = tuple(
        Way(
            source=way["source"],
            gives=way["gives"],
            category=way.get("category"),
            reason=way["reason"],
            level=way.get("level"),
            delegated=way.get("delegated"),
        )
        for way in entry.get("find", [])
    )
    rule = ContractRule(
        when=entry["when"],
        find=found,
        commissioner=otherwise.get("commissioner"),
        category=otherwise.get("category"),
        reason=otherwise["reason"],
    )
    _check_words(rule, rulebook.identifier, reasons)
    return rule


def _check_words(rule: ContractRule, name: str, reasons: dict[str, str]) -> None:
    said = [("condition", rule.when, CONDITIONS), ("reason", rule.reason, tuple(reasons))]
    for way in rule.find:
        said += [
            ("source", way.source, SOURCES),
            ("result", way.gives, GIVES),
            ("level", way.level or LEVELS[0], LEVELS),
            ("reason", way.reason, tuple(reasons)),
        ]
    for kind, word, known in said:
        if word not in known:
            raise BadRulebook(f"Rulebook {name!r} uses the unknown {kind} {word!r}.")
