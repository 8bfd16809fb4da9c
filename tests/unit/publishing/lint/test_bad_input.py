"""A spreadsheet as regions send them, with every fault at once: each is found with its cell."""

from datetime import date

from tests.unit.publishing.lint.linting import found, lint_workbook, put

DESCRIPTION = """
[pack]
dated = 2024-03-01
from = "2023-04"
to = "2023-12"
[[tables]]
id = "t"
label = "Service"
one_row_per = ["Service", "Site"]
[tables.columns]
Service = { kind = "service_name", in_reference = true }
Site = "site"
Network = "flag"
Audit = "flag"
Reviewed = "date"
Cases = "people"
[[tables.sums]]
total_row = "All"
"""
VASCULAR, RENAL = "Adult specialist vascular services", "Adult specialist renal services"


def region_sheet(sheet):
    put(
        sheet,
        ["Service", "Site", "Answers", None, "Reviewed", "Cases"],
        [None, None, "Network", "Audit", None, None],
        [VASCULAR, "RKB01", "y", "yes", date(2024, 2, 1), 40],
        ["Adult specialist vascular service", "RKB01", "no", "Yes ", date(2024, 2, 1), 41],
        ["Adult specialist vasculer services", "ZZZ99", "N/A", "", date(2025, 2, 1), 10],
        ["All", None, None, None, None, 91],
    )
    sheet.merge_cells("C1:D1")


def test_every_fault_has_its_cell_and_remedy_and_good_rows_are_kept(tmp_path):
    linted = lint_workbook(tmp_path, region_sheet, DESCRIPTION)
    assert sorted(found(linted)) == sorted(
        [
            ("LINT-101", "C1:D1"),
            ("LINT-301", "A4"),
            ("LINT-311", "C3"),
            ("LINT-311", "D4"),
            ("LINT-311", "C5"),
            ("LINT-312", "D5"),
            ("LINT-413", "A4"),
            ("LINT-413", "A5"),
            ("LINT-421", "B5"),
            ("LINT-611", "E5"),
        ]
    )
    assert all(row["remedy"] and row["cell"] for row in linted.findings.to_pylist())
    assert linted.rows == 4
    assert not {"LINT-203", "LINT-204"} & {code for code, _ in found(linted)}
