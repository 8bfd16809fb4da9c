"""Combine five ratings into one, as the published rule says."""

from __future__ import annotations

from collections.abc import Sequence

from speccomm.foundation.rulebook import Rulebook, read_rulebook

POOR = ("inadequate", "requires improvement")


def cqc_rules() -> Rulebook:
    """The rulebook of ratings."""
    return read_rulebook("quality/cqc")


def combined_rating(ratings: Sequence[str], *, breach: bool, rules: Rulebook) -> str | None:
    """The rating that five answers make, or None where not all five are rated.

    Missing: an answer "not rated", or fewer answers than questions, gives None.
    Source:  rulebook quality/cqc; a breach of regulations caps the result.
    """
    combining = rules.rules["combining"]
    order: list[str] = combining["order"]
    if len(ratings) != combining["questions"] or not set(ratings) <= set(order):
        return None
    inadequate, outstanding = ratings.count("inadequate"), ratings.count("outstanding")
    poor = sum(rating in POOR for rating in ratings)
    others_good = all(rating in ("good", "outstanding") for rating in ratings)
    line = next(
        line
        for line in rules.rules["line"]
        if inadequate >= line.get("inadequate", 0)
        and poor >= line.get("poor", 0)
        and outstanding >= line.get("outstanding", 0)
        and (others_good or not line.get("others_good", False))
    )
    rating: str = line["rating"]
    cap: str = combining["capped_by_breach"]
    return min(rating, cap, key=order.index) if breach else rating
