"""Lint reads the workbook of a pack of ours: nothing untrue in a good one, and faults in a bad one."""

from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest

from speccomm.jobs.lint import LintRequest, lint
from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.rendering.files import pack_files
from speccomm.publishing.rendering.formats import Format
from speccomm.publishing.rendering.paths import WORKBOOK
from speccomm.publishing.rendering.workbook_sheets import FIRST_ROW

NOW = datetime(2024, 2, 5, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(facts):
    return pack_files(assemble_pack(facts), [Format.XLSX])


@pytest.fixture
def folder(files, tmp_path):
    for name, data in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path


def found(place):
    findings = lint(LintRequest(place=place, now=NOW)).findings.to_pylist()
    return {(row["code"], row["table"]) for row in findings}


def test_the_workbook_has_the_findings_of_the_files_and_no_other(folder):
    assert found(folder / WORKBOOK) == found(folder)


def test_a_total_that_was_overwritten_is_found(folder, files):
    book = openpyxl.load_workbook(BytesIO(files[WORKBOOK]), data_only=True)
    page = book["activity_icb"]
    row = next(r for r in page.iter_rows(min_row=FIRST_ROW + 1) if r[1].value == "All groups")
    row[2].value += 3
    book.save(folder / WORKBOOK)
    assert ("LINT-204", "activity_icb") in found(folder / WORKBOOK)


def test_a_figure_that_was_overwritten_is_found(folder, files):
    book = openpyxl.load_workbook(BytesIO(files[WORKBOOK]), data_only=True)
    book["activity_icb"].cell(FIRST_ROW + 1, 3).value += 1
    book.save(folder / WORKBOOK)
    assert ("LINT-202", "activity_icb") in found(folder / WORKBOOK)


def test_a_workbook_sent_alone_has_no_fault_of_form(files, tmp_path):
    (tmp_path / "sent.xlsx").write_bytes(files[WORKBOOK])
    assert found(tmp_path / "sent.xlsx") == set()
