"""The sheets of a workbook that are about the others: contents, headline figures, dictionary, making."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from speccomm.publishing.model import EditorWords, Pack, PackTable, Placement
from speccomm.publishing.receipts.figures import HEADLINES, headline_table
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.rendering.dictionary import dictionary_rows
from speccomm.publishing.rendering.paths import table_path
from speccomm.publishing.rendering.workbook_cells import SheetCell, sheet_cell, text_cell
from speccomm.publishing.rendering.workbook_gathered import SheetNames, gathered
from speccomm.publishing.rendering.workbook_sheets import CONTENTS, dress_sheet, write_cell
from speccomm.publishing.rendering.workbook_styles import Styles
from speccomm.publishing.wording import say_time

DICTIONARY = "Data dictionary"
HOW_MADE = "How made"
TABLES_MADE = "How tables were made"
HEADLINE_SHEET = "Headline figures"
EDITORS = "Words of the editor"
OWN_SHEETS = (CONTENTS, HEADLINE_SHEET, EDITORS, DICTIONARY, HOW_MADE, TABLES_MADE)
NUMBERS = (
    "Each is the figure of the table’s CSV file, with all its digits. Percentages are kept as "
    "shares: 12.3% is 0.123. Times are UTC."
)
TEXTS = (
    "A text that looks like a formula is kept as text. A character that a workbook cannot hold is "
    "shown as \N{REPLACEMENT CHARACTER}."
)
EDITS = (
    "A figure changed here is no longer the figure of its receipt, which still gives the pack’s."
)
APART = "it tells apart the tables that stand together on this sheet"
TOTALS_OF = (
    "The total of each table that stands on the sheet {0}, as its columns are explained there; the "
    "receipt is that of the table’s total"
)
SHOWN_AS = {
    Placement.PAGE: "on the page",
    Placement.FOLDED: "folded on the page",
    Placement.FILE: "only in files",
}


def write_contents(book: Any, styles: Styles, pack: Pack, sheets: SheetNames) -> None:
    """Every sheet with a link, in the order of the pack's sections."""
    page = book.add_worksheet(CONTENTS)
    dress_sheet(page, styles, pack, f"{pack.title}: {pack.organisation}, {pack.period}")
    page.write_string(2, 0, pack.handling.sentence, styles.get("quiet"))
    headings = ("Table", "Sheet", "Section", "Rows", "In the pack")
    rows: list[tuple[str, str, str, int | None, str]] = []
    if headline_table(pack) is not None:
        rows.append(("Headline figures", HEADLINE_SHEET, "Headline figures", None, "on the page"))
    if _editors_words(pack):
        rows.append(("The editor’s words", EDITORS, "Sections they stand in", None, "on the page"))
    rows += _listed(pack, sheets)
    rows.append(("What each column of each table holds", DICTIONARY, "", None, "only in files"))
    rows.append(("How each table was made", TABLES_MADE, "", None, "only in files"))
    rows.append(("How this workbook was made, and from what", HOW_MADE, "", None, "only in files"))
    _headings(page, styles, 4, headings)
    for number, (title, sheet, section_title, count, place) in enumerate(rows, start=5):
        link = styles.get("link")
        page.write_url(number, 0, f"internal:'{sheet}'!A1", link, string=title[:250])
        _texts(page, styles, number, (sheet, section_title), first=1)
        if count is not None:
            page.write_number(number, 3, count, styles.get("number", "#,##0"))
        _texts(page, styles, number, (place,), first=4)
    _widths(page, styles, (70, 32, 52, 9, 20))
    page.freeze_panes(5, 0)
    page.activate()


def _listed(pack: Pack, sheets: SheetNames) -> Iterator[tuple[str, str, str, int, str]]:
    """The title, sheet, section, rows and place of each table, or of those of a kind together."""
    kinds = gathered(pack)
    for top in pack.sections:
        for section in top.walk():
            for table in (b for b in section.blocks if isinstance(b, PackTable)):
                place, sheet = SHOWN_AS[table.placement], sheets.of_table[table.id]
                where = top.title if top is section else f"{top.title}: {section.title}"
                if table.together is None:
                    yield table.title, sheet, where, table.rows.num_rows, place
                elif tables := kinds.pop(table.together.sheet, None):
                    title, count = table.together.title, sum(t.rows.num_rows for t in tables)
                    yield title, sheet, top.title, count, place
                    if total := sheets.of_totals.get(sheet):
                        summed = sum(bool(t.total_label and t.rows.num_rows) for t in tables)
                        yield f"{title}: totals", total, top.title, summed, place


def write_headlines(book: Any, styles: Styles, pack: Pack) -> None:
    """The headline figures as rows: typed, as printed and with their sentences and receipts."""
    table = headline_table(pack)
    if table is None:
        return
    page = book.add_worksheet(HEADLINE_SHEET)
    dress_sheet(page, styles, pack, "Headline figures")
    _way_back(page, styles)
    _headings(page, styles, 3, ("Figure", "Value", "As printed", "In words", "Receipt"))
    record = table.records()[0]
    key = row_keys(table)[0]
    columns = {column.name: column for column in table.columns}
    for number, figure in enumerate(pack.headlines(), start=4):
        _texts(page, styles, number, (figure.label,), style="head")
        cell = sheet_cell(columns[figure.id], record)
        style = "missing_figure" if cell.missing else "number"
        write_cell(page, styles, number, 1, cell, style)
        receipt = f"{pack.area}.{HEADLINES}.{key}.{figure.id}"
        _texts(page, styles, number, (figure.figure, figure.sentence), first=2)
        _texts(page, styles, number, (receipt,), first=4, style="receipt")
    _widths(page, styles, (44, 20, 20, 70, 44))
    page.freeze_panes(4, 1)


def write_editors_words(book: Any, styles: Styles, pack: Pack) -> None:
    """What editors added, paragraph by paragraph, under whose they are; no sheet where none did."""
    said = _editors_words(pack)
    if not said:
        return
    page = book.add_worksheet(EDITORS)
    dress_sheet(page, styles, pack, "The editor’s words")
    _way_back(page, styles)
    _headings(page, styles, 3, ("Section", "Whose and when", "Words"))
    for row, (section, words, paragraph) in enumerate(said, start=4):
        _texts(page, styles, row, (section,), style="head")
        _texts(page, styles, row, (words.heading, paragraph), first=1)
    _widths(page, styles, (44, 44, 100))
    page.freeze_panes(4, 0)


def _editors_words(pack: Pack) -> list[tuple[str, EditorWords, str]]:
    """Each paragraph of an editor with the title of its section, in reading order."""
    return [
        (section.title, block, paragraph)
        for top in pack.sections
        for section in top.walk()
        for block in section.blocks
        if isinstance(block, EditorWords)
        for paragraph in block.paragraphs
    ]


def write_dictionary(book: Any, styles: Styles, pack: Pack, sheets: SheetNames) -> None:
    """What each column holds, with its sheet, its name in receipts and what words in it mean."""
    page = book.add_worksheet(DICTIONARY)
    dress_sheet(page, styles, pack, "Data dictionary")
    _way_back(page, styles)
    headings = ("Sheet", "Column", "Name in receipts", "Unit", "Meaning", "Where there is none")
    _headings(page, styles, 3, headings)
    entries = list(_explained(pack, sheets))
    for number, cells in enumerate(entries, start=4):
        _texts(page, styles, number, cells)
    _widths(page, styles, (32, 34, 26, 20, 70, 28))
    page.freeze_panes(4, 0)
    page.autofilter(3, 0, max(4, 3 + len(entries)), len(headings) - 1)


def _explained(pack: Pack, sheets: SheetNames) -> Iterator[tuple[str, ...]]:
    """What each column of each sheet holds, once for tables that stand together."""
    tables = {table_path(table): table for table in pack.tables()}
    told: set[tuple[str, str]] = set()
    for entry in dictionary_rows(pack):
        table = tables[entry["file"]]
        sheet = sheets.of_table[table.id]
        if table.together and (sheet, "") not in told:
            told.add((sheet, ""))
            for column, _ in table.together.first:
                unit = str(column.unit)
                yield sheet, column.title, "", unit, f"{column.meaning}; {APART}", "never empty"
            if total := sheets.of_totals.get(sheet):
                yield total, "Every column", "", "", TOTALS_OF.format(sheet), ""
        if (sheet, entry["column"]) not in told:
            told.add((sheet, entry["column"]))
            names = ("title", "column", "unit", "meaning", "empty_means")
            yield sheet, *(entry[name] for name in names)


def write_how_made(book: Any, styles: Styles, pack: Pack) -> None:
    """What the pack was made from, and how its receipts are opened."""
    page = book.add_worksheet(HOW_MADE)
    dress_sheet(page, styles, pack, "How this workbook was made")
    _way_back(page, styles)
    _headings(page, styles, 3, ("What", "Of this pack"))
    for row, (name, value) in enumerate(_made_of(pack), start=4):
        _texts(page, styles, row, (name,), style="head")
        _texts(page, styles, row, (value,), first=1)
    _widths(page, styles, (34, 110))
    page.freeze_panes(4, 0)


def write_tables_made(book: Any, styles: Styles, pack: Pack, names: dict[str, str]) -> None:
    """How each table was made: its measure, what was counted and which rows."""
    page = book.add_worksheet(TABLES_MADE)
    dress_sheet(page, styles, pack, "How each table was made")
    _way_back(page, styles)
    _headings(page, styles, 3, ("Sheet", "Measure", "Counted from", "Which rows"))
    for row, table in enumerate(pack.tables(), start=4):
        made = table.making
        source = ", ".join(made.counted_from)
        _texts(page, styles, row, (names[table.id], made.measure, source, made.filter))
    _widths(page, styles, (34, 70, 34, 70))
    page.freeze_panes(4, 0)


def _made_of(pack: Pack) -> Sequence[tuple[str, str]]:
    facts = pack.facts
    said = [
        ("Pack", f"{pack.title}: {pack.organisation}"),
        ("Period", pack.period),
        ("Handling", pack.handling.sentence),
        ("Built", say_time(pack.built_at)),
        ("Software", str(facts.get("software", "not known"))),
        ("Version of the store", str(facts.get("store_version", "not known"))),
        ("Organisations as on", str(facts.get("organisation_map_date", "not known"))),
        ("Suppression", str(facts.get("suppression", "not known"))),
    ]
    said += [("Caution", sentence) for sentence in facts.get("cautions", [])]
    opening = f"speccomm receipt {pack.area}.TABLE.ROW.COLUMN --pack DIR --store DIR"
    said += [
        ("To open a receipt", opening),
        ("Numbers", NUMBERS),
        ("No figure", "Words stand where there is no figure. 0 is a count of nothing."),
        ("Texts", TEXTS),
        ("What edits do", EDITS),
    ]
    return said


def _way_back(page: Any, styles: Styles) -> None:
    page.write_url(
        2, 0, f"internal:'{CONTENTS}'!A1", styles.get("link"), "Contents", "To the contents"
    )


def _headings(page: Any, styles: Styles, row: int, words: Sequence[str]) -> None:
    for place, word in enumerate(words):
        page.write_string(row, place, word, styles.get("heading"))


def _texts(
    page: Any,
    styles: Styles,
    row: int,
    texts: Sequence[str],
    *,
    first: int = 0,
    style: str = "text",
) -> None:
    for place, text in enumerate(texts, start=first):
        cell: SheetCell = text_cell(text)
        write_cell(page, styles, row, place, cell, style)


def _widths(page: Any, styles: Styles, widths: Sequence[int]) -> None:
    for place, width in enumerate(widths):
        page.set_column(place, place, width, styles.get("text"))
