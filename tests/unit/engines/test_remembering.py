"""A question asked again of other tables has the text that compiling it anew would give."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from speccomm.engines import open_duckdb, remembering


@pytest.fixture
def con(monkeypatch: pytest.MonkeyPatch) -> Backend:
    monkeypatch.setattr(remembering, "_texts", type(remembering._texts)())
    return open_duckdb(memory_limit_mib=256, threads=1)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[ir.Expr]:
    """What Ibis was asked to compile."""
    met: list[ir.Expr] = []
    compile_ = Backend.compile

    def told(self: Backend, expr: ir.Expr, /, **more: object) -> str:
        met.append(expr)
        return str(compile_(self, expr, **more))

    monkeypatch.setattr(Backend, "compile", told)
    return met


def sums(rows: dict[str, list[object]], *, over: int = 1, code: str = "x") -> ir.Table:
    """Units of each name; two tables in memory, and one of them used twice."""
    table = ibis.memtable(pa.table(rows))
    names = ibis.memtable(pa.table({"a": [1, 2], "name": ["x", "y"]}))
    most = table.aggregate(most=table.units.max())
    joined = table.filter((table.a >= over) & table.a.isin([1, 2])).join(names, "a")
    found = joined.filter(joined.name != code).group_by("name").aggregate(units=joined.units.sum())
    return found.cross_join(most).order_by("name")


def test_the_same_question_of_other_tables_is_not_compiled_again(
    con: Backend, compiled: list[ir.Expr]
) -> None:
    first, second = sums({"a": [1, 2], "units": [3, 4]}), sums({"a": [2, 2], "units": [5, 6]})
    assert con.to_pyarrow(first).to_pylist() == [{"name": "y", "units": 4, "most": 4}]
    assert con.to_pyarrow(second).to_pylist() == [{"name": "y", "units": 11, "most": 6}]
    assert len(compiled) == 1
    assert con.compile(second) == Backend.compile(con, second)


@pytest.mark.parametrize(
    "other",
    [
        sums({"a": [1, 2], "units": [3, 4]}, over=2),
        sums({"a": [1, 2], "units": [3, 4]}, code="y"),
        sums({"a": [1, 2], "units": [3.5, 4.0]}),
        sums({"a": [1, 2], "units": [3, 4], "more": [0, 0]}),
    ],
)
def test_another_question_is_compiled(
    con: Backend, compiled: list[ir.Expr], other: ir.Table
) -> None:
    con.compile(sums({"a": [1, 2], "units": [3, 4]}))
    assert con.compile(other) == Backend.compile(con, other)
    assert len(compiled) == 3


def test_which_of_two_tables_stands_where_is_told_apart(con: Backend) -> None:
    one, two = (ibis.memtable(pa.table({"a": [number]})) for number in (1, 2))
    for left, right, answer in ((one, two, []), (one, one, [{"a": 1}]), (two, two, [{"a": 2}])):
        met = left.semi_join(right.view(), "a")
        assert con.to_pyarrow(met).to_pylist() == answer


def test_a_name_that_was_given_is_part_of_the_question(
    con: Backend, compiled: list[ir.Expr]
) -> None:
    for name in ("units", "others"):
        con.con.register(name, pa.table({"units": [len(name)]}))
        assert con.to_pyarrow(con.table(name).units.sum()).as_py() == len(name)
    assert len(compiled) == 2


def test_a_value_that_looks_like_a_place_stands_for_itself(con: Backend) -> None:
    for value in ("⟪0⟫", '"⟪0⟫"', "⟪7⟫"):
        table = ibis.memtable(pa.table({"a": [value, "b"]}))
        for _ in range(2):
            kept = table.filter(table.a == value)
            assert con.to_pyarrow(kept).to_pylist() == [{"a": value}]


def test_the_texts_used_last_are_kept(
    con: Backend, compiled: list[ir.Expr], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "MOST", 2)
    table = ibis.memtable(pa.table({"a": [1]}))
    for number in (0, 1, 0, 2, 0, 1):
        con.compile(table.filter(table.a > number))
    assert len(compiled) == 4
