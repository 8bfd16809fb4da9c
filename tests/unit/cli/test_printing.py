"""Tables for people and programs."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from speccomm.cli.printing import NOTICE, print_answer, table_text

ROWS = pa.table(
    {
        "provider_code": ["RKB", "RRK"],
        "provider_name": ["University, Coventry", None],
        "actual_activity": pa.array([Decimal("1200.000"), Decimal("0.500")], pa.decimal128(13, 3)),
        "actual_gbp": pa.array([Decimal("1234567.80"), None], pa.decimal128(18, 2)),
        "rows": pa.array([1500, 2], pa.int64()),
    }
)


def printed(form: str) -> str:
    out = io.StringIO()
    print_answer(ROWS, form=form, metadata={"store_version": 7}, out=out)
    return out.getvalue()


def test_a_table_for_people_is_aligned_totalled_and_marked() -> None:
    lines = printed("table").splitlines()
    assert lines[0] == NOTICE
    assert "1,200" in lines[4]
    assert "1,234,567.80" in lines[4]
    assert "not known" in lines[5]
    assert lines[7].startswith("Total")
    assert "1,200.500" in lines[7]
    assert "1,502" in lines[7]
    assert lines[4].rstrip().endswith("1,500")
    assert len({len(line) for line in lines[2:8]}) == 1


def test_a_total_that_leaves_something_out_says_so() -> None:
    assert "Values not known, left out of the totals: 1" in printed("table")


def test_no_rows_reads_as_such() -> None:
    assert table_text(["a"], []) == "No rows."


def test_csv_holds_rows_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed("csv"))))
    assert [row["provider_code"] for row in rows] == ["RKB", "RRK"]
    assert rows[0]["provider_name"] == "University, Coventry"
    assert rows[0]["actual_gbp"] == "1234567.80"
    assert rows[1]["actual_gbp"] == ""
    assert capsys.readouterr().err.strip() == NOTICE


def test_json_keeps_every_digit_and_says_what_it_is() -> None:
    text = printed("json")
    answer = json.loads(text, parse_float=Decimal)
    assert answer["rows"][0]["actual_gbp"] == Decimal("1234567.80")
    assert answer["rows"][1]["actual_gbp"] is None
    assert answer["metadata"] == {"notice": NOTICE, "store_version": 7}
    assert "1234567.80" in text


def test_json_writes_times_and_nested_facts() -> None:
    out = io.StringIO()
    facts = {"as_at": datetime(2024, 1, 31, tzinfo=UTC), "loads": [{"load_id": "a\nb"}]}
    print_answer(ROWS.slice(0, 0), form="json", metadata=facts, out=out)
    answer = json.loads(out.getvalue())
    assert answer["rows"] == []
    assert answer["metadata"]["as_at"] == "2024-01-31T00:00:00+00:00"
    assert answer["metadata"]["loads"] == [{"load_id": "a\nb"}]
