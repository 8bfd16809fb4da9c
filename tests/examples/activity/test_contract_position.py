"""Plan against actual: small contracts worked out by hand, one per effect and odd case."""

from dataclasses import replace
from decimal import Decimal

import pytest

from speccomm.activity.rules import contract_rules
from tests.examples.activity.made_up_contracts import position, row

EFFECTS = ("volume_gbp", "mix_gbp", "price_gbp", "not_planned_gbp", "non_activity_gbp",
           "market_forces_gbp")  # fmt: skip


def pounds(*amounts):
    return [None if amount is None else Decimal(str(amount)) for amount in amounts]


def shown(line, *names):
    return [line[name] for name in names]


def effects(line):
    assert sum(shown(line, *EFFECTS)) == line["variance_gbp"]
    return shown(line, *EFFECTS)


def test_columns_and_a_contract_on_plan(engine):
    (line,) = position(engine, [row((10, 1000), (10, 1000))])
    assert list(line) == [
        "provider_code", "provider_name", "service_code", "service_name", "plan_activity",
        "actual_activity", "plan_gbp", "actual_gbp", "variance_gbp", "volume_gbp", "mix_gbp",
        "price_gbp", "not_planned_gbp", "non_activity_gbp", "market_forces_gbp",
        "forecast_straight_gbp", "forecast_profiled_gbp",
    ]  # fmt: skip
    assert shown(line, "provider_code", "provider_name", "service_code", "service_name") == [
        "RKB", "Coventry", "NCBPS11B", "Renal dialysis",
    ]  # fmt: skip
    assert shown(line, "plan_activity", "actual_activity", "plan_gbp", "actual_gbp") == pounds(
        10, 10, 1000, 1000
    )
    assert effects(line) == pounds(0, 0, 0, 0, 0, 0)


def test_more_activity_at_plan_price_is_volume(engine):
    (line,) = position(engine, [row((10, 1000), (12, 1200))])
    assert effects(line) == pounds(200, 0, 0, 0, 0, 0)


def test_a_dearer_unit_is_price(engine):
    (line,) = position(engine, [row((10, 1000), (10, 1100))])
    assert effects(line) == pounds(0, 0, 100, 0, 0, 0)


def test_a_shift_to_dearer_lines_is_mix(engine):
    rows = [
        row((10, 1000), (5, 500), tariff_code="A"),
        row((10, 3000), (15, 4500), tariff_code="B"),
    ]
    (line,) = position(engine, rows)
    assert effects(line) == pounds(0, 1000, 0, 0, 0, 0)


def test_volume_mix_and_price_at_once(engine):
    # Plan: 20 units for 4,000, 200 each. Actual: 24 units. Volume 4 x 200 = 800.
    # At plan prices the actual is 8 x 100 + 16 x 300 = 5,600, so mix is 5,600 - 4,800 = 800.
    # Price is 900 - 800 + 4,700 - 4,800 = 0 + 100 - 100.
    rows = [
        row((10, 1000), (8, 900), tariff_code="A"),
        row((10, 3000), (16, 4750), tariff_code="B"),
    ]
    (line,) = position(engine, rows)
    assert effects(line) == pounds(800, 800, 50, 0, 0, 0)


def test_mix_takes_the_rounding(engine):
    rows = [row((3, 10), (4, 14), tariff_code="A"), row((3, 10), (3, 10), tariff_code="B")]
    (line,) = position(engine, rows)
    # Volume is 1 x 20/6 = 3.33; the first line is repriced at 13.33333, so price is 0.67.
    assert effects(line) == pounds("3.33", 0, "0.67", 0, 0, 0)


def test_a_planned_line_with_nothing_done_is_less_volume(engine):
    rows = [row((10, 1000), (10, 1000)), row((10, 1000), (None, None), tariff_code="B")]
    (line,) = position(engine, rows)
    assert effects(line) == pounds(-1000, 0, 0, 0, 0, 0)


def test_a_line_without_plan_is_not_planned_with_its_market_forces(engine):
    rows = [row((10, 1000, 0), (10, 1000, 0)), row((), (2, 80, 4), tariff_code="NEW")]
    (line,) = position(engine, rows)
    assert effects(line) == pounds(0, 0, 0, 84, 0, 0)


def test_market_forces_stand_apart(engine):
    (line,) = position(engine, [row((10, 1000, 50), (12, 1200, 66))])
    assert shown(line, "plan_gbp", "actual_gbp") == pounds(1050, 1266)
    assert effects(line) == pounds(200, 0, 0, 0, 0, 16)


def test_money_that_counts_no_activity_is_apart_and_so_are_its_units(engine):
    rows = [
        row((10, 1000), (10, 1000)),
        row((0, 500), (7, 530), pod_code="BLOCK", tariff_code=None),
        row((), (3, 90), pod_code="DRUG", tariff_code=None),
    ]
    (line,) = position(engine, rows)
    assert shown(line, "plan_activity", "actual_activity") == pounds(10, 10)
    assert effects(line) == pounds(0, 0, 0, 0, 120, 0)


def test_unplanned_money_may_be_called_not_planned(engine):
    rules = replace(contract_rules(), unplanned_money="not_planned")
    rows = [row((10, 1000), (10, 1000)), row((), (3, 90), pod_code="DRUG", tariff_code=None)]
    (line,) = position(engine, rows, rules=rules)
    assert effects(line) == pounds(0, 0, 0, 90, 0, 0)


def test_money_planned_without_activity_has_no_price(engine):
    (line,) = position(engine, [row((0, 1000), (4, 1300))])
    assert effects(line) == pounds(0, 0, 0, 0, 300, 0)


def test_activity_planned_without_money_has_no_price_either(engine):
    (line,) = position(engine, [row((10, None), (4, 1300))])
    assert shown(line, "plan_activity", "plan_gbp") == [10, None]
    assert effects(line) == pounds(0, 0, 0, 1300, 0, 0)


def test_a_plan_at_no_price_is_a_plan(engine):
    (line,) = position(engine, [row((10, 0), (12, 60))])
    assert effects(line) == pounds(0, 0, 60, 0, 0, 0)


def test_negative_actual_is_a_credit(engine):
    (line,) = position(engine, [row((10, 1000), (-2, -150))])
    assert effects(line) == pounds(-1200, 0, 50, 0, 0, 0)


def test_planned_activity_adding_up_to_nothing_has_no_mix(engine):
    rows = [
        row((5, 500), (6, 600), tariff_code="A"),
        row((-5, -1000), (-5, -1000), tariff_code="B"),
    ]
    (line,) = position(engine, rows)
    assert effects(line) == pounds(100, 0, 0, 0, 0, 0)


def test_an_amount_too_large_to_price_still_counts(engine):
    (line,) = position(engine, [row(("0.001", 99999999999), (9999999999, 5))])
    assert effects(line) == pounds(0, 0, 0, 0, 5 - 99999999999, 0)


def test_no_plan_is_not_a_plan_of_nothing(engine):
    (line,) = position(engine, [row((), (4, 100, 5))])
    assert shown(line, "plan_activity", "plan_gbp") == [None, None]
    assert line["variance_gbp"] == 105
    assert effects(line) == pounds(0, 0, 0, 105, 0, 0)
    assert line["forecast_profiled_gbp"] is None
    (line,) = position(engine, [row((0, 0), (4, 100))])
    assert shown(line, "plan_activity", "plan_gbp") == pounds(0, 0)


def test_nothing_sent_is_not_nothing_done(engine):
    plan = row((10, 1000))
    (line,) = position(engine, [], [plan])
    assert shown(line, "plan_gbp", "actual_activity", "actual_gbp", "variance_gbp") == [
        1000, None, None, None,
    ]  # fmt: skip
    assert shown(line, *EFFECTS) == [None] * 6
    assert shown(line, "forecast_straight_gbp", "forecast_profiled_gbp") == [None, None]


def test_a_provider_that_sent_other_services_did_none_of_this_one(engine):
    lines = position(
        engine, [row((), (1, 10), service_code="NCBPS29Z")], [row((10, 1000))]
    )  # fmt: skip
    done = next(line for line in lines if line["service_code"] == "NCBPS11B")
    assert shown(done, "actual_activity", "actual_gbp") == pounds(0, 0)
    assert effects(done) == pounds(-1000, 0, 0, 0, 0, 0)


def test_amounts_left_blank_are_not_known(engine):
    (line,) = position(engine, [row((10, 1000), (None, None))])
    assert shown(line, "actual_gbp", "variance_gbp", "volume_gbp") == [None, None, None]


def test_the_indicative_plan_stands_before_the_monitored_one(engine):
    sent, plan = row((10, 1000), (10, 900)), row((10, 800))
    (line,) = position(engine, [sent], [plan])
    assert line["plan_gbp"] == 800
    rules = contract_rules()
    scope = {"plan_in_iap": frozenset()}
    (line,) = position(engine, [sent], [plan], rules=rules.with_plan_source("acm"), **scope)
    assert line["plan_gbp"] == 1000
    (line,) = position(engine, [sent], [plan], rules=rules.with_plan_source("iap"), **scope)
    assert line["plan_gbp"] is None


def test_only_months_to_date_and_only_the_year_count(engine):
    rows = [
        row((1, 10), (1, 11), financial_month=1),
        row((1, 10), (1, 11), financial_month=2),
        row((1, 10), (1, 11), financial_month=3),
        row((1, 10), (1, 11), financial_year="2022-23"),
    ]
    (line,) = position(engine, rows, to_month=2)
    assert shown(line, "plan_gbp", "actual_gbp") == pounds(20, 22)


def test_merged_providers_are_one_line(engine):
    rows = [
        row((10, 1000), (5, 600), provider_code="RLQ"),
        row((10, 1000), (15, 1500), provider_code="RLX"),
    ]
    (line,) = position(engine, rows)
    assert shown(line, "provider_code", "provider_name", "plan_activity") == [
        "RLX", "Wye Valley", 20,
    ]  # fmt: skip
    assert effects(line) == pounds(0, 0, 100, 0, 0, 0)


def test_an_unknown_provider_and_service_stay(engine):
    rows = [row((), (1, 5), provider_code="RXX", service_code=None), row((), (1, 5))]
    lines = position(engine, rows)
    assert [shown(line, "provider_code", "provider_name", "service_code", "service_name")
            for line in lines] == [
        ["RKB", "Coventry", "NCBPS11B", "Renal dialysis"],
        ["RXX", None, "Unknown", "Unknown"],
    ]  # fmt: skip


def test_an_icb_is_its_patients(engine):
    rows = [row((), (1, 5)), row((), (1, 7), patient_commissioner_code="15E"),
            row((), (1, 9), patient_commissioner_code=None)]  # fmt: skip
    (line,) = position(engine, rows, patient_codes=frozenset({"15E"}))
    assert line["actual_gbp"] == 7


def test_one_provider_and_one_service(engine):
    rows = [row((), (1, 5)), row((), (1, 7), provider_code="RRK"),
            row((), (1, 9), provider_code="RRK", service_code="NCBPS29Z")]  # fmt: skip
    lines = position(engine, rows, provider_codes=frozenset({"RRK"}), service_code="NCBPS29Z")
    assert [line["actual_gbp"] for line in lines] == [9]


def test_a_point_of_delivery_not_in_the_list_counts_activity(engine):
    (line,) = position(engine, [row((10, 1000), (12, 1200), pod_code="ODD")])
    assert effects(line) == pounds(200, 0, 0, 0, 0, 0)


PROFILE = [row((n, 100 * n), financial_month=n) for n in range(1, 13)]  # 7,800 a year


def test_forecasts_go_straight_on_or_along_the_plan(engine):
    rows = [row((), (1, 250), financial_month=1), row((), (2, 350), financial_month=2)]
    (line,) = position(engine, rows, PROFILE, to_month=2)
    assert shown(line, "plan_gbp", "actual_gbp") == pounds(300, 600)
    assert line["forecast_straight_gbp"] == 3600  # 600 / 2 x 12
    assert line["forecast_profiled_gbp"] == 15600  # 600 x 7,800 / 300


def test_without_the_whole_plan_there_is_no_profile(engine):
    rows = [row((1, 100), (1, 100), financial_month=n) for n in (1, 2)]
    (line,) = position(engine, rows, to_month=2)
    assert line["forecast_profiled_gbp"] is None
    year = [row((n, 100 * n), (1, 50), financial_month=n) for n in range(1, 13)]
    (line,) = position(engine, year, to_month=2, whole_year_in_acm=frozenset({"RKB"}))
    assert line["forecast_profiled_gbp"] == 2600  # 100 x 7,800 / 300


def test_a_plan_for_later_months_is_zero_to_date(engine):
    later = row((5, 500), financial_month=12)
    (line,) = position(engine, [row((), (1, 90))], [later])
    assert shown(line, "plan_activity", "plan_gbp", "forecast_profiled_gbp") == [0, 0, None]
    assert effects(line) == pounds(0, 0, 0, 90, 0, 0)


@pytest.mark.parametrize(
    ("changes", "plan"),
    [
        ({}, 100),  # a twelfth of 1,200
        ({"month_0": "year_end"}, 0),
        ({"month_0": "left_out"}, None),
    ],
)
def test_month_0_is_a_year_that_nobody_profiled(engine, changes, plan):
    rules = replace(contract_rules(), **changes)
    (line,) = position(
        engine, [row((), (1, 90))], [row((12, 1200), financial_month=0)], rules=rules
    )
    assert line["plan_gbp"] == plan


def test_month_0_beside_months_says_the_plan_twice(engine):
    plan = [*PROFILE, row((78, 7800), financial_month=0)]
    (line,) = position(engine, [row((), (1, 90))], plan)
    assert line["plan_gbp"] == 100
    rules = replace(contract_rules(), month_0_beside_months="added")
    (line,) = position(engine, [row((), (1, 90))], plan, rules=rules)
    assert line["plan_gbp"] == 750


def test_month_13_is_an_adjustment_at_the_end_of_the_year(engine):
    plan = [*PROFILE, row((0, 200), financial_month=13)]
    (line,) = position(engine, [row((), (1, 100))], plan)
    assert line["plan_gbp"] == 100
    assert line["forecast_profiled_gbp"] == 8000  # 100 x 8,000 / 100
    march = [row((), (1, 100), financial_month=12)]
    (line,) = position(engine, march, plan, to_month=12)
    assert line["plan_gbp"] == 8000
    rules = replace(contract_rules(), month_13="left_out")
    (line,) = position(engine, march, plan, to_month=12, rules=rules)
    assert line["plan_gbp"] == 7800


def test_fixed_elements_may_end_the_year_as_planned(engine):
    plan = [*PROFILE, *(row((0, 50), pod_code="BLOCK", financial_month=n) for n in range(1, 13))]
    sent = [row((), (1, 120)), row((), (0, 55), pod_code="BLOCK")]
    (line,) = position(engine, sent, plan)
    assert shown(line, "forecast_straight_gbp", "forecast_profiled_gbp") == pounds(
        175 * 12, 175 * 8400 / 150
    )
    rules = replace(contract_rules(), fixed_elements="annual_plan")
    (line,) = position(engine, sent, plan, rules=rules)
    assert shown(line, "forecast_straight_gbp", "forecast_profiled_gbp") == pounds(
        120 * 12 + 600, 120 * 7800 / 100 + 600
    )
