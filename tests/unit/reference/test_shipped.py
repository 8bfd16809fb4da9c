"""Every shipped table keeps what it promises: keys, periods, and links between tables."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import Any

import pytest

from speccomm.foundation.rulebook import BadRulebook, rulebooks_root
from speccomm.reference import Reference, open_reference
from speccomm.reference.columns import WRITTEN_POSTCODE
from speccomm.reference.shipped import shipped_rulebook, shipped_table
from speccomm.reference.tables import TABLES, TableSpec

SHIPPED = [spec for spec in TABLES.values() if spec.shipped]
YEARS = ["2023-24", "2024-25", "2025-26", "2026-27"]
FIRST, LAST = date(1, 1, 1), date(9999, 1, 1)


@pytest.fixture(scope="module")
def book() -> Reference:
    return open_reference(None)


def rows_of(book: Reference, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = book.table(name).to_pylist()
    return rows


@pytest.mark.parametrize("spec", SHIPPED, ids=lambda spec: spec.name)
def test_table_has_declared_columns_and_rows(book: Reference, spec: TableSpec) -> None:
    table = book.table(spec.name)
    assert table.schema.equals(spec.schema)
    assert table.num_rows > 0


@pytest.mark.parametrize("spec", SHIPPED, ids=lambda spec: spec.name)
def test_required_columns_are_given(book: Reference, spec: TableSpec) -> None:
    table = book.table(spec.name)
    empty = [c.name for c in spec.columns if c.required and table[c.name].null_count]
    assert empty == []


@pytest.mark.parametrize("spec", SHIPPED, ids=lambda spec: spec.name)
def test_keys_are_unique_on_each_day(book: Reference, spec: TableSpec) -> None:
    periods: dict[tuple[Any, ...], list[tuple[date, date]]] = {}
    for row in rows_of(book, spec.name):
        start, end = (row[name] for name in spec.period) if spec.period else (None, None)
        key = tuple(row[name] for name in spec.key)
        periods.setdefault(key, []).append((start or FIRST, end or LAST))
    for key, spans in periods.items():
        spans.sort()
        assert all(start < end or spec.inclusive_end for start, end in spans), key
        clashing = [a for a, b in zip(spans, spans[1:], strict=False) if a[1] > b[0]]
        assert clashing == [], key


@pytest.mark.parametrize("spec", SHIPPED, ids=lambda spec: spec.name)
def test_every_row_or_the_rulebook_names_a_known_source(spec: TableSpec) -> None:
    sources = shipped_rulebook().rules["sources"]
    path = rulebooks_root().joinpath("reference", f"{spec.name}.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    if spec.name in sources["of_tables"]:
        return
    assert {row["source"] for row in rows} <= set(sources)
    assert all(row["confidence"] for row in rows)


def test_rulebook_lists_exactly_the_shipped_tables() -> None:
    assert sorted(shipped_rulebook().rules["tables"]["shipped"]) == sorted(
        spec.name for spec in SHIPPED
    )


def test_missing_shipped_table_is_named(tmp_path: Any) -> None:
    (tmp_path / "reference").mkdir()
    with pytest.raises(BadRulebook, match="regions"):
        shipped_table(TABLES["regions"], root=tmp_path)


def test_shipped_table_of_wrong_type_is_named(tmp_path: Any) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "hrg_trimpoints.csv").write_text(
        "hrg_code,elective_trimpoint_days,emergency_trimpoint_days\nAA22C,many,2\n"
    )
    with pytest.raises(BadRulebook, match="hrg_trimpoints"):
        shipped_table(TABLES["hrg_trimpoints"], root=tmp_path)


def test_counts_the_issue_names(book: Reference) -> None:
    boards = rows_of(book, "icbs")
    of_2024 = [r for r in boards if r["from_date"] <= date(2024, 4, 1)]
    assert len(of_2024) == 42
    assert len([r for r in boards if r["to_date"] is None]) == 36
    assert len({r["sub_icb_code"] for r in rows_of(book, "sub_icbs")}) == 106
    assert len(rows_of(book, "service_lines")) == 514
    assert len(rows_of(book, "regions")) == 7
    assert len(rows_of(book, "hrgs")) == 5400
    assert len(rows_of(book, "points_of_delivery")) == 81
    assert len(rows_of(book, "category_codes")) == 20
    assert len(rows_of(book, "welsh_boards")) == 7


def test_every_sub_icb_has_a_board_in_force_until_its_board_was_divided(book: Reference) -> None:
    boards = {r["icb_code"]: r for r in rows_of(book, "icbs")}
    rows = rows_of(book, "sub_icbs")
    for row in rows:
        board = boards[row["icb_code"]]
        assert board["from_date"] <= row["from_date"], row
        assert board["to_date"] is None or row["to_date"] is not None, row
        assert board["to_date"] is None or row["to_date"] <= board["to_date"], row
    day = date(2025, 6, 1)
    for on, unknown in ((day, set()), (date(2026, 5, 1), {"D4U1Y"})):
        placed = {
            r["sub_icb_code"]
            for r in rows
            if r["from_date"] <= on and (r["to_date"] is None or on < r["to_date"])
        }
        assert {r["sub_icb_code"] for r in rows} - placed == unknown


def test_every_board_that_ended_is_followed_or_divided(book: Reference) -> None:
    ended = {r["icb_code"] for r in rows_of(book, "icbs") if r["to_date"] is not None}
    followed = {r["icb_code"] for r in rows_of(book, "icb_successors")}
    divided = {r["icb_code"] for r in rows_of(book, "icb_divisions")}
    assert followed | divided == ended
    assert not followed & divided


def test_nothing_was_delegated_before_april_2024(book: Reference) -> None:
    rows = rows_of(book, "delegation")
    codes = {r["sub_icb_code"] for r in rows}
    assert codes == {r["sub_icb_code"] for r in rows_of(book, "sub_icbs")}
    assert all(r["from_date"] >= date(2024, 4, 1) for r in rows if r["delegated"])

    def delegated(on: date) -> int:
        in_force = [r for r in rows if r["from_date"] <= on and (r["to_date"] or LAST) > on]
        assert len(in_force) == 106
        return sum(r["delegated"] for r in in_force)

    eve = date(2024, 4, 1) - timedelta(days=1)
    assert delegated(eve) == 0
    assert 0 < delegated(date(2024, 4, 1)) < 106
    assert delegated(date(2025, 4, 1)) == 106


def test_every_midlands_trust_has_a_board_of_the_midlands(book: Reference) -> None:
    region = {r["icb_code"]: r["region_code"] for r in rows_of(book, "icbs")}
    trusts = [r for r in rows_of(book, "trusts") if r["region_code"] == "Y60"]
    assert len([r for r in trusts if r["to_date"] is None]) >= 39
    assert {region[r["icb_code"]] for r in trusts} == {"Y60"}


def test_trusts_and_sites_belong_to_known_boards(book: Reference) -> None:
    boards = {r["icb_code"] for r in rows_of(book, "icbs")}
    trusts = {r["provider_code"] for r in rows_of(book, "trusts")}
    assert {r["icb_code"] for r in rows_of(book, "trusts") if r["icb_code"]} <= boards
    assert {r["icb_code"] for r in rows_of(book, "sites") if r["icb_code"]} <= boards
    midlands = {"RKB", "RRK", "RWE", "RX1", "RJE", "RTG", "RQ3", "RRJ", "RL1"}
    assert midlands <= {r["provider_code"] for r in rows_of(book, "sites")}
    assert {r["provider_code"] for r in rows_of(book, "trust_icbs")} <= trusts


def test_midlands_acute_sites_have_coordinates_in_the_midlands(book: Reference) -> None:
    wanted = {"RKB01", "RRK15", "RWEAA", "RX1RA", "RJE01", "RQ301"}
    sites = {r["site_code"]: r for r in rows_of(book, "sites")}
    for code in wanted:
        assert 51.5 < sites[code]["latitude"] < 53.7
        assert -3.3 < sites[code]["longitude"] < 0.4


def test_every_service_line_has_a_row_for_each_year(book: Reference) -> None:
    years: dict[str, list[str]] = {}
    for row in rows_of(book, "service_status"):
        years.setdefault(row["service_code"], []).append(row["financial_year"])
        assert row["in_list"] is False or row["status"] is not None, row
        assert row["assumed"] is (row["financial_year"] == "2023-24"), row
    assert set(years) == {r["service_code"] for r in rows_of(book, "service_lines")}
    assert all(sorted(found) == YEARS for found in years.values())


def test_2023_24_stands_in_from_the_list_of_2024_25(book: Reference) -> None:
    status = {
        (r["service_code"], r["financial_year"]): r["status"]
        for r in rows_of(book, "service_status")
    }
    codes = {code for code, _ in status}
    assert all(status[c, "2023-24"] == status[c, "2024-25"] for c in codes)


def test_retired_codes_leave_the_lists_of_later_years(book: Reference) -> None:
    path = rulebooks_root().joinpath("reference", "service_lines.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        retired = {r["service_code"]: r["retired_in"] for r in csv.DictReader(stream)}
    retired = {code: year for code, year in retired.items() if year}
    assert len(retired) == 25
    late = [
        (r["service_code"], r["financial_year"])
        for r in rows_of(book, "service_status")
        if r["in_list"] and r["financial_year"] > retired.get(r["service_code"], "9999")
    ]
    assert late == []


def test_statuses_are_known_words(book: Reference) -> None:
    known = {"GREEN", "RED", "AMBER", "BLUE", "NOT APPLICABLE", None}
    rows = rows_of(book, "service_status")
    assert {r["status"] for r in rows} == known
    late_amber = [r for r in rows if r["status"] == "AMBER" and r["financial_year"] > "2024-25"]
    assert late_amber == []


def test_groups_of_service_lines_are_known_and_joint_ones_keep_both(book: Reference) -> None:
    groups = {r["crg_code"]: r["crg_name"] for r in rows_of(book, "crgs")}
    lines = {r["service_code"]: r for r in rows_of(book, "service_lines")}
    used = {r["crg_code"] for r in lines.values() if r["crg_code"]}
    assert used <= set(groups)
    assert lines["NCBPS17Z"]["crg_code"] == "F06/E03"
    assert all(r["crg_name"] == groups[r["crg_code"]] for r in lines.values() if r["crg_code"])
    assert all((r["crg_code"] is None) == (r["crg_name"] is None) for r in lines.values())


def test_descriptions_start_with_a_capital(book: Reference) -> None:
    for row in rows_of(book, "points_of_delivery"):
        assert row["description"][0].isupper(), row
        assert not row["description"][1:2].isupper() or row["description"][:5] in (
            "A&E a", "IVF t", "CQUIN",
        ), row  # fmt: skip


def test_postcodes_have_their_written_form(book: Reference) -> None:
    import re

    for name in ("trusts", "sites", "establishments", "armed_forces_practices", "pseudo_postcodes"):
        odd = [
            row
            for row in rows_of(book, name)
            if row["postcode"] and not re.fullmatch(WRITTEN_POSTCODE, row["postcode"])
        ]
        assert odd == [], name


def test_hubs_of_regions_are_known(book: Reference) -> None:
    hubs = {r["hub_code"]: r for r in rows_of(book, "hubs")}
    for region in rows_of(book, "regions"):
        for column in ("specialised_hub_code", "health_justice_hub_code"):
            assert hubs[region[column]]["region_code"] == region["region_code"]
    prison_hubs = {r["health_justice_hub_code"] for r in rows_of(book, "establishments")}
    assert prison_hubs <= set(hubs)


def test_area_codes_lead_to_known_codes(book: Reference) -> None:
    known = {
        "icb": {r["icb_code"] for r in rows_of(book, "icbs")},
        "sub_icb": {r["sub_icb_code"] for r in rows_of(book, "sub_icbs")},
        "region": {r["region_code"] for r in rows_of(book, "regions")},
        "welsh_board": {r["board_code"] for r in rows_of(book, "welsh_boards")},
    }
    for row in rows_of(book, "area_codes"):
        assert row["code"] in known[row["area_kind"]], row
