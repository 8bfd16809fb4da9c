"""Sizes and colours of slides. Lengths are inches, letters are points."""

from __future__ import annotations

FONT = "Arial"
WIDTH, HEIGHT = 13.333, 7.5
MARGIN = 0.5
ROOM = WIDTH - 2 * MARGIN
INSET = 0.1  # between the edge of a box and its text
TABLE_LEFT, TABLE_ROOM = MARGIN + INSET, ROOM - 2 * INSET
TITLE_TOP, TITLE_HEIGHT = 0.28, 0.86
TOP = 1.22  # where a slide's content begins
BOTTOM = 6.86  # and where it ends
CONTENT_HEIGHT = BOTTOM - TOP
FOOT_TOP, FOOT_HEIGHT = 7.0, 0.34
NUMBER_WIDTH = 1.2

TITLE_SIZES = (24, 20, 18)
WORDS_SIZE, HEADING_SIZE = 16, 18
TABLE_SIZE = 11
NOTE_SIZE = 11
FOOT_SIZE = 11
CHART_SIZE = 12
LINE = 1.2  # the height of a line, in heights of its letters
POINTS = 72  # in an inch

INK = "212B32"
QUIET = "4C6272"
WHITE = "FFFFFF"
BLUE, DEEP_BLUE = "005EB8", "003087"
PALE, RULE = "EEF2F5", "AEB7BD"
CAUTION = "8A1538"
EDITOR = "FFF4D9"  # behind an editor's words


def line_height(size: float) -> float:
    """The height of a line of letters, in inches."""
    return size * LINE / POINTS
