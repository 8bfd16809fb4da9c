"""Spreadsheets as regions keep them: every bad cell is named, and good rows are kept."""

from __future__ import annotations

from datetime import date

import openpyxl
import pyarrow.compute as pc
import pytest

from speccomm.foundation.findings import FINDINGS_SCHEMA
from speccomm.quality import evidence_rules, read_evidence
from speccomm.quality.importing import NoEvidence, NotARole
from speccomm.quality.sheets import NotASpreadsheet
from speccomm.reference import open_reference
from tests.made_up.evidence import TODAY, statements, write_csv, write_workbook

REFERENCE = open_reference(None)
RULES = evidence_rules()
PROVISION = ("Service line", "Site", "Trust", "Contracted Y/N", "Hub/spoke", "Hub", "Said by",
             "Said on")  # fmt: skip
DAY = date(2024, 1, 9)
SSQD = ["service_code", "has_ssqd", "said_by", "said_on"]


def read(*files, **more):
    return read_evidence(files, reference=REFERENCE, rules=RULES, today=TODAY, **more)


def found(answer) -> dict[str, str]:
    """The sentence of each check that spoke."""
    assert answer.findings.schema == FINDINGS_SCHEMA
    counts = answer.counts
    together = pc.add(counts["accepted_rows"], counts["refused_rows"])
    assert together.to_pylist() == counts["read_rows"].to_pylist()
    rows = answer.findings.to_pylist()
    assert all(row["remedy"] for row in rows)
    return {row["check_id"]: row["sentence"] for row in rows}


def provision(tmp_path, *rows):
    return write_workbook(tmp_path / "book.xlsx", {"Provision": [PROVISION, *rows]})


def test_a_clean_sheet_is_kept_without_a_word(tmp_path) -> None:
    row = ("NCBPS30Z", "RKB01", "RKB", "yes", "hub", None, "quality team", DAY)
    answer = read(provision(tmp_path, row))
    assert found(answer) == {}
    kept = answer.statements["provision"].to_pylist()[0]
    assert kept["contracted"] == "yes"
    assert kept["contracted_said_by"] == "quality team"
    assert kept["contracted_said_on"] == kept["from_date"] == DAY
    assert (kept["sheet_name"], kept["row_number"]) == ("Provision", 2)


@pytest.mark.parametrize(
    ("spelling", "value", "check"),
    [("y", "yes", "QUA-V01"), ("Yes ", "yes", "QUA-V01"), ("N/A", "not applicable", "QUA-V01"),
     (None, "not looked at", "QUA-V03"), ("n", "no", "QUA-V01")],
)  # fmt: skip
def test_a_flag_whose_meaning_is_clear_is_read_and_noted(tmp_path, spelling, value, check) -> None:
    row = ("NCBPS30Z", "RKB01", "RKB", spelling, "hub", None, "quality team", DAY)
    answer = read(provision(tmp_path, row))
    assert found(answer).keys() == {check}
    assert "Sheet Provision, cell D2" in found(answer)[check]
    assert answer.statements["provision"]["contracted"].to_pylist() == [value]


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        (0, "NCBPS99Z", "QUA-R01"),
        (1, "ZZZ99", "QUA-R02"),
        (2, "ZZZ", "QUA-R03"),
        (3, "1 UHB", "QUA-V02"),
        (3, "unknown", "QUA-V02"),
        (4, "main-ish", "QUA-V05"),
        (5, "RKB01", "QUA-K02"),
        (6, "Ada Lovelace", "QUA-P01"),
        (6, None, "QUA-S01"),
        (7, date(2034, 1, 9), "QUA-T01"),
        (7, "January", "QUA-V07"),
        (7, date(1924, 1, 9), "QUA-T05"),
        (1, None, "QUA-V06"),
    ],
)
def test_a_bad_cell_is_named_and_the_other_rows_are_kept(tmp_path, column, value, check) -> None:
    good = ["NCBPS30Z", "RKB01", "RKB", "yes", "hub", None, "quality team", DAY]
    bad = [*good]
    bad[column] = value
    other = ["NCBPS30Z", "RJC02", "RJC", "no", "spoke", "RKB01", "quality team", DAY]
    answer = read(provision(tmp_path, bad, other))
    assert f"cell {'ABCDEFGH'[column]}2" in found(answer)[check]
    assert answer.counts["refused_rows"].to_pylist() == [1]
    assert answer.statements["provision"]["site_code"].to_pylist() == ["RJC02"]
    assert not any(value and str(value) in said for said in found(answer).values())


def test_merged_header_cells_are_found(tmp_path) -> None:
    rows = [["Service", "Has SSQD", None, "Said by", "Said on"],
            ["NCBPS30Z", "yes", "unread", "quality team", DAY]]  # fmt: skip
    answer = read(write_workbook(tmp_path / "b.xlsx", {"SSQD": rows}, merged=["B1:C1"]))
    assert found(answer).keys() == {"QUA-H01"}
    assert "cells B1:C1" in found(answer)["QUA-H01"]
    assert answer.statements["ssqd"]["has_ssqd"].to_pylist() == ["yes"]


def test_headers_merged_over_two_rows_are_read(tmp_path) -> None:
    rows = [["Service", "Dashboard", None, "Said by", "Said on"],
            [None, "Has SSQD", "Dashboard name", None, None],
            ["NCBPS30Z", "yes", "Vascular", "quality team", DAY]]  # fmt: skip
    merged = ["A1:A2", "B1:C1", "D1:D2", "E1:E2"]
    answer = read(write_workbook(tmp_path / "b.xlsx", {"SSQD": rows}, merged=merged))
    assert found(answer).keys() == {"QUA-H02"}
    assert answer.statements["ssqd"]["dashboard_name"].to_pylist() == ["Vascular"]


def test_a_value_merged_over_rows_counts_for_each_and_one_across_columns_for_none(tmp_path) -> None:
    rows = [PROVISION,
            ["NCBPS30Z", "RKB01", "RKB", "yes", "hub", None, "quality team", DAY],
            [None, "RJC02", "RJC", "yes", "spoke", "RKB01", "quality team", DAY],
            ["NCBPS30Z", "RLT01", "RLT", "yes", None, None, "quality team", DAY]]  # fmt: skip
    path = write_workbook(tmp_path / "b.xlsx", {"Provision": rows}, merged=["A2:A3", "D4:E4"])
    answer = read(path)
    assert found(answer).keys() == {"QUA-M01", "QUA-M02"}
    assert answer.statements["provision"]["site_code"].to_pylist() == ["RKB01", "RJC02"]


def test_two_rows_for_one_service_that_disagree_are_both_kept_out(tmp_path) -> None:
    path = write_csv(
        tmp_path / "ssqd.csv",
        [SSQD, ["NCBPS30Z", "yes", "quality team", "2024-01-09"],
         ["NCBPS08O", "no", "quality team", "2024-01-09"],
         ["NCBPS30Z", "no", "quality team", "2024-01-09"]],
    )  # fmt: skip
    answer = read(path)
    sentences = answer.findings["sentence"].to_pylist()
    assert answer.findings["check_id"].to_pylist() == ["QUA-D01", "QUA-D01"]
    assert sentences[0].startswith("Cell B2: this row and cell B4")
    assert answer.statements["ssqd"]["service_code"].to_pylist() == ["NCBPS08O"]


def test_rows_that_differ_and_only_their_days_tell_apart_are_warned_of(tmp_path) -> None:
    rows = [SSQD, ["NCBPS30Z", "yes", "quality team", "2024-01-09"],
            ["NCBPS30Z", "no", "quality team", "2024-01-10"]]  # fmt: skip
    answer = read(write_csv(tmp_path / "ssqd.csv", rows))
    assert found(answer).keys() == {"QUA-D04"}
    assert answer.statements["ssqd"].num_rows == 2


def test_a_row_said_twice_is_kept_once(tmp_path) -> None:
    row = ["NCBPS30Z", "yes", "quality team", "2024-01-09"]
    answer = read(write_csv(tmp_path / "ssqd.csv", [SSQD, row, row]))
    assert found(answer).keys() == {"QUA-D02"}
    assert answer.counts["accepted_rows"].to_pylist() == [1]


def test_what_the_store_holds_is_not_said_again_and_a_change_is_noted(tmp_path) -> None:
    held = {"ssqd": statements("ssqd", [
        {"service_code": "NCBPS30Z", "has_ssqd": "yes"},
        {"service_code": "NCBPS08O", "has_ssqd": "yes"}])}  # fmt: skip
    rows = [SSQD, ["NCBPS30Z", "yes", "quality team", "2024-01-09"],
            ["NCBPS08O", "no", "quality team", "2024-01-09"]]  # fmt: skip
    answer = read(write_csv(tmp_path / "ssqd.csv", rows), held=held)
    assert found(answer).keys() == {"QUA-D03"}
    assert answer.counts["already_held_rows"].to_pylist() == [1]
    assert answer.statements["ssqd"]["service_code"].to_pylist() == ["NCBPS08O"]


def test_columns_come_in_any_order_below_a_title_and_names_are_read_as_codes(tmp_path) -> None:
    rows = [["Dashboards of the region"], [], ["Date updated", "Mine", "SSQD Y/N", "Service name"],
            [DAY, "x", "yes", "Adult specialist vascular services"]]  # fmt: skip
    path = write_workbook(tmp_path / "b.xlsx", {"Cover": [["Hello"]], "SSQD register": rows})
    answer = read(path, said_by="quality team")
    assert found(answer).keys() == {"QUA-F02", "QUA-H03", "QUA-R05"}
    assert answer.statements["ssqd"]["service_code"].to_pylist() == ["NCBPS30Z"]


def test_a_sheet_without_a_needed_column_or_with_one_twice_is_refused_whole(tmp_path) -> None:
    lacking = write_csv(tmp_path / "workforce.csv", [["service_code", "said_by", "said_on"],
                                                     ["NCBPS30Z", "team", "2024-01-09"]])  # fmt: skip
    twice = write_csv(tmp_path / "ssqd.csv", [[*SSQD, "SSQD Y/N"],
                                              ["NCBPS30Z", "yes", "team", "2024-01-09", "no"]])  # fmt: skip
    answer = read(lacking, twice)
    assert {"QUA-H04", "QUA-H05"} <= found(answer).keys()
    assert answer.counts["refused_rows"].to_pylist() == [1, 1]
    assert answer.statements == {}


def test_cells_in_error_and_formulas_never_calculated_are_refused(tmp_path) -> None:
    path = write_workbook(
        tmp_path / "b.xlsx",
        {"SSQD": [SSQD, ["NCBPS30Z", "=1/0", "quality team", DAY]]},
    )
    book = openpyxl.load_workbook(path)
    book.active["A3"], book.active["A3"].data_type = "#N/A", "e"
    book.save(path)
    answer = read(path)
    shown = [s for s in answer.findings["sentence"].to_pylist() if "holds" in s]
    assert len(shown) == 2
    assert answer.counts["refused_rows"].to_pylist() == [2]


def test_rules_of_a_register_are_kept(tmp_path) -> None:
    header = ["service_code", "provider_code", "inspected_on", "published_on", "safe", "effective",
              "caring", "responsive", "well led", "overall", "breach", "said_by", "said_on"]  # fmt: skip
    rows = [header,
            ["NCBPS30Z", "RKB", "2023-05-01", "2023-06-01", *["good"] * 5, "outstanding", "no",
             "CQC", "2023-06-01"],
            ["NCBPS30Z", "RKB", "2023-05-02", "2023-04-01", *["good"] * 5, "good", "no", "CQC",
             "2023-06-01"]]  # fmt: skip
    answer = read(write_csv(tmp_path / "cqc_reports.csv", rows))
    assert found(answer).keys() == {"QUA-K04", "QUA-T04"}
    assert answer.counts["accepted_rows"].to_pylist() == [1]


def test_nothing_of_a_text_that_points_to_a_person_is_kept_or_repeated(tmp_path) -> None:
    rows = [[*SSQD, "note"], ["NCBPS30Z", "yes", "team", "2024-01-09", "ask Dr Lovelace"]]
    answer = read(write_csv(tmp_path / "ssqd.csv", rows))
    assert found(answer).keys() == {"QUA-P02"}
    assert "Lovelace" not in str(answer.findings.to_pylist())


def test_what_cannot_be_read_at_all_is_refused(tmp_path) -> None:
    with pytest.raises(NoEvidence, match="--table"):
        read(write_csv(tmp_path / "a.csv", [["x", "y"], ["1", "2"]]))
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(NotASpreadsheet, match=r"b\.xlsx"):
        read(tmp_path / "b.xlsx")
    with pytest.raises(NotARole):
        read(tmp_path / "b.xlsx", said_by="Ada Lovelace")


def test_a_file_in_windows_letters_with_semicolons_is_read(tmp_path) -> None:
    path = tmp_path / "ssqd.csv"
    path.write_bytes("service_code;has_ssqd;said_by;said_on;note\r\n"
                     "NCBPS30Z;yes;quality team;09/01/2024;caf\xe9\r\n".encode("cp1252"))  # fmt: skip
    answer = read(path)
    assert found(answer).keys() == {"QUA-F01"}
    assert answer.statements["ssqd"]["note"].to_pylist() == ["café"]
