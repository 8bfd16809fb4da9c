"""Small submission files and a reference folder, made up, for tests of whole commands."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from speccomm.foundation.rulebook import read_rule_table

COMMON = {
    "financial_month": "9",
    "financial_year": "202324",
    "dataset_created_at": "2024-01-15 10:00:00",
    "provider_code": "RKB",
    "site_code": "RKB01",
    "gp_responsibility_code": "B2M3M",
    "residence_responsibility_code": "B2M3M",
    "commissioner_code": "14A",
    "treatment_function_code": "361",
    "category_code": "21",
    "service_code": "NCBPS11B",
    "pod_code": "OPFASPCL",
    "tariff_code": "WF01B",
    "national_tariff_indicator": "Y",
    "local_pod_code": "OPFA",
    "local_pod_description": "first attendance",
    "local_contract_code": "L1",
    "local_contract_monitoring_code": "M1",
    "local_contract_monitoring_description": "renal",
}
ACM_ROW = {
    **COMMON,
    "planned_activity": "10",
    "actual_activity": "12",
    "planned_price_gbp": "1000.00",
    "actual_price_gbp": "1300.00",
    "planned_mff_gbp": "50.00",
    "actual_mff_gbp": "65.00",
}
PLCM_ROW = {
    **COMMON,
    "nhs_number": "9990000018",  # the 999 range is never given to a person
    "postcode": "CV2 2DX",
    "birth_date": "1960-05-01",
    "age_years": "63",
    "gender_code": "1",
    "ethnic_category": "A",
    "activity_start_date": "2023-12-05",
    "activity_end_date": "2023-12-05",
    "attendance_identifier": "A1",
    "cds_unique_identifier": "C1",
    "activity_count": "1",
    "unit_price_gbp": "108.33",
    "total_cost_gbp": "108.33",
}
REFERENCE_FILES = {
    "postcodes.csv": (
        "postcode,country_code,sub_icb_code,icb_code,region_code,local_authority_code,"
        "health_board_code,small_area_code\n"
        "CV2 2DX,E92000001,B2M3M,QWU,Y60,E08000026,,E01009600\n"
    ),
    "practices.csv": (
        "practice_code,postcode,status,commissioner_code,national_grouping,"
        "high_level_health_geography,open_date,close_date\n"
        "M86001,CV2 2DX,A,B2M3M,Y60,QWU,1974-04-01,\n"
    ),
    "providers.csv": "provider_code,postcode,hub_code,nhs_england_contract\nRKB,CV2 2DX,14A,Y\n",
}


def write_submission(path: Path, dataset: str, rows: Sequence[Mapping[str, str]]) -> Path:
    """A CSV in the published layout of `dataset`; what a row does not give is blank."""
    fields = [row for row in read_rule_table("intake/fields") if row["dataset"] == dataset]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field["field_name"] for field in fields])
        writer.writerows([[row.get(field["column"], "") for field in fields] for row in rows])
    return path


def write_reference(folder: Path) -> Path:
    """A reference folder of one practice, one postcode and one provider."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in REFERENCE_FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
