"""The annual report rulebook as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from speccomm.foundation.rulebook import Rulebook, read_rulebook

RULEBOOK = "publishing/annual_report"


@dataclass(frozen=True)
class AnnualRules:
    """From how many pounds a line is named, by what it is of and whose report it is."""

    named_from_gbp: Mapping[str, Mapping[str, Decimal]]
    fewest: int
    pence: int
    rulebook: Rulebook

    def named_from(self, by: str, kind: str) -> Decimal:
        """The least amount of a named line: `by` provider or service, of an icb, region or body."""
        return self.named_from_gbp[by][kind]


def annual_rules() -> AnnualRules:
    """The shipped rules. Raises BadRulebook where they are missing or spoilt."""
    book = read_rulebook(RULEBOOK)
    return AnnualRules(
        {
            by: {kind: Decimal(gbp) for kind, gbp in levels.items()}
            for by, levels in book.rules["named_from_gbp"].items()
        },
        int(book.rules["gathering"]["fewest"]),
        int(book.rules["pence"]["of"]),
        book,
    )
