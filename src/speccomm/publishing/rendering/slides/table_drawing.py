"""Draw what of a table one slide shows, as a table that people can edit."""

from __future__ import annotations

from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.deck import describe
from speccomm.publishing.rendering.slides.tables import PAD_X, PAD_Y, SlideTable
from speccomm.publishing.rendering.slides.template import NAMES

PLAIN_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid: ours is drawn below


def add_table(
    slide: Any, shown: SlideTable, row_header: str, title: str, words: str, *, top: float
) -> Any:
    """The table on the slide, its first row marked as headings."""
    count = len(shown.rows) + 1
    frame = slide.shapes.add_table(
        count,
        len(shown.columns),
        Inches(look.TABLE_LEFT),
        Inches(top),
        Inches(sum(shown.widths)),
        Inches(shown.height),
    )
    describe(frame, title, words)
    table = frame.table
    _set_style(table, has_total=shown.has_total)
    for place, width in enumerate(shown.widths):
        table.columns[place].width = Inches(width)
    for place, height in enumerate((shown.heading_height, *shown.heights)):
        table.rows[place].height = Inches(height)
    _fill_row(table, 0, shown, shown.headings, bold=True, fill=look.BLUE, ink=look.WHITE)
    head = [column.name == row_header for column in shown.columns]
    for number, row in enumerate(shown.rows, start=1):
        is_total = shown.has_total and number == count - 1
        fill = look.RULE if is_total else look.PALE if number % 2 == 0 else look.WHITE
        _fill_row(table, number, shown, row, bold=is_total, fill=fill, ink=look.INK, heads=head)
    return frame


def _set_style(table: Any, *, has_total: bool) -> None:
    table.first_row, table.horz_banding, table.last_row = True, True, has_total
    style = table._tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    )
    if style is not None:
        style.text = PLAIN_STYLE


def _fill_row(
    table: Any,
    number: int,
    shown: SlideTable,
    texts: tuple[str, ...],
    *,
    bold: bool,
    fill: str,
    ink: str,
    heads: list[bool] | None = None,
) -> None:
    for place, (column, text) in enumerate(zip(shown.columns, texts, strict=True)):
        cell = table.cell(number, place)
        cell.margin_left = cell.margin_right = Inches(PAD_X)
        cell.margin_top = cell.margin_bottom = Inches(PAD_Y)
        cell.vertical_anchor = MSO_ANCHOR.BOTTOM if number == 0 else MSO_ANCHOR.TOP
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(fill)
        _rule(cell)
        frame = cell.text_frame
        frame.word_wrap = True
        paragraph = frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.RIGHT if column.unit.is_figure else PP_ALIGN.LEFT
        if not text:  # or an empty cell would be as tall as the program's own letters
            paragraph._p.get_or_add_endParaRPr().set("sz", str(look.TABLE_SIZE * 100))
            continue
        run = paragraph.add_run()
        run.text = text
        run.font.size = Pt(look.TABLE_SIZE)
        run.font.bold = bold or bool(heads and heads[place])
        run.font.color.rgb = RGBColor.from_string(ink)


def _rule(cell: Any) -> None:
    """A thin line below the cell."""
    line = parse_xml(
        f'<a:lnB {NAMES} w="6350"><a:solidFill><a:srgbClr val="{look.RULE}"/></a:solidFill></a:lnB>'
    )
    cell._tc.get_or_add_tcPr().insert(0, line)
