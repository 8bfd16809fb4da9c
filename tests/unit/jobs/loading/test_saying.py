"""Findings as sentences: every one filled, ended and about the row it names."""

import re

import numpy as np
import pyarrow as pa
import pytest

from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.intake.cells import Said
from speccomm.intake.rules import intake_rules
from speccomm.jobs.loading.lookups import CODE_LISTS
from speccomm.jobs.loading.saying import (
    LIST_NAMES,
    coded_findings,
    finding,
    findings_of_rows,
    plain_findings,
    sentence,
)

RULES = intake_rules()


@pytest.mark.parametrize("check", RULES.checks.values(), ids=lambda check: check.check_id)
def test_every_sentence_is_filled(check) -> None:
    for field in ("TOTAL COST", None):
        for code_list in (None, *LIST_NAMES):
            said = sentence(check, RULES, field=field, code_list=code_list)
            assert not re.search(r"[{}]|None|\[|_", said)
            assert said.endswith(".")
            assert said[0].isupper() or said.startswith("the row")
    assert not re.search(r"[{}]", check.remedy)


def test_every_code_list_has_a_name_a_reader_knows() -> None:
    lists = {field.code_list for fields in RULES.fields.values() for field in fields}
    assert {name for name in lists if name} | set(CODE_LISTS) | {"postcodes"} <= set(LIST_NAMES)


def test_findings_of_rows_name_row_file_place_and_shape() -> None:
    said = [
        Said("CHK-F02", RULES.checks["CHK-F02"].level, "TOTAL COST", np.array([0, 2]), pa.array(["A", "A9"])),
        Said("CHK-F07", RULES.checks["CHK-F07"].level, None, np.array([1])),
    ]  # fmt: skip
    found = plain_findings(
        [
            findings_of_rows(
                said,
                rules=RULES,
                load_id="L",
                dataset="plcm",
                file_names=pa.array(["a.csv", "a.csv", "b.csv"]).dictionary_encode(),
                row_numbers=np.array([2, 9, 4]),
                places={
                    "provider_code": pa.array(["RKB", None, "RRK"]).dictionary_encode(),
                    "financial_year": pa.array(["2023-24"] * 3).dictionary_encode(),
                    "financial_month": pa.array([9, None, 8], pa.int8()),
                },
            )
        ]
    )
    assert found.schema.equals(FINDINGS_SCHEMA)
    shown = found.select(
        ["file_name", "row_number", "check_id", "field", "value_shape", "provider_code", "financial_month"]
    )  # fmt: skip
    assert [tuple(row.values()) for row in shown.to_pylist()] == [
        ("a.csv", 2, "CHK-F02", "TOTAL COST", "A", "RKB", 9),
        ("b.csv", 4, "CHK-F02", "TOTAL COST", "A9", "RRK", 8),
        ("a.csv", 9, "CHK-F07", None, None, None, None),
    ]


def test_nothing_said_is_an_empty_table_of_findings() -> None:
    assert plain_findings([coded_findings([])]).schema.equals(FINDINGS_SCHEMA)
    assert plain_findings([]).num_rows == 0


def test_a_finding_of_a_slice_adds_its_detail() -> None:
    one = finding(
        RULES.checks["CHK-C03"],
        RULES,
        load_id=None,
        dataset="acm",
        file_name=None,
        place=("RKB", "2023-24", 9),
        detail="It holds 1 row.",
    )
    assert one["sentence"].endswith(" It holds 1 row.")
    assert (one["provider_code"], one["financial_year"], one["financial_month"]) == ("RKB", "2023-24", 9)  # fmt: skip
    assert plain_findings([coded_findings([one])])["load_id"].to_pylist() == [None]
