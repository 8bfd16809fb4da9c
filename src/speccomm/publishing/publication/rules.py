"""What may be published of a pack, read from the rulebook publishing/publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from speccomm.foundation.rulebook import BadRulebook, Rulebook, read_rulebook
from speccomm.publishing.model import Column, PackTable, Section
from speccomm.publishing.sourcing import as_plain

RULEBOOK = "publishing/publication"


@dataclass(frozen=True)
class PublicationRules:
    """Which sections and tables go out, which figures need no protection, and how money is printed."""

    sections: tuple[str, ...]
    left_out: Mapping[str, str]
    left_out_unrounded: Mapping[str, str]
    exempt_sources: frozenset[str]
    exempt_columns: frozenset[str]
    beside: Mapping[str, str]
    money_to: int
    differences: Mapping[str, tuple[str, str]]
    without_total: frozenset[str]
    rulebook: Rulebook

    def keeps(self, section: Section) -> bool:
        """Whether a section may go out."""
        return section.id.split("-")[0] in self.sections

    def stays_inside(self, table: PackTable, *, rounds: bool) -> str:
        """Why a table is not published under a method that rounds or does not; empty where it is."""
        unrounded = {} if rounds else self.left_out_unrounded
        return self.left_out.get(table.id, unrounded.get(table.id, ""))

    def exempt(self, table: PackTable, column: Column) -> bool:
        """Whether a figure is neither of people nor of their care."""
        kind = as_plain(column.source)["kind"] if column.source else ""
        return kind in self.exempt_sources or f"{table.id}.{column.name}" in self.exempt_columns


def publication_rules() -> PublicationRules:
    """The rules of the shipped rulebook. Raises BadRulebook where it is missing or spoilt."""
    rulebook = read_rulebook(RULEBOOK)
    rules = rulebook.rules
    try:
        return PublicationRules(
            tuple(rules["sections"]["keep"]),
            dict(rules["tables"]),
            dict(rules["tables_unrounded"]),
            frozenset(rules["exempt"]["sources"]),
            frozenset(rules["exempt"]["columns"]),
            dict(rules["money"]["beside"]),
            int(rules["money"]["to_gbp"]),
            {name: (of[0], of[1]) for name, of in rules["money"]["differences"].items()},
            frozenset(rules["money"]["without_total"]),
            rulebook,
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise BadRulebook(f"Rulebook {RULEBOOK!r} does not say {problem}.") from problem
