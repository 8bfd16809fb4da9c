"""Turn chart specifications into inline SVG that a screen reader announces with words.

All charts of a pack are drawn in one go: starting the renderer costs about a second, a chart a few
hundredths. Nothing is fetched: data stand in the specification and fonts are the reader's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache

import vl_convert
from markupsafe import Markup, escape

from speccomm.publishing.model import Chart

VEGA_LITE = "v6.4"
OPENING_TAG = re.compile(r"<svg[^>]*>")
VIEW_BOX = re.compile(r'viewBox="([^"]+)"')
INNER_ROLES = re.compile(r' (?:role|aria-[a-z]+|pointer-events)="[^"]*"')
LOCAL_REFERENCE = re.compile(r'(id="|url\(#|href="#)')
PARTS_OF_BOX = 4
FONT_FAMILY = re.compile(r'font-family="[^"]*"')
KEPT_DRAWINGS = 128


def draw_charts(charts: Iterable[Chart]) -> dict[str, Markup]:
    """SVG of each chart by its identifier, safe to place in a page.

    Raises ValueError where a specification is not Vega-Lite: a programmer's mistake.
    """
    return {chart.id: _accessible(chart, _draw(chart)) for chart in charts}


def draw_plain(charts: Iterable[Chart], *, font: str) -> dict[str, str]:
    """SVG files of the charts by identifier, lettered in `font`, for a page that is not HTML."""
    return {chart.id: FONT_FAMILY.sub(f'font-family="{font}"', _draw(chart)) for chart in charts}


def _draw(chart: Chart) -> str:
    return _drawn(json.dumps(chart.specification.vega_lite))


@lru_cache(maxsize=KEPT_DRAWINGS)
def _drawn(specification: str) -> str:
    """The drawing of a specification, kept: every format of a pack shows the same charts."""
    return str(
        vl_convert.vegalite_to_svg(specification, vl_version=VEGA_LITE, allowed_base_urls=[])
    )


def _accessible(chart: Chart, svg: str) -> Markup:
    """Give the drawing a title, a description and identifiers of its own; drop addresses.

    Inside HTML an svg element needs no namespace address, so none is left in the page.
    """
    opening = OPENING_TAG.search(svg)
    box = VIEW_BOX.search(svg)
    if opening is None or box is None:
        raise ValueError(f"chart {chart.id} was not drawn as SVG")
    body = INNER_ROLES.sub("", svg[opening.end() :])
    body = LOCAL_REFERENCE.sub(rf"\g<1>{chart.id}-", body)
    width, height = box[1].split()[PARTS_OF_BOX - 2 :]
    head = (
        f'<svg class="chart" id="{chart.id}" role="img" viewBox="{box[1]}" '
        f'width="{width}" height="{height}" '
        f'aria-labelledby="{chart.id}-title" aria-describedby="{chart.id}-description" '
        f'focusable="false">'
        f'<title id="{chart.id}-title">{escape(chart.title)}</title>'
        f'<desc id="{chart.id}-description">{escape(chart.description)}</desc>'
    )
    return Markup(head + body)  # noqa: S704 - our own drawing; words in it are escaped by Vega
