"""The pack as slides, section by section: words, headline figures, charts and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from speccomm.publishing.model import (
    Block,
    Chart,
    HeadlineFigures,
    Pack,
    PackTable,
    Placement,
    Section,
)
from speccomm.publishing.receipts.figures import HEADLINES
from speccomm.publishing.rendering.paths import WORKBOOK, table_path
from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.cards import add_cards
from speccomm.publishing.rendering.slides.chart_data import chart_sheet
from speccomm.publishing.rendering.slides.charts import add_chart
from speccomm.publishing.rendering.slides.deck import Box, Deck, Paragraph, Run, clean
from speccomm.publishing.rendering.slides.measuring import cut_to
from speccomm.publishing.rendering.slides.one_page import OnePage, one_page
from speccomm.publishing.rendering.slides.table_drawing import add_table
from speccomm.publishing.rendering.slides.tables import FittedTable, SlideTable, fit_table
from speccomm.publishing.rendering.slides.words import (
    Passage,
    add_words,
    is_heading,
    paragraph_height,
    passages,
)
from speccomm.publishing.wording import say_count

NOTE_ROOM = 0.42  # inches for the line below a chart or a table
TABLE_ROOM = look.CONTENT_HEIGHT - NOTE_ROOM
RECEIPTS_NAMED = 60
LEAD_ROOM = 1.5  # inches for words over a chart or a table
NO_BREAK = "\N{NO-BREAK SPACE}"


def add_section(deck: Deck, top: Section, sheets: dict[str, str]) -> None:
    """A section and those in it; folded ones are named with where they are read."""
    marks = [top.id]
    for section in top.walk():
        if section.folded:
            continue
        marks.append(section.id)
        title = top.title if section is top else section.title
        if add_blocks(deck, section, title, marks, sheets):
            marks = []
    folded = [section for section in top.walk() if section.folded]
    if folded:
        _add_folded(deck, top, folded, marks)


def add_blocks(
    deck: Deck, section: Section, title: str, marks: Sequence[str], sheets: dict[str, str]
) -> bool:
    """The blocks of one section; whether any slide was made."""
    page = one_page(section, NOTE_ROOM)
    if page is not None:
        _add_page(deck, section, title, marks, sheets, page)
        return True
    telling = _Telling(deck, section, title, list(marks), sheets)
    for wordy, run in groupby(section.blocks, key=_is_words):
        if wordy:
            telling.say(passages(run))  # type: ignore[arg-type]
        else:
            for block in run:
                telling.draw(block)
    telling.say([])
    return telling.made


def _add_page(
    deck: Deck,
    section: Section,
    title: str,
    marks: Sequence[str],
    sheets: dict[str, str],
    page: OnePage,
) -> None:
    """A section on one slide: a plan on a page."""
    notes = words_notes(deck.pack, section)
    if page.table is not None:
        notes += [*making_notes(page.table), *page.table.notes]
    slide = deck.add(title, notes=notes, marks=marks)
    for number, (box, paragraphs) in enumerate(page.columns, start=1):
        if paragraphs:
            deck.write(slide, box, paragraphs, name=f"Words {number}")
    if page.table is None or page.fitted is None:
        return
    (shown,) = page.fitted.slides
    words = _table_words(page.table, page.fitted, shown, sheets)
    alt = f"{page.table.title}. {words}"
    add_table(slide, shown, page.table.row_header, page.table.title, alt, top=page.top)
    _add_foot_note(deck, slide, words, top=page.top + shown.height)


def _is_words(block: Block) -> bool:
    return not isinstance(block, HeadlineFigures | Chart | PackTable)


@dataclass
class _Telling:
    """The slides of one section as they are made. Short words wait to stand over a figure."""

    deck: Deck
    section: Section
    title: str
    marks: list[str]
    sheets: dict[str, str]
    waiting: list[Passage] = field(default_factory=list)
    made: bool = False

    def say(self, found: list[Passage]) -> None:
        """Words: kept for the next figure where short, else slides of their own."""
        if self.waiting:
            self._tell(self.waiting)
            self.waiting = []
        if _is_short(found):
            self.waiting = found
        elif found:
            self._tell(found)

    def draw(self, block: Block) -> None:
        """A figure with the words that wait over it; one that is not drawn leaves them waiting."""
        if isinstance(block, HeadlineFigures):
            self.say([])
            notes = headline_notes(self.deck.pack)
            add_cards(self.deck, block, self.title, self._take_marks(), notes)
        elif isinstance(block, Chart):
            tables = {b.id: b for b in self.section.blocks if isinstance(b, PackTable)}
            if not chart_sheet(block.specification.plot).rows:
                return
            table = tables[block.table_id]
            _add_chart(self.deck, block, table, self._take_marks(), self.sheets, self._take_lead())
        elif isinstance(block, PackTable) and block.placement is Placement.PAGE:
            _add_table(self.deck, block, self._take_marks(), self.sheets, self._take_lead())

    def _tell(self, found: list[Passage]) -> None:
        title = self.title
        first = found[0].paragraphs[0]
        if self.made and is_heading(first):
            title = first.runs[0].text
        notes = words_notes(self.deck.pack, self.section)
        add_words(self.deck, title, found, notes=notes, marks=self._take_marks())

    def _take_marks(self) -> list[str]:
        marks, self.marks, self.made = self.marks, [], True
        return marks

    def _take_lead(self) -> tuple[Paragraph, ...]:
        lead = tuple(p for passage in self.waiting for p in passage.paragraphs)
        self.waiting = []
        return lead


def _is_short(found: list[Passage]) -> bool:
    """Words that can stand over a figure: plain, the system's own, a few lines."""
    paragraphs = [p for passage in found for p in passage.paragraphs]
    if not paragraphs or any(p.by_editor for p in found) or any(map(is_heading, paragraphs)):
        return False
    return _lead_height(paragraphs) <= LEAD_ROOM


def _lead_height(lead: Sequence[Paragraph]) -> float:
    height = sum(paragraph_height(p, look.ROOM - 2 * look.INSET) for p in lead)
    return height + 0.12 if lead else 0.0


def _add_lead(deck: Deck, slide: object, lead: Sequence[Paragraph]) -> float:
    """Words at the top of a slide; where what follows begins."""
    if lead:
        box = Box(look.MARGIN, look.TOP - 0.04, look.ROOM, _lead_height(lead))
        deck.write(slide, box, lead, name="Words")
    return look.TOP + _lead_height(lead)


def _add_chart(
    deck: Deck,
    chart: Chart,
    table: PackTable,
    marks: Sequence[str],
    sheets: dict[str, str],
    lead: Sequence[Paragraph],
) -> None:
    where = f"{table.title}: {WORKBOOK}, sheet {sheets[table.id]}; {table_path(table)}"
    notes = [
        f"Chart: {chart.title}.",
        f"In words: {chart.description}",
        f"Its data sheet can be edited and holds rows of the table “{table.title}”.",
        "A figure changed there is no longer the figure of its receipt.",
        *making_notes(table),
        *receipt_notes(deck.pack, table, []),
    ]
    slide = deck.add(chart.title, notes=notes, marks=marks, kind="chart")
    top = _add_lead(deck, slide, lead)
    about = [
        deck.pack.handling.short,
        f"{chart.title}. {deck.pack.organisation}, {deck.pack.period}.",
        f"The rows are from: {where}.",
        *making_notes(table),
        *receipt_notes(deck.pack, table, []),
    ]
    box = Box(look.MARGIN, top, look.ROOM, look.BOTTOM - NOTE_ROOM - top)
    add_chart(deck, slide, chart, box, about)
    _add_foot_note(deck, slide, f"Figures: {where}")


def _add_table(
    deck: Deck,
    table: PackTable,
    marks: Sequence[str],
    sheets: dict[str, str],
    lead: Sequence[Paragraph],
) -> None:
    fitted = fit_table(table, TABLE_ROOM - _lead_height(lead))
    count = len(fitted.slides)
    for number, shown in enumerate(fitted.slides, start=1):
        words = _table_words(table, fitted, shown, sheets)
        title = f"{table.title}{_which(number, count)}"
        notes = [
            f"Table: {table.title}.",
            *making_notes(table),
            *table.notes,
            *receipt_notes(deck.pack, table, shown.keys),
        ]
        first = number == 1
        slide = deck.add(title, notes=notes, marks=marks if first else (), kind="table")
        top = _add_lead(deck, slide, lead) if first else look.TOP
        alt = f"{table.title}. {words}"
        add_table(slide, shown, table.row_header, title, alt, top=top)
        _add_foot_note(deck, slide, words, top=top + shown.height)


def _which(number: int, count: int) -> str:
    """Which of several slides of a table; its words do not part over two lines."""
    if count == 1:
        return ""
    words = f"({number} of {count})" if number == 1 else f"(continued, {number} of {count})"
    return f" {words.replace(' ', NO_BREAK)}"


def _table_words(
    table: PackTable, fitted: FittedTable, shown: SlideTable, sheets: dict[str, str]
) -> str:
    where = f"{WORKBOOK}, sheet {sheets[table.id]}, and {table_path(table)}"
    if not fitted.of:
        return f"No rows. The table: {where}."
    if not fitted.is_whole:
        total = " The total is of all rows." if shown.has_total else ""
        return f"The first {fitted.shown:,} of {fitted.of:,} rows.{total} All of them: {where}."
    cut = " Texts that end in … are whole there." if fitted.cut_cells else ""
    return f"{say_count(fitted.of, 'row').capitalize()} in all: {where}.{cut}"


def _add_foot_note(deck: Deck, slide: object, words: str, top: float = 0) -> None:
    height = NOTE_ROOM - 0.04
    at = min(top + 0.04, look.BOTTOM - height) if top else look.BOTTOM - height
    box = Box(look.MARGIN - 0.03, at, look.ROOM, height)
    text = cut_to(words, box.inner, look.NOTE_SIZE, 1)
    run = Run(text, size=look.NOTE_SIZE, colour=look.QUIET)
    deck.write(slide, box, [Paragraph((run,))], name="Where the figures are")


def _add_folded(deck: Deck, top: Section, folded: Sequence[Section], marks: Sequence[str]) -> None:
    """Name the sections that are too many for slides, and say where they are read."""
    lead = (
        f"{say_count(len(folded), 'part').capitalize()} of this section are not on slides. Read them in "
        "the pack’s page or PDF; their tables are in the workbook."
    )
    items = [Paragraph((Run(lead),), above=6)]
    for section in folded:
        title = cut_to(clean(section.title), look.ROOM - 0.5, 12, 1, bold=True)
        runs = [Run(title, size=12, bold=True)]
        if section.gist:
            gist = cut_to(clean(section.gist), look.ROOM - 0.5, 12, 1)
            runs.append(Run(f"  {gist}", size=12))
        items.append(Paragraph(tuple(runs), above=3, bullet=True))
    add_words(
        deck,
        f"{top.title}: what is not on slides",
        [Passage(tuple(items))],
        notes=["Made from the headings of the pack’s own sections."],
        marks=marks,
    )


def making_notes(table: PackTable) -> list[str]:
    """How a table was made, for the notes of its slide."""
    made = table.making
    source = ", ".join(made.counted_from) or "nothing"
    return [f"How made: {made.measure}; counted from {source}; {made.filter}."]


def receipt_notes(pack: Pack, table: PackTable, keys: Sequence[str]) -> list[str]:
    """The identifiers of the figures of a table, for the notes of its slide."""
    figures = [column.name for column in table.columns if column.unit.is_figure]
    if not figures:
        return []
    name = f"{pack.area}.{table.id}.ROW.COLUMN"
    columns = ", ".join(figures)
    notes = [f"Receipts: {name}, opened by `speccomm receipt`. Columns: {columns}."]
    if keys:
        more = f" and {len(keys) - RECEIPTS_NAMED} more" if len(keys) > RECEIPTS_NAMED else ""
        notes.append(f"Rows on this slide: {', '.join(keys[:RECEIPTS_NAMED])}{more}.")
    return notes


def headline_notes(pack: Pack) -> list[str]:
    """How the headline figures were made and their identifiers."""
    names = ", ".join(f"{pack.area}.{HEADLINES}.pack.{figure.id}" for figure in pack.headlines())
    return ["The headline figures of the pack, each as its receipt says.", f"Receipts: {names}."]


def words_notes(pack: Pack, section: Section) -> list[str]:
    """How a slide of words was made."""
    by_editor = any(type(block).__name__ == "EditorWords" for block in section.blocks)
    notes = [f"Words of the section “{section.title}” of the {pack.title.lower()}."]
    tables = [table for table in section.blocks if isinstance(table, PackTable)]
    if tables:
        notes.append("Their figures are those of the tables of the section.")
        for table in tables:
            notes += receipt_notes(pack, table, [])
    if by_editor:
        notes.append("What stands on a yellow ground was written by the editor, not the system.")
    return notes
