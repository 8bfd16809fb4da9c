"""Links to public bodies, and the words of the pack with what they mean in it."""

from __future__ import annotations

from speccomm.foundation.rulebook import read_rulebook
from speccomm.publishing.model import Column, Definitions, Making, PackTable, Section, Unit
from speccomm.publishing.sections.evidence_words import text_table

RULEBOOK = "publishing/links"


def definitions_section() -> Section:
    """Links, then definitions in alphabetical order.

    Source:  rulebook publishing/links.
    """
    rules = read_rulebook(RULEBOOK).rules
    terms = sorted(((str(t["word"]), str(t["meaning"])) for t in rules["term"]), key=_spelt)
    return Section(
        "definitions",
        "Links and definitions",
        sections=(
            Section("links", "Links", (_links(rules["link"]),)),
            Section("words", "Words used in this pack", (Definitions(tuple(terms)),)),
        ),
    )


def _spelt(term: tuple[str, str]) -> str:
    return term[0].casefold()


def _links(links: list[dict[str, str]]) -> PackTable:
    columns = (
        Column("body", "Body", Unit.TEXT, "Public body"),
        Column("holds", "What is found there", Unit.TEXT, "What a reader of the pack may look for"),
        Column("address", "Address", Unit.LINK, "Home address of the body"),
    )
    return PackTable(
        id="links_to_bodies",
        title="Where to read more",
        columns=columns,
        rows=text_table(links, columns),
        row_header="body",
        making=Making("Copied from a rulebook", (RULEBOOK,), "all links"),
        notes=(
            "Home addresses only, because pages move. They open on the internet; the pack itself does not.",
        ),
    )
