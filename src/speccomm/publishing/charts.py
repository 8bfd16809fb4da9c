"""Chart specifications (Vega-Lite through Altair): one palette, one width, labels beside colours.

Every function takes plain marks already worded, so a label on a chart is the same text as in its
table. Positions are drawn from floats; the figures printed are not. No chart leans on colour alone:
parts carry letters, shapes, signs or labels as well.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import altair as alt
from altair.utils import schemapi

from speccomm.publishing.plots import (
    Bar,
    Bars,
    Bridge,
    Drawing,
    Lines,
    Part,
    StackedBar,
    StackedBars,
    Step,
    as_series,
)

__all__ = [
    "Bar",
    "Part",
    "StackedBar",
    "Step",
    "bridge",
    "month_lines",
    "plain_bars",
    "signed_bars",
    "stacked_bars",
]

schemapi.disable_debug_mode()  # the renderer refuses what is not Vega-Lite: once is enough

FONT = "Arial, sans-serif"
INK = "#212b32"
QUIET = "#4c6272"
GRID = "#d8dde0"
BLUE = "#005eb8"
FLOW_COLOURS = ("#003087", "#00a499", "#ae2573")  # A, B, C: each at least 3:1 on white
FLOW_SHAPES = ("circle", "square", "triangle-up")
ANSWER_COLOURS = ("#003087", "#41b6e6", "#d8dde0", "#ffffff")  # yes, no, not looked at, n/a
ANSWER_INKS = ("#ffffff", INK, INK, INK)
ABOVE, BELOW, LEVEL = "#b34700", "#005eb8", "#425563"
CHART_WIDTH = 800
LETTER_WIDTH = 6.9
LONGEST_LINE = 47
BAR = 22
FONT_SIZE = 14
LINE_BREAK = "|"
MONTH_AXIS = "Units of activity in the month"
HEADROOM = 1.14  # room beyond the longest bar for its label
LABELLED_SHARE = 0.14  # a segment shorter than this share of the longest bar holds no label
FLOW_INKS = ("#ffffff", INK, "#ffffff")  # for labels on A, B, C: each at least 4.5:1


def stacked_bars(
    bars: Sequence[StackedBar],
    *,
    part_names: Sequence[str],
    colours: Sequence[str] = FLOW_COLOURS,
    inks: Sequence[str] = (),
) -> Drawing:
    """Bars of parts one after the other, with a legend in the order of the parts.

    A light colour is outlined, so that a part shows on white.
    """
    inks = inks or FLOW_INKS
    longest = max((bar.size for bar in bars), default=Decimal(0))
    segments, ends = [], []
    for bar in bars:
        start = Decimal(0)
        for part in bar.parts:
            segments.append(
                {
                    "name": _over_lines(bar.name),
                    "part": part_names[part.order],
                    "from": float(start),
                    "to": float(start + part.size),
                    "middle": float(start + part.size / 2),
                    "ink": inks[part.order],
                    "text": part.text if _holds_label(part.size, longest) else "",
                }
            )
            start += part.size
        ends.append({"name": _over_lines(bar.name), "to": float(start), "text": bar.text})
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=list(part_names), range=list(colours)[: len(part_names)]),
        legend=_legend(),
    )
    names = [_over_lines(bar.name) for bar in bars]
    y = _name_axis(names)
    base = alt.Chart(alt.Data(values=segments))
    blocks = base.mark_bar(stroke=_outline(colours), strokeWidth=1, height=BAR).encode(
        y=y, x=_size_axis(longest), x2=alt.X2("to:Q"), color=colour
    )
    inside = base.mark_text(fontSize=FONT_SIZE - 1).encode(
        y=y,
        x=alt.X("middle:Q"),
        text=alt.Text("text:N"),
        color=alt.Color("ink:N", scale=None, legend=None),
    )
    plot = StackedBars(tuple(bars), tuple(part_names), tuple(colours), tuple(inks))
    return Drawing(plot, _finish(alt.layer(blocks, inside, _end_labels(ends, y)), names))


def plain_bars(bars: Sequence[Bar]) -> Drawing:
    """Bars of one colour from zero, each with its figure at its end."""
    longest = max((bar.size for bar in bars), default=Decimal(0))
    values = [
        {"name": _over_lines(bar.name), "from": 0, "to": float(bar.size), "text": bar.text}
        for bar in bars
    ]
    names = [_over_lines(bar.name) for bar in bars]
    y = _name_axis(names)
    blocks = (
        alt.Chart(alt.Data(values=values))
        .mark_bar(color=BLUE, height=BAR)
        .encode(y=y, x=_size_axis(longest), x2=alt.X2("to:Q"))
    )
    drawn = _finish(alt.layer(blocks, _end_labels(values, y)), names)
    return Drawing(Bars(tuple(bars)), drawn)


def signed_bars(bars: Sequence[Bar]) -> Drawing:
    """Bars to the right of zero where above plan and to the left where below, with signed text."""
    steps = [Step(bar.name, bar.size, bar.text) for bar in bars]
    spans = [(Decimal(0), bar.size) for bar in bars]
    return Drawing(Bars(tuple(bars), signed=True), _floating(steps, spans))


def bridge(steps: Sequence[Step]) -> Drawing:
    """Changes one after the other from zero; a total is drawn from zero to where it stands."""
    plot = Bridge(tuple(steps))
    return Drawing(plot, _floating(steps, plot.spans()))


def month_lines(months: Sequence[str], series: Sequence[tuple[str, Sequence[Decimal]]]) -> Drawing:
    """One line for each series over the months, from zero; a shape as well as a colour for each."""
    values = [
        {"month": month, "part": name, "size": float(size)}
        for name, sizes in series
        for month, size in zip(months, sizes, strict=True)
    ]
    names = [name for name, _ in series]
    colour = alt.Color(
        "part:N", scale=alt.Scale(domain=names, range=list(FLOW_COLOURS)), legend=_legend()
    )
    shape = alt.Shape(
        "part:N", scale=alt.Scale(domain=names, range=list(FLOW_SHAPES)), legend=_legend()
    )
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=90, filled=True))
        .encode(
            x=alt.X("month:O", sort=list(months), title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                "size:Q",
                title=MONTH_AXIS,
                scale=alt.Scale(zero=True),
                axis=alt.Axis(format=",d", tickCount=5),
            ),
            color=colour,
            shape=shape,
        )
    )
    drawn = _configure(chart.properties(width=CHART_WIDTH - 80, height=280))
    return Drawing(Lines(tuple(months), as_series(series), MONTH_AXIS), drawn)


def _floating(steps: Sequence[Step], spans: Sequence[tuple[Decimal, Decimal]]) -> dict[str, Any]:
    values: list[dict[str, Any]] = []
    for step, (start, end) in zip(steps, spans, strict=True):
        rising = step.size >= 0
        values.append(
            {
                "name": _over_lines(step.name),
                "from": float(start),
                "to": float(end),
                "far": float(max(start, end)),
                "colour": LEVEL if step.is_total else ABOVE if rising else BELOW,
                "text": step.text,
            }
        )
    low = min((min(v["from"], v["to"]) for v in values), default=0.0)
    high = max((v["far"] for v in values), default=0.0)
    reach = (high - low) or 1.0
    names = [_over_lines(step.name) for step in steps]
    y = _name_axis(names)
    scale = alt.Scale(domain=[low - reach * 0.02, high + reach * 0.24], nice=False)
    base = alt.Chart(alt.Data(values=values))
    blocks = base.mark_bar(height=BAR).encode(
        y=y,
        x=alt.X("from:Q", scale=scale, axis=None),
        x2=alt.X2("to:Q"),
        color=alt.Color("colour:N", scale=None, legend=None),
    )
    labels = base.mark_text(align="left", dx=6, color=INK, fontSize=FONT_SIZE).encode(
        y=y, x=alt.X("far:Q"), text=alt.Text("text:N")
    )
    zero = (
        alt.Chart(alt.Data(values=[{"zero": 0}]))
        .mark_rule(color=INK, strokeWidth=1.5)
        .encode(x=alt.X("zero:Q"))
    )
    return _finish(alt.layer(blocks, zero, labels), names)


def _outline(colours: Sequence[str]) -> str:
    return "white" if tuple(colours) == FLOW_COLOURS else QUIET


def _over_lines(name: str) -> str:
    """A long name broken over lines, for an axis."""
    return LINE_BREAK.join(textwrap.wrap(name, LONGEST_LINE, break_long_words=False)) or name


def _holds_label(size: Decimal, longest: Decimal) -> bool:
    return bool(longest) and float(size / longest) >= LABELLED_SHARE


def _end_labels(values: list[dict[str, Any]], y: Any) -> Any:
    return (
        alt.Chart(alt.Data(values=values))
        .mark_text(align="left", dx=6, color=INK, fontSize=FONT_SIZE)
        .encode(y=y, x=alt.X("to:Q"), text=alt.Text("text:N"))
    )


def _name_axis(names: list[str]) -> Any:
    axis = alt.Axis(
        labelExpr=f"split(datum.label, '{LINE_BREAK}')",
        labelLimit=CHART_WIDTH,
        labelLineHeight=FONT_SIZE + 2,
        ticks=False,
        domain=False,
        labelPadding=8,
    )
    return alt.Y("name:N", sort=names, title=None, axis=axis)


def _size_axis(longest: Decimal) -> Any:
    top = float(longest) * HEADROOM or 1.0
    return alt.X("from:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=None)


def _legend() -> Any:
    return alt.Legend(
        title=None, orient="top", direction="horizontal", labelLimit=400, symbolType="square"
    )


def _finish(chart: Any, names: Sequence[str]) -> dict[str, Any]:
    lines = max(name.count(LINE_BREAK) + 1 for name in names) if names else 1
    step = max(BAR + 10, lines * (FONT_SIZE + 3) + 4)
    longest = max((len(line) for name in names for line in name.split(LINE_BREAK)), default=0)
    width = CHART_WIDTH - round(longest * LETTER_WIDTH)
    return _configure(chart.properties(width=width, height=alt.Step(step)))


def _configure(chart: Any) -> dict[str, Any]:
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": INK, "titleColor": QUIET}
    sizes = {"labelFontSize": FONT_SIZE, "titleFontSize": FONT_SIZE, "titleFontWeight": "normal"}
    specification: dict[str, Any] = chart.to_dict(validate=False)
    specification |= {
        "autosize": {"type": "pad"},
        "background": "white",
        "config": {
            "font": FONT,
            "aria": False,
            "padding": 4,
            "axis": {**text, **sizes, "gridColor": GRID, "domainColor": QUIET, "tickColor": QUIET},
            "legend": {
                "labelFont": FONT,
                "labelFontSize": FONT_SIZE,
                "labelColor": INK,
                "columnPadding": 24,
            },
            "view": {"stroke": None},
        },
    }
    specification.pop("$schema", None)
    return specification
