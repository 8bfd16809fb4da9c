from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from speccomm.reference import BadReferenceFile, open_reference

HEADER = "Financial Year,Financial Month,Flex Submission Date,Freeze Submission Date\n"


def test_years_months_and_dates_in_their_usual_spellings(bring: Any, folder: Path) -> None:
    bring(
        "calendar",
        HEADER
        + "2023/24,1,2023-05-18,20/06/2023\n202324,M02,20230618,\n2023-24,March,2024-04-18,\n",
    )
    rows = open_reference(folder).calendar.to_pylist()
    assert [(r["financial_year"], r["financial_month"]) for r in rows] == [
        ("2023-24", 1),
        ("2023-24", 2),
        ("2023-24", 12),
    ]
    assert rows[0]["freeze_submission_date"] == date(2023, 6, 20)
    assert rows[1]["freeze_submission_date"] is None
    assert {r["source"] for r in rows} == {"calendar.csv"}


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("2023-25,1,2023-05-18,2023-06-20", "financial_year"),
        ("2023-24,13,2023-05-18,2023-06-20", "financial_month"),
        ("2023-24,ma,2023-05-18,2023-06-20", "financial_month"),
        ("2023-24,1,soon,2023-06-20", "flex_submission_date"),
    ],
)
def test_what_cannot_be_read_refuses_the_file(
    bring: Any, folder: Path, line: str, column: str
) -> None:
    with pytest.raises(BadReferenceFile) as caught:
        bring("calendar", HEADER + "2023-24,2,2023-06-18,2023-07-20\n" + line + "\n")
    assert (caught.value.row, caught.value.column) == (3, column)
    assert list(folder.iterdir()) == []


def test_a_month_twice(bring: Any) -> None:
    with pytest.raises(BadReferenceFile, match="twice"):
        bring("calendar", HEADER + "2023-24,1,2023-05-18,\n2023/24,April,2023-05-19,\n")


def test_header_only(bring: Any) -> None:
    with pytest.raises(BadReferenceFile, match="no rows"):
        bring("calendar", HEADER)


def test_no_header(bring: Any) -> None:
    with pytest.raises(BadReferenceFile, match="financial_year"):
        bring("calendar", "2023-24,1,2023-05-18,2023-06-20\n")
