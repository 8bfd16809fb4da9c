"""Who answers for a code on a day: boards that merged, boards divided, trusts that merged."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from speccomm.reference import (
    Reference,
    commissioner_map,
    current_provider,
    open_reference,
    provider_map,
)

IN_2023 = date(2023, 12, 1)
IN_2026 = date(2026, 5, 1)


@pytest.fixture(scope="module")
def book() -> Reference:
    return open_reference(None)


def by_code(table: Any, key: str) -> dict[str, dict[str, Any]]:
    rows = table.to_pylist()
    found = {row[key]: row for row in rows}
    assert len(found) == len(rows)
    return found


COMMISSIONERS = [
    # code, kind, board in December 2023, board in May 2026, region in May 2026
    ("QWU", "icb", "QWU", "QWU", "Y60"),
    ("B2M3M", "sub_icb", "QWU", "QWU", "Y60"),
    ("QRV", "icb", "QRV", "Z9B2Z", "Y56"),
    ("W2U3Z", "sub_icb", "QRV", "Z9B2Z", "Y56"),
    ("QM7", "icb", "QM7", None, "Y61"),  # divided: only its parts are placed
    ("06N", "sub_icb", "QM7", "S1Y5D", "Y61"),
    ("07H", "sub_icb", "QM7", "D7T5G", "Y61"),
    ("06T", "sub_icb", "QJG", "D7T5G", "Y61"),
    ("07K", "sub_icb", "QJG", "T6Y0W", "Y61"),
    ("D4U1Y", "sub_icb", "QNQ", None, "Y59"),  # itself divided, so not known
    ("Z9B2Z", "icb", None, "Z9B2Z", "Y56"),  # made from two: which, is not known before
    ("S0E4D", "icb", None, "S0E4D", "Y59"),  # one whole and a part: still not certain before
    ("05A", "other", "QWU", "QWU", "Y60"),  # a former commissioning group
    ("14A", "hub", None, None, "Y60"),
    ("13Q", "hub", None, None, None),
    ("Y60", "region", None, None, "Y60"),
    ("7A1", "welsh_board", None, None, None),
    ("VPP00", "other", None, None, None),
]


@pytest.mark.parametrize(("code", "kind", "before", "after", "region"), COMMISSIONERS)
def test_commissioner(
    book: Reference, code: str, kind: str, before: str | None, after: str | None, region: str | None
) -> None:
    then = by_code(commissioner_map(book, on=IN_2023), "commissioner_code")[code]
    now = by_code(commissioner_map(book, on=IN_2026), "commissioner_code")[code]
    assert (then["commissioner_kind"], now["commissioner_kind"]) == (kind, kind)
    assert (then["icb_code"], now["icb_code"]) == (before, after)
    assert now["region_code"] == region
    assert (now["icb_name"] is None) == (after is None)


def test_boards_on_each_map(book: Reference) -> None:
    def boards(on: date) -> set[str]:
        rows = commissioner_map(book, on=on).to_pylist()
        return {row["icb_code"] for row in rows if row["icb_code"] is not None}

    assert len(boards(date(2024, 1, 1))) == 42
    assert len(boards(date(2026, 3, 31))) == 42
    assert len(boards(date(2026, 4, 1))) == 36
    assert boards(date(2020, 1, 1)) == set()  # boards began in July 2022


PROVIDERS = [
    # code, day, current code, board
    ("RKB", IN_2023, "RKB", "QWU"),
    ("RR1", date(2018, 3, 31), "RR1", None),
    ("RR1", IN_2023, "RRK", "QHL"),
    ("RJF", IN_2023, "RTG", "QJ2"),  # Burton stands in Staffordshire, its trust's office in Derby
    ("RJH", date(2017, 1, 1), "RR1", None),  # a chain, half way
    ("RJH", IN_2023, "RRK", "QHL"),  # and whole
    ("RW6", IN_2023, "RW6", "QOP"),  # divided between two trusts: left as itself
    ("RQW", IN_2023, "RQW", "QM7"),
    ("RQW", IN_2026, "RQW", "D7T5G"),  # Harlow is in west Essex
    ("RWG", IN_2026, "RWG", "S1Y5D"),
    ("RAS", IN_2026, "RAS", "Z9B2Z"),
    ("RAP", date(2024, 12, 31), "RAP", "QMJ"),
    ("RAP", date(2025, 1, 1), "RAL", "QMJ"),
    ("TAJ", IN_2023, "TAJ", "QUA"),
    ("RXT", IN_2023, "RXT", "QHL"),
]


@pytest.mark.parametrize(("code", "on", "current", "board"), PROVIDERS)
def test_provider(book: Reference, code: str, on: date, current: str, board: str | None) -> None:
    row = by_code(provider_map(book, on=on), "provider_code")[code]
    assert (row["current_provider_code"], row["icb_code"]) == (current, board)
    assert current_provider(book, code, on=on) == current


def test_names_are_those_of_the_trust_that_answers(book: Reference) -> None:
    row = by_code(provider_map(book, on=IN_2023), "provider_code")["RR1"]
    assert row["provider_name"] == "University Hospitals Birmingham NHS Foundation Trust"
    assert row["region_name"] == "Midlands"
