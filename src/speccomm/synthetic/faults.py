"""The faults that are planted: which rows of which data set, what is changed, what should be said.

A fault that refuses a row goes on an extra row, a copy of a good one, so that the accepted rows
alone add up to the published table. A fault that only warns or is noted goes on a row that counts,
and changes neither its activity nor its clinical reference group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ibis.backends.duckdb import Backend

NOTE, WARNING, REFUSE = "note", "warning", "refuse"
EXTRA_ROW_ID = 90_000_000_000_000
CANDIDATES = 60_000


@dataclass(frozen=True)
class Plant:
    """One kind of fault.

    `changes` gives for each column the text written, as SQL over the row; the first is the field
    at fault. `among` says which rows will do. A `extra` row is added; others are changed in place.
    """

    dataset: str
    check_id: str
    level: str
    changes: Mapping[str, str]
    what: str
    among: str = "true"
    extra: bool = False
    field: str = field(default="")

    @property
    def column(self) -> str:
        return self.field or next(iter(self.changes))


def _plcm(check_id: str, level: str, what: str, among: str = "true", **changes: str) -> Plant:
    return Plant("plcm", check_id, level, changes, what, among)


def _refused(dataset: str, check_id: str, what: str, **changes: str) -> Plant:
    return Plant(dataset, check_id, REFUSE, changes, what, extra=True)


ADULT_CANCER = "service_code = 'NCBPS01Y'"
VISIT = "stay = 0 and pod_code like 'OPFU%'"

PLCM_PLANTS = (
    _plcm("CHK-N01", NOTE, "provider code ends in 00", provider_code="provider_code || '00'"),
    _plcm("CHK-N02", NOTE, "year spelt 2023/24", financial_year="'2023/24'"),
    _plcm("CHK-N03", NOTE, "service code in small letters", service_code="lower(service_code)"),
    _plcm("CHK-N04", NOTE, "pound sign", unit_price_gbp="'£' || unit_price_gbp::varchar"),
    _plcm(
        "CHK-N04", NOTE, "thousands comma", "unit_price_gbp * activity_count > 1000",
        total_cost_gbp="format('{:,}', unit_price_gbp * activity_count)",
    ),
    _plcm("CHK-N05", NOTE, "date written day first", birth_date="strftime(birth_date, '%d/%m/%Y')"),
    _plcm(
        "CHK-N06", NOTE, "spreadsheet day number",
        birth_date="(birth_date - date '1899-12-30')::varchar",
        among="birth_date > date '1930-01-01'",
    ),
    _plcm("CHK-N07", NOTE, "placeholder", residence_responsibility_code="'TBC'"),
    _plcm("CHK-N10", WARNING, "six decimals", unit_price_gbp="unit_price_gbp::varchar || '0001'"),
    _plcm("CHK-F01", WARNING, "no NHS number", nhs_number="''"),
    _plcm("CHK-F01", WARNING, "no category", category_code="''"),
    _plcm("CHK-F02", WARNING, "birth date is no date", birth_date="'not known'"),
    _plcm(
        "CHK-F03", WARNING, "treatment function unknown", treatment_function_code="'999'",
    ),
    _plcm("CHK-F03", WARNING, "no such healthcare resource group", tariff_code="'QQ99Z'"),
    _plcm("CHK-F03", WARNING, "commissioner unknown", commissioner_code="'ZZZ'"),
    _plcm("CHK-F03", WARNING, "responsibility unknown", gp_responsibility_code="'ZZZ'"),
    _plcm("CHK-F03", WARNING, "neither Y nor N", national_tariff_indicator="'X'"),
    _plcm("CHK-F03", NOTE, "site unknown", site_code="'XX999'"),
    _plcm("CHK-F03", NOTE, "practice unknown", gp_practice_code="'M79999'"),
    _plcm("CHK-F05", WARNING, "no seconds", dataset_created_at="'2024-01-17T08:15'"),
    _plcm(
        "CHK-F06", WARNING, "ended in another month", VISIT,
        activity_end_date="(activity_end_date + 35)::varchar",
        activity_start_date="(activity_start_date + 35)::varchar",
    ),
    _plcm(
        "CHK-F07", WARNING, "check digit wrong",
        nhs_number="left(nhs_number, 9) || ((right(nhs_number, 1)::integer + 1) % 10)::varchar",
    ),
    _plcm("CHK-F07A", WARNING, "150 years old", age_years="'150'"),
    _plcm(
        "CHK-F07D", WARNING, "ends before it starts", VISIT,
        activity_start_date="(activity_end_date + 2)::varchar",
    ),
    _plcm(
        "CHK-F08", WARNING, "service code of an earlier year", ADULT_CANCER,
        service_code="'NCBPS01E'",
    ),
    _plcm(
        "CHK-A01", WARNING, "another region's hub", "direction = 'intra' and category_code = '21'",
        commissioner_code="'13R'",
    ),
    _plcm(
        "CHK-A02", WARNING, "delegated category before delegation",
        "category_code = '21' and service_code <> 'NCBPSXXX'", category_code="'25'",
    ),
    _plcm("CHK-A03", WARNING, "ICB where a sub-ICB is due", commissioner_code="'QWU'"),
    _plcm(
        "CHK-A04", WARNING, "prescribed service in category 12",
        "category_code = '21' and service_code <> 'NCBPSXXX'", category_code="'12'",
    ),
    _plcm(
        "CHK-A05", WARNING, "99999999 as delegated", "service_code = '99999999'",
        category_code="'25'",
    ),
    _plcm(
        "CHK-A07", WARNING, "service in nobody's plan", ADULT_CANCER, service_code="'NCBPS51E'",
    ),
    _plcm(
        "CHK-A08", NOTE, "child on an adult service", ADULT_CANCER + " and stay = 0",
        birth_date="(activity_start_date - 3400)::varchar", age_years="'9'",
    ),
    _plcm(
        "CHK-A11", WARNING, "Welsh board responsible", "direction = 'imported'",
        gp_responsibility_code="'7A4'",
    ),
    _plcm(
        "CHK-P01", WARNING, "unit price does not lead to the cost",
        unit_price_gbp="(unit_price_gbp + 10)::varchar",
    ),
    _plcm("CHK-P05", WARNING, "day case of two days", "pod_code = 'DC'", length_of_stay_days="'2'"),
    _refused("plcm", "CHK-F01", "no month", financial_month="''"),
    _refused("plcm", "CHK-F02", "month 15", financial_month="'15'"),
    _refused("plcm", "CHK-F02", "activity in words", activity_count="'two'"),
    _refused("plcm", "CHK-F02", "end date is no date", activity_end_date="'soon'"),
    _refused("plcm", "CHK-F02", "cost in words", total_cost_gbp="'about 200'"),
    _refused("plcm", "CHK-F03", "provider unknown", provider_code="'R99'"),
    _refused("plcm", "CHK-F03", "service code unknown", service_code="'NCBPS99Q'"),
    _refused("plcm", "CHK-F03", "point of delivery unknown", pod_code="'INPT'"),
    _refused("plcm", "CHK-F03", "category unknown", category_code="'77'"),
)  # fmt: skip

OTHER_PLANTS = (
    Plant("drplcm", "CHK-F01", NOTE, {"gp_practice_code": "''"}, "no practice"),
    Plant("drplcm", "CHK-P07", WARNING, {"quantity": "'0'"}, "nothing dispensed"),
    Plant("drplcm", "CHK-P07", WARNING, {"therapeutic_indication_code": "''"}, "no indication"),
    Plant(
        "drplcm", "CHK-F06", WARNING, {"dispensed_on": "(activity_end_date + 40)::varchar"},
        "dispensed in another month",
    ),
    _refused("drplcm", "CHK-F01", "no responsibility", gp_responsibility_code="''"),
    _refused("drplcm", "CHK-F02", "date is no date", dispensed_on="'soon'"),
    Plant("deplcm", "CHK-P07", WARNING, {"quantity": "'-1'"}, "minus one device"),
    Plant("deplcm", "CHK-F03", WARNING, {"vat_indicator": "'Q'"}, "neither Y nor N"),
    Plant(
        "acm", "CHK-F04", WARNING, {"treatment_function_code": "'300'"},
        "block line with a treatment function", "pod_code = 'BLOCK'", field="pod_code",
    ),
    Plant(
        "acm", "CHK-N04", NOTE, {"actual_price_gbp": "'(' || (-actual_price_gbp)::varchar || ')'"},
        "brackets for a negative", "pod_code = 'ADJUSTMENT' and actual_price_gbp < 0",
    ),
    Plant(
        "acm", "CHK-P04", WARNING,
        {"planned_price_gbp": "(planned_price_gbp / 4)::decimal(18, 2)::varchar"},
        "planned at a quarter of the price",
        "pod_code like 'OP%' and planned_activity > 0 and actual_price_gbp < 5000",
    ),
    Plant(
        "acm", "CHK-P10", WARNING,
        {"planned_price_gbp": "(planned_price_gbp / 2)::decimal(18, 2)::varchar",
         "planned_activity": "(planned_activity / 2)::decimal(13, 3)::varchar"},
        "twice the plan", "actual_price_gbp > 45000 and tariff_code is not null",
    ),
    Plant(
        "acm", "CHK-P09", WARNING, {"actual_price_gbp": "(actual_price_gbp + 500)::varchar"},
        "block line higher in one month", "pod_code = 'BLOCK' and financial_month = 5",
    ),
    Plant(
        "acm", "CHK-C01", WARNING, {"actual_price_gbp": "(actual_price_gbp + 40)::varchar"},
        "aggregate 40 pounds above patient level",
        "pod_code like 'OPFU%' and actual_price_gbp > 400",
    ),
    Plant(
        "acm", "CHK-C01", WARNING, {"actual_price_gbp": "(actual_price_gbp + 120)::varchar"},
        "aggregate 120 pounds above the drug rows", "pod_code = 'DRUG'",
    ),
    Plant(
        "acm", "CHK-A01", WARNING, {"commissioner_code": "'13R'"}, "another region's hub",
        "commissioner_code = '14A' and tariff_code is not null",
    ),
    _refused("iap", "CHK-F01", "no planned money", planned_price_gbp="''"),
    _refused("iap", "CHK-F02", "planned activity in words", planned_activity="'many'"),
    Plant(
        "iap", "CHK-F04", WARNING, {"planned_activity": "'1'"}, "block line with activity",
        "pod_code = 'BLOCK'", field="pod_code",
    ),
    _plcm("CHK-F02D", WARNING, "born on 31 February", birth_date="'31/02/1960'"),
)  # fmt: skip

PLANTS = PLCM_PLANTS + OTHER_PLANTS

TABLES = {
    "plcm": "syn_row",
    "acm": "syn_acm",
    "drplcm": "syn_drug_row",
    "deplcm": "syn_device_row",
    "iap": "syn_iap",
}

START = """
create or replace temp table syn_change (
  dataset varchar, row_id bigint, column_name varchar, text varchar);
create or replace temp table syn_planted (
  dataset varchar, row_id bigint, check_id varchar, column_name varchar, level varchar,
  what varchar);
"""


def plant_faults(connection: Backend) -> None:
    """Plant every kind of fault, once at a trust of Coventry and Warwickshire and once elsewhere.

    Shape:   syn_change: the text written in place of a cell; syn_planted: what should be found.
             Extra rows are added to the data sets' own tables.
    Missing: a kind is left out where no row will do, as at very small scales.
    """
    connection.raw_sql(START)
    for dataset, table in TABLES.items():
        connection.raw_sql(
            f"""
            create or replace temp table syn_candidate_{dataset} as
            select * from {table}
            where file_provider not in (select provider_code from syn_file_shapes)
              and chance(row_id, 'candidate')
                < {CANDIDATES}.0 / (select count(*) from {table})
            """  # noqa: S608 - names are this module's own
        )
    for number, plant in enumerate(PLANTS):
        _plant(connection, plant, number)


def _plant(connection: Backend, plant: Plant, number: int) -> None:
    """Choose the rows of one kind, copy them where they are extra, and write down the changes."""
    connection.raw_sql(
        f"""
        create or replace temp table syn_chosen as
        with picked as (
          select arg_min(row_id, {{'drawn': chance(row_id, {number}), 'row_id': row_id}}) as row_id
          from syn_candidate_{plant.dataset}
          where ({plant.among}) and provider_code <> 'RR1'
            and row_id not in (select row_id from syn_change where dataset = '{plant.dataset}')
          group by file_provider in ('RKB', 'RLT', 'RJC')
        )
        select *, row_id as from_row_id from syn_candidate_{plant.dataset}
        where row_id in (select row_id from picked) order by row_id
        """  # noqa: S608 - conditions are this module's own
    )
    if plant.extra:
        connection.raw_sql(
            f"""
            update syn_chosen set row_id = {EXTRA_ROW_ID + number * 10}
              + (file_provider in ('RKB', 'RLT', 'RJC'))::integer
            """  # noqa: S608 - a number
        )
        connection.raw_sql(
            f"insert into {TABLES[plant.dataset]} by name (from syn_chosen select * exclude "
            "(from_row_id))"
        )
    for column, text in plant.changes.items():
        connection.raw_sql(
            f"insert into syn_change select '{plant.dataset}', row_id, '{column}', {text} "  # noqa: S608 - as above
            "from syn_chosen"
        )
    connection.con.execute(
        "insert into syn_planted select ?, row_id, ?, ?, ?, ? from syn_chosen",
        [plant.dataset, plant.check_id, plant.column, plant.level, plant.what],
    )
