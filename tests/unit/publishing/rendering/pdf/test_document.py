"""The PDF read by its tags: what a screen reader, a printer and a forger of markup each find."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pikepdf
import pyarrow as pa
import pytest
from pikepdf import Name

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.model import (
    Column,
    EditorWords,
    Making,
    PackTable,
    Placement,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.rendering.html import render_page
from speccomm.publishing.rendering.page_tables import page_table
from speccomm.publishing.rendering.pdf.setting import set_pack
from tests.unit.publishing.pdf_reader import Document

FIGURE = re.compile(r'<a class="figure" href="([^"]+)">([^<]*)</a>')
HOSTILE = (
    '#import "x.typ" #panic("no") *stars* _lines_ $x^2$ @mark <label> `code` = Title // gone '
    "/* gone */ \\ #pagebreak() ~ -- \"quoted\" 'single' - item + item / term: &lt; ${x}"
)


@pytest.fixture(scope="module")
def pack(facts):
    return assemble_pack(facts)


@pytest.fixture(scope="module")
def data(pack):
    return set_pack(pack)


@pytest.fixture(scope="module")
def document(data):
    return Document(data)


def pack_of(pack, *blocks):
    return replace(pack, sections=(Section("only", "Only section", tuple(blocks)),))


def table_of(rows, columns, **more):
    return PackTable(
        id="made_up",
        title="A made-up table",
        columns=columns,
        rows=pa.table(rows),
        row_header="name",
        making=Making("made up", ("nothing",), "none"),
        **more,
    )


def without_spaces(text):
    return re.sub(r"[\s\xad\u200b]", "", text)


def test_it_says_that_it_is_tagged_and_in_which_language(document, pack):
    assert document.root.MarkInfo.Marked
    assert str(document.root.Lang) == "en-GB"
    assert document.root.ViewerPreferences.DisplayDocTitle
    with document.pdf.open_metadata() as metadata:
        assert pack.organisation in metadata["dc:title"]
        assert pack.period in metadata["dc:title"]
        assert metadata["pdfuaid:part"] == "1"


def test_headings_go_down_one_level_at_a_time(document, pack):
    headings = [(int(t.name[1:]), t.text) for t in document.tree.walk() if re.match(r"H\d", t.name)]
    levels = [level for level, _ in headings]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    titles = [s.title for top in pack.sections for s in top.walk()]
    assert [words for _, words in headings if words in titles] == titles


def test_bookmarks_and_contents_lead_to_every_section(document, pack):
    with document.pdf.open_outline() as outline:
        bookmarks = {
            str(item.title): [str(i.title) for i in item.children] for item in outline.root
        }
    for section in pack.sections:
        assert section.title in bookmarks
        assert {inner.title for inner in section.sections} <= set(bookmarks[section.title])
    contents = [re.sub(r"[.\s\d]+$", "", entry.text) for entry in document.tree.all("TOCI")]
    assert {section.title for section in pack.sections} <= set(contents)


def test_every_chart_is_a_figure_with_its_words(document, pack):
    described = [figure.alt for figure in document.tree.all("Figure")]
    assert described == [chart.description for chart in pack.charts()]


def test_every_table_has_headings_of_columns_and_of_rows(document, pack):
    shown = [table for table in pack.tables() if table.placement is not Placement.FILE]
    tables = document.tree.all("Table")
    assert len(tables) >= len(shown)
    for table in tables:
        heads = [cell for row in table.all("THead")[0].all("TR") for cell in row.inside]
        assert heads
        assert {(cell.name, cell.scope) for cell in heads} == {("TH", "Column")}
        for group in [*table.all("TBody"), *table.all("TFoot")]:
            for row in group.all("TR"):
                headings = [cell for cell in row.inside if cell.name == "TH"]
                assert [cell.scope for cell in headings] == ["Row"]
                assert headings[0].text.strip()


def test_every_figure_of_the_page_is_in_it_with_its_row_and_its_receipt(document, pack):
    on_page = {
        html.unescape(link): html.unescape(words)
        for link, words in FIGURE.findall(render_page(pack))
    }
    in_document = {tag.link: tag.text for tag in document.tree.all("Link") if "#" in tag.link}
    assert len(on_page) > 400
    assert in_document == on_page
    headings = {}
    for row in document.tree.all("TR"):
        named = [cell.text for cell in row.inside if cell.scope == "Row"]
        headings |= {tag.link: named[0] for tag in row.all("Link")}
    for table in pack.tables():
        if table.placement is Placement.FILE:
            continue
        view = page_table(table)
        for key, row in zip(view.keys, view.rows, strict=True):
            heading = next(cell.text for column, cell in row if column.name == table.row_header)
            for column, _ in row:
                if column.unit.is_figure:
                    found = headings[f"{view.receipts}#{key}.{column.name}"]
                    assert without_spaces(found).startswith(without_spaces(heading))


def test_totals_and_notes_are_in_it(document, pack):
    words = without_spaces(document.tree.text)
    for table in pack.tables():
        if table.placement is not Placement.FILE:
            assert all(without_spaces(note) in words for note in page_table(table).notes)
    feet = [foot.text for foot in document.tree.all("TFoot")]
    labels = [
        t.total_label for t in pack.tables() if t.total_label and t.placement is not Placement.FILE
    ]
    assert all(any(foot.strip().startswith(label) for foot in feet) for label in labels)


def test_a_mark_is_a_shape_and_a_word(document):
    cells = {cell.text for cell in document.tree.all("TD")}
    assert {"● contracted", "○ activity without a plan", "– neither", "not sent"} <= cells


def test_every_page_says_how_it_may_be_handled_and_where_it_stands(document, pack):
    pages = document.pages()
    for number, text in enumerate(pages, 1):
        assert without_spaces(pack.handling.short) in without_spaces(text)
        assert f"Page{number}of{len(pages)}" in without_spaces(text)


def test_all_it_needs_is_in_it_and_links_stay_in_the_folder_or_are_printed(document, pack):
    addresses = {
        cell.text
        for table in pack.tables()
        for row in page_table(table).rows
        for column, cell in row
        if column.unit is Unit.LINK
    }
    for page in document.pdf.pages:
        for font in page.Resources.get(Name.Font, {}).values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert {Name.FontFile2, Name.FontFile3} & set(descriptor.keys())
        for mark in page.get(Name.Annots, []):
            if Name.A in mark and Name.URI in mark.A:
                place = str(mark.A.URI)
                assert place in addresses or place.startswith(("receipts/", "tables/"))


def test_the_same_pack_gives_the_same_bytes_made_when_the_pack_was(pack, data):
    assert set_pack(pack) == data
    with pikepdf.open(BytesIO(data)) as pdf:
        assert str(pdf.docinfo.CreationDate).startswith("D:20240205093000")


def test_what_a_person_writes_is_printed_and_never_obeyed(pack):
    words = (HOSTILE, "Naïve façade Łódź Ωμέγα e\u0301 “quotes” 😀 漢字 \x00 end")
    by = EditorWords(words, 'Head of #eval("1")', date(2024, 2, 6))
    found = Document(set_pack(pack_of(pack, by, Prose((HOSTILE,)))))
    text = without_spaces(found.tree.text)
    assert text.count(without_spaces(HOSTILE)) == 2
    assert without_spaces(by.heading) in text
    assert "NaïvefaçadeŁódźΩμέγα" in text
    assert "“quotes”[U+1F600][U+6F22][U+5B57][U+0000]end" in text
    assert len([tag for tag in found.tree.walk() if tag.name == "H1"]) == 2


def test_a_huge_table_keeps_every_row_and_repeats_its_head(pack):
    size = 2_000
    names = [f"Provider {number}" for number in range(size)]
    columns = (
        Column("name", "Provider", Unit.TEXT, "A provider"),
        Column("units", "Units", Unit.ACTIVITY, "Units", adds_up=True),
    )
    table = table_of(
        {"name": names, "units": [Decimal(number) for number in range(size)]},
        columns,
        total_label="All",
    )
    found = Document(set_pack(pack_of(pack, table)))
    rows = found.tree.all("TBody")[0].all("TR")
    assert [row.inside[0].text.split("Provider~")[0] for row in rows] == names
    assert found.tree.all("TFoot")[0].inside[0].inside[1].text == "1,999,000"
    full = [text for text in found.pages() if text.count("Provider ") > 20]
    assert len(full) > 20
    assert all("Units" in text for text in full)


def test_a_table_too_wide_for_any_page_is_split_with_its_headings(pack):
    figures = [f"figure_{number}" for number in range(30)]
    columns = (
        Column("name", "Provider", Unit.TEXT, "A provider"),
        *(
            Column(name, f"A long title {name}", Unit.GBP, "Pounds", adds_up=True)
            for name in figures
        ),
    )
    values = {name: [Decimal(1_234_567 + n), Decimal(7)] for n, name in enumerate(figures)}
    table = table_of({"name": ["A" * 300, "B"], **values}, columns, total_label="All")
    found = Document(set_pack(pack_of(pack, table)))
    parts = found.tree.all("Table")
    assert len(parts) > 1
    for part in parts:
        assert [row.inside[0].scope for row in part.all("TBody")[0].all("TR")] == ["Row", "Row"]
    printed = [tag.text for tag in found.tree.all("Link") if "#" in tag.link]
    assert len(printed) == 30 * 3
    assert "£1,234,567" in printed


def test_a_cell_longer_than_a_page_runs_over_it(pack):
    columns = (
        Column("name", "Provider", Unit.TEXT, "A provider"),
        Column("words", "Words", Unit.TEXT, "Words"),
    )
    long = " ".join(f"word{number}" for number in range(6_000))
    found = Document(set_pack(pack_of(pack, table_of({"name": ["A"], "words": [long]}, columns))))
    assert without_spaces(long) in without_spaces(found.tree.all("TD")[0].text)
    assert len(found.pages()) > 4


def test_a_section_and_a_table_with_nothing_in_them_are_set(pack):
    columns = (
        Column("name", "Provider", Unit.TEXT, "A provider"),
        Column("units", "Units", Unit.ACTIVITY, "Units", adds_up=True),
    )
    empty = table_of(
        {"name": pa.array([], pa.string()), "units": pa.array([], pa.decimal128(9, 0))},
        columns,
        total_label="All",
    )
    found = Document(set_pack(pack_of(pack, empty)))
    assert "A made-up table" in found.tree.text
    bare = replace(pack, sections=(Section("bare", "Nothing here"),))
    assert "Nothing here" in Document(set_pack(bare)).tree.text


def test_a_section_that_stands_alone_begins_a_page(pack):
    words = (Prose(("A few words.",)),)

    def pages_of(*, alone):
        inner = tuple(Section(name, name, words, alone=alone) for name in ("one", "two", "three"))
        whole = replace(pack, sections=(Section("only", "Only section", words, inner),))
        return len(pikepdf.open(BytesIO(set_pack(whole))).pages)

    assert pages_of(alone=True) == pages_of(alone=False) + 3
