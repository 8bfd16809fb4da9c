"""The data sheet behind a native chart: the rows of the chart, and what its bars are worked out from.

The first column names the marks and the second holds the figures of the rows. Where bars float or
have two colours, further columns work out their parts by formula, so that a person who changes a
figure on the sheet sees the bar move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from speccomm.publishing.plots import Bars, Bridge, Lines, Plot, StackedBars, Step
from speccomm.publishing.rendering.workbook_cells import safe_text

SHEET = "Sheet1"
ABOVE, BELOW, STANDS = "Above", "Below", "Where it leads"
Value = str | float | int | None


@dataclass(frozen=True)
class SheetColumn:
    """A column of the sheet; `formula` gives the formula of a row, counted from 2."""

    title: str
    values: tuple[Value, ...]
    formula: Callable[[int], str] | None = None


@dataclass(frozen=True)
class ChartSheet:
    """The sheet of a chart: which column names the marks and which are the series, from 0."""

    columns: tuple[SheetColumn, ...]
    names: int
    series: tuple[int, ...]
    number_format: str

    @property
    def axis_format(self) -> str:
        """The format of the numbers along the axis."""
        digits = "£#,##0" if "£" in self.number_format else "#,##0"
        return f"{digits};\N{MINUS SIGN}{digits}"

    @property
    def rows(self) -> int:
        return len(self.columns[0].values)

    def names_and_series(self) -> tuple[list[str], list[tuple[str, list[Value]]]]:
        """What the chart shows, for the program that first draws it."""
        names = [str(value) for value in self.columns[self.names].values]
        return names, [(self.columns[n].title, list(self.columns[n].values)) for n in self.series]

    def reference(self, column: int) -> str:
        """Where a column's values stand."""
        letter = chr(ord("A") + column)
        return f"{SHEET}!${letter}$2:${letter}${self.rows + 1}"

    def title_reference(self, column: int) -> str:
        """Where a column's title stands."""
        return f"{SHEET}!${chr(ord('A') + column)}$1"


def chart_sheet(plot: Plot) -> ChartSheet:
    """The sheet of a plot."""
    if isinstance(plot, StackedBars):
        return _stacked(plot)
    if isinstance(plot, Bridge):
        return _bridge(plot)
    if isinstance(plot, Lines):
        return _lines(plot)
    return _signed(plot) if plot.signed else _plain(plot)


def sheet_bytes(sheet: ChartSheet, about: list[str], moment: datetime) -> bytes:
    """The sheet as a workbook, with a second sheet that says where its figures are from."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": moment.replace(tzinfo=None), "author": "speccomm"})
        page = book.add_worksheet(SHEET)
        bold = book.add_format({"bold": True})
        figure = book.add_format({"num_format": sheet.number_format})
        for place, column in enumerate(sheet.columns):
            page.write_string(0, place, safe_text(column.title), bold)
            for row, value in enumerate(column.values, start=1):
                if column.formula is not None:
                    shown = value if value is not None else ""
                    page.write_formula(row, place, column.formula(row + 1), figure, shown)
                elif isinstance(value, str):
                    page.write_string(row, place, safe_text(value))
                elif value is not None:
                    page.write_number(row, place, value, figure)
        page.set_column(0, 0, 44)
        page.set_column(1, len(sheet.columns), 18)
        page = book.add_worksheet("About")
        page.set_column(0, 0, 120)
        for row, words in enumerate(about):
            page.write_string(row, 0, safe_text(words))
    return buffer.getvalue()


def number(value: Decimal | int) -> float | int:
    """A size as a spreadsheet holds it."""
    return int(value) if value == int(value) else float(value)


def _format(text: str, *, signed: bool = False) -> str:
    digits = "£#,##0" if "£" in text else "#,##0"
    return f"+{digits};\N{MINUS SIGN}{digits};{digits}" if signed else digits


def _stacked(plot: StackedBars) -> ChartSheet:
    columns = [SheetColumn("Name", tuple(bar.name for bar in plot.bars))]
    for order, name in enumerate(plot.part_names):
        sizes = tuple(
            next((number(p.size) for p in bar.parts if p.order == order), None) for bar in plot.bars
        )
        columns.append(SheetColumn(name, sizes))
    series = tuple(range(1, len(columns)))
    return ChartSheet(tuple(columns), 0, series, _format(_first_text(plot)))


def _first_text(plot: StackedBars) -> str:
    return plot.bars[0].text if plot.bars else ""


def _plain(plot: Bars) -> ChartSheet:
    names = SheetColumn("Name", tuple(bar.name for bar in plot.bars))
    sizes = SheetColumn("Figure", tuple(number(bar.size) for bar in plot.bars))
    return ChartSheet((names, sizes), 0, (1,), _format(plot.bars[0].text if plot.bars else ""))


def _signed(plot: Bars) -> ChartSheet:
    sizes = [number(bar.size) for bar in plot.bars]
    columns = (
        SheetColumn("Name", tuple(bar.name for bar in plot.bars)),
        SheetColumn("Figure", tuple(sizes)),
        SheetColumn(ABOVE, tuple(max(s, 0) for s in sizes), lambda row: f"=MAX(B{row},0)"),
        SheetColumn(BELOW, tuple(min(s, 0) for s in sizes), lambda row: f"=MIN(B{row},0)"),
    )
    text = plot.bars[0].text if plot.bars else ""
    return ChartSheet(columns, 0, (2, 3), _format(text, signed=True))


def _lines(plot: Lines) -> ChartSheet:
    columns = [SheetColumn("Point", plot.points)]
    columns += [
        SheetColumn(name, tuple(number(size) for size in sizes)) for name, sizes in plot.series
    ]
    return ChartSheet(tuple(columns), 0, tuple(range(1, len(columns))), "#,##0")


def _bridge(plot: Bridge) -> ChartSheet:
    """Columns A name, B figure, C total or not, D label, E from, F to, G base, then the parts.

    A bar that crosses zero has a part on either side of it.
    """
    steps, spans = plot.steps, plot.spans()
    starts, ends = [s for s, _ in spans], [e for _, e in spans]
    columns = [
        SheetColumn("Name", tuple(step.name for step in steps)),
        SheetColumn("Figure", tuple(number(step.size) for step in steps)),
        SheetColumn("Kind", tuple("total" if step.is_total else "change" for step in steps)),
        SheetColumn(
            "Label",
            tuple(f"{step.name}  {step.text}" for step in steps),
            lambda r: f'=A{r}&"  "&TEXT(B{r},"+£#,##0;\N{MINUS SIGN}£#,##0;£0")',
        ),
        SheetColumn("From", tuple(map(number, starts)), _from),
        SheetColumn("To", tuple(map(number, ends)), lambda r: f'=IF(C{r}="total",B{r},E{r}+B{r})'),
        SheetColumn("Base", tuple(number(_base(*span)) for span in spans), _base_formula),
    ]
    for title, wanted, rule in _KINDS:
        for side in (1, -1):
            values = tuple(
                number(_part(span, side)) if wanted(step) else 0
                for step, span in zip(steps, spans, strict=True)
            )
            name = title if side > 0 else f"{title} (below zero)"
            columns.append(SheetColumn(name, values, _part_formula(rule, side)))
    return ChartSheet(tuple(columns), 3, tuple(range(6, len(columns))), "£#,##0")


_KINDS: tuple[tuple[str, Callable[[Step], bool], str], ...] = (
    (ABOVE, lambda step: not step.is_total and step.size >= 0, 'AND(C{r}<>"total",B{r}>=0)'),
    (BELOW, lambda step: not step.is_total and step.size < 0, 'AND(C{r}<>"total",B{r}<0)'),
    (STANDS, lambda step: step.is_total, 'C{r}="total"'),
)


def _from(row: int) -> str:
    before = "0" if row == 2 else f"F{row - 1}"
    return f'=IF(C{row}="total",0,{before})'


def _base(start: Decimal, end: Decimal) -> Decimal:
    """What is left clear between zero and the bar."""
    if start * end <= 0:
        return Decimal(0)
    return min(start, end) if start > 0 else max(start, end)


def _base_formula(row: int) -> str:
    return f"=IF(E{row}*F{row}<=0,0,IF(E{row}>0,MIN(E{row},F{row}),MAX(E{row},F{row})))"


def _part(span: tuple[Decimal, Decimal], side: int) -> Decimal:
    """The part of a bar above zero, or below it."""
    low, high = min(span), max(span)
    if side > 0:
        return max(high, Decimal(0)) - max(low, Decimal(0))
    return min(low, Decimal(0)) - min(high, Decimal(0))


def _part_formula(rule: str, side: int) -> Callable[[int], str]:
    def formula(row: int) -> str:
        span = f"E{row},F{row}"
        part = (
            f"MAX({span},0)-MAX(MIN({span}),0)" if side > 0 else f"MIN({span},0)-MIN(MAX({span}),0)"
        )
        return f"=IF({rule.format(r=row)},{part},0)"

    return formula
