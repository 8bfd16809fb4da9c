"""How wide a text is and how many lines it takes: a bound from above, without the font itself.

Widths are those of Helvetica, whose letters Arial and Liberation Sans match; what is not in the
table counts as wide as any letter is. Wrapping is by words, and within a word too long for a line.
"""

from __future__ import annotations

import re
import unicodedata

from speccomm.publishing.rendering.slides.look import POINTS, line_height

PER_POINT = 1000
BOLD = 1.08
SPACES = re.compile(r"[ \t]+")
SLACK = 1.03  # programs space letters a little differently
FULL, WIDE = 1000, 780
NARROW = {222: "ijl'", 278: " \N{NO-BREAK SPACE}!,./:;I[]ft\\|’‘", 333: "-()r`“”·", 355: '"'}
MIDDLING = {389: "*", 469: "^", 500: "Jckvsxyz", 556: "#$0123456789?L_abdeghnopqu£–", 584: "+<=>~−"}
BROAD = {
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
WIDTHS = {
    letter: width
    for group in (NARROW, MIDDLING, BROAD)
    for width, letters in group.items()
    for letter in letters
}


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text on one line, in inches."""
    units = sum(WIDTHS.get(letter) or _other(letter) for letter in text)
    return units / PER_POINT * size / POINTS * SLACK * (BOLD if bold else 1)


def _other(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return FULL if unicodedata.east_asian_width(letter) in "WF" or letter in "—●○…" else WIDE


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The lines a text takes in a width; at least one, which may be empty."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in SPACES.split(paragraph.strip(" \t")):
            tried = f"{line} {word}" if line else word
            if width_of(tried, size, bold=bold) <= width:
                line = tried
                continue
            if line:
                lines.append(line)
            *whole, line = _broken(word, width, size, bold=bold)
            lines += whole
        lines.append(line)
    return lines


def _broken(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    """A word in pieces that fit; a single letter is never broken."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def height_of(text: str, width: float, size: float, *, bold: bool = False) -> float:
    """The height of a text in a width, in inches."""
    return len(wrap(text, width, size, bold=bold)) * line_height(size)


def cut_to(text: str, width: float, size: float, lines: int, *, bold: bool = False) -> str:
    """The text, or as much of it as fits in so many lines with … at its end."""
    wrapped = wrap(text, width, size, bold=bold)
    if len(wrapped) <= lines:
        return text
    kept = wrapped[:lines]
    while kept[-1] and width_of(f"{kept[-1]}…", size, bold=bold) > width:
        kept[-1] = kept[-1][:-1]
    return " ".join(kept).rstrip(" ,;:.") + "…"
