"""RECORDS.csv in the shapes seen in the wild: read, refused in a sentence, never lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from speccomm.assignment.record_findings import findings_of
from speccomm.assignment.records import BadRecordsFile, judge_records, read_records
from speccomm.assignment.rules import read_rules
from speccomm.assignment.tables import RECORD
from speccomm.foundation.errors import UnknownName

YEARS = [2023, 2024, 2025]
HEADER = ",".join(RECORD)


def line(
    record_id: str = "1", cds_type: str = "130", day: str = "2025-06-10", rest: str = ""
) -> str:
    return f"{record_id},{cds_type},{day}{rest or ',' * (len(RECORD) - 3)}"


def written(folder: Path, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
    path = folder / "records.csv"
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def judged(path: Path) -> tuple[list[str], dict[str, list[int | None]]]:
    """The accepted identifiers, and the row numbers each check names."""
    file = read_records(path)
    result = judge_records(file, rules=read_rules(), years=YEARS)
    assert file.rows_read == result.accepted.num_rows + result.refused_rows
    found: dict[str, list[int | None]] = {}
    for row in findings_of(result.said, file_name=path.name).to_pylist():
        found.setdefault(row["check_id"], []).append(row["row_number"])
    return result.accepted["record_id"].to_pylist(), found


@pytest.mark.parametrize(
    ("start", "problem"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"PK\x03\x04rest", "spreadsheet"),
        ("record_id".encode("utf-16"), "UTF-16"),
        (HEADER.encode() + b"\n", "no rows"),
        (HEADER.encode() + b",record_id\n", "given twice"),
        (HEADER.replace("cds_type,", "").encode() + b"\n1\n", "lacks the column cds_type"),
        (HEADER.encode() + b"\n" + b"x" * (40 << 20) + b"\n", "cannot be read as CSV"),
        (HEADER.encode() + b"\n" + line("\x81\xe9").encode("latin-1") + b"\n", "neither"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(start: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(start)
    with pytest.raises(BadRecordsFile, match=problem):
        read_records(path)


def test_an_unknown_column_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + ",gp_practise_code", line() + ",x")
    with pytest.raises(UnknownName, match="gp_practice_code"):
        read_records(path)


def test_columns_may_stand_in_any_order_and_case(tmp_path: Path) -> None:
    names = [name.upper() for name in reversed(RECORD)]
    cells = dict.fromkeys(RECORD, "") | {"record_id": "7", "cds_type": "20"}
    cells["activity_date"] = "10/06/2025"
    path = written(tmp_path, "\ufeff" + ",".join(names), ",".join(cells[n.lower()] for n in names))
    file = read_records(path)
    accepted = judge_records(file, rules=read_rules(), years=YEARS).accepted.to_pylist()[0]
    assert (accepted["record_id"], accepted["activity_date"]) == ("7", date(2025, 6, 10))


def test_rows_that_cannot_be_assigned_are_named_with_their_reasons(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        HEADER,
        line("a"),
        line(" "),  # 3: no identifier
        line("b"),
        line("b"),  # 4 and 5: twice
        line("c", cds_type="999"),  # 6
        line("d", day="2025-02-30"),  # 7
        line("e", day=""),  # 8
        line("f", day="2019-06-10"),  # 9: no list of lines
        "g,130",  # 10: ragged
        line("h") + ",,",  # 11: ragged
        line("i", cds_type="11", day="20250610"),
    )
    accepted, found = judged(path)
    assert accepted == ["a", "i"]
    assert found == {
        "ASN-R01": [3],
        "ASN-R02": [4, 5],
        "ASN-R03": [6],
        "ASN-R04": [7, 8],
        "ASN-R05": [9],
        "ASN-R06": [10, 11],
    }


def test_a_quoted_newline_stays_in_its_cell(tmp_path: Path) -> None:
    accepted, found = judged(written(tmp_path, HEADER, line('"a\nb"'), line("c")))
    assert (accepted, found) == (["a\nb", "c"], {})


def test_windows_1252_is_read_and_said(tmp_path: Path) -> None:
    accepted, found = judged(written(tmp_path, HEADER, line("é"), encoding="windows-1252"))
    assert (accepted, found) == (["é"], {"ASN-N02": [None]})


def test_a_header_in_windows_1252_is_refused_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + ",é", line() + ",x", encoding="windows-1252")
    with pytest.raises(UnknownName, match="é"):
        read_records(path)


def test_a_flag_that_is_neither_yes_nor_no_is_a_warning(tmp_path: Path) -> None:
    flags = "," * (len(RECORD) - 6)
    path = written(
        tmp_path, HEADER, line("a", rest=flags + "maybe,,,"), line("b", rest=flags + "y,N,,")
    )
    assert judged(path) == (["a", "b"], {"ASN-W02": [2]})


def test_no_finding_carries_a_value(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, line("secret", cds_type="777"))
    said = judge_records(read_records(path), rules=read_rules(), years=YEARS).said
    findings = findings_of(said, file_name=path.name)
    assert findings.num_rows == 1
    assert "secret" not in str(findings.to_pylist())
    assert "777" not in str(findings.to_pylist())
