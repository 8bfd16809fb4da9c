"""Read a description from TOML, strictly: a misspelt entry would quietly switch a check off."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from speccomm.foundation.errors import Refusal, nearest_name
from speccomm.foundation.periods import FinancialMonth, NotAPeriod
from speccomm.publishing.lint.description import (
    LABEL,
    AcrossSum,
    ColumnSpec,
    DownSum,
    Kind,
    PackSpec,
    Period,
    Place,
    Share,
    Statement,
    TableSpec,
    Tie,
    Where,
)
from speccomm.publishing.lint.rules import Answer

PACK_KEYS = {
    "title", "source", "dated", "from", "to", "published", "not_legible", "marks", "answers",
    "organisations_on", "rounding_noted", "unknown_explained_by", "optional",
}  # fmt: skip
TABLE_KEYS = {
    "id", "file", "sheet", "header_row", "last_row", "label", "columns", "totals", "one_row_per",
    "sums", "shares", "statements", "notes", "from", "to", "organisations_on", "published",
    "complete", "rounded_to", "rounding_noted", "unknown_measure",
}  # fmt: skip
COLUMN_KEYS = {"kind", "pattern", "blank", "in_reference"}
ACROSS_KEYS = {"total", "of", "exact"}
DOWN_KEYS = {"total_row", "of_rows", "columns", "by", "exact"}
SHARE_KEYS = {"percent", "part", "whole"}
STATEMENT_KEYS = {"text", "counts", "says", "parts", "where"}
TIE_KEYS = {"says", "places", "exact"}
PLACE_KEYS = {"table", "column", "row"}


class BadDescription(Refusal):
    """A description that cannot be followed: where it is wrong and what was expected."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"The description is not right at {where}: {problem}")


def read_description(path: Path) -> PackSpec:
    """Read the description of a pack from a TOML file.

    Raises: BadDescription where it is not TOML, an entry is not known, or a value is of the wrong
            kind, naming the entry.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadDescription(str(path), f"it is not readable TOML. {problem}") from problem
    return describe(data)


def describe(data: Mapping[str, Any]) -> PackSpec:
    """The description that plain TOML data gives. Raises BadDescription as read_description."""
    top = _Entry("the top", data, {"pack", "tables", "ties"})
    pack = _Entry("[pack]", top.table("pack"), PACK_KEYS)
    marks = _Entry("[pack.marks]", pack.table("marks"), {"hidden", "missing"})
    answers = _Entry("[pack.answers]", pack.table("answers"), {str(a) for a in Answer})
    tables = [_table(number, t, pack) for number, t in enumerate(top.tables("tables"), start=1)]
    identifiers = [table.id for table in tables]
    for identifier in identifiers:
        if identifiers.count(identifier) > 1:
            raise BadDescription("[[tables]]", f"two tables have the id {identifier!r}.")
    return PackSpec(
        title=pack.text("title"),
        source=pack.text("source"),
        dated=pack.day("dated"),
        tables=tuple(tables),
        ties=tuple(_tie(n, tie) for n, tie in enumerate(top.tables("ties"), start=1)),
        hidden_marks=marks.texts("hidden"),
        missing_marks=marks.texts("missing"),
        not_legible=pack.texts("not_legible"),
        answers={Answer(name): answers.texts(name) for name in answers.data},
        unknown_explained_by=pack.text("unknown_explained_by"),
        optional=pack.truth("optional"),
    )


def _table(number: int, data: Mapping[str, Any], pack: _Entry) -> TableSpec:
    name = data.get("id")
    entry = _Entry(f"table {name!r}" if name else f"[[tables]] number {number}", data, TABLE_KEYS)
    sums = entry.tables("sums")
    return TableSpec(
        id=entry.text("id", needed=True),
        file=entry.text("file"),
        sheet=entry.text("sheet"),
        header_row=entry.number("header_row"),
        last_row=entry.number("last_row"),
        label=entry.text("label"),
        columns={
            column: _column(f"{entry.where}, column {column!r}", value)
            for column, value in entry.table("columns").items()
        },
        totals=entry.texts("totals"),
        one_row_per=entry.texts("one_row_per"),
        across=tuple(_across(f"{entry.where}, sums", s) for s in sums if "total" in s),
        down=tuple(_down(f"{entry.where}, sums", s) for s in sums if "total" not in s),
        shares=tuple(_share(f"{entry.where}, shares", s) for s in entry.tables("shares")),
        statements=tuple(
            _statement(f"{entry.where}, statements", s) for s in entry.tables("statements")
        ),
        notes=entry.texts("notes"),
        period=_period(entry) or _period(pack),
        organisations_on=entry.day("organisations_on") or pack.day("organisations_on"),
        published=entry.truth("published", default=pack.truth("published")),
        complete=entry.truth("complete", default=True),
        rounded_to=entry.number("rounded_to"),
        rounding_noted=entry.truth("rounding_noted", default=pack.truth("rounding_noted")),
        unknown_measure=entry.text("unknown_measure"),
    )


def _column(where: str, value: object) -> ColumnSpec:
    data = {"kind": value} if isinstance(value, str) else value
    if not isinstance(data, Mapping):
        raise BadDescription(where, 'give its kind, such as "activity".')
    entry = _Entry(where, data, COLUMN_KEYS)
    kind = entry.text("kind", needed=True)
    if kind not in set(Kind):
        raise BadDescription(where, f"{kind!r} is not a kind.{_hint(kind, set(Kind))}")
    pattern = entry.text("pattern")
    try:
        groups = re.compile(pattern).groups
    except re.error as problem:
        raise BadDescription(where, f"the pattern cannot be read: {problem}.") from problem
    if pattern and groups != 1:
        raise BadDescription(where, "the pattern must have one group in brackets, the code.")
    return ColumnSpec(Kind(kind), pattern, entry.text("blank"), entry.truth("in_reference"))


def _across(where: str, data: Mapping[str, Any]) -> AcrossSum:
    entry = _Entry(where, data, ACROSS_KEYS)
    of = entry.texts("of")
    if not of:
        raise BadDescription(where, "`of` must name the columns that come to the total.")
    return AcrossSum(entry.text("total", needed=True), of, entry.truth("exact"))


def _down(where: str, data: Mapping[str, Any]) -> DownSum:
    entry = _Entry(where, data, DOWN_KEYS)
    total_row = entry.rows("total_row")
    if not total_row:
        raise BadDescription(where, "give `total` (a column) or `total_row` (a row).")
    return DownSum(
        total_row,
        entry.rows("of_rows"),
        entry.texts("columns"),
        entry.text("by"),
        entry.truth("exact"),
    )


def _share(where: str, data: Mapping[str, Any]) -> Share:
    entry = _Entry(where, data, SHARE_KEYS)
    return Share(*(entry.text(key, needed=True) for key in ("percent", "part", "whole")))


def _statement(where: str, data: Mapping[str, Any]) -> Statement:
    entry = _Entry(where, data, STATEMENT_KEYS)
    return Statement(
        text=entry.text("text", needed=True),
        counts=entry.text("counts") or "rows",
        says=entry.text("says"),
        parts=entry.texts("parts"),
        where=entry.rows("where"),
    )


def _tie(number: int, data: Mapping[str, Any]) -> Tie:
    entry = _Entry(f"[[ties]] number {number}", data, TIE_KEYS)
    places = []
    for place in entry.tables("places"):
        inner = _Entry(f"{entry.where}, places", place, PLACE_KEYS)
        places.append(
            Place(
                inner.text("table", needed=True),
                inner.text("column", needed=True),
                inner.rows("row"),
            )
        )
    if len(places) < 2:
        raise BadDescription(entry.where, "name at least two places that give the figure.")
    return Tie(entry.text("says", needed=True), tuple(places), entry.truth("exact"))


def _period(entry: _Entry) -> Period | None:
    first, last = entry.text("from"), entry.text("to")
    if not first and not last:
        return None
    try:
        period = Period(FinancialMonth.parse_calendar(first), FinancialMonth.parse_calendar(last))
    except NotAPeriod as problem:
        raise BadDescription(entry.where, f"`from` and `to` must be months. {problem}") from problem
    if period.last < period.first:
        raise BadDescription(entry.where, "`to` is before `from`.")
    return period


class _Entry:
    """One TOML table being read: knows where it stands and refuses what it does not know."""

    def __init__(self, where: str, data: Mapping[str, Any], known: Collection[str]) -> None:
        self.where, self.data = where, data
        for key in data:
            if key not in known:
                raise BadDescription(where, f"{key!r} is not an entry here.{_hint(key, known)}")

    def text(self, key: str, *, needed: bool = False) -> str:
        value = self.data.get(key, "")
        if not isinstance(value, str) or (needed and not value):
            raise BadDescription(self.where, f"`{key}` must be a text.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadDescription(self.where, f"`{key}` must be a list of texts.")
        return tuple(value)

    def number(self, key: str) -> int:
        value = self.data.get(key, 0)
        if type(value) is not int or value < 0 or (key in self.data and value == 0):
            raise BadDescription(self.where, f"`{key}` must be a whole number above zero.")
        return value

    def truth(self, key: str, *, default: bool = False) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise BadDescription(self.where, f"`{key}` must be true or false.")
        return value

    def day(self, key: str) -> date | None:
        value = self.data.get(key)
        if value is not None and type(value) is not date:
            raise BadDescription(self.where, f"`{key}` must be a date, 2024-01-31 without quotes.")
        return value

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise BadDescription(self.where, f"`{key}` must be a table of entries.")
        return value

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise BadDescription(self.where, f"`{key}` must be a list of tables: [[...{key}]].")
        return value

    def rows(self, key: str) -> Where:
        """Rows by their label, by several labels, or by the values of columns."""
        value = self.data.get(key, {})
        if isinstance(value, str | list):
            return {LABEL: self.texts(key)}
        inner = _Entry(f"{self.where}, {key}", self.table(key), self.table(key))
        return {column: inner.texts(column) for column in inner.data}


def _hint(name: str, known: Collection[str]) -> str:
    nearest = nearest_name(name, [str(item) for item in known])
    return f" Did you mean {nearest!r}?" if nearest else f" Known: {', '.join(sorted(known))}."
