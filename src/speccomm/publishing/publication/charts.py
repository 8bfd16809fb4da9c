"""Charts drawn again from protected tables: what is hidden there is not drawn, and is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from speccomm.publishing.charts import bridge, month_lines, plain_bars, signed_bars, stacked_bars
from speccomm.publishing.leaving import ProtectedTable
from speccomm.publishing.model import Cell, Chart, PackTable, Unit
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
)
from speccomm.publishing.publication.lines import lines_of
from speccomm.publishing.wording import say_activity, say_list, say_pounds


@dataclass(frozen=True)
class Shown:
    """A number as it may be shown, and what it is a number of."""

    number: Decimal
    unit: Unit

    @property
    def text(self) -> str:
        return say_pounds(self.number) if self.unit is Unit.GBP else say_activity(self.number)


class Hidden(Exception):
    """A number of a chart that is hidden, or that its table does not show."""


class Redrawing:
    """The numbers of one table as they were and as they may be shown.

    Where two cells held the same number and one is hidden, the number counts as hidden.
    """

    def __init__(self, before: PackTable, after: ProtectedTable) -> None:
        self._shown: dict[Decimal, Shown | None] = {}
        protected = {line.key: line.cells for line in lines_of(after)}
        for line in lines_of(before):
            for column in before.columns:
                value = line.cells.get(column.name)
                if column.unit.is_figure and isinstance(value, Decimal | int):
                    self._note(Decimal(value), protected[line.key].get(column.name), column.unit)

    def _note(self, value: Decimal, cell: Cell, unit: Unit) -> None:
        if not isinstance(cell, Decimal | int):
            self._shown[value] = None
        else:
            self._shown.setdefault(value, Shown(Decimal(cell), unit))

    def of(self, value: Decimal | int) -> Shown:
        """How a number may be shown. Raises Hidden."""
        if value == 0:
            return self._shown.get(Decimal(0)) or Shown(Decimal(0), Unit.ACTIVITY)
        found = self._shown.get(Decimal(value))
        if found is None:
            raise Hidden
        return found

    def text(self, value: Decimal | int) -> str:
        """A number in words, empty where it may not be shown."""
        try:
            return self.of(value).text
        except Hidden:
            return ""


def redrawn(chart: Chart, before: PackTable, after: ProtectedTable) -> Chart | None:
    """The chart of protected numbers, None where nothing of it may be drawn."""
    numbers = Redrawing(before, after)
    plot = chart.specification.plot
    dropped: list[str] = []
    if isinstance(plot, StackedBars):
        drawing = _stacked(plot, numbers, dropped)
    elif isinstance(plot, Bars):
        drawing = _bars(plot, numbers, dropped)
    elif isinstance(plot, Lines):
        drawing = _lines(plot, numbers, dropped)
    else:
        drawing = _bridge(plot, numbers)
    if drawing is None:
        return None
    described = f"Drawn from the numbers of the table {after.title}, as they are shown there."
    if dropped:
        named = dict.fromkeys(dropped)
        described += f" Not drawn, because a number of it is hidden: {say_list(list(named))}."
    return replace(chart, description=described, specification=drawing)


def _stacked(plot: StackedBars, numbers: Redrawing, dropped: list[str]) -> Drawing | None:
    bars = []
    for bar in plot.bars:
        try:
            parts = tuple(_part(part, plot.part_names, numbers) for part in bar.parts)
        except Hidden:
            dropped.append(bar.name)
            continue
        bars.append(StackedBar(bar.name, parts, numbers.text(bar.size)))
    if not bars:
        return None
    names = [name.split(":")[0] for name in plot.part_names]
    return stacked_bars(bars, part_names=names, colours=plot.colours, inks=plot.inks)


def _part(part: Part, names: Iterable[str], numbers: Redrawing) -> Part:
    shown = numbers.of(part.size)
    name = list(names)[part.order].split(":")[0]
    return Part(part.order, shown.number, f"{name} {shown.text}")


def _bars(plot: Bars, numbers: Redrawing, dropped: list[str]) -> Drawing | None:
    bars = []
    for bar in plot.bars:
        try:
            shown = numbers.of(bar.size)
        except Hidden:
            dropped.append(bar.name)
            continue
        bars.append(Bar(bar.name, shown.number, shown.text))
    if not bars:
        return None
    return signed_bars(bars) if plot.signed else plain_bars(bars)


def _lines(plot: Lines, numbers: Redrawing, dropped: list[str]) -> Drawing | None:
    points: list[str] = []
    series: Mapping[str, list[Decimal]] = {name: [] for name, _ in plot.series}
    for place, point in enumerate(plot.points):
        try:
            found = {name: numbers.of(sizes[place]).number for name, sizes in plot.series}
        except Hidden:
            dropped.append(point)
            continue
        points.append(point)
        for name, size in found.items():
            series[name].append(size)
    return month_lines(points, list(series.items())) if points else None


def _bridge(plot: Bridge, numbers: Redrawing) -> Drawing | None:
    steps = []
    for step in plot.steps:
        try:
            shown = numbers.of(step.size)
        except Hidden:
            return None  # a bridge with a step missing leads somewhere else
        steps.append(Step(step.name, shown.number, shown.text, step.is_total))
    return bridge(steps)
