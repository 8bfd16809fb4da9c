"""Slides one after the other: unique titles, the handling on each, notes, and links between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from speccomm.publishing.model import Pack
from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.measuring import cut_to, wrap
from speccomm.publishing.rendering.slides.template import (
    CONTENT,
    NAMES,
    foot_shapes,
    layout_of,
    open_template,
)
from speccomm.publishing.rendering.workbook_cells import NOT_IN_XML, UNSEEN

LONGEST_ALT = 1000  # letters of a description
JUMP = "ppaction://hlinksldjump"


@dataclass(frozen=True)
class Run:
    """Letters of one look. `to` names the slide they lead to, by the mark set on it."""

    text: str
    size: float = look.WORDS_SIZE
    bold: bool = False
    colour: str = look.INK
    italic: bool = False
    to: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Runs one after the other, with points of room above."""

    runs: tuple[Run, ...]
    above: float = 0
    bullet: bool = False
    right: bool = False


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    x: float
    y: float
    width: float
    height: float

    @property
    def inner(self) -> float:
        """The width that text has."""
        return self.width - 2 * look.INSET


@dataclass
class Deck:
    """A presentation being put together."""

    pack: Pack
    presentation: Any = field(default_factory=open_template)
    _titles: dict[str, int] = field(default_factory=dict)
    _marks: dict[str, Any] = field(default_factory=dict)
    _links: list[tuple[Any, Any, str]] = field(default_factory=list)
    _jumps: list[tuple[Any, Any, str]] = field(default_factory=list)

    def add(
        self,
        title: str,
        *,
        notes: Iterable[str] = (),
        marks: Iterable[str] = (),
        layout: str = CONTENT,
        kind: str = "",
    ) -> Any:
        """A slide with a title no other has, the handling, its number and notes.

        Of two with one title, the second says its `kind`, or else its number.
        """
        slide = self.presentation.slides.add_slide(layout_of(self.presentation, layout))
        self._set_title(slide, self._unique(clean(title), kind), layout)
        self._set_foot(slide)
        said = "\n".join(clean(note) for note in notes if note)
        slide.notes_slide.notes_text_frame.text = said
        for mark in marks:
            self._marks.setdefault(mark, slide)
        return slide

    def write(
        self, slide: Any, box: Box, paragraphs: Iterable[Paragraph], *, name: str, fill: str = ""
    ) -> Any:
        """A box of text on a slide."""
        shape = slide.shapes.add_textbox(*_emu(box))
        shape.name = name
        if fill:
            shape.fill.solid()
            shape.fill.fore_color.rgb = RGBColor.from_string(fill)
        self.fill_frame(slide, shape.text_frame, paragraphs)
        return shape

    def fill_frame(self, slide: Any, frame: Any, paragraphs: Iterable[Paragraph]) -> None:
        """Put paragraphs into a frame of text, wrapped and never resized by the program."""
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.TOP
        for number, said in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.space_before = Pt(said.above)
            if said.right:
                paragraph.alignment = PP_ALIGN.RIGHT
            for words in said.runs:
                run = paragraph.add_run()
                run.text = clean(
                    ("•  " if said.bullet and words is said.runs[0] else "") + words.text
                )
                font = run.font
                font.size, font.bold, font.italic = Pt(words.size), words.bold, words.italic
                font.color.rgb = RGBColor.from_string(words.colour)
                if words.to:
                    self._links.append((slide, run, words.to))

    def lead_to(self, slide: Any, shape: Any, mark: str) -> None:
        """Make a whole shape lead to the slide of a mark."""
        self._jumps.append((slide, shape, mark))

    def finish(self) -> None:
        """Lead every link to its slide; one whose slide was not made stays plain."""
        for slide, shape, mark in self._jumps:
            target = self._marks.get(mark)
            if target is not None and target is not slide:
                shape.click_action.target_slide = target
        for slide, run, mark in self._links:
            target = self._marks.get(mark)
            if target is None:
                continue
            link = run._r.get_or_add_rPr().add_hlinkClick(
                slide.part.relate_to(target.part, RT.SLIDE)
            )
            link.set("action", JUMP)

    def number_of(self, mark: str) -> int | None:
        """The number of the slide that a mark is on."""
        slide = self._marks.get(mark)
        slides = list(self.presentation.slides)
        return None if slide is None else [s.slide_id for s in slides].index(slide.slide_id) + 1

    def _unique(self, title: str, kind: str = "") -> str:
        wanted = title or "Untitled"
        if kind and wanted.casefold() in self._titles:
            wanted = f"{wanted}: {kind}"
        self._titles[wanted.casefold()] = count = self._titles.get(wanted.casefold(), 0) + 1
        return wanted if count == 1 else self._unique(f"{wanted} ({count})")

    def _set_title(self, slide: Any, title: str, layout: str) -> None:
        shape = slide.shapes.title
        width = look.ROOM - 2 * look.INSET
        sizes = look.TITLE_SIZES if layout == CONTENT else (36, 28)
        size = next((s for s in sizes if len(wrap(title, width, s, bold=True)) <= 2), sizes[-1])
        shape.text_frame.text = cut_to(title, width, size, 2, bold=True)
        shape.text_frame.word_wrap = True
        for paragraph in shape.text_frame.paragraphs:
            for run in paragraph.runs:
                run.font.size = Pt(size)

    def _set_foot(self, slide: Any) -> None:
        tree = slide.shapes._spTree
        first = max(int(i) for i in tree.xpath(".//p:cNvPr/@id")) + 900
        handling = cut_to(
            clean(self.pack.handling.short),
            look.ROOM - look.NUMBER_WIDTH - 2 * look.INSET,
            look.FOOT_SIZE,
            1,
            bold=True,
        )
        foot = foot_shapes(handling, numbers=(first, first + 1), own=True)
        for shape in parse_xml(f"<p:spTree {NAMES}>{foot}</p:spTree>"):
            tree.append(shape)


def settle_order(presentation: Any) -> None:
    """On every slide the handling and the number are read last, after what the slide shows."""
    for slide in presentation.slides:
        tree = slide.shapes._spTree
        for kind in ("ftr", "sldNum"):
            for shape in tree.xpath(f'./p:sp[p:nvSpPr/p:nvPr/p:ph/@type="{kind}"]'):
                tree.append(shape)


def describe(shape: Any, title: str, words: str) -> None:
    """Give a shape its alternative text."""
    named = shape._element._nvXxPr.cNvPr
    named.set("name", clean(title)[:200])
    named.set("title", clean(title)[:200])
    text = clean(words)
    named.set("descr", text if len(text) <= LONGEST_ALT else text[: LONGEST_ALT - 1] + "…")


def clean(text: str) -> str:
    """A text that XML and a slide can hold: no character that is not to be seen."""
    seen = NOT_IN_XML.sub(UNSEEN, text)
    return " ".join(seen.split("\t"))


def place(box: Box) -> tuple[Any, Any, Any, Any]:
    """A box in the presentation's own units."""
    return _emu(box)


def _emu(box: Box) -> tuple[Any, Any, Any, Any]:
    return Inches(box.x), Inches(box.y), Inches(box.width), Inches(box.height)
