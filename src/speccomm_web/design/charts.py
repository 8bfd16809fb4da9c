"""A chart on a page: SVG drawn here from a Vega-Lite specification, beside the table it draws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from json import dumps
from typing import Any

import vl_convert
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from speccomm_web.design.tables import DataTable

ROOM = 32
SIZE = re.compile(
    r'width="(?P<width>[\d.]+)" height="(?P<height>[\d.]+)" viewBox="0 0 (?P=width) (?P=height)"'
)
KEPT = 256  # drawings kept in memory: a page that many people read is drawn once


@dataclass(frozen=True)
class Figure:
    """A drawing, its caption, and the table that holds the same figures."""

    name: str
    caption: str
    svg: SafeString
    table: DataTable


def figure(
    *,
    name: str,
    caption: str,
    describes: str,
    specification: Mapping[str, Any],
    table: DataTable,
) -> Figure:
    """Draw a Vega-Lite specification. `describes` says in a sentence what the chart shows.

    The specification must hold its data: nothing is fetched. Whoever makes it sees to it that no
    meaning rests on colour alone.
    """
    drawn = _drawn(dumps(specification, sort_keys=True, default=str))
    return Figure(name, caption, mark_safe(_named(drawn, name, describes)), table)  # noqa: S308


@lru_cache(maxsize=KEPT)
def _drawn(specification: str) -> str:
    """The SVG of a specification, without the styles that our content policy refuses.

    It is told to a screen reader as one picture, so its parts keep no roles of their own. Whatever
    text the data hold was escaped by the drawing program.
    """
    svg = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    return _with_room(re.sub(r'\s(?:style|role|aria-[a-z]+)="[^"]*"', "", str(svg)))


def _with_room(svg: str) -> str:
    """A drawing with room on its left: letters of a machine without Arial are wider than drawn for."""

    def wider(size: re.Match[str]) -> str:
        width, height = float(size["width"]) + ROOM, float(size["height"])
        return f'width="{width:g}" height="{height:g}" viewBox="{-ROOM} 0 {width:g} {height:g}"'

    return SIZE.sub(wider, svg, count=1)


def _named(svg: str, name: str, describes: str) -> str:
    label = f'role="img" aria-labelledby="{escape(name)}-title" focusable="false" '
    title = f'<title id="{escape(name)}-title">{escape(describes)}</title>'
    opening = re.match(r"<svg([^>]*)>", svg)
    if opening is None:
        raise ValueError("The drawing program returned no SVG.")
    return f"<svg {label}{opening.group(1).strip()}>{title}{svg[opening.end() :]}"
