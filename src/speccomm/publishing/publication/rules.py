"""What may be published of a pack, read from the rulebook publishing/publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from speccomm.foundation.rulebook import BadRulebook, Rulebook, read_rulebook
from speccomm.publishing.model import Column, PackTable, Section
from speccomm.publishing.sourcing import ALL, Accounted, Computed, Source, as_plain

RULEBOOK = "publishing/publication"
WORDS_LEFT_OUT = "Left out of this table is what was said in words, by whom and when."


@dataclass(frozen=True)
class PublicationRules:
    """Which sections and tables go out, which figures need no protection, and how money is printed."""

    sections: tuple[str, ...]
    sections_left_out: Mapping[str, str]
    counts_only: frozenset[str]
    words_end_in: tuple[str, ...]
    kept_in_order: frozenset[str]
    left_out: Mapping[str, str]
    left_out_unrounded: Mapping[str, str]
    exempt_sources: frozenset[str]
    exempt_columns: frozenset[str]
    exempt_tables: frozenset[str]
    headlines_left_out: frozenset[str]
    statements: frozenset[str]
    beside: Mapping[str, str]
    money_to: int
    differences: Mapping[str, tuple[str, str]]
    without_total: frozenset[str]
    hidden_with: Mapping[str, str]
    rulebook: Rulebook

    def keeps(self, section: Section) -> bool:
        """Whether a section may go out; one of counts only, if there are any."""
        held = section.id not in self.counts_only or any(True for _ in section.tables())
        return held and section.id.split("-")[0] in self.sections

    def stays_inside(self, table: PackTable, *, rounds: bool) -> str:
        """Why a table is not published under a method that rounds or does not; empty where it is."""
        unrounded = {} if rounds else self.left_out_unrounded
        return self.left_out.get(table.id, unrounded.get(table.id, ""))

    def exempt(self, table: PackTable, column: Column) -> bool:
        """Whether a figure is neither of people nor of their care."""
        named = f"{table.id}.{column.name}" in self.exempt_columns
        if named or table.id in self.exempt_tables:
            return True
        if isinstance(column.source, Computed) and column.source.of:
            names = {name.removeprefix(f"{ALL}.") for name in column.source.of} - {column.name}
            of = [each for each in table.columns if each.name in names]
            return bool(of) and all(self.exempt(table, each) for each in of)
        return self.exempt_source(column.source)

    def exempt_source(self, source: Source | None) -> bool:
        """Whether figures of a source are not of people, or are of a register of statements that are
        public already."""
        if isinstance(source, Accounted):
            return source.register in self.statements
        return source is not None and as_plain(source)["kind"] in self.exempt_sources

    def without_words(self, table: PackTable, section: Section) -> PackTable:
        """A table of a section of counts only, without what was said in words, by whom and when."""
        if section.id not in self.counts_only:
            return table
        kept = tuple(c for c in table.columns if not c.name.endswith(self.words_end_in))
        if len(kept) == len(table.columns):
            return table
        return replace(table, columns=kept, notes=(WORDS_LEFT_OUT,))

    def why_left_out(self, section: Section) -> str:
        """Why a section is not published."""
        if section.id in self.counts_only:
            return "nothing was ever recorded in its registers"
        return self.sections_left_out.get(section.id, self.sections_left_out["any"])


def publication_rules() -> PublicationRules:
    """The rules of the shipped rulebook. Raises BadRulebook where it is missing or spoilt."""
    rulebook = read_rulebook(RULEBOOK)
    rules = rulebook.rules
    try:
        return PublicationRules(
            tuple(rules["sections"]["keep"]),
            dict(rules["sections"]["left_out"]),
            frozenset(rules["sections"]["counts_only"]),
            tuple(rules["words"]["columns_end_in"]),
            frozenset(rules["order"]["kept"]),
            dict(rules["tables"]),
            dict(rules["tables_unrounded"]),
            frozenset(rules["exempt"]["sources"]),
            frozenset(rules["exempt"]["columns"]),
            frozenset(rules["exempt"]["tables"]),
            frozenset(rules["headlines"]["left_out"]),
            frozenset(n for n, each in rules["statements"].items() if each["public"]),
            dict(rules["money"]["beside"]),
            int(rules["money"]["to_gbp"]),
            {name: (of[0], of[1]) for name, of in rules["money"]["differences"].items()},
            frozenset(rules["money"]["without_total"]),
            dict(rules["money"]["hidden_with"]),
            rulebook,
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise BadRulebook(f"Rulebook {RULEBOOK!r} does not say {problem}.") from problem
