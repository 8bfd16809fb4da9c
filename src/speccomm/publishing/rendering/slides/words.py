"""Blocks of words as paragraphs, flowed over as many slides as they need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from speccomm.publishing.cells import SIGNS
from speccomm.publishing.model import (
    Caution,
    Definitions,
    EditorWords,
    Legend,
    Points,
    Prose,
)
from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.deck import Box, Deck, Paragraph, Run, clean
from speccomm.publishing.rendering.slides.measuring import height_of, wrap

Words = Prose | Points | Definitions | Caution | Legend | EditorWords
ABOVE = 9.0  # points of room over a paragraph
SENTENCE = re.compile(r"(?<=[.!?;:])\s+")
MOST_LINES = 20  # of one paragraph; a longer one is divided


@dataclass(frozen=True)
class Passage:
    """Paragraphs of one kind; an editor's words stand on a ground of their own."""

    paragraphs: tuple[Paragraph, ...]
    by_editor: bool = False


def passages(blocks: Iterable[Words]) -> list[Passage]:
    """The blocks as passages, in order; neighbours of one kind are put together."""
    found: list[Passage] = []
    for block in blocks:
        paragraphs = tuple(_divided(_paragraphs(block)))
        by_editor = isinstance(block, EditorWords)
        if found and found[-1].by_editor == by_editor:
            found[-1] = Passage(found[-1].paragraphs + paragraphs, by_editor)
        elif paragraphs:
            found.append(Passage(paragraphs, by_editor))
    return found


def add_words(
    deck: Deck, title: str, found: Sequence[Passage], *, notes: Sequence[str], marks: Sequence[str]
) -> None:
    """As many slides as the passages need; after the first, each says that it continues."""
    slides = [page for passage in found for page in _pages(passage)]
    for number, page in enumerate(slides, start=1):
        name = title if number == 1 else f"{title} (continued, {number} of {len(slides)})"
        slide = deck.add(name, notes=notes, marks=marks if number == 1 else ())
        box = Box(look.MARGIN, look.TOP, look.ROOM, look.CONTENT_HEIGHT)
        fill = look.EDITOR if page.by_editor else ""
        deck.write(slide, box, page.paragraphs, name="Words", fill=fill)


def paragraph_height(paragraph: Paragraph, width: float) -> float:
    """The height of a paragraph in a width, with the room above it."""
    text = "".join(run.text for run in paragraph.runs)
    size = max(run.size for run in paragraph.runs)
    bold = any(run.bold for run in paragraph.runs)
    mark = "•  " if paragraph.bullet else ""
    return height_of(clean(mark + text), width, size, bold=bold) + paragraph.above / look.POINTS


def _pages(passage: Passage) -> Iterator[Passage]:
    room = look.CONTENT_HEIGHT - 0.1
    width = look.ROOM - 0.2
    page: list[Paragraph] = []
    used = 0.0
    for paragraph in passage.paragraphs:
        height = paragraph_height(paragraph, width)
        if page and used + height > room:
            carried = [page.pop()] if len(page) > 1 and is_heading(page[-1]) else []
            yield Passage(tuple(page), passage.by_editor)
            page = carried
            used = sum(paragraph_height(p, width) for p in page)
        page.append(paragraph)
        used += height
    if page:
        yield Passage(tuple(page), passage.by_editor)


def is_heading(paragraph: Paragraph) -> bool:
    """A line that introduces what follows, which it is not parted from."""
    return len(paragraph.runs) == 1 and paragraph.runs[0].bold


def _paragraphs(block: Words) -> Iterator[Paragraph]:
    if isinstance(block, Prose):
        yield from (Paragraph((Run(text),), above=ABOVE) for text in block.paragraphs)
    elif isinstance(block, Points):
        yield _heading(block.lead)
        yield from (Paragraph((Run(p),), above=4, bullet=True) for p in block.points)
    elif isinstance(block, Caution):
        yield _heading(block.title, colour=look.CAUTION)
        yield from (Paragraph((Run(s),), above=4) for s in block.sentences)
    elif isinstance(block, Definitions):
        for word, meaning in block.entries:
            lead = f"{word} " if word.endswith("?") else f"{word}: "
            yield Paragraph((Run(lead, size=14, bold=True), Run(meaning, size=14)), above=5)
    elif isinstance(block, Legend):
        for mark, meaning in block.marks:
            sign = SIGNS[mark]
            name = str(mark) if sign in str(mark) else f"{sign} {mark}"
            yield Paragraph((Run(f"{name}: ", size=14, bold=True), Run(meaning, size=14)), above=4)
    else:
        yield _heading(block.heading, colour=look.DEEP_BLUE)
        yield from (Paragraph((Run(text),), above=ABOVE) for text in block.paragraphs)


def _heading(text: str, colour: str = look.DEEP_BLUE) -> Paragraph:
    return Paragraph((Run(text, size=look.HEADING_SIZE, bold=True, colour=colour),), above=12)


def _divided(paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
    """A paragraph too long for a slide as several, parted between sentences where there are any."""
    width = look.ROOM - 0.2
    for paragraph in paragraphs:
        text = "".join(run.text for run in paragraph.runs)
        last = paragraph.runs[-1]
        lines = wrap(clean(text), width, last.size, bold=True)
        if len(lines) <= MOST_LINES:
            yield paragraph
            continue
        head, tail = paragraph.runs[:-1], last.text
        for number, piece in enumerate(_pieces(clean(tail), width, last.size)):
            runs = (
                (*head, replace(last, text=piece)) if number == 0 else (replace(last, text=piece),)
            )
            yield replace(paragraph, runs=runs)


def _pieces(text: str, width: float, size: float) -> Iterator[str]:
    most = MOST_LINES - 2
    piece = ""
    for sentence in SENTENCE.split(text):
        lines = wrap(sentence, width, size, bold=True)
        parts = [" ".join(lines[n : n + most]) for n in range(0, len(lines), most)]
        for part in parts:
            tried = f"{piece} {part}".strip()
            if piece and len(wrap(tried, width, size, bold=True)) > most:
                yield piece
                piece = part
            else:
                piece = tried
    if piece:
        yield piece
