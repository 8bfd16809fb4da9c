"""A table made by adding never gets a finding of totals; one changed cell always does, by name."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.publishing.lint.description import (
    LABEL,
    AcrossSum,
    ColumnSpec,
    DownSum,
    Kind,
    PackSpec,
    TableSpec,
)
from speccomm.publishing.lint.grid import Cell, Column, Grid, Row
from speccomm.publishing.lint.rules import open_lint_rules
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.totals import check_totals

RULES = open_lint_rules()
PARTS = ("A", "B", "C")
NAMES = (*PARTS, "A+B", "A+B+C")
SUMS = (AcrossSum("A+B", ("A", "B")), AcrossSum("A+B+C", PARTS))
LETTERS = dict(zip(NAMES, "BCDEF", strict=True))


@st.composite
def tables(draw, *, places=0):
    """Rows of parts with their sums across and down, as decimals with some places."""
    number = st.integers(0, 10**6).map(lambda n: Decimal(n).scaleb(-places))
    lines = draw(st.lists(st.tuples(number, number, number), min_size=1, max_size=8))
    lines = [[*line, line[0] + line[1], sum(line, Decimal(0))] for line in lines]
    return [*lines, [sum(column, Decimal(0)) for column in zip(*lines, strict=True)]]


def described(lines, kind=Kind.ACTIVITY, **more):
    labels = [f"Line {n}" for n in range(1, len(lines))] + ["All"]
    grid = Grid(
        "t",
        "t.csv",
        tuple(Column(name, place) for place, name in enumerate(("Line", *NAMES))),
        tuple(
            Row(n, (Cell(label), *(Cell(f"{value:,}") for value in line)))
            for n, (label, line) in enumerate(zip(labels, lines, strict=True), start=2)
        ),
    )
    spec = TableSpec(
        "t",
        columns={name: ColumnSpec(kind) for name in NAMES},
        across=SUMS,
        down=(DownSum({LABEL: ("All",)}),),
        **more,
    )
    return DescribedTable(grid, spec, PackSpec(tables=(spec,)), RULES)


@pytest.mark.parametrize("kind", [Kind.ACTIVITY, Kind.COUNT, Kind.MONEY])
@settings(derandomize=True, deadline=None, max_examples=40)
@given(lines=tables())
def test_a_table_made_by_adding_is_clean(kind, lines):
    assert list(check_totals(described(lines, kind))) == []


@settings(derandomize=True, deadline=None, max_examples=40)
@given(lines=tables(places=2))
def test_pence_that_add_up_are_clean(lines):
    assert list(check_totals(described(lines, Kind.MONEY))) == []


@settings(derandomize=True, deadline=None, max_examples=150)
@given(data=st.data(), lines=tables())
def test_one_changed_cell_is_found_in_its_row_and_in_its_column(data, lines):
    row = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(NAMES) - 1))
    by = data.draw(st.integers(1, 10**6)) * data.draw(st.sampled_from([1, -1]))
    changed = [list(line) for line in lines]
    changed[row][column] += by
    found = list(check_totals(described(changed)))
    name, last = NAMES[column], len(lines) + 1
    across = [f for f in found if f.code in {"LINT-201", "LINT-202"}]
    down = [f for f in found if f.code in {"LINT-203", "LINT-204"}]
    touched = [s for s in SUMS if name == s.total or name in s.of]
    assert {f.cell for f in across} == {f"{LETTERS[s.total]}{row + 2}" for s in touched}
    label = "All" if row == len(lines) - 1 else f"Line {row + 1}"
    assert all(f.values["row"] == label for f in across)
    assert [(f.cell, f.values["column"]) for f in down] == [(f"{LETTERS[name]}{last}", name)]
    assert all(f.values["difference"].startswith(f"{abs(by):,} ") for f in found)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    parts=st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=8),
    places=st.integers(0, 1),
)
def test_rounding_alone_is_never_called_an_error(parts, places):
    """Parts and their total, each rounded by itself from figures that do add up."""
    step = Decimal(1).scaleb(-places)
    rows = [[p.quantize(step)] for p in (*parts, sum(parts, Decimal(0)))]
    labels = [f"Line {n}" for n in range(1, len(rows))] + ["All"]
    grid = Grid(
        "t",
        "t.csv",
        (Column("Line", 0), Column("A", 1)),
        tuple(
            Row(n, (Cell(label), Cell(str(line[0]))))
            for n, (label, line) in enumerate(zip(labels, rows, strict=True), start=2)
        ),
    )
    spec = TableSpec(
        "t",
        columns={"A": ColumnSpec(Kind.ACTIVITY)},
        down=(DownSum({LABEL: ("All",)}),),
    )
    table = DescribedTable(grid, spec, PackSpec(tables=(spec,)), RULES)
    assert {f.code for f in check_totals(table)} <= {"LINT-203"}
