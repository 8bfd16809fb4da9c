"""Each check on the cells of one row: a row it is said of, and a row it is not."""

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from speccomm.intake.rows import (
    LINE_COLUMNS,
    PLANNED,
    PLANS,
    PREDICATES,
    ROW_COLUMNS,
    SERVICES,
    judged_rows,
    line_attributes,
    row_checks,
)
from speccomm.intake.rules import DATASETS

ARROW = ibis.schema(dict(ROW_COLUMNS)).to_pyarrow()
ROWS = ibis.table(ibis.schema(dict(ROW_COLUMNS)), name="judged_input")
DEC = date(2023, 12, 5)
LARGEST = Decimal("999999999")


@pytest.fixture(scope="module")
def judge(engine, rules):
    """Judge rows, given by the cells that are not blank, as rows of one data set."""
    compiled: dict[str, str] = {}

    def judge_rows(dataset, rows):
        if dataset not in compiled:
            expression = judged_rows(ROWS, rules=rules, dataset=dataset).order_by("position")
            compiled[dataset] = str(ibis.to_sql(expression, dialect="duckdb"))
        given = [{"position": position, **row} for position, row in enumerate(rows)]
        assert all(set(row) <= set(ROW_COLUMNS) for row in given)
        table = pa.table(
            {
                field.name: pa.array([row.get(field.name) for row in given], field.type)
                for field in ARROW
            }
        )
        engine.con.register("judged_input", table)
        answer = engine.con.execute(compiled[dataset]).to_arrow_table().to_pylist()
        assert len(answer) == len(rows)
        return answer

    return judge_rows


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_judgement_of_rows_has_its_declared_shape(rules, dataset) -> None:
    schema = judged_rows(ROWS, rules=rules, dataset=dataset).schema()
    checks = row_checks(rules, dataset)
    assert list(schema) == ["position", "age_at_activity", "patient_commissioner_code", *checks]
    assert schema["age_at_activity"] == ibis.dtype("int32")
    assert {schema[check] for check in checks} == {ibis.dtype("boolean")}


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_row_of_blanks_is_said_nothing_of(judge, rules, dataset) -> None:
    (row,) = judge(dataset, [{}])
    said = {check for check in row_checks(rules, dataset) if row[check] is not False}
    assert said <= ({"CHK-P07"} if dataset == "nothing" else set())


# check, data set, cells of a row it is said of, the change that makes it right
CASES = [
    ("CHK-N12", "plcm", {"opted_out": True}, {"opted_out": False}),
    ("CHK-F04", "acm", {"pod_is_activity": False, "site_code": "RKB01"}, {"site_code": None}),
    ("CHK-F04", "acm", {"pod_is_activity": False, "planned_activity": Decimal(1)}, {"planned_activity": Decimal(0)}),
    ("CHK-F04", "iap", {"pod_is_activity": False, "gp_responsibility_code": "15E"}, {"pod_is_activity": True}),
    ("CHK-F04", "iap", {"pod_is_activity": False, "residence_responsibility_code": "15E"}, {"pod_is_activity": True}),
    ("CHK-F04", "iap", {"pod_is_activity": False, "treatment_function_code": "361"}, {"treatment_function_code": None}),
    ("CHK-F06", "plcm", {"activity_end_date": date(2023, 11, 30), "financial_month": 9, "financial_year": "2023-24"}, {"activity_end_date": DEC}),
    ("CHK-F06", "plcm", {"activity_end_date": date(2022, 12, 5), "financial_month": 9, "financial_year": "2023-24"}, {"activity_end_date": DEC}),
    ("CHK-F06", "plcm", {"activity_end_date": date(2024, 4, 1), "financial_month": 12, "financial_year": "2023-24"}, {"activity_end_date": date(2024, 3, 31)}),
    ("CHK-F06", "plcm", {"activity_end_date": date(2000, 3, 31), "financial_month": 12, "financial_year": "1999-01"}, {"financial_year": "1999-00"}),
    ("CHK-F06", "drplcm", {"happened_on": date(2023, 4, 1), "financial_month": 2, "financial_year": "2023-24"}, {"financial_month": 1}),
    ("CHK-F06", "deplcm", {"happened_on": date(2023, 4, 1), "financial_month": 2, "financial_year": "2023-24"}, {"financial_month": 1}),
    ("CHK-F07", "plcm", {"nhs_number_bad": True}, {"nhs_number_bad": False}),
    ("CHK-F07A", "plcm", {"age_years": 121}, {"age_years": 120}),
    ("CHK-F07A", "plcm", {"age_years": -1}, {"age_years": 0}),
    ("CHK-F07A", "plcm", {"birth_date": date(1960, 5, 1), "activity_start_date": DEC, "age_years": 65}, {"age_years": 64}),
    ("CHK-F07A", "plcm", {"birth_date": date(2024, 5, 1), "activity_start_date": DEC}, {"birth_date": date(2023, 12, 5)}),
    ("CHK-F07A", "drplcm", {"birth_date": date(1860, 5, 1), "happened_on": DEC}, {"birth_date": date(1960, 5, 1)}),
    ("CHK-F07D", "plcm", {"activity_start_date": DEC, "activity_end_date": date(2023, 12, 4)}, {"activity_end_date": DEC}),
    ("CHK-F07D", "plcm", {"birth_date": date(2023, 12, 6), "activity_end_date": DEC}, {"birth_date": DEC}),
    ("CHK-F08", "acm", {"in_list": False}, {"in_list": True}),
    ("CHK-A01", "plcm", {"commissioner_code": "15E", "derived_commissioner_code": "14A"}, {"derived_commissioner_code": "15E"}),
    ("CHK-A02", "acm", {"category_code": "12", "derived_category_code": "21"}, {"derived_category_code": "12"}),
    ("CHK-A03", "acm", {"commissioner_code": "QWU", "payer_kind": "icb"}, {"payer_kind": "sub_icb"}),
    ("CHK-A03", "iap", {"commissioner_code": "YDD82"}, {"commissioner_code": "14A"}),
    ("CHK-A03", "plcm", {"commissioner_code": "W01", "written_postcode": "CF10 1AA"}, {"written_postcode": "ZZ99 3GZ"}),
    ("CHK-A03", "plcm", {"commissioner_code": "W01"}, {"written_postcode": "ZZ99 3GZ"}),
    ("CHK-A04", "acm", {"service_code": "NCBPS11B", "category_code": "12"}, {"category_code": "21"}),
    ("CHK-A04", "acm", {"service_code": "99999999", "category_code": "22"}, {"category_code": "12"}),
    ("CHK-A05", "acm", {"service_code": "99999999", "category_code": "25"}, {"category_code": "21"}),
    ("CHK-A07", "acm", {"has_plan": True, "in_plan": False, "service_code": "NCBPS11B"}, {"in_plan": True}),
    ("CHK-A07", "plcm", {"has_plan": True, "in_plan": False, "service_code": "NCBPS11B"}, {"has_plan": False}),
    ("CHK-A07", "plcm", {"has_plan": True, "in_plan": False, "service_code": "NCBPS11B"}, {"service_code": "99999999"}),
    ("CHK-A08", "plcm", {"age_group": "adult", "age_years": 15}, {"age_years": 16}),
    ("CHK-A08", "plcm", {"age_group": "child", "age_years": 19}, {"age_years": 18}),
    ("CHK-A11", "plcm", {"gp_kind": "welsh_board", "payer_kind": "sub_icb"}, {"payer_kind": "welsh_board"}),
    ("CHK-A11", "plcm", {"residence_kind": "welsh_board", "payer_kind": "hub"}, {"gp_kind": "sub_icb"}),
    ("CHK-A11", "plcm", {"residence_country_code": "W92000004", "payer_kind": "hub"}, {"residence_country_code": "E92000001"}),
    ("CHK-P01", "plcm", {"activity_count": Decimal(2), "unit_price_gbp": Decimal("10.01"), "total_cost_gbp": Decimal("20.05")}, {"total_cost_gbp": Decimal("20.04")}),
    ("CHK-P01", "plcm", {"activity_count": Decimal(-1), "unit_price_gbp": Decimal(10), "total_cost_gbp": Decimal(10)}, {"total_cost_gbp": Decimal(-10)}),
    ("CHK-P04", "acm", {"pod_is_activity": True, "planned_activity": Decimal(10), "planned_price_gbp": Decimal(1000), "actual_activity": Decimal(10), "actual_price_gbp": Decimal("1500.01")}, {"actual_price_gbp": Decimal(1500)}),
    ("CHK-P04", "acm", {"pod_is_activity": True, "planned_activity": Decimal(10), "planned_price_gbp": Decimal(1000), "actual_activity": Decimal(5), "actual_price_gbp": Decimal(1000)}, {"pod_is_activity": False}),
    ("CHK-P05", "plcm", {"pod_code": "DC", "length_of_stay_days": 1}, {"length_of_stay_days": 0}),
    ("CHK-P05", "plcm", {"pod_code": "DC", "activity_start_date": DEC, "activity_end_date": date(2023, 12, 6)}, {"pod_code": "EL"}),
    ("CHK-P07", "drplcm", {"quantity": Decimal(0)}, {"quantity": Decimal(1)}),
    ("CHK-P07", "deplcm", {"quantity": Decimal(-1)}, {"quantity": Decimal("0.5")}),
    ("CHK-P07", "drplcm", {"quantity": Decimal(100001)}, {"quantity": Decimal(100000)}),
    ("CHK-P07", "drplcm", {"pod_code": "DRUG"}, {"therapeutic_indication_code": "46177005"}),
    ("CHK-P10", "acm", {"planned_price_gbp": Decimal(40000), "actual_price_gbp": Decimal("50000.01")}, {"actual_price_gbp": Decimal(50000)}),
    ("CHK-P10", "acm", {"planned_price_gbp": Decimal(0), "actual_price_gbp": Decimal("10000.01")}, {"actual_price_gbp": Decimal(10000)}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check_id", "dataset", "wrong", "change"),
    CASES,
    ids=[f"{check}-{dataset}-{number}" for number, (check, dataset, *_) in enumerate(CASES)],
)
def test_a_check_is_said_of_the_wrong_row_and_not_of_the_right_one(
    judge, check_id, dataset, wrong, change
) -> None:
    found = judge(dataset, [wrong, {**wrong, **change}])
    assert [row[check_id] for row in found] == [True, False]


def test_every_check_of_rows_has_its_cases() -> None:
    assert {check for check, *_ in CASES} == set(PREDICATES)


def test_a_welsh_default_is_not_asked_for_a_postcode_its_data_set_lacks(judge) -> None:
    (row,) = judge("acm", [{"commissioner_code": "W01"}])
    assert row["CHK-A03"] is False


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_amounts_raise_nothing(judge, dataset, sign) -> None:
    money = {name: LARGEST * sign for name, kind in ROW_COLUMNS.items() if "decimal" in kind}
    days = {name: date(9999, 12, 31) for name, kind in ROW_COLUMNS.items() if kind == "date"}
    extremes = {**money, **days, "age_years": 2**31 - 1, "length_of_stay_days": -(2**31) + 1}
    first = {**extremes, "birth_date": date(1, 1, 1), "pod_is_activity": True}
    judge(dataset, [first, {**first, "birth_date": None, "age_years": -(2**31) + 1}])


def test_age_is_that_on_the_day_of_the_activity(judge) -> None:
    born = date(2004, 2, 29)
    days = [date(2022, 2, 28), date(2022, 3, 1), date(2024, 2, 28), date(2024, 2, 29)]
    rows = [{"birth_date": born, "activity_start_date": day} for day in days]
    ages = [row["age_at_activity"] for row in judge("plcm", rows)]
    assert ages == [17, 18, 19, 20]
    more = [
        {"age_years": 44},
        {"birth_date": born, "activity_start_date": date(2022, 3, 1), "age_years": 44},
        {"age_years": 130},
        {},
    ]
    assert [row["age_at_activity"] for row in judge("plcm", more)] == [44, 18, None, None]


def test_a_patients_commissioner_is_by_practice_then_residence_then_postcode(judge) -> None:
    codes = {
        "gp_responsibility_code": "15E",
        "residence_responsibility_code": "B2M3M",
        "residence_sub_icb_code": "14L",
    }
    kinds = [
        {"gp_kind": "sub_icb", "residence_kind": "sub_icb"},
        {"gp_kind": "hub", "residence_kind": "sub_icb"},
        {"gp_kind": None, "residence_kind": "welsh_board"},
        {"gp_kind": None, "residence_kind": None},
    ]
    found = judge("plcm", [{**codes, **kind} for kind in kinds])
    assert [row["patient_commissioner_code"] for row in found] == ["15E", "B2M3M", "B2M3M", "14L"]
    assert judge("plcm", [{}])[0]["patient_commissioner_code"] is None


def test_what_is_known_of_a_line(engine) -> None:
    tables = {
        SERVICES: [("S1", "2023-24", True, "adult"), ("S1", "2024-25", False, None)],
        PLANNED: [("RKB", "2023-24", "S1")],
        PLANS: [("RKB", "2023-24")],
    }
    for table, rows in tables.items():
        schema = table.schema().to_pyarrow()
        columns = [pa.array(list(c), f.type) for c, f in zip(zip(*rows, strict=True), schema, strict=True)]  # fmt: skip
        engine.con.register(table.get_name(), pa.table(columns, schema=schema))
    asked = [
        ("RKB", "2023-24", "S1"),
        ("RKB", "2023-24", "S2"),
        ("RKB", "2024-25", "S1"),
        ("RRK", "2023-24", "S1"),
        (None, None, None),
    ]
    lines = ibis.memtable(
        [(number, *row) for number, row in enumerate(asked)],
        schema=ibis.schema(dict(LINE_COLUMNS)),
    )
    found = engine.to_pyarrow(line_attributes(lines).order_by("position")).to_pylist()
    assert [(r["in_list"], r["age_group"], r["has_plan"], r["in_plan"]) for r in found] == [
        (True, "adult", True, True),
        (None, None, True, False),
        (False, None, False, False),
        (True, "adult", False, False),
        (None, None, False, False),
    ]
