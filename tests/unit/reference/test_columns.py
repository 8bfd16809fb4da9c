from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from speccomm.reference.columns import days, flags, written_postcodes


def chunked(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("CV2 2DX", "CV2 2DX"),
        ("cv22dx", "CV2 2DX"),
        (" CV2  2DX ", "CV2 2DX"),
        ("ZZ993WZ", "ZZ99 3WZ"),
        ("M11AE", "M1 1AE"),
        ("EC1A1BB", "EC1A 1BB"),
        ("CV2", None),
        ("1234567", None),
        (None, None),
    ],
)
def test_written_postcodes(text: str | None, written: str | None) -> None:
    assert written_postcodes(chunked(text, "CV14FS")).to_pylist() == [written, "CV1 4FS"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("20240229", date(2024, 2, 29)),
        ("29/02/2024", date(2024, 2, 29)),
        (" 2024-02-29 ", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("2024-13-01", None),
        ("01/02/24", None),
        ("45000", None),
        (None, None),
    ],
)
def test_days(text: str | None, day: date | None) -> None:
    assert days(chunked(text)).to_pylist() == [day]


def test_days_of_several_forms_in_one_column() -> None:
    read = days(chunked("2024-04-01", "20240402", "03/04/2024", None, "no"))
    assert read.to_pylist() == [date(2024, 4, 1), date(2024, 4, 2), date(2024, 4, 3), None, None]


def test_flags() -> None:
    assert flags(chunked("Y", "no", " TRUE ", "0", "?", None)).to_pylist() == [
        True,
        False,
        True,
        False,
        None,
        None,
    ]
