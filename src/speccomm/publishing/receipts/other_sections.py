"""Sections that one of two packs has and the other has not, each told once and not figure by figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from speccomm.publishing.receipts.figures import HEADLINES
from speccomm.publishing.receipts.identifiers import parse_figure_name
from speccomm.publishing.receipts.words import Words
from speccomm.publishing.wording import say_count

COUNTS_OF_TABLES = "figures_made"  # a row for each table with figures


@dataclass(frozen=True)
class OtherSections:
    """The sections of one pack alone: what became of each, and which section a table stands in.

    A pack of an earlier release does not say where its tables stand; `unplaced` are those that one
    pack alone has while sections differ.
    """

    changes: Mapping[str, str]
    section_of: Mapping[str, str]
    unplaced: frozenset[str]

    def place_of(self, figure: str) -> str | None:
        """The section that a figure came or went with, None for one that both packs could have."""
        name = parse_figure_name(figure)
        table = name.row if name.table == COUNTS_OF_TABLES else name.table
        return self.section_of.get(table)

    def without(self, figures: Iterable[str]) -> list[str]:
        """The figures that did not come or go with their section."""
        return [name for name in figures if self.place_of(name) is None]

    def words_without(self, words: Words, manifest: Mapping[str, Any]) -> Words:
        """The words of a pack less those of sections that the other pack has not."""
        kept: Words = {}
        top = ""
        for section, texts in words.items():
            top = section if section in manifest.get("sections", ()) else top
            if top not in self.changes:
                kept[section] = texts
        return kept

    def sentences(self, figures: Iterable[str]) -> list[str]:
        """One for each section, with how many of the changed figures came or went with it."""
        places = [self.place_of(name) for name in figures]
        counts = Counter(place for place in places if place is not None)
        tables = Counter(self.section_of.values())
        return [
            f"section {change}: {name} ({say_count(tables[name], 'table')} with figures, "
            f"{say_count(counts[name], 'figure')})"
            if tables[name]
            else f"section {change}: {name}"
            for name, change in self.changes.items()
        ]


def other_sections(before: Mapping[str, Any], after: Mapping[str, Any]) -> OtherSections:
    """Which sections two packs do not share, from their manifests.

    Missing: no change where either manifest does not name its sections.
    """
    old, new = (list(manifest.get("sections", ())) for manifest in (before, after))
    changes = {name: "left out" for name in old if name not in new}
    changes |= {name: "added" for name in new if name not in old}
    if not old or not new:
        changes = {}
    placed = {**_sections_of_tables(before), **_sections_of_tables(after)}
    alone = set(before["receipts"]) ^ set(after["receipts"]) if changes else set()
    return OtherSections(
        changes=changes,
        section_of={t: placed[t] for t in sorted(alone) if placed.get(t) in changes},
        unplaced=frozenset(table for table in alone if table not in placed),
    )


def _sections_of_tables(manifest: Mapping[str, Any]) -> dict[str, str]:
    placed = {table["id"]: table["section"] for table in manifest["tables"] if "section" in table}
    return {**placed, HEADLINES: HEADLINES} if placed else {}
