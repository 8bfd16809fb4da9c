"""Rows, files, reference folders and loads, made up, that draw no finding unless one is planted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from speccomm.foundation.rulebook import read_rule_table
from speccomm.intake.privacy import KeyRing, write_key_file
from speccomm.jobs.load import LoadAnswer, LoadRequest, load
from speccomm.jobs.settings import EngineSettings

NOW = datetime(2024, 1, 20, 9, 0, tzinfo=UTC)
KEY = bytes(range(32))
SMALL_ENGINE = EngineSettings(memory_limit_mib=256, threads=1)
Row = Mapping[str, str]

PLACED = {
    "financial_month": "9",
    "financial_year": "202324",
    "dataset_created_at": "2024-01-15 10:00:00",
    "provider_code": "RKB",
    "site_code": "RKB01",
    "gp_responsibility_code": "B2M3M",
    "commissioner_code": "14A",
    "gp_practice_code": "M86001",
    "treatment_function_code": "361",
    "category_code": "21",
    "service_code": "NCBPS11B",
    "pod_code": "OPFASPCL",
}
PERSON = {"nhs_number": "9990000018"}  # the 999 range is never given to a person
RESIDENT = {"postcode": "CV2 2DX", "birth_date": "1960-05-01", "age_years": "63"}
ROWS: dict[str, dict[str, str]] = {
    "acm": {
        **PLACED,
        "tariff_code": "WF01B",
        "planned_activity": "10",
        "actual_activity": "12",
        "planned_price_gbp": "1000.00",
        "actual_price_gbp": "1200.00",
        "planned_mff_gbp": "50.00",
        "actual_mff_gbp": "60.00",
    },
    "plcm": {
        **PLACED,
        **PERSON,
        **RESIDENT,
        "tariff_code": "WF01B",
        "activity_start_date": "2023-12-05",
        "activity_end_date": "2023-12-05",
        "cds_unique_identifier": "C1",
        "activity_count": "1",
        "unit_price_gbp": "108.33",
        "total_cost_gbp": "108.33",
    },
    "drplcm": {
        **PLACED,
        **PERSON,
        **RESIDENT,
        "pod_code": "DRUG",
        "dispensed_on": "2023-12-05",
        "therapeutic_indication_code": "46177005",
        "drug_name": "made-up drug",
        "quantity": "2",
        "unit_price_commissioner_gbp": "50.00",
        "total_cost_gbp": "100.00",
    },
    "deplcm": {
        **PLACED,
        **PERSON,
        "pod_code": "DEVICE",
        "implanted_on": "2023-12-05",
        "device_name": "made-up device",
        "device_serial_number": "SN-7788",
        "quantity": "1",
        "unit_price_commissioner_gbp": "500.00",
        "total_cost_gbp": "500.00",
    },
    "iap": {
        **PLACED,
        "tariff_code": "WF01B",
        "national_tariff_indicator": "Y",
        "planned_activity": "10",
        "planned_price_gbp": "1000.00",
        "planned_mff_gbp": "50.00",
        "submitter_name": "Plan Sender",
    },
}
REFERENCE = {
    "postcodes": (
        "postcode,country_code,sub_icb_code,icb_code,region_code,local_authority_code,"
        "health_board_code,small_area_code\n"
        "CV2 2DX,E92000001,B2M3M,QWU,Y60,E08000026,,E01009600\n"
        "CF10 1AA,W92000004,,,,W06000015,7A4,W01001939\n"
    ),
    "practices": (
        "practice_code,postcode,status,commissioner_code,national_grouping,"
        "high_level_health_geography,open_date,close_date\n"
        "M86001,CV2 2DX,A,B2M3M,Y60,QWU,1974-04-01,\n"
    ),
    "providers": (
        "provider_code,postcode,hub_code,nhs_england_contract\n"
        "RKB,CV2 2DX,14A,Y\nRRK,B15 2GW,14A,Y\n"
    ),
}


@cache
def field_names(dataset: str) -> dict[str, str]:
    """Our column names of a data set with their published names, in the published order."""
    return {
        row["column"]: row["field_name"]
        for row in read_rule_table("intake/fields")
        if row["dataset"] == dataset
    }


def made(dataset: str, **changed: str) -> dict[str, str]:
    """One row of a data set with some of its cells changed."""
    unknown = set(changed) - set(field_names(dataset))
    assert not unknown, f"{dataset} has no {unknown}"
    return {**ROWS[dataset], **changed}


def activities(count: int, **changed: str) -> list[dict[str, str]]:
    """PLCM rows that differ in identifier and day, so that none repeats another."""
    return [
        made(
            "plcm",
            **{
                "cds_unique_identifier": f"C{number}",
                "activity_start_date": f"2023-12-{number % 28 + 1:02d}",
                "activity_end_date": f"2023-12-{number % 28 + 1:02d}",
                **changed,
            },
        )
        for number in range(count)
    ]


def text_of(dataset: str, rows: Iterable[Row], *, lines: str = "\n") -> str:
    """The CSV text of rows in the published layout; what a row does not give is blank."""
    names = field_names(dataset)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=lines)
    writer.writerow(names.values())
    writer.writerows([[row.get(column, "") for column in names] for row in rows])
    return out.getvalue()


def write_file(path: Path, dataset: str, rows: Sequence[Row]) -> Path:
    """A CSV file of rows in the published layout."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(dataset, rows), encoding="utf-8", newline="")
    return path


def write_reference_folder(folder: Path, **more: str) -> Path:
    """A reference folder of a practice, two postcodes and two providers, and the tables given."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**REFERENCE, **more}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


class Desk:
    """One analyst's folder: reference, key and store, with a load in one call."""

    def __init__(self, folder: Path, **reference: str) -> None:
        self.folder = folder
        self.store = folder / "store"
        self.reference = write_reference_folder(folder / "reference", **reference)
        self.key_file = folder / "key"
        write_key_file(self.key_file, KeyRing((KEY,)))

    def file(self, name: str, dataset: str, rows: Sequence[Row]) -> Path:
        return write_file(self.folder / "sent" / name, dataset, rows)

    def request(self, *files: Path, at: datetime = NOW, **more: Any) -> LoadRequest:
        given = {"store": self.store, "reference": self.reference, "key_file": self.key_file}
        return LoadRequest(
            files=files, received_at=at, now=at, **{"settings": SMALL_ENGINE, **given, **more}
        )

    def load(self, *files: Path, at: datetime = NOW, **more: Any) -> LoadAnswer:
        return load(self.request(*files, at=at, **more))
