"""The generator's own tables agree with the reference tables of the year they stand for."""

from __future__ import annotations

from datetime import date

import nhs_number

from speccomm.engines import open_duckdb
from speccomm.foundation.rulebook import read_rule_table
from speccomm.reference import commissioner_map, open_reference, provider_map
from speccomm.synthetic.people import put_nhs_numbers
from speccomm.synthetic.places import put_places
from speccomm.synthetic.tables import open_chance, put_slots, rows_of

ON = date(2023, 12, 31)


def test_providers_lie_where_the_reference_says() -> None:
    known = {
        row["provider_code"]: row for row in provider_map(open_reference(None), on=ON).to_pylist()
    }
    for row in read_rule_table("synthetic/providers"):
        there = known[row["provider_code"]]
        assert (there["icb_code"], there["region_code"]) == (row["icb_code"], row["region_code"])
        assert there["current_provider_code"] == row["provider_code"]


def test_areas_lie_where_the_reference_says() -> None:
    known = {
        row["commissioner_code"]: row
        for row in commissioner_map(open_reference(None), on=ON).to_pylist()
    }
    rows = read_rule_table("synthetic/populations")
    assert len(rows) == 106
    for row in rows:
        there = known[row["sub_icb_code"]]
        assert (there["icb_code"], there["region_code"]) == (row["icb_code"], row["region_code"])


def test_kinds_of_care_use_codes_of_the_year() -> None:
    reference = open_reference(None)
    listed = {
        row["service_code"]
        for row in reference.service_status.to_pylist()
        if row["financial_year"] == "2023-24" and row["in_list"]
    }
    groups = {row["service_code"]: row["crg_code"] for row in reference.service_lines.to_pylist()}
    hrgs = set(reference.hrgs["hrg_code"].to_pylist())
    functions = set(reference.treatment_functions["tfc"].to_pylist())
    pods = {
        row["pod_code"] for row in reference.points_of_delivery.to_pylist() if row["is_activity"]
    }
    rows = read_rule_table("synthetic/case_mix")
    assert len({row["mix_code"] for row in rows}) == len(rows)
    for row in rows:
        assert row["service_code"] in listed
        assert (groups[row["service_code"]] or "Unknown") == row["crg_code"]
        assert row["tariff_code"] in hrgs
        assert row["treatment_function_code"] in functions
        assert row["pod_code"] in pods
        assert float(row["usual_stay_days"]) == 0 or row["rows_per_patient"] == "1"


def test_every_service_has_one_payer_and_every_kind_of_care_a_provider_on_each_side() -> None:
    mix = read_rule_table("synthetic/case_mix")
    payers = [row["service_code"] for row in read_rule_table("synthetic/payers")]
    assert sorted(payers) == sorted({row["service_code"] for row in mix})
    region = {
        row["provider_code"]: row["region_code"] for row in read_rule_table("synthetic/providers")
    }
    services = read_rule_table("synthetic/provider_services")
    for row in mix:
        sides = {
            region[one["provider_code"]] == "Y60"
            for one in services
            if one["crg_code"] == row["crg_code"]
            and (not one["service_codes"] or row["service_code"] in one["service_codes"].split(";"))
        }
        assert sides == {True, False}, row["mix_code"]


def test_nhs_numbers_are_all_the_valid_ones_of_the_test_range() -> None:
    engine = open_duckdb(memory_limit_mib=512, threads=1)
    open_chance(engine, seed=3)
    put_nhs_numbers(engine)
    table = rows_of(engine, "from syn_nhs_number order by number limit 2000")
    numbers = table["nhs_number"].to_pylist()
    assert all(nhs_number.is_valid(number) and number.startswith("999") for number in numbers)
    counted = rows_of(engine, "select count(*) n, count(distinct nhs_number) d from syn_nhs_number")
    total, distinct = counted["n"][0].as_py(), counted["d"][0].as_py()
    assert total == distinct == 909_091


def test_places_are_unique_and_every_area_has_enough() -> None:
    engine = open_duckdb(memory_limit_mib=512, threads=1)
    put_places(engine)
    counted = rows_of(
        engine,
        """
        select (select count(*) - count(distinct postcode) from syn_postcode) as repeated,
          (select count(*) - count(distinct practice_code) from syn_practice) as doubled,
          (select min(practices) from syn_area) as practices,
          (select min(postcodes) from syn_area) as postcodes
        """,
    ).to_pylist()[0]
    assert counted["repeated"] == counted["doubled"] == 0
    assert counted["practices"] >= 4
    assert counted["postcodes"] >= 16


def test_slots_share_themselves_out_by_weight() -> None:
    engine = open_duckdb(memory_limit_mib=256, threads=1)
    put_slots(engine, "slots", "select * from (values ('a', 3.0), ('b', 1.0)) v(code, weight)")
    table = rows_of(engine, "select chosen, count(*) n from slots group by 1 order by 1")
    assert table["n"].to_pylist() == [6144, 2048]
