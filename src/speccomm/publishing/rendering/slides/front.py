"""The slides around the others: cover, contents, where every table is."""

from __future__ import annotations

from pptx.util import Pt

from speccomm.publishing.model import Pack, PackTable, Placement, Section
from speccomm.publishing.rendering.paths import WORKBOOK, table_path
from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.deck import Box, Deck, Paragraph, Run, clean
from speccomm.publishing.rendering.slides.measuring import cut_to
from speccomm.publishing.rendering.slides.template import COVER
from speccomm.publishing.rendering.slides.words import Passage, add_words, paragraph_height
from speccomm.publishing.rendering.workbook_front import SHOWN_AS
from speccomm.publishing.wording import capital, say_count, say_time

COLUMN = (look.ROOM - 0.4) / 2  # inches of a column of the contents
CONTENTS, TABLES = "contents", "where-tables-are"


def add_cover(deck: Deck) -> None:
    """Title, whose pack it is, its period and how it may be handled."""
    pack = deck.pack
    notes = [
        f"{pack.title}, {pack.organisation}, {pack.period}.",
        pack.handling.sentence,
        _built(pack),
        "Every slide is drawn from the same pack as its page, PDF, workbook and CSV files.",
    ]
    slide = deck.add(f"{pack.title}: {pack.organisation}", notes=notes, layout=COVER)
    frame = slide.placeholders[1].text_frame
    lines = [
        Paragraph((Run(pack.period, size=22),)),
        Paragraph(
            (Run(pack.handling.sentence, size=18, bold=True, colour=look.CAUTION),), above=18
        ),
        Paragraph((Run(f"Built {say_time(pack.built_at)}", size=14, colour=look.QUIET),), above=18),
    ]
    deck.fill_frame(slide, frame, lines)
    slide.shapes.title.text_frame.paragraphs[0].line_spacing = Pt(44)


def _built(pack: Pack) -> str:
    software, version = (pack.facts.get(n, "not known") for n in ("software", "store_version"))
    return f"Built {say_time(pack.built_at)} by {software} from version {version} of the store."


def add_contents(deck: Deck) -> None:
    """Every section with a link to its first slide, in two columns where they are many."""
    slide = deck.add(
        "Contents",
        notes=["Made from the headings of the pack. Each name leads to its slide."],
        marks=[CONTENTS],
    )
    entries = [*(_entry(s) for s in deck.pack.sections), _link("Where every table is", TABLES)]
    width = COLUMN
    columns: list[list[Paragraph]] = [[], []]
    used = [0.0, 0.0]
    place = 0
    for entry in entries:
        height = sum(paragraph_height(p, width - 0.2) for p in entry)
        if place == 0 and used[0] + height > look.CONTENT_HEIGHT - 0.1:
            place = 1
        if used[place] + height > look.CONTENT_HEIGHT - 0.1:
            entry = entry[:1]
            height = paragraph_height(entry[0], width - 0.2)
        columns[place] += entry
        used[place] += height
    for number, column in enumerate(columns):
        if column:
            box = Box(look.MARGIN + number * (width + 0.4), look.TOP, width, look.CONTENT_HEIGHT)
            deck.write(slide, box, column, name=f"Contents, column {number + 1}")


def _entry(section: Section) -> list[Paragraph]:
    lines = _link(section.title, section.id)
    inner = [s for s in section.sections if not s.folded]
    for part in inner:
        text = f"    {cut_to(clean(part.title), COLUMN - 0.6, 12, 1)}"
        lines.append(Paragraph((Run(text, size=12, colour=look.BLUE, to=part.id),), above=2))
    return lines


def _link(text: str, mark: str) -> list[Paragraph]:
    said = cut_to(clean(text), COLUMN - 0.2, 15, 2, bold=True)
    return [Paragraph((Run(said, size=15, bold=True, colour=look.BLUE, to=mark),), above=6)]


def add_index_of_tables(deck: Deck, sheets: dict[str, str]) -> None:
    """Every table of the pack: its rows, the slide it is on and its sheet and file."""
    lead = (
        f"Every table is whole in {WORKBOOK}, which opens in a spreadsheet, and as a CSV file. A "
        "long table is on slides by its first rows, and one that the page folds or leaves to "
        "files is not on slides."
    )
    items = [Paragraph((Run(lead, size=14),), above=6)]
    for top in deck.pack.sections:
        tables = [
            block
            for section in top.walk()
            if not section.folded
            for block in section.blocks
            if isinstance(block, PackTable)
        ]
        others = len(list(top.tables())) - len(tables)
        if not tables and not others:
            continue
        items.append(
            Paragraph(
                (
                    Run(
                        cut_to(clean(top.title), look.ROOM - 0.4, 14, 2, bold=True),
                        size=14,
                        bold=True,
                        colour=look.DEEP_BLUE,
                    ),
                ),
                above=8,
            )
        )
        items += [_table_line(table, sheets) for table in tables]
        if others:
            text = f"{capital(say_count(others, 'table'))} of the parts that are not on slides"
            items.append(Paragraph((Run(text, size=11),), above=2, bullet=True))
    add_words(
        deck,
        "Where every table is",
        [Passage(tuple(items))],
        notes=["Made from the tables of the pack."],
        marks=[TABLES],
    )


def _table_line(table: PackTable, sheets: dict[str, str]) -> Paragraph:
    size = 11
    where = f"sheet {sheets[table.id]}, {table_path(table)}"
    rows = say_count(table.rows.num_rows, "row")
    place = "" if table.placement is Placement.PAGE else f", {SHOWN_AS[table.placement]}"
    text = cut_to(f"{table.title}: {rows}{place}; {where}", look.ROOM - 0.5, size, 2)
    return Paragraph((Run(text, size=size),), above=2, bullet=True)


def pack_properties(deck: Deck, pack: Pack) -> None:
    """Who made the presentation of what and when, told by the pack and not by the clock."""
    properties = deck.presentation.core_properties
    moment = pack.built_at.replace(tzinfo=None)
    properties.title = f"{pack.title}: {pack.organisation}, {pack.period}"[:255]
    properties.subject = pack.handling.short[:255]
    properties.author = properties.last_modified_by = "speccomm"
    properties.keywords = ""
    properties.comments = pack.handling.sentence[:255]
    properties.language = "en-GB"
    properties.created = properties.modified = moment
    properties.revision = 1
