"""Room for the columns of a printed table: on a page upright or sideways, or over several tables.

Widths are worked out here and not by the typesetter, so that a figure is never broken over lines
and a column of words gets the room its words need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

UPRIGHT, SIDEWAYS = 510.0, 757.0  # points between the margins of A4
SIZES = ((UPRIGHT, 8.5), (UPRIGHT, 7.5), (SIDEWAYS, 8.0), (SIDEWAYS, 7.0))
SPLIT_SIZE = 7.5
INSET = 7.0  # points, both sides of a cell together
NARROW = frozenset("iljtf.,:;'()|!-/ ")
WIDE = frozenset("mwMW@%●○")
BOLD = 1.07
MOST_WORDS = 30.0  # widths of a letter m's half: what a column of words may ask for
FAIR_WORDS, FAIR_HEADING = 13.0, 21.0
GROUP_LINES = 3
FAIR_TITLE, TITLE_LINES = 6.5, 2  # a title over a column of figures may take two lines or so
SPREAD = 1.5  # how far beyond what it asks for the heading column may be stretched
NAME_SCALE = 0.72  # the size of a column's name in files beside its title


@dataclass(frozen=True)
class Asked:
    """The room a column asks for, in ems: at least, fairly, and to stand on one line."""

    least: float
    fair: float
    most: float
    is_words: bool


@dataclass(frozen=True)
class Part:
    """Some columns of a table that stand together, by their places, with widths in points."""

    columns: tuple[int, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Layout:
    """How a table is set: sideways or not, the size of its letters and its parts."""

    sideways: bool
    size: float
    parts: tuple[Part, ...]


@lru_cache(maxsize=4096)
def ems(text: str) -> float:
    """About how wide a text is, in ems of the typeface."""
    return sum(
        0.28 if c in NARROW else 0.86 if c in WIDE else 0.6 if c.isupper() else 0.51 for c in text
    )


def asked_by(
    title: str,
    name: str,
    cells: Sequence[str],
    *,
    is_words: bool,
    is_heading: bool = False,
    share: float = 0.0,
) -> Asked:
    """The room a column asks for; `name` is empty where it is not printed.

    `share` is its part, in ems, of the room that a heading over several columns takes on one line.
    """
    head = max((ems(word) for word in title.split()), default=0.0) * BOLD
    head = max([head, *(ems(f"{part}_") * NAME_SCALE for part in name.split("_"))])
    if not is_words:
        widest = max([head, *map(ems, cells)])
        fair = max(widest, share / GROUP_LINES, min(ems(title) * BOLD / TITLE_LINES, FAIR_TITLE))
        return Asked(widest, fair, fair, is_words=False)
    words = max((ems(word) for cell in cells for word in cell.split()), default=0.0)
    least = max(head, min(words, FAIR_WORDS))
    most = max(least, min(MOST_WORDS, max(map(ems, cells), default=0.0)))
    fair = min(FAIR_HEADING if is_heading else FAIR_WORDS, most)
    return Asked(least, max(least, fair), most, is_words=True)


def lay_out(asked: Sequence[Asked], heading: int) -> Layout:
    """Where and how small a table is set. `heading` is the place of the column that heads rows.

    A table that no page holds is split by columns, each part with its heading column.
    """
    places = tuple(range(len(asked)))
    for room, size in SIZES:
        if _needs(asked, places, size) <= room:
            part = Part(places, _shared_out(asked, places, heading, size, room))
            return Layout(room > UPRIGHT, size, (part,))
    parts = tuple(
        Part(group, _shared_out(asked, group, heading, SPLIT_SIZE, SIDEWAYS))
        for group in _split(asked, heading)
    )
    return Layout(sideways=True, size=SPLIT_SIZE, parts=parts)


def _needs(asked: Sequence[Asked], places: Sequence[int], size: float) -> float:
    return sum(asked[place].fair * size + INSET for place in places)


def _split(asked: Sequence[Asked], heading: int) -> list[tuple[int, ...]]:
    groups: list[tuple[int, ...]] = []
    current: tuple[int, ...] = (heading,)
    for place in (p for p in range(len(asked)) if p != heading):
        longer = (*current, place)
        if len(current) > 1 and _needs(asked, longer, SPLIT_SIZE) > SIDEWAYS:
            groups.append(current)
            longer = (heading, place)
        current = longer
    return [*groups, current]


def _shared_out(
    asked: Sequence[Asked], places: Sequence[int], heading: int, size: float, room: float
) -> tuple[float, ...]:
    """The room of a page shared out: first what is fair, then to the columns of words what they ask."""
    widths = {place: asked[place].fair * size + INSET for place in places}
    wanted = {p: (asked[p].most - asked[p].fair) * size for p in places if asked[p].is_words}
    left = room - sum(widths.values())
    share = min(1.0, left / sum(wanted.values())) if sum(wanted.values()) > 0 else 0.0
    for place, more in wanted.items():
        widths[place] += more * max(share, 0.0)
    left = room - sum(widths.values())
    if left < 0:  # one column alone is wider than the page: its words will be broken
        return tuple(width * room / (room - left) for width in widths.values())
    widths[heading] += min(left, widths[heading] * (SPREAD - 1))
    left = room - sum(widths.values())
    more = left / len(places)
    limit = size * 3
    return tuple(round(width + min(more, limit), 2) for width in widths.values())
