"""Run the NHS data-validation-engine over a PLCM file. Runs in the engine's own environment.

Twenty checks: the twelve typed fields of CONTRACT and the eight rules of FILTERS. Everything the
engine does but its Excel report is timed; the report is timed apart.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from dve.core_engine.backends.implementations.duckdb.auditing import DDBAuditingManager
from dve.core_engine.models import SubmissionInfo
from dve.pipeline.foundry_ddb_pipeline import FoundryDDBPipeline

SUBMISSION = "plcm-benchmark"
DAY = {"callable": "conformatteddate", "constraints": {"date_format": "%Y-%m-%d"}}
NUMBER = {"callable": "condecimal", "constraints": {"max_digits": 18, "decimal_places": 4}}
CONTRACT = {
    "provider_code": {"callable": "constr", "constraints": {"min_length": 3, "max_length": 6}},
    "financial_month": {"callable": "conint", "constraints": {"ge": 1, "le": 12}},
    "financial_year": {"callable": "constr", "constraints": {"min_length": 6, "max_length": 7}},
    "nhs_number": "permissivenhsno",
    "activity_start_date": DAY,
    "activity_end_date": DAY,
    "birth_date": DAY,
    "activity_count": NUMBER,
    "unit_price_gbp": NUMBER,
    "total_cost_gbp": NUMBER,
    "age_years": "int",
    "service_code": {"callable": "constr", "constraints": {"min_length": 1, "max_length": 12}},
}
IN_LIST = {
    "provider_code": "trusts",
    "service_code": "service_lines",
    "pod_code": "points_of_delivery",
    "category_code": "category_codes",
}
FILTERS = {
    **{f"{column}_in_list": f"coalesce(known_{column} is not null, false)" for column in IN_LIST},
    "dates_in_order": "coalesce(activity_end_date >= activity_start_date, true)",
    "cost_is_product": "coalesce(abs(activity_count * unit_price_gbp - total_cost_gbp) "
    "<= greatest(abs(activity_count), 1) * 0.01, true)",
    "age_plausible": "coalesce(age_years between 0 and 120, true)",
    "month_of_end": "coalesce((month(activity_end_date) + 8) % 12 + 1 = financial_month, true)",
}


def main(given: dict[str, str]) -> None:
    """Write the rules, run the engine's services one after the other and say what they took."""
    warnings.simplefilter("ignore")
    run = Path(given["work"])
    source = Path(given["file"])
    (run / SUBMISSION).mkdir(parents=True)
    source.rename(run / SUBMISSION / "plcm.csv")
    headings = (run / SUBMISSION / "plcm.csv").open().readline().strip().split(",")
    rules = run / "plcm.dischema.json"
    rules.write_text(json.dumps(dischema(headings, Path(given["lists"]))))
    with duckdb.connect(config={"threads": 2}) as connection:
        audit = DDBAuditingManager(":memory:", connection=connection)
        pipeline = FoundryDDBPipeline(str(run), audit, connection, str(rules), None)
        about = SubmissionInfo(
            submission_id=SUBMISSION, dataset_id="plcm", file_name="plcm", file_extension="csv"
        )
        audit.add_new_submissions(submissions=[about])
        took: dict[str, float] = {}
        status = None
        for name, service in (
            ("transform", lambda _: pipeline.file_transformation(about)),
            ("contract", lambda status: pipeline.apply_data_contract(about, status)),
            ("rules", lambda status: pipeline.apply_business_rules(about, status)),
            ("report", lambda status: pipeline.error_report(about, status)),
        ):
            begun = time.perf_counter()
            status = service(status)[1]
            took[name] = time.perf_counter() - begun
            if status.processing_failed:
                raise SystemExit(f"the engine's {name} service failed: {_complaints(run)}")
    report = took.pop("report")
    kept = [pq.ParquetFile(path).metadata.num_rows for path in _kept(run)]
    said = sum(1 for path in run.rglob("*errors*.jsonl") for _ in path.open())
    answer = {"seconds": sum(took.values()), **took, "report_apart": report}
    print(json.dumps({**answer, "kept_rows": sum(kept), "messages": said}))


def dischema(headings: list[str], lists: Path) -> dict[str, object]:
    """The rules as the engine reads them: every column a text but those of CONTRACT."""
    joins = [
        {
            "operation": "left_join",
            "entity": "plcm",
            "target": f"refdata_{name}",
            "join_condition": f"plcm.{column} == refdata_{name}.code",
            "new_columns": {f"refdata_{name}.code": f"known_{column}"},
        }
        for column, name in IN_LIST.items()
    ]
    return {
        "contract": {
            "datasets": {
                "plcm": {
                    "fields": {name: CONTRACT.get(name, "str") for name in headings},
                    "reader_config": {".csv": {"reader": "DuckDBCSVReader"}},
                    "mandatory_fields": ["provider_code", "financial_month", "financial_year"],
                }
            }
        },
        "transformations": {
            "reference_data": {
                name: {"type": "filename", "filename": str(lists / f"{name}.parquet")}
                for name in IN_LIST.values()
            },
            "rules": joins,
            "filters": [
                {
                    "entity": "plcm",
                    "name": name,
                    "expression": expression,
                    "error_code": name.upper(),
                    "failure_message": name.replace("_", " "),
                    "failure_type": "record",
                }
                for name, expression in FILTERS.items()
            ],
        },
    }


def _kept(run: Path) -> list[Path]:
    folder = run / SUBMISSION / "business_rules"
    return [path for path in folder.rglob("*") if path.is_file() and path.stem == "plcm"]


def _complaints(run: Path) -> str:
    texts = [path.read_text() for path in run.rglob("*processing_errors*") if path.is_file()]
    return " ".join(texts)[-1500:]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
