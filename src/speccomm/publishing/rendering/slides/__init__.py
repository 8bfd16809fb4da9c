"""A pack as slides that people can edit, with native charts and tables."""

from __future__ import annotations

from io import BytesIO

from speccomm.publishing.model import Pack
from speccomm.publishing.rendering.paths import SLIDES
from speccomm.publishing.rendering.slides.deck import Deck, settle_order
from speccomm.publishing.rendering.slides.front import (
    add_contents,
    add_cover,
    add_index_of_tables,
    pack_properties,
)
from speccomm.publishing.rendering.slides.story import add_section
from speccomm.publishing.rendering.workbook import table_sheet_names
from speccomm.publishing.rendering.zips import settled


def slides_files(pack: Pack) -> dict[str, bytes]:
    """The slides of a pack by their path."""
    return {SLIDES: slides_bytes(pack)}


def slides_bytes(pack: Pack) -> bytes:
    """The slides: cover, contents, sections and where every table is. Same pack, same bytes."""
    deck = Deck(pack)
    sheets = table_sheet_names(pack)
    add_cover(deck)
    add_contents(deck)
    for section in pack.sections:
        add_section(deck, section, sheets)
    add_index_of_tables(deck, sheets)
    deck.finish()
    settle_order(deck.presentation)
    pack_properties(deck, pack)
    buffer = BytesIO()
    deck.presentation.save(buffer)
    return settled(buffer.getvalue(), pack.built_at)
