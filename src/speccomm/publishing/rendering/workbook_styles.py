"""The looks of a workbook's cells, each made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

FONT = "Arial"
INK, QUIET, BLUE, DEEP_BLUE = "#212B32", "#4C6272", "#005EB8", "#003087"
PALE, LINE, CAUTION = "#E8EDEE", "#AEB7BD", "#8A1538"
BODY_SIZE = 10
BASE: dict[str, Any] = {
    "font_name": FONT,
    "font_size": BODY_SIZE,
    "font_color": INK,
    "valign": "top",
}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": DEEP_BLUE, "valign": "vcenter"},
    "handling": {"bold": True, "font_color": CAUTION, "valign": "vcenter"},
    "quiet": {"font_color": QUIET},
    "link": {"font_color": BLUE, "underline": 1},
    "heading": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": BLUE,
        "text_wrap": True,
        "valign": "bottom",
        "border": 1,
        "border_color": LINE,
    },
    "heading_right": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": BLUE,
        "text_wrap": True,
        "align": "right",
        "valign": "bottom",
        "border": 1,
        "border_color": LINE,
    },
    "text": {"text_wrap": True, "bottom": 1, "bottom_color": PALE},
    "wide": {"text_wrap": True},
    "head": {"text_wrap": True, "bold": True, "bottom": 1, "bottom_color": PALE},
    "number": {"align": "right", "bottom": 1, "bottom_color": PALE},
    "missing": {"italic": True, "font_color": QUIET, "bottom": 1, "bottom_color": PALE},
    "missing_figure": {
        "italic": True,
        "font_color": QUIET,
        "align": "right",
        "bottom": 1,
        "bottom_color": PALE,
    },
    "receipt": {
        "font_color": QUIET,
        "font_size": 9,
        "indent": 1,
        "bottom": 1,
        "bottom_color": PALE,
    },
    "total": {"bold": True, "bg_color": PALE, "top": 2, "top_color": DEEP_BLUE, "text_wrap": True},
    "total_figure": {
        "bold": True,
        "bg_color": PALE,
        "top": 2,
        "top_color": DEEP_BLUE,
        "align": "right",
    },
}


@dataclass
class Styles:
    """Formats of one workbook by style, number format and whether a text is quoted."""

    book: Any
    _made: dict[tuple[str, str, bool], Any] = field(default_factory=dict)

    def get(self, style: str, number_format: str = "", *, quoted: bool = False) -> Any:
        """The format of a style, the same object each time."""
        key = (style, number_format, quoted)
        if key not in self._made:
            looks = {**BASE, **STYLES[style]}
            if number_format:
                looks["num_format"] = number_format
            if quoted:
                looks["quote_prefix"] = True
            self._made[key] = self.book.add_format(looks)
        return self._made[key]
