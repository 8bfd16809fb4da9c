from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from speccomm.foundation.errors import UnknownName
from speccomm.reference import BadReferenceFile, open_reference
from speccomm.reference.importers import import_file
from speccomm.reference.importers.run import NoSuchFile
from tests.made_up.directories import practice_line, site_line, trust_line


def lines(*parts: str) -> str:
    return "".join(f"{part}\r\n" for part in parts)


def rows(folder: Path, table: str, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in open_reference(folder).table(table).to_pylist()}


def test_practices_by_position(bring: Any, folder: Path) -> None:
    outcome = bring(
        "epraccur",
        lines(practice_line("M86001"), practice_line("W91001", c3="W00", c4="Q99", c15="7A1")),
    )
    assert (outcome.read, outcome.kept, outcome.refused) == (2, 2, {})
    held = rows(folder, "practices", "practice_code")
    assert held["M86001"] == {
        "practice_code": "M86001",
        "postcode": "CV1 4FS",
        "status": "A",
        "commissioner_code": "B2M3M",
        "national_grouping": "Y60",
        "high_level_health_geography": "QWU",
        "open_date": date(1974, 4, 1),
        "close_date": None,
    }
    assert held["W91001"]["commissioner_code"] == "7A1"


def test_practices_by_header_in_any_order(bring: Any, folder: Path) -> None:
    bring(
        "epraccur",
        lines(
            "Status Code,Organisation Code,Commissioner,Postcode,Open Date,National Grouping,"
            "High Level Health Geography,Close Date",
            "A,M86001,B2M3M,cv14fs,01/04/1974,Y60,QWU,",
        ),
    )
    held = rows(folder, "practices", "practice_code")["M86001"]
    assert (held["postcode"], held["open_date"]) == ("CV1 4FS", date(1974, 4, 1))


def test_rows_are_refused_by_reason(bring: Any, folder: Path) -> None:
    outcome = bring(
        "epraccur",
        lines(
            practice_line("M86001"),
            practice_line("M86001", c11="19730401"),
            practice_line("M86002", c11="19739999"),
            practice_line(""),
            practice_line("M86"),
            practice_line("M86003", c10="NOWHERE"),
            *(practice_line(f"M8700{n}") for n in range(5)),
        ),
    )
    assert outcome.refused == {
        "it stands twice": 1,
        "its date cannot be read": 1,
        "it lacks a code": 1,
        "its code is not a practice code of six characters": 1,
    }
    assert outcome.notes == {"its postcode cannot be read": 1}
    held = rows(folder, "practices", "practice_code")
    assert held["M86001"]["open_date"] == date(1974, 4, 1)
    assert held["M86003"]["postcode"] is None


def test_another_kind_of_directory_is_refused_and_nothing_changes(bring: Any, folder: Path) -> None:
    bring("epraccur", lines(practice_line("M86001")))
    before = (folder / "practices.csv").read_bytes()
    with pytest.raises(BadReferenceFile, match="another file") as caught:
        bring("epraccur", lines(trust_line("RKB"), trust_line("RWE")))
    assert caught.value.shape == "AAA"
    assert (folder / "practices.csv").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["practices.csv"]


def test_wrong_width_without_header(bring: Any) -> None:
    with pytest.raises(BadReferenceFile, match="27 columns") as caught:
        bring("epraccur", "M86001,A SURGERY,Y60\n")
    assert caught.value.row == 1


def test_ragged_row_is_named_and_not_quoted(bring: Any, folder: Path) -> None:
    with pytest.raises(BadReferenceFile) as caught:
        bring("epraccur", lines(practice_line("M86001"), "SECRET,1"))
    assert caught.value.row == 2
    assert "SECRET" not in str(caught.value)
    assert list(folder.iterdir()) == []


def test_names_in_windows_1252(bring: Any, folder: Path) -> None:
    bring("etr", lines(trust_line("RZZ", c2="CAFÉ TRUST")).encode("cp1252"))
    assert rows(folder, "trusts", "provider_code")["RZZ"]["provider_name"] == "CAFÉ TRUST"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"\xff\xfeM\x00"])
def test_files_that_are_not_csv(bring: Any, content: bytes) -> None:
    with pytest.raises(BadReferenceFile):
        bring("epraccur", content)


def test_a_million_characters_on_the_first_line(bring: Any) -> None:
    with pytest.raises(BadReferenceFile, match="million"):
        bring("epraccur", b"a" * 1_100_000)


def test_trusts_keep_shipped_place_and_kind(bring: Any, folder: Path) -> None:
    outcome = bring(
        "etr",
        lines(
            trust_line("RKB", c2="UNIVERSITY HOSPITALS COVENTRY AND WARWICKSHIRE NHS TRUST"),
            trust_line("RJF", c2="BURTON", c4="QNC", c10="DE13 0RB", c12="20180630"),
        ),
    )
    assert sorted(path.name for path in outcome.written) == ["providers.csv", "trusts.csv"]
    held = rows(folder, "trusts", "provider_code")
    assert held["RKB"]["kind"] == "acute"
    assert held["RKB"]["provider_name"].startswith("University Hospitals Coventry")
    assert held["RKB"]["latitude"] == pytest.approx(52.42, abs=0.01)
    assert held["RJF"]["to_date"] == date(2018, 7, 1)
    moved = bring("etr", lines(trust_line("RKB", c10="CV3 1AA")))
    assert moved.kept == 1
    assert rows(folder, "trusts", "provider_code")["RKB"]["latitude"] is None


def test_providers_keep_what_was_stated_of_contracts(bring: Any, folder: Path) -> None:
    folder.mkdir()
    (folder / "providers.csv").write_text(
        "provider_code,postcode,hub_code,nhs_england_contract\n"
        "RKB,CV1 1AA,14E,Y\nNT123,B1 1AA,14A,N\n"
    )
    bring("etr", lines(trust_line("RKB"), trust_line("RWE", c4="QK1", c10="LE1 5WW")))
    held = rows(folder, "providers", "provider_code")
    assert held["RKB"] == {
        "provider_code": "RKB",
        "postcode": "CV2 2DX",
        "hub_code": "14E",
        "nhs_england_contract": True,
    }
    assert held["NT123"]["nhs_england_contract"] is False
    assert (held["RWE"]["hub_code"], held["RWE"]["nhs_england_contract"]) == ("14A", None)


def test_sites_belong_to_their_parent_or_their_first_three_characters(
    bring: Any, folder: Path
) -> None:
    bring(
        "ets", lines(site_line("RKB99"), site_line("E1X2Y", c15="RWE"), site_line("RX1ZZ", c15=""))
    )
    held = rows(folder, "sites", "site_code")
    assert [held[c]["provider_code"] for c in ("RKB99", "E1X2Y", "RX1ZZ")] == ["RKB", "RWE", "RX1"]


def test_successors(bring: Any, folder: Path) -> None:
    outcome = bring(
        "successors",
        lines(
            '"RZ1","RZ2","R","20250401","N"',
            '"RZ1","RZ2","R","20250401","N"',
            '"RZ3","RZ2","R","not a day","N"',
            '"RZ4","RZ5","R","20260401","N"',
        ),
    )
    assert outcome.refused == {"it stands twice": 1, "its date cannot be read": 1}
    pairs = open_reference(folder).trust_successors.to_pylist()
    assert {
        "provider_code": "RZ4",
        "successor_code": "RZ5",
        "effective_date": date(2026, 4, 1),
    } in pairs


def test_a_timetable_is_not_a_successor_file(bring: Any) -> None:
    with pytest.raises(BadReferenceFile):
        bring(
            "successors", "2023/24,1,2023-05-18,2023-06-20,x\n2023/24,2,2023-06-18,2023-07-20,x\n"
        )


def test_an_unknown_kind_names_the_nearest(tmp_path: Path, connection: Any) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'epraccur'"):
        import_file("epracur", tmp_path / "x.csv", tmp_path, connection=connection)


def test_a_missing_file(tmp_path: Path, connection: Any) -> None:
    with pytest.raises(NoSuchFile):
        import_file("etr", tmp_path / "x.csv", tmp_path / "new", connection=connection)
    assert not (tmp_path / "new").exists()
