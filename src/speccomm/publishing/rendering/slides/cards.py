"""Headline figures as cards, six to a slide."""

from __future__ import annotations

from collections.abc import Sequence

from speccomm.publishing.model import HeadlineFigure, HeadlineFigures
from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.deck import Box, Deck, Paragraph, Run, clean
from speccomm.publishing.rendering.slides.measuring import cut_to, wrap

ACROSS, DOWN = 3, 2
GAP = 0.25
FIGURE_SIZES = (34, 26, 20, 16)
LABEL_SIZE, SENTENCE_SIZE = 14, 13


def add_cards(
    deck: Deck, block: HeadlineFigures, heading: str, marks: Sequence[str], notes: list[str]
) -> None:
    """A slide for every six figures."""
    each = ACROSS * DOWN
    pages = [block.figures[n : n + each] for n in range(0, len(block.figures), each)]
    for number, page in enumerate(pages, start=1):
        title = heading if number == 1 else f"{heading} (continued, {number} of {len(pages)})"
        slide = deck.add(title, notes=notes, marks=marks if number == 1 else (), kind="in figures")
        for place, figure in enumerate(page):
            box = card_box(place)
            words = card_words(figure, box.inner)
            name = f"Figure: {clean(figure.label)[:100]}"
            shape = deck.write(slide, box, words, name=name, fill=look.PALE)
            deck.lead_to(slide, shape, figure.section_id)


def card_box(place: int) -> Box:
    """Where a card stands, from left to right and from the top."""
    width = (look.ROOM - GAP * (ACROSS - 1)) / ACROSS
    height = (look.CONTENT_HEIGHT - GAP * DOWN) / DOWN
    across, down = place % ACROSS, place // ACROSS
    return Box(
        look.MARGIN + across * (width + GAP), look.TOP + down * (height + GAP), width, height
    )


def card_words(figure: HeadlineFigure, width: float) -> list[Paragraph]:
    """Label, figure and sentence, each as large as it fits."""
    said = clean(figure.figure)
    size = next(
        (s for s in FIGURE_SIZES if len(wrap(said, width, s, bold=True)) == 1), FIGURE_SIZES[-1]
    )
    label = cut_to(clean(figure.label), width, LABEL_SIZE, 3, bold=True)
    sentence = cut_to(clean(figure.sentence), width, SENTENCE_SIZE, 6)
    return [
        Paragraph((Run(label, size=LABEL_SIZE, bold=True, colour=look.QUIET),), above=4),
        Paragraph(
            (
                Run(
                    cut_to(said, width, size, 2, bold=True),
                    size=size,
                    bold=True,
                    colour=look.DEEP_BLUE,
                ),
            ),
            above=4,
        ),
        Paragraph((Run(sentence, size=SENTENCE_SIZE),), above=4),
    ]
