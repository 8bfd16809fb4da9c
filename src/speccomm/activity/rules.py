"""The rules of a contract position, read from their rulebook into values with names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from speccomm.foundation.errors import UnknownName
from speccomm.foundation.rulebook import BadRulebook, Rulebook, read_rulebook

CONTRACT_RULEBOOK = "activity/contract_position"

CHOICES = {
    "plan_source": ("auto", "iap", "acm"),
    "month_0": ("twelfths", "year_end", "left_out"),
    "month_0_beside_months": ("left_out", "added"),
    "month_13": ("year_end", "left_out"),
    "unplanned_money": ("non_activity", "not_planned"),
    "fixed_elements": ("extrapolate", "annual_plan"),
}


@dataclass(frozen=True)
class ContractRules:
    """The choices of rulebook activity/contract_position; each is explained there."""

    plan_source: str
    month_0: str
    month_0_beside_months: str
    month_13: str
    unplanned_money: str
    fixed_elements: str
    fixed_points_of_delivery: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise UnknownName(name.replace("_", " "), getattr(self, name), list(choices))

    def with_plan_source(self, source: str | None) -> ContractRules:
        """The same rules with another plan. Raises UnknownName for a source that does not exist."""
        return self if source is None else replace(self, plan_source=source)


def contract_rules(rulebook: Rulebook | None = None) -> ContractRules:
    """Read the rules of a contract position.

    Missing: no rulebook given means the shipped one.
    Raises:  BadRulebook where a choice is absent, UnknownName where it is not one of the choices.
    Source:  rulebook activity/contract_position.
    """
    rules = (rulebook or read_rulebook(CONTRACT_RULEBOOK)).rules
    plan, effects, forecast = (_section(rules, name) for name in ("plan", "effects", "forecast"))
    try:
        return ContractRules(
            plan_source=plan["source"],
            month_0=plan["month_0"],
            month_0_beside_months=plan["month_0_beside_months"],
            month_13=plan["month_13"],
            unplanned_money=effects["unplanned_money"],
            fixed_elements=forecast["fixed_elements"],
            fixed_points_of_delivery=tuple(forecast["fixed_points_of_delivery"]),
        )
    except KeyError as missing:
        raise BadRulebook(f"Rulebook {CONTRACT_RULEBOOK} does not give {missing}.") from missing


def _section(rules: dict[str, Any], name: str) -> dict[str, Any]:
    section = rules.get(name)
    if not isinstance(section, dict):
        raise BadRulebook(f"Rulebook {CONTRACT_RULEBOOK} has no [{name}].")
    return section
