"""Lookups hold one row per key and day, whatever the reference tables hold."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import ibis
import pyarrow.compute as pc
import pytest

from speccomm.assignment.contract_lookups import (
    ContractLookups,
    YearNotKnown,
    contract_lookup_tables,
    month_start,
    months_alike,
)
from speccomm.assignment.dated import ReferenceRows, latest_by
from speccomm.assignment.flow_chart import CamLookups, cam_lookup_tables, read_rules
from speccomm.assignment.lookups import InfertilityPatterns, RepeatedKey
from speccomm.assignment.practices import disjoint
from tests.examples.assignment.england import ROWS, made_up_reference

YEARS = ["2023-24", "2024-25", "2025-26", "2026-27"]
CONTRACT_KEYS = {
    "services": ["service_code", "financial_year"],
    "commissioners": ["body_code", "financial_year", "financial_month"],
    "providers": ["provider_code", "financial_year", "financial_month"],
    "practices": ["practice_code", "financial_year", "financial_month"],
    "months": ["financial_year", "financial_month"],
}
CAM_KEYS = {
    "postcodes": ["postcode_key"],
    "special_postcodes": ["postcode_key"],
    "providers": ["provider_code"],
    "services": ["service_code", "year_start"],
    "regions": ["region_code"],
    "paths": ["path_number"],
    "practices": ["practice_code", "from_date"],
    "sub_icbs": ["sub_icb_code", "from_date"],
}


@pytest.mark.parametrize("name", CONTRACT_KEYS)
def test_contract_lookups_have_unique_keys(name: str) -> None:
    table = contract_lookup_tables(made_up_reference(), financial_years=YEARS)[name]
    keys = CONTRACT_KEYS[name]
    assert table.num_rows
    assert table.group_by(keys).aggregate([]).num_rows == table.num_rows


@pytest.mark.parametrize("name", CAM_KEYS)
def test_flow_chart_lookups_have_unique_keys(name: str) -> None:
    table = cam_lookup_tables(made_up_reference(), rules=read_rules())[name]
    assert table.num_rows
    assert table.group_by(CAM_KEYS[name]).aggregate([]).num_rows == table.num_rows


@pytest.mark.parametrize("name", ["practices", "sub_icbs"])
def test_periods_of_one_code_never_overlap(name: str) -> None:
    table = cam_lookup_tables(made_up_reference(), rules=read_rules())[name]
    key = CAM_KEYS[name][0]
    rows = sorted(table.to_pylist(), key=lambda row: (row[key], row["from_date"]))
    for before, after in zip(rows, rows[1:], strict=False):
        assert before["from_date"] < before["to_date"]
        assert before[key] != after[key] or before["to_date"] <= after["from_date"]


def test_disjoint_periods_keep_the_one_that_began_last() -> None:
    def period(name: str, start: int, end: int) -> dict[str, Any]:
        return {"name": name, "from_date": date(2020, 1, start), "to_date": date(2020, 1, end)}

    cut = disjoint([period("whole", 1, 20), period("middle", 5, 10), period("tie", 5, 8)])
    assert [(row["name"], row["from_date"].day, row["to_date"].day) for row in cut] == [
        ("whole", 1, 5),
        ("tie", 5, 8),
        ("middle", 8, 10),
        ("whole", 10, 20),
    ]
    apart = [period("before", 1, 5), period("after", 9, 12)]
    assert disjoint(apart) == apart


def test_of_rows_in_force_together_the_one_that_began_last_is_taken() -> None:
    never, early, late = None, date(2020, 1, 1), date(2021, 1, 1)
    rows = [
        {"code": "x", "from_date": day, "order": n} for n, day in enumerate((late, never, early))
    ]
    assert latest_by(rows, "code")["x"]["order"] == 0
    assert latest_by(rows[1:], "code")["x"]["order"] == 2
    assert latest_by([rows[0], {**rows[0], "order": 9}], "code")["x"]["order"] == 9


def test_lookups_may_be_tables_of_a_connection() -> None:
    reference = made_up_reference()
    contract = contract_lookup_tables(reference, financial_years=["2025-26"])
    cam = cam_lookup_tables(reference, rules=read_rules())
    patterns = InfertilityPatterns.of(reference)
    bound = [
        ContractLookups.of({name: ibis.memtable(table) for name, table in contract.items()}),
        CamLookups.of({n: ibis.memtable(table) for n, table in cam.items()}, patterns=patterns),
    ]
    unbound = [ContractLookups.unbound(), CamLookups.unbound(patterns=patterns)]
    for given, declared in zip(bound, unbound, strict=True):
        for field in fields(declared):
            if field.name != "patterns":
                schema = getattr(given, field.name).schema()
                assert schema == getattr(declared, field.name).schema()


@pytest.mark.parametrize(
    ("table", "column"), [("postcodes", "postcode"), ("providers", "provider_code")]
)
def test_a_key_given_twice_is_refused(table: str, column: str) -> None:
    reference = made_up_reference(**{table: [*ROWS[table], ROWS[table][0]]})
    with pytest.raises(RepeatedKey, match=column):
        cam_lookup_tables(reference, rules=read_rules())


def test_a_year_no_list_is_held_for_is_refused_by_name() -> None:
    with pytest.raises(YearNotKnown, match="2031-32") as refusal:
        contract_lookup_tables(made_up_reference(), financial_years=["2031-32"])
    assert refusal.value.known == YEARS


def test_months_outside_the_year_count_as_its_ends() -> None:
    assert month_start("2023-24", 0) == date(2023, 4, 1)
    assert month_start("2023-24", 13) == date(2024, 3, 1)


def test_no_infertility_codes_make_no_pattern() -> None:
    assert InfertilityPatterns.of(made_up_reference(infertility_codes=[])) == InfertilityPatterns()


def test_postcodes_are_read_as_far_as_asked_for() -> None:
    rows = ReferenceRows(made_up_reference())
    assert rows.places(["cv1 1aa", "XX1 1XX", None])["CV11AA"]["sub_icb_code"] == "B2M3M"
    assert rows.place("XX1 1XX") is None
    assert rows.place("CV11AA") == rows.place("CV1 1AA")


def test_months_alike_have_the_same_lookup_rows() -> None:
    tables = contract_lookup_tables(made_up_reference(), financial_years=YEARS)
    alike = months_alike(made_up_reference(), financial_years=YEARS)
    monthly = {name: t for name, t in tables.items() if "financial_month" in t.column_names}

    def rows(name, year, month):
        table = monthly[name]
        of_month = pc.and_(
            pc.equal(table["financial_year"], year), pc.equal(table["financial_month"], month)
        )
        return table.filter(of_month).drop_columns("financial_month").to_pylist()

    assert sorted(alike) == sorted((year, month) for year in YEARS for month in range(14))
    for (year, month), first in alike.items():
        for name in monthly:
            assert rows(name, year, month) == rows(name, year, first)
    assert any(first != month for (_, month), first in alike.items())
