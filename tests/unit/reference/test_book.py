from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from speccomm.reference import NoReferenceFolder, open_reference

PRACTICES = (
    "practice_code,postcode,status,commissioner_code,national_grouping,"
    "high_level_health_geography,open_date,close_date\n"
)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_without_a_folder_only_shipped_tables_hold_rows() -> None:
    book = open_reference(None)
    assert "trusts" in book.loaded
    assert not book.loaded & {"practices", "postcodes", "providers", "calendar", "opt_outs"}
    assert book.practices.column_names[0] == "practice_code"


def test_an_empty_folder_is_no_refusal(tmp_path: Path) -> None:
    assert open_reference(tmp_path).loaded == open_reference(None).loaded


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoReferenceFolder, match="practices.csv"):
        open_reference(tmp_path / "nowhere")


def test_practices_are_read_in_any_column_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        "practices.csv",
        "status,practice_code,postcode,commissioner_code,national_grouping,"
        "high_level_health_geography,open_date,close_date\n"
        "a,m86001,cv14fs,B2M3M,Y60,QWU,1974-04-01,\n",
    )
    [row] = open_reference(tmp_path).practices.to_pylist()
    assert (row["practice_code"], row["status"], row["postcode"]) == ("M86001", "A", "CV1 4FS")
    assert row["close_date"] is None


def test_a_users_trust_stands_in_for_the_shipped_one(tmp_path: Path) -> None:
    write(
        tmp_path,
        "trusts.csv",
        "provider_code,provider_name,icb_code,region_code,postcode,latitude,longitude,kind,"
        "from_date,to_date\nRKB,Renamed Trust,QWU,Y60,CV2 2DX,52.4,-1.4,acute,1993-04-01,\n",
    )
    before = open_reference(None).trusts
    after = open_reference(tmp_path).trusts
    names = {r["provider_code"]: r["provider_name"] for r in after.to_pylist()}
    assert names["RKB"] == "Renamed Trust"
    assert after.num_rows == before.num_rows


def test_successors_of_other_codes_are_kept(tmp_path: Path) -> None:
    write(
        tmp_path,
        "successors.csv",
        "provider_code,successor_code,effective_date\nRKB,RXX,2027-04-01\n",
    )
    pairs = {
        (r["provider_code"], r["successor_code"])
        for r in open_reference(tmp_path).trust_successors.to_pylist()
    }
    assert {("RKB", "RXX"), ("RR1", "RRK")} <= pairs


def test_identity_follows_contents_not_form(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    write(one, "practices.csv", PRACTICES + "M86001,CV1 4FS,A,B2M3M,Y60,QWU,1974-04-01,\n")
    write(other, "practices.csv", PRACTICES + "M86001,CV14FS,A,B2M3M,Y60,QWU,19740401,\n")
    same, again = open_reference(one).identity(), open_reference(other).identity()
    assert same == again
    write(other, "practices.csv", PRACTICES + "M86001,CV14FS,C,B2M3M,Y60,QWU,19740401,\n")
    changed = open_reference(other).identity()
    assert changed["practices"] != same["practices"]
    assert changed["trusts"] == same["trusts"]


def test_identity_tells_an_empty_cell_from_a_shifted_one(tmp_path: Path) -> None:
    def identity(cells: str) -> Any:
        write(tmp_path, "practices.csv", PRACTICES + cells)
        return open_reference(tmp_path).identity()["practices"]

    assert identity("M86001,,AB,C,,,,\n") != identity("M86001,,A,BC,,,,\n")


def test_opt_outs_are_counted_and_never_fingerprinted(tmp_path: Path) -> None:
    write(
        tmp_path,
        "opt_outs.csv",
        "nhs_number,from_date,to_date\n9434765919,2018-05-25,\n943 476 5870,2020-01-01,\n",
    )
    book = open_reference(tmp_path)
    assert book.opt_outs.num_rows == 2
    assert book.identity()["opt_outs"] == "2 rows"
    assert "9434765919" not in repr(book)
