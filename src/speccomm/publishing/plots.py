"""What a chart shows, apart from how it is drawn: marks, their sizes and the words beside them.

The drawing for a page (Vega-Lite) and the chart that people can edit in slides are both made from
this, so they cannot differ. Sizes are exact; every text is as its table has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Part:
    """One part of a stacked bar: which part (0, 1, 2), its size and the text for it."""

    order: int
    size: Decimal
    text: str


@dataclass(frozen=True)
class StackedBar:
    """One named bar with its parts and the text at its end."""

    name: str
    parts: tuple[Part, ...]
    text: str

    @property
    def size(self) -> Decimal:
        return sum((part.size for part in self.parts), Decimal(0))


@dataclass(frozen=True)
class Bar:
    """One named bar with the text at its end. A signed bar may fall below zero."""

    name: str
    size: Decimal
    text: str


@dataclass(frozen=True)
class Step:
    """One step of a bridge: a change, or with `is_total` where the bridge stands by then."""

    name: str
    size: Decimal
    text: str
    is_total: bool = False


@dataclass(frozen=True)
class StackedBars:
    """Bars of parts one after the other. `colours` and `inks` are of the parts, in their order."""

    bars: tuple[StackedBar, ...]
    part_names: tuple[str, ...]
    colours: tuple[str, ...]
    inks: tuple[str, ...]


@dataclass(frozen=True)
class Bars:
    """Bars of one colour from zero; with `signed`, either side of it."""

    bars: tuple[Bar, ...]
    signed: bool = False


@dataclass(frozen=True)
class Bridge:
    """Changes one after the other from zero, and where they lead."""

    steps: tuple[Step, ...]

    def spans(self) -> list[tuple[Decimal, Decimal]]:
        """From where to where each step is drawn."""
        stand, spans = Decimal(0), []
        for step in self.steps:
            start = Decimal(0) if step.is_total else stand
            stand = step.size if step.is_total else stand + step.size
            spans.append((start, stand))
        return spans


@dataclass(frozen=True)
class Lines:
    """One line for each series over the same points."""

    points: tuple[str, ...]
    series: tuple[tuple[str, tuple[Decimal, ...]], ...]
    axis_title: str


Plot = StackedBars | Bars | Bridge | Lines


@dataclass(frozen=True)
class Drawing:
    """A plot with the Vega-Lite specification it is drawn by on a page."""

    plot: Plot
    vega_lite: dict[str, Any]


def as_series(
    series: Sequence[tuple[str, Sequence[Decimal]]],
) -> tuple[tuple[str, tuple[Decimal, ...]], ...]:
    """Series as tuples, so that a plot cannot be changed after it was drawn."""
    return tuple((name, tuple(sizes)) for name, sizes in series)
