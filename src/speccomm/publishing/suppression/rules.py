"""The rules of a method of suppression, read from its rulebook. Python repeats none of its numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from speccomm.foundation.errors import UnknownName
from speccomm.foundation.rulebook import BadRulebook, Rulebook, read_rulebook
from speccomm.publishing.suppression.values import Marks

RULEBOOKS = {"hes": "publishing/suppression_hes", "exact": "publishing/suppression_exact"}


class ProtectionKind(StrEnum):
    """What whoever attacks a hidden small count must still find possible."""

    RANGE = "range"  # every small number
    AROUND = "around"  # every number from `below` under it to `above` over it
    WIDTH = "width"  # numbers at least `width` apart


class Zeros(StrEnum):
    """Whether a zero may be hidden to protect another cell."""

    NEVER = "never"
    LAST_RESORT = "last_resort"


@dataclass(frozen=True)
class Protection:
    kind: ProtectionKind
    below: int = 0
    above: int = 0
    width: int = 0


@dataclass(frozen=True)
class Percentages:
    """Decimals of a percentage; with `one_decimal_from`, one where the denominator reaches it."""

    decimals: int
    one_decimal_from: Decimal | None = None

    def decimals_for(self, denominator: Decimal) -> int:
        if self.one_decimal_from is not None and denominator >= self.one_decimal_from:
            return 1
        return self.decimals


@dataclass(frozen=True)
class Effort:
    """How much is tried before the best found is given with its gap. Steps, not seconds."""

    rounds: int
    cell_steps: int
    plain_rounds: int
    soundings: int
    dives: int
    attacks: int
    attacks_in_all: int
    nodes: int
    variables: int


@dataclass(frozen=True)
class SuppressionRules:
    """One method's rules. `base` is 0 where counts are not rounded."""

    method: str
    sentence: str
    small_from: int
    small_to: int
    base: int
    national_exempt: bool
    protection: Protection
    protect_amounts: bool
    zeros: Zeros
    percentages: Percentages
    marks: Marks
    effort: Effort
    rulebook: Rulebook

    def is_small(self, number: Decimal) -> bool:
        return self.small_from <= number <= self.small_to

    def in_units(self, units: int) -> SuppressionRules:
        """The same rules for counts given in so many to one, such as thousandths of a unit.

        Some data sets state parts of units. What is above none and rounds to a small number is
        small, so that rounding neither shows a small number nor hides one that is not. `note` keeps
        speaking of whole units.
        """
        if units == 1:
            return self
        protection = self.protection
        return replace(
            self,
            sentence=self.note,
            small_from=1,
            small_to=self.small_to * units + (units - 1) // 2,
            base=self.base * units,
            protection=replace(
                protection,
                below=protection.below * units,
                above=protection.above * units,
                width=protection.width * units,
            ),
        )

    @property
    def note(self) -> str:
        """The sentence that stands beneath every table the rules made."""
        return self.sentence.format(
            small_from=self.small_from,
            small_to=self.small_to,
            suppressed=self.marks.suppressed,
            base=self.base,
        )


def suppression_rules(method: str = "hes", *, rulebook: Rulebook | None = None) -> SuppressionRules:
    """The rules of `hes` (the default for publication) or `exact`, or of a rulebook of one's own.

    Raises: UnknownName where there is no such method; BadRulebook where the rules cannot work.
    Source: rulebooks publishing/suppression_hes and publishing/suppression_exact.
    """
    if rulebook is None:
        if method not in RULEBOOKS:
            raise UnknownName("method of suppression", method, list(RULEBOOKS))
        rulebook = read_rulebook(RULEBOOKS[method])
    try:
        rules = _read(rulebook)
    except (KeyError, TypeError, ValueError) as problem:
        raise BadRulebook(
            f"Rulebook {rulebook.identifier!r} does not say how to suppress: {problem}."
        ) from problem
    _demand_sense(rules)
    return rules


def _read(rulebook: Rulebook) -> SuppressionRules:
    rules: dict[str, Any] = rulebook.rules
    percentages = rules["percentages"]
    one_decimal_from = percentages.get("one_decimal_from")
    return SuppressionRules(
        method=rules["method"]["name"],
        sentence=rules["method"]["sentence"],
        small_from=rules["small"]["from"],
        small_to=rules["small"]["to"],
        base=rules.get("rounding", {}).get("base", 0),
        national_exempt=rules["national"]["exempt"],
        protection=Protection(
            **{**rules["protection"], "kind": ProtectionKind(rules["protection"]["kind"])}
        ),
        protect_amounts=rules["amounts"]["protect"],
        zeros=Zeros(rules["zeros"]["may_hide"]),
        percentages=Percentages(
            percentages["decimals"],
            None if one_decimal_from is None else Decimal(one_decimal_from),
        ),
        marks=Marks(**rules["marks"]),
        effort=Effort(**rules["effort"]),
        rulebook=rulebook,
    )


def _demand_sense(rules: SuppressionRules) -> None:
    """Raise BadRulebook where a hidden number would not be hidden, or a number print as zero."""
    identifier = rules.rulebook.identifier
    if not 0 < rules.small_from <= rules.small_to:
        raise BadRulebook(f"Rulebook {identifier!r} hides no numbers.")
    if rules.base and 2 * (rules.small_to + 1) < rules.base:
        raise BadRulebook(f"Rulebook {identifier!r} rounds a number that is shown down to zero.")
    protection = rules.protection
    if protection.kind is ProtectionKind.WIDTH and protection.width < 1:
        raise BadRulebook(f"Rulebook {identifier!r} lets a hidden number be worked out.")
    if protection.kind is ProtectionKind.AROUND and protection.below + protection.above < 1:
        raise BadRulebook(f"Rulebook {identifier!r} lets a hidden number be worked out.")
