"""What a person writes on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from speccomm.cli import values
from speccomm.foundation.errors import Refusal


def test_a_time_carries_its_zone() -> None:
    assert values.instant("2024-01-31T09:00:00Z") == datetime(2024, 1, 31, 9, tzinfo=UTC)
    assert values.instant("2024-07-31T09:00:00+01:00").utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (values.instant, "2024-01-31T09:00:00", "time zone"),
        (values.instant, "yesterday", "not a time"),
        (values.day, "31/01/2024", "2024-04-01"),
        (values.calendar_month, "2023-13", "2023-04"),
        (values.financial_year, "2023-25", "2023-24"),
        (values.financial_month_number, "13", "April is 1"),
        (values.financial_month_number, "0", "April is 1"),
        (values.code, "QWU; drop", "letters and digits"),
        (values.positive_number, "-1", "above zero"),
        (values.positive_number, "nan", "above zero"),
        (values.positive_number, "one", "not a number"),
        (values.positive_integer, "0", "above zero"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_form_expected(
    read: Callable[[str], object], text: str, says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        read(text)


def test_codes_are_capitals_and_names_keep_their_order() -> None:
    assert values.code("qwu") == "QWU"
    assert values.names("month, icb,,month") == ("month", "icb")


def test_paths_must_be_what_the_option_needs(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x")
    assert values.existing_file(str(file)) == file
    assert values.existing_folder(str(tmp_path)) == tmp_path
    with pytest.raises(Refusal, match="is a folder"):
        values.existing_file(str(tmp_path))
    with pytest.raises(Refusal, match="no file"):
        values.existing_file(str(tmp_path / "b.csv"))
    with pytest.raises(Refusal, match="no folder"):
        values.existing_folder(str(file))
