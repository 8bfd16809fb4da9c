"""A section that is meant for one page on one slide: its words in two columns over its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from speccomm.publishing.model import PackTable, Section
from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.deck import Box, Paragraph
from speccomm.publishing.rendering.slides.tables import FittedTable, fit_table
from speccomm.publishing.rendering.slides.words import Words, paragraph_height, passages

SIZES = (14.0, 13.0, 12.0, 11.0)  # points; smaller is not read from a screen
GAP = 0.3  # inches between the columns
COLUMN = (look.ROOM - GAP) / 2
BELOW = 0.12  # inches between words and table
TIGHT = 3.0  # points over a paragraph


@dataclass(frozen=True)
class OnePage:
    """The words of each column, where the table below them begins, and the table."""

    columns: tuple[tuple[Box, tuple[Paragraph, ...]], ...]
    table: PackTable | None
    fitted: FittedTable | None
    top: float


def one_page(section: Section, note_room: float) -> OnePage | None:
    """How a section fits one slide, in the largest letters that do; None where it does not.

    Only words of the system and one table at most: an editor's words need a ground of their own.
    """
    tables = [block for block in section.blocks if isinstance(block, PackTable)]
    words = [block for block in section.blocks if not isinstance(block, PackTable)]
    if not section.alone or len(tables) > 1 or not all(isinstance(w, Words) for w in words):
        return None
    found = passages(words)  # type: ignore[arg-type]
    if any(passage.by_editor for passage in found):
        return None
    said = [paragraph for passage in found for paragraph in passage.paragraphs]
    table = tables[0] if tables else None
    for size in SIZES:
        fitted = _fitted([_at(paragraph, size) for paragraph in said], table, note_room)
        if fitted is not None:
            return fitted
    return None


def _fitted(said: Sequence[Paragraph], table: PackTable | None, note_room: float) -> OnePage | None:
    left, right = _halves(said)
    height = max(_height(left), _height(right)) + 2 * look.INSET if said else 0.0
    room = look.CONTENT_HEIGHT - height - BELOW - note_room
    if room <= 0:
        return None
    fitted = fit_table(table, room) if table is not None else None
    if fitted is not None:
        (first, *more) = fitted.slides
        if more or not fitted.is_whole or fitted.cut_cells or first.height > room:
            return None
    boxes = (
        Box(look.MARGIN, look.TOP, COLUMN, height),
        Box(look.MARGIN + COLUMN + GAP, look.TOP, COLUMN, height),
    )
    columns = tuple(zip(boxes, (tuple(left), tuple(right)), strict=True))
    return OnePage(columns, table, fitted, look.TOP + height + BELOW)


def _halves(said: Sequence[Paragraph]) -> tuple[Sequence[Paragraph], Sequence[Paragraph]]:
    """The words parted in order where the columns come out most alike."""
    parted = [(said[:place], said[place:]) for place in range(len(said) + 1)]
    return min(parted, key=lambda halves: (max(map(_height, halves)), -len(halves[0])))


def _height(paragraphs: Sequence[Paragraph]) -> float:
    return sum(paragraph_height(p, COLUMN - 2 * look.INSET - 0.05) for p in paragraphs)


def _at(paragraph: Paragraph, size: float) -> Paragraph:
    runs = tuple(replace(run, size=size) for run in paragraph.runs)
    return replace(paragraph, runs=runs, above=min(paragraph.above, TIGHT))
