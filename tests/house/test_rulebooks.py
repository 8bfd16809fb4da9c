"""Rulebooks are code here: each one keeps the schema, and its dates and roles make sense."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import pytest

from speccomm.foundation.rulebook import read_rule_table, read_rulebook, rulebooks_root
from tools.reference_docs import rulebook_names

ROLES = {"speccomm rules editor", "speccomm rules checker"}
# Passed rather than read from a clock: on this day no shipped rulebook is past its review.
REVIEWED_ON = date(2026, 11, 21)
BOOKS = rulebook_names(".toml")
TABLES = rulebook_names(".csv")


@pytest.mark.parametrize("name", BOOKS)
def test_a_rulebook_keeps_the_schema(name: str) -> None:
    book = read_rulebook(name)
    assert book.next_review > book.from_date
    assert book.next_review > REVIEWED_ON
    assert book.to_date is None or book.to_date > book.from_date
    assert {book.author, book.checked_by} <= ROLES
    assert book.author != book.checked_by
    assert len(book.source) > len("unknown")


def test_identifier_and_version_name_one_rulebook() -> None:
    named = [(book.identifier, book.version) for book in map(read_rulebook, BOOKS)]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", TABLES)
def test_a_rule_table_is_whole_and_says_where_each_row_is_from(name: str) -> None:
    rows = read_rule_table(name)
    assert rows
    text = rulebooks_root().joinpath(*f"{name}.csv".split("/")).read_text(encoding="utf-8")
    header = next(csv.reader(StringIO(text)))
    assert len(header) == len(set(header))
    assert all(column == column.strip().lower() for column in header)
    if "source" in header:
        assert all(row["source"] for row in rows)


@pytest.mark.parametrize("name", TABLES)
def test_dates_of_effect_are_half_open(name: str) -> None:
    for row in read_rule_table(name):
        if row.get("from_date") and row.get("to_date"):
            assert date.fromisoformat(row["from_date"]) < date.fromisoformat(row["to_date"]), row
