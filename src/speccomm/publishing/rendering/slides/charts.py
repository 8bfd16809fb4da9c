"""Native charts that people can edit, drawn from the same marks as the charts of the page."""

from __future__ import annotations

from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.oxml import parse_xml
from pptx.util import Pt

from speccomm.publishing import charts as page
from speccomm.publishing.model import Chart
from speccomm.publishing.plots import Bars, Bridge, Lines, Plot, StackedBars
from speccomm.publishing.rendering.slides import look
from speccomm.publishing.rendering.slides.chart_data import ChartSheet, chart_sheet, sheet_bytes
from speccomm.publishing.rendering.slides.deck import Box, Deck, describe, place

KINDS = {
    StackedBars: XL_CHART_TYPE.BAR_STACKED,
    Bridge: XL_CHART_TYPE.BAR_STACKED,
    Lines: XL_CHART_TYPE.LINE_MARKERS,
}
MARKERS = (XL_MARKER_STYLE.CIRCLE, XL_MARKER_STYLE.SQUARE, XL_MARKER_STYLE.TRIANGLE)
MANY = 10  # marks; more are lettered smaller
LABELLED_SHARE = 0.09  # a part shorter than this share of the longest bar holds no label
CHART_NAMES = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'


def add_chart(deck: Deck, slide: Any, chart: Chart, box: Box, about: list[str]) -> Any:
    """A chart on a slide, with its own data sheet and its words for those who cannot see it."""
    plot = chart.specification.plot
    sheet = chart_sheet(plot)
    names, series = sheet.names_and_series()
    data = CategoryChartData(number_format=sheet.number_format)
    data.categories = names
    for name, values in series:
        data.add_series(name, values)
    kind = KINDS.get(type(plot), XL_CHART_TYPE.BAR_CLUSTERED)
    frame = slide.shapes.add_chart(kind, *place(box), data)
    describe(frame, chart.title, chart.description)
    drawn = frame.chart
    _refer(drawn, sheet)
    drawn.part.chart_workbook.update_from_xlsx_blob(sheet_bytes(sheet, about, deck.pack.built_at))
    _dress(drawn, plot, len(names))
    drawn.value_axis.tick_labels.number_format = sheet.axis_format
    drawn.value_axis.tick_labels.number_format_is_linked = False
    return frame


def _refer(drawn: Any, sheet: ChartSheet) -> None:
    """Point every series at its own column of the data sheet."""
    for place_of, element in zip(sheet.series, drawn._chartSpace.xpath(".//c:ser"), strict=True):
        for kind, reference in (
            ("tx", sheet.title_reference(place_of)),
            ("cat", sheet.reference(sheet.names)),
            ("val", sheet.reference(place_of)),
        ):
            for formula in element.xpath(f"./c:{kind}//c:f"):
                formula.text = reference


def _dress(drawn: Any, plot: Plot, marks: int) -> None:
    drawn.font.size = Pt(look.CHART_SIZE if marks <= MANY else look.TABLE_SIZE)
    drawn.font.name = look.FONT
    drawn.font.color.rgb = _rgb(look.INK)
    drawn.has_title = False
    if isinstance(plot, Lines):
        _dress_lines(drawn, plot)
        return
    _dress_bar_axes(drawn, plot)
    if isinstance(plot, StackedBars):
        _dress_stacked(drawn, plot)
    elif isinstance(plot, Bridge):
        _dress_bridge(drawn)
    else:
        _dress_bars(drawn, plot)


def _dress_bar_axes(drawn: Any, plot: Plot) -> None:
    """Names from the top down, beside the chart and not among its bars; a light grid."""
    names, sizes = drawn.category_axis, drawn.value_axis
    names.reverse_order = True
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = _rgb(look.QUIET)
    names.has_major_gridlines = False
    sizes.has_major_gridlines = True
    sizes.major_gridlines.format.line.color.rgb = _rgb("D8DDE0")
    sizes.format.line.fill.background()
    sizes.tick_labels.font.color.rgb = _rgb(look.QUIET)
    _start_at_zero(sizes, plot)
    # Names run from the top, so the axis of sizes would stand there too: it belongs below.
    sizes.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    drawn.plots[0].gap_width = 45
    drawn.plots[0].overlap = 100


def _start_at_zero(sizes: Any, plot: Plot) -> None:
    """Bars are as long as their figures: an axis that left zero out would say otherwise."""
    if isinstance(plot, StackedBars):
        ends = [bar.size for bar in plot.bars]
    elif isinstance(plot, Bridge):
        ends = [end for _, end in plot.spans()]
    elif isinstance(plot, Bars):
        ends = [bar.size for bar in plot.bars]
    else:
        return
    if all(end >= 0 for end in ends):
        sizes.minimum_scale = 0
    elif all(end <= 0 for end in ends):
        sizes.maximum_scale = 0


def _dress_stacked(drawn: Any, plot: StackedBars) -> None:
    _legend(drawn)
    longest = max((bar.size for bar in plot.bars), default=0)
    for order, series in enumerate(drawn.plots[0].series):
        _paint(series, plot.colours[order].lstrip("#"), outline=True)
        for number, bar in enumerate(plot.bars):
            part = next((p for p in bar.parts if p.order == order), None)
            if part is None or not longest or part.size / longest < LABELLED_SHARE:
                continue
            label = series.points[number].data_label
            label.position = XL_LABEL_POSITION.CENTER
            _show_value(label)
            label.font.size = Pt(look.TABLE_SIZE)
            label.font.color.rgb = _rgb(plot.inks[order].lstrip("#"))


def _show_value(label: Any) -> None:
    """A label of one point that shows the value of its cell, whatever that becomes."""
    element = label._get_or_add_dLbl()
    for name, wanted in (("showVal", "1"), ("showSerName", "0"), ("showCatName", "0")):
        for found in element.xpath(f"./c:{name}"):
            found.set("val", wanted)


def _dress_bars(drawn: Any, plot: Bars) -> None:
    colours = (page.ABOVE, page.BELOW) if plot.signed else (page.BLUE,)
    labels = "+£#,##0;\N{MINUS SIGN}£#,##0;;" if plot.signed else ""
    for series, colour in zip(drawn.plots[0].series, colours, strict=True):
        _paint(series, colour.lstrip("#"))
        shown = series.data_labels
        shown.show_value = True
        shown.position = XL_LABEL_POSITION.OUTSIDE_END
        shown.font.size = Pt(look.TABLE_SIZE)
        if labels:
            shown.number_format = labels if "£" in _text(plot) else labels.replace("£", "")
            shown.number_format_is_linked = False
    if plot.signed:
        _legend(drawn)
    else:
        drawn.has_legend = False


def _text(plot: Bars) -> str:
    return plot.bars[0].text if plot.bars else ""


def _dress_bridge(drawn: Any) -> None:
    base, *parts = drawn.plots[0].series
    base.format.fill.background()
    base.format.line.fill.background()
    colours = (page.ABOVE, page.BELOW, page.LEVEL)
    for place_of, series in enumerate(parts):
        _paint(series, colours[place_of // 2].lstrip("#"))
    _legend(drawn)
    legend = drawn.legend._element
    for number in (0, 2, 4, 6):  # the clear base, and the parts below zero of each colour
        legend.insert_element_before(
            parse_xml(
                f'<c:legendEntry {CHART_NAMES}><c:idx val="{number}"/>'
                '<c:delete val="1"/></c:legendEntry>'
            ),
            "c:layout",
            "c:overlay",
            "c:spPr",
            "c:txPr",
        )


def _dress_lines(drawn: Any, plot: Lines) -> None:
    _legend(drawn)
    axis = drawn.value_axis
    axis.minimum_scale = 0
    axis.has_title = True
    axis.axis_title.text_frame.text = plot.axis_title
    letters = axis.axis_title.text_frame.paragraphs[0].runs[0].font
    letters.size, letters.bold = Pt(look.CHART_SIZE), False
    axis.major_gridlines.format.line.color.rgb = _rgb("D8DDE0")
    axis.format.line.fill.background()
    for place_of, series in enumerate(drawn.plots[0].series):
        colour = _rgb(page.FLOW_COLOURS[place_of % len(page.FLOW_COLOURS)].lstrip("#"))
        series.smooth = False
        series.format.line.color.rgb = colour
        series.format.line.width = Pt(2.5)
        series.marker.style = MARKERS[place_of % len(MARKERS)]
        series.marker.size = 9
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = colour
        series.marker.format.line.color.rgb = colour


def _paint(series: Any, colour: str, *, outline: bool = False) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _rgb(colour)
    series.invert_if_negative = False
    if outline:
        series.format.line.color.rgb = _rgb(look.WHITE if colour != look.WHITE else look.QUIET)


def _legend(drawn: Any) -> None:
    drawn.has_legend = True
    drawn.legend.position = XL_LEGEND_POSITION.TOP
    drawn.legend.include_in_layout = False
    drawn.legend.font.size = Pt(look.CHART_SIZE)


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.upper())
