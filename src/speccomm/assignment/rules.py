"""The flow chart as data: its steps, exits, categories, lists and settings, read and checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from speccomm.assignment.contract_rules import check_setting
from speccomm.foundation.errors import UnknownName
from speccomm.foundation.rulebook import BadRulebook, Rulebook, read_rulebook, rulebooks_root

DEFAULT_RULES = "cam-2025-26"
SETTINGS: dict[str, tuple[str, ...]] = {
    "devolved_not_specialised": ("local_bodies", "specialised_bodies"),
    "b4_asks": ("registration", "residence"),
    "unregistered_hub": ("postcode", "provider"),
    "unknown_charging_category": ("not_resident", "resident_test"),
    "forces_postcode_of": ("practice", "patient"),
    "both_groupings_category": ("21", "22"),
    "dental_catch_all": ("dental", "by_status"),
    "uk_wide_lines": ("list", "highly_specialised"),
    "amber": ("not_delegated", "retained", "as_published"),
    "contracts_not_loaded": ("assume", "no"),
    "hub_not_listed": ("host_region", "none"),
    "forces_address": ("practice_if_unlocated", "as_recorded"),
    "osv_elsewhere": ("host_sub_icb", "host_icb"),
}
TESTS = (
    "resident_in_england",
    "forces_practice",
    "charged_or_private",
    "ordinarily_resident",
    "highly_specialised",
    "european_resident",
    "healthcare_agreement",
    "b4",
    "welsh_practice_in_border",
    "english_practice_in_border",
    "specialised",
    "uk_wide_line",
    "welsh_referral_assessment",
    "retained",
    "contract_with_provider",
    "dental",
    "health_justice",
    "public_health",
    "other_public_health",
    "infertility",
    "armed_forces_infertility",
    "green",
    "delegation_in_force",
)
METHODS = (
    "responsible_sub_icb",
    "host_sub_icb",
    "provider_hub",
    "practice_hub",
    "justice_hub",
    "public_health_region",
    "local_authority",
    "devolved_local",
    "devolved_specialised",
    "overseas_visitor",
)


@dataclass(frozen=True)
class Target:
    """Where an answer leads: another step, or an exit."""

    name: str
    is_exit: bool


@dataclass(frozen=True)
class Step:
    """One question of the flow chart."""

    name: str
    question: str
    test: str
    yes: Target
    no: Target


@dataclass(frozen=True)
class CategoryRule:
    """Which category goes with an exit; `after` and `mental_health` None where indifferent."""

    exit: str
    code: str
    after: tuple[str, ...] | None
    mental_health: bool | None


@dataclass(frozen=True)
class Nation:
    """A devolved nation: its country code and bodies; None where a code was not found."""

    country: str
    specialised: str | None
    not_specified: str | None


@dataclass(frozen=True)
class CamRules:
    """One edition of the flow chart, under one choice of settings.

    `exits` maps an exit to its code or method; both are None for an exit nobody pays.
    """

    rulebook: Rulebook
    start_emergency: str
    start_other: str
    chart: dict[str, Step]
    exits: dict[str, tuple[str | None, str | None]]
    categories: tuple[CategoryRule, ...]
    lists: dict[str, tuple[str, ...]]
    nations: dict[str, Nation]
    delegated_everywhere_from: date
    settings: dict[str, str]

    @property
    def name(self) -> str:
        """What the output's rulebook column says."""
        return self.rulebook.identifier

    @property
    def steps(self) -> dict[str, Step]:
        """The steps under the settings: setting devolved_not_specialised turns step C's no."""
        if self.settings["devolved_not_specialised"] == "local_bodies":
            return self.chart
        turned = {
            name: replace(step, no=Target("DEVOLVED_SPEC", is_exit=True))
            for name, step in self.chart.items()
            if step.no == Target("DEVOLVED_LOCAL", is_exit=True)
        }
        return {**self.chart, **turned}

    def with_settings(self, **settings: str) -> CamRules:
        """The same rules under other settings. Raises UnknownName for a setting or choice."""
        for name, choice in settings.items():
            check_setting(name, choice, SETTINGS)
        return replace(self, settings={**self.settings, **settings})

    def with_lists(self, **lists: tuple[str, ...]) -> CamRules:
        """The same rules under other code lists. Raises UnknownName for a list."""
        for name in lists:
            if name not in self.lists:
                raise UnknownName("list", name, list(self.lists))
        return replace(self, lists={**self.lists, **lists})


def known_rules() -> list[str]:
    """The editions of the flow chart that are shipped, by name."""
    names = [
        path.name.removesuffix(".toml") for path in (rulebooks_root() / "assignment").iterdir()
    ]
    return sorted(
        name for name in names if name.startswith("cam-") and not name.startswith("cam-contract")
    )


def read_rules(name: str = DEFAULT_RULES) -> CamRules:
    """Read edition `name` of the flow chart, such as cam-2025-26.

    Raises:  UnknownName where no such edition is shipped or a setting is not one of its choices;
             BadRulebook where a step leads nowhere, to itself, or asks what nobody can answer.
    Source:  rulebooks/assignment.
    """
    if name not in known_rules():
        raise UnknownName("rulebook", name, known_rules())
    book = read_rulebook(f"assignment/{name}")
    data = book.rules
    for setting in SETTINGS:
        check_setting(setting, data["settings"].get(setting, ""), SETTINGS)
    rules = CamRules(
        rulebook=book,
        start_emergency=data["start"]["emergency"],
        start_other=data["start"]["other"],
        chart={entry["name"]: _step(entry) for entry in data["step"]},
        exits={
            name: (entry.get("code"), entry.get("method")) for name, entry in data["exits"].items()
        },
        categories=tuple(_category(entry) for entry in data["category"]),
        lists={name: tuple(values) for name, values in data["lists"].items()},
        nations={
            name: Nation(nation["country"], nation.get("specialised"), nation.get("not_specified"))
            for name, nation in data["nations"].items()
        },
        delegated_everywhere_from=data["dates"]["delegated_everywhere_from"],
        settings=dict(data["settings"]),
    )
    check_chart(rules)
    return rules


def check_chart(rules: CamRules) -> None:
    """Raises BadRulebook unless every step leads on to an exit and every word is known."""
    steps, exits = tuple(rules.chart), tuple(rules.exits)
    named = [("start", name, steps) for name in (rules.start_emergency, rules.start_other)]
    for step in rules.chart.values():
        named.append(("test", step.test, TESTS))
        for target in (step.yes, step.no):
            kind = "exit" if target.is_exit else "step"
            named.append((kind, target.name, exits if target.is_exit else steps))
    for _, method in rules.exits.values():
        named.append(("method", method or METHODS[0], METHODS))
    named += [("exit", category.exit, exits) for category in rules.categories]
    for kind, word, known in named:
        if word not in known:
            raise BadRulebook(
                f"Rulebook {rules.rulebook.identifier!r} names the unknown {kind} {word!r}."
            )
    _check_rings(rules)


def _check_rings(rules: CamRules) -> None:
    settled: set[str] = set()
    while len(settled) < len(rules.chart):
        ready = {
            name
            for name, step in rules.chart.items()
            if all(target.is_exit or target.name in settled for target in (step.yes, step.no))
        }
        if ready <= settled:
            raise BadRulebook(f"Rulebook {rules.rulebook.identifier!r} has steps in a ring.")
        settled |= ready


def _step(entry: dict[str, Any]) -> Step:
    return Step(
        entry["name"], entry["question"], entry["test"], _target(entry["yes"]), _target(entry["no"])
    )


def _target(entry: dict[str, str]) -> Target:
    return Target(entry.get("exit") or entry["step"], is_exit="exit" in entry)


def _category(entry: dict[str, Any]) -> CategoryRule:
    after = entry.get("after")
    return CategoryRule(
        exit=entry["exit"],
        code=entry["code"],
        after=None if after is None else tuple(after),
        mental_health=entry.get("mental_health"),
    )
