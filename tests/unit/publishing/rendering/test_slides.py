"""The slides: native charts on the table's rows, titles, notes, links, and nothing that overflows."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pikepdf
import pyarrow as pa
import pytest
from pptx import Presentation
from pptx.util import Emu

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.charts import Step, bridge
from speccomm.publishing.model import (
    Chart,
    Column,
    Definitions,
    EditorWords,
    Making,
    PackTable,
    Prose,
    Section,
    Unit,
)
from speccomm.publishing.plots import Bridge, Lines, StackedBars
from speccomm.publishing.rendering.slides import look, slides_bytes
from speccomm.publishing.rendering.slides.chart_data import chart_sheet
from speccomm.publishing.rendering.slides.measuring import cut_to, height_of, width_of, wrap
from speccomm.publishing.rendering.slides.tables import PAD_X, PAD_Y

EMU = 914_400
LONG_WORD = "x" * 3_000


@pytest.fixture(scope="module")
def pack(facts):
    return assemble_pack(facts)


@pytest.fixture(scope="module")
def data(pack):
    return slides_bytes(pack)


@pytest.fixture(scope="module")
def deck(data):
    return Presentation(BytesIO(data))


def charts_of(deck):
    return {
        shape.name: (slide, shape)
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_chart
    }


def sheet_of(shape):
    blob = shape.chart.part.chart_workbook.xlsx_part.blob
    return openpyxl.load_workbook(BytesIO(blob), data_only=True)


def sizes_of(plot):
    """Each mark's name and its exact figures."""
    if isinstance(plot, StackedBars):
        return [
            (
                b.name,
                [
                    next((p.size for p in b.parts if p.order == n), None)
                    for n in range(len(plot.part_names))
                ],
            )
            for b in plot.bars
        ]
    if isinstance(plot, Lines):
        columns = zip(*(sizes for _, sizes in plot.series), strict=True)
        return [(p, list(c)) for p, c in zip(plot.points, columns, strict=True)]
    marks = plot.steps if isinstance(plot, Bridge) else plot.bars
    return [(m.name, [m.size]) for m in marks]


def figures_of(table):
    """Every figure of a table and of its total, exact."""
    rows = [*table.records(), *filter(None, [table.total()])]
    return {Decimal(v) for row in rows for v in row.values() if isinstance(v, int | Decimal)}


def test_every_chart_is_native_and_its_sheet_holds_rows_of_its_table(pack, deck):
    native = charts_of(deck)
    tables = {table.id: table for table in pack.tables()}
    drawn = 0
    for chart in pack.charts():
        wanted = sizes_of(chart.specification.plot)
        if not wanted:
            continue
        _, shape = native[chart.title]
        page = sheet_of(shape)["Sheet1"]
        figures = figures_of(tables[chart.table_id])
        for row, (name, sizes) in enumerate(wanted, start=2):
            assert page.cell(row, 1).value == name
            for place, size in enumerate(sizes, start=2):
                kept = page.cell(row, place).value
                assert kept == (None if size is None else pytest.approx(float(size), rel=1e-15))
                assert size is None or Decimal(size) in figures
        assert page.max_row == len(wanted) + 1
        drawn += 1
    assert drawn == len(native) >= 7


def test_what_a_chart_shows_is_what_its_sheet_says(deck):
    for _, shape in charts_of(deck).values():
        page = sheet_of(shape)["Sheet1"]
        for series in shape.chart._chartSpace.xpath(".//c:ser"):
            for kind in ("cat", "val"):
                reference = series.xpath(f"./c:{kind}//c:f")[0].text.split("!")[1]
                cells = [row[0].value for row in page[reference.replace("$", "")]]
                points = {
                    int(pt.get("idx")): pt.xpath("./c:v")[0].text
                    for pt in series.xpath(f"./c:{kind}//c:pt")
                }
                for number, cell in enumerate(cells):
                    if cell is None:
                        assert number not in points
                    elif kind == "val":
                        assert float(points[number]) == pytest.approx(float(cell), rel=1e-12)
                    else:
                        assert points[number] == str(cell)


@pytest.mark.parametrize(
    "sizes", [[5, -3], [-5, 3], [5, -9, 2], [-4, 9, -20], [0, 0], [1], [-1, -2, 7, -4]]
)
def test_a_bridge_stands_where_its_changes_lead(sizes):
    steps = [Step(f"s{n}", Decimal(s), f"£{s}") for n, s in enumerate(sizes)]
    plot = bridge([*steps, Step("end", Decimal(sum(sizes)), "£", is_total=True)]).plot
    sheet = chart_sheet(plot)
    _, series = sheet.names_and_series()
    for place, (start, end) in enumerate(plot.spans()):
        above = sum(v[place] for _, v in series if v[place] > 0)
        below = sum(v[place] for _, v in series if v[place] < 0)
        clear = series[0][1][place]
        assert above == max(start, end, 0)
        assert below == min(start, end, 0)
        assert above - below - abs(clear) == abs(end - start)


def test_titles_are_unique_and_nothing_is_without_words(deck):
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert len({title.casefold() for title in titles}) == len(titles)
    assert all(titles)
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table:
                named = shape._element._nvXxPr.cNvPr
                assert len(named.get("descr")) > 20
                assert named.get("title")


def test_a_slide_is_read_from_its_title_to_its_handling(pack, deck):
    for slide in deck.slides:
        shapes = list(slide.shapes)
        assert shapes[0] == slide.shapes.title
        kinds = [s.placeholder_format.type if s.is_placeholder else None for s in shapes[-2:]]
        assert [str(kind).split(" ")[0] for kind in kinds] == ["FOOTER", "SLIDE_NUMBER"]
        assert shapes[-2].text_frame.text == pack.handling.short


def test_notes_say_how_a_slide_was_made_and_its_receipts(pack, deck):
    for slide in deck.slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert notes.strip()
        if any(shape.has_chart or shape.has_table for shape in slide.shapes):
            assert "How made: " in notes
    notes = charts_of(deck)["Activity of NHS Coventry and Warwickshire ICB by month"][0]
    assert f"{pack.area}.activity_by_month.ROW.COLUMN" in notes.notes_slide.notes_text_frame.text


def test_the_contents_lead_to_the_slides_of_the_sections(pack, deck):
    slide = next(s for s in deck.slides if s.shapes.title.text_frame.text == "Contents")
    led = {}
    for shape in slide.shapes:
        for run in shape._element.xpath(".//a:r[a:rPr/a:hlinkClick]"):
            link = run.xpath("./a:rPr/a:hlinkClick")[0]
            assert link.get("action") == "ppaction://hlinksldjump"
            key = link.get(
                "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
            )
            led[run.xpath("./a:t")[0].text.strip()] = slide.part.related_part(key)
    assert {section.title for section in pack.sections} <= set(led)
    assert all(part in {s.part for s in deck.slides} for part in led.values())


def overflowing(deck):
    """Shapes whose text, measured, is higher than they may be, or that leave the slide."""
    found = []
    for slide in deck.slides:
        title = slide.shapes.title.text_frame.text
        for shape in slide.shapes:
            if shape.has_table:
                found += [(title, *bad) for bad in overflowing_table(shape)]
            elif shape.has_text_frame and not shape.is_placeholder:
                room = shape.width / EMU - 2 * look.INSET
                high = 0.1
                for paragraph in shape.text_frame.paragraphs:
                    runs = paragraph.runs
                    if runs:
                        size = max(run.font.size.pt for run in runs)
                        text = "".join(run.text for run in runs)
                        bold = all(run.font.bold for run in runs)
                        above = paragraph.space_before.pt / 72 if paragraph.space_before else 0
                        high += height_of(text, room, size, bold=bold) + above
                        assert size >= 10
                if high > shape.height / EMU + 0.02:
                    found.append((title, shape.name, high))
                if (shape.top + shape.height) / EMU > look.FOOT_TOP:
                    found.append((title, shape.name, "below the foot"))
    return found


def overflowing_table(shape):
    table = shape.table
    total = 0.0
    for row in table.rows:
        total += row.height / EMU
        for column, cell in zip(table.columns, row.cells, strict=True):
            runs = cell.text_frame.paragraphs[0].runs
            room = column.width / EMU - 2 * PAD_X
            bold = bool(runs and runs[0].font.bold)
            size = runs[0].font.size.pt if runs else look.TABLE_SIZE
            assert size >= 10
            needed = height_of(cell.text_frame.text, room, size, bold=bold) + 2 * PAD_Y
            if needed > row.height / EMU + 0.01:
                yield cell.text_frame.text[:40], needed
    if shape.top / EMU + total > look.BOTTOM + 0.01:
        yield "the table", total
    if (shape.left + shape.width) / EMU > look.WIDTH - look.MARGIN + 0.01:
        yield "its width", shape.width / EMU


def test_no_text_overflows(deck):
    assert overflowing(deck) == []


def hostile_pack(pack):
    texts = [LONG_WORD, "=1+1\x00\x07", "<a:t>&amp;", "word " * 900, "", "\u202e漢字" * 40]
    rows = pa.table({f"c{n}": texts for n in range(9)} | {"n": pa.array(range(6), pa.int64())})
    columns = tuple(Column(f"c{n}", f"Col {LONG_WORD[: 50 * n]}", Unit.TEXT, "A") for n in range(9))
    numbers = Column("n", "Number", Unit.NUMBER, "A number", adds_up=True)
    making = Making("a count", ("plcm",), "all")
    table = PackTable("bad", LONG_WORD, (*columns, numbers), rows, "c0", making, total_label="All")
    empty = replace(table, id="none", title=LONG_WORD, rows=rows.slice(0, 0))
    editor = EditorWords(
        (LONG_WORD, "sentence. " * 700), "Director of Commissioning", date(2024, 2, 5)
    )
    chart = Chart("chart-none", "No marks", "None.", bridge([]), "bad")
    blocks = (Prose(("word " * 3000, LONG_WORD, "a\x00b")), editor, chart, table, empty)
    return replace(pack, title=LONG_WORD, sections=(Section("s", LONG_WORD, blocks),))


def test_hostile_text_and_empty_tables_neither_overflow_nor_break_a_slide(pack):
    made = Presentation(BytesIO(slides_bytes(hostile_pack(pack))))
    assert overflowing(made) == []
    titles = [slide.shapes.title.text_frame.text for slide in made.slides]
    assert all(len(title) < 400 for title in titles)
    text = "".join(s.text_frame.text for sl in made.slides for s in sl.shapes if s.has_text_frame)
    assert "Words of the editor, not of the system: Director of Commissioning" in text
    assert "\x00" not in text
    assert not charts_of(made)


def test_words_of_the_editor_stand_on_a_ground_of_their_own(pack):
    words = EditorWords(
        ("We ask the board to note this.",), "Director of Quality", date(2024, 2, 5)
    )
    made = replace(pack, sections=(Section("s", "Ours", (Prose(("System.",)), words)),))
    deck = Presentation(BytesIO(slides_bytes(made)))
    boxes = [s for sl in deck.slides for s in sl.shapes if s.name == "Words"]
    ours = [box for box in boxes if "We ask" in box.text_frame.text]
    assert [str(box.fill.fore_color.rgb) for box in ours] == [look.EDITOR]
    assert not any("System." in box.text_frame.text for box in ours)


def plan(sentences, steps):
    entries = (
        ("Lead and reference", "Senior commissioning manager; WC1"),
        ("Service", "Neonatal critical care services (NCBPSNIC)"),
        ("ICBs", "All ICBs of the region"),
        ("Delegation status", "Delegated"),
        (
            "What is the problem?",
            "Too few cots are staffed at night, and outcomes differ. " * sentences,
        ),
        (
            "What are we looking to achieve?",
            "Every baby cared for in the right place. " * sentences,
        ),
        ("Scope", "Neonatal intensive, high dependency and special care, and transport."),
        ("Specific partners", "The operational delivery network and maternity services."),
    )
    rows = pa.table(
        {
            "quarter": [f"Q{n % 4 + 1} 2024/25" for n in range(steps)],
            "deliverable": [
                f"Agree the staffing of unit {n} with its network" for n in range(steps)
            ],
            "state": ["on track"] * steps,
        }
    )
    columns = (
        Column("quarter", "Quarter", Unit.TEXT, "A quarter"),
        Column("deliverable", "Planned deliverable", Unit.TEXT, "What is delivered"),
        Column("state", "State", Unit.TEXT, "How far it is"),
    )
    making = Making("deliverables", ("priority_deliverables",), "one priority")
    table = PackTable("priority_wc1", "Deliverables", columns, rows, "deliverable", making)
    outcome = Definitions((("How will we know?", "Fewer transfers for want of a cot."),))
    blocks = (Definitions(entries), table, outcome)
    return Section("priority-wc1", "WC1: Neonatal critical care", blocks, alone=True)


def slides_of(pack, section):
    """The slides that show anything of a section, past the front of the deck."""
    made = Presentation(BytesIO(slides_bytes(replace(pack, sections=(section,)))))
    assert overflowing(made) == []
    title = section.title
    return [s for s in made.slides if s.shapes.title.text_frame.text.startswith((title, "Deliv"))]


def test_a_plan_on_a_page_is_on_one_slide(pack):
    (slide,) = slides_of(pack, plan(sentences=4, steps=8))
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert len(table.rows) == 9
    text = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
    for words in ("Lead and reference", "What is the problem?", "How will we know?"):
        assert words in text
    boxes = [s for s in slide.shapes if s.name.startswith("Words")]
    sizes = {r.font.size.pt for b in boxes for p in b.text_frame.paragraphs for r in p.runs}
    assert min(sizes) >= 11


def test_a_plan_too_long_for_a_page_takes_more(pack):
    assert len(slides_of(pack, plan(sentences=40, steps=12))) > 1


def test_a_plan_with_words_of_an_editor_keeps_their_ground(pack):
    words = EditorWords(("Ask for the staffing plan.",), "Director of Quality", date(2024, 2, 5))
    section = plan(sentences=1, steps=2)
    section = replace(section, blocks=(words, *section.blocks))
    made = Presentation(BytesIO(slides_bytes(replace(pack, sections=(section,)))))
    boxes = [s for sl in made.slides for s in sl.shapes if s.has_text_frame]
    (ours,) = [b for b in boxes if "Ask for the staffing plan." in b.text_frame.text]
    assert str(ours.fill.fore_color.rgb) == look.EDITOR


def test_a_long_table_is_its_first_rows_and_says_where_the_rest_is(pack):
    rows = pa.table(
        {"name": [f"row {n}" for n in range(500)], "n": pa.array(range(500), pa.int64())}
    )
    columns = (
        Column("name", "Name", Unit.TEXT, "A name"),
        Column("n", "Number", Unit.NUMBER, "A number", adds_up=True),
    )
    making = Making("a count", ("plcm",), "all")
    table = PackTable("long", "Long", columns, rows, "name", making, total_label="All rows")
    made = replace(pack, sections=(Section("s", "Ours", (table,)),))
    deck = Presentation(BytesIO(slides_bytes(made)))
    tables = [(sl, s.table) for sl in deck.slides for s in sl.shapes if s.has_table]
    assert len(tables) == 1
    slide, drawn = tables[0]
    last = [cell.text_frame.text for cell in drawn.rows[len(drawn.rows) - 1].cells]
    assert last == ["All rows", f"{sum(range(500)):,}"]
    said = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
    shown = len(drawn.rows) - 2
    assert f"The first {shown} of 500 rows. The total is of all rows." in said
    assert "pack.xlsx, sheet long" in said


def test_the_same_pack_gives_the_same_bytes(pack, data):
    assert slides_bytes(pack) == data


def test_nothing_of_the_library_s_own_template_is_left(deck):
    assert {layout.name for layout in deck.slide_layouts} == {"Cover", "Content"}
    assert deck.slide_width == Emu(12191695)
    assert deck.core_properties.author == "speccomm"
    names = [part.partname for part in deck.part.package.iter_parts()]
    assert not [name for name in names if "thumbnail" in name or "printer" in name]


def test_a_text_is_wrapped_cut_and_measured():
    assert wrap("", 1, 12) == [""]
    assert "".join(wrap(LONG_WORD, 1, 12)) == LONG_WORD
    assert all(width_of(line, 12) <= 1 for line in wrap("the cat sat on the mat " * 9, 1, 12))
    assert len(wrap(cut_to("word " * 100, 2, 12, 3), 2, 12)) == 3
    assert width_of("漢", 10) > width_of("i", 10)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_slides_one_page_each(data, deck, tmp_path):
    (tmp_path / "pack.pptx").write_bytes(data)
    asked = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/own",
        "--headless",
        "--convert-to",
    ]
    subprocess.run(
        [*asked, "pdf", "--outdir", tmp_path, tmp_path / "pack.pptx"],
        check=True,
        capture_output=True,
    )

    with pikepdf.open(tmp_path / "pack.pdf") as pages:
        assert len(pages.pages) == len(deck.slides)
