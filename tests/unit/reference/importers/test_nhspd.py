from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from speccomm.reference import BadReferenceFile, open_reference
from tests.made_up.directories import postcode_line


def lines(*parts: str) -> str:
    return "".join(f"{part}\r\n" for part in parts)


def held(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["postcode"]: row for row in open_reference(folder).postcodes.to_pylist()}


def test_codes_of_either_office_lead_to_the_same_areas(bring: Any, folder: Path) -> None:
    outcome = bring(
        "nhspd",
        lines(
            postcode_line("CV2 2DX"),
            postcode_line("CV1 4FS", c17="E40000011", c18="E38000251", c43="E54000018"),
        ),
    )
    assert [path.name for path in outcome.written] == ["postcodes.parquet"]
    by_ods, by_ons = held(folder)["CV2 2DX"], held(folder)["CV1 4FS"]
    assert {k: v for k, v in by_ods.items() if k != "postcode"} == {
        "country_code": "E92000001",
        "sub_icb_code": "B2M3M",
        "icb_code": "QWU",
        "region_code": "Y60",
        "local_authority_code": "E08000026",
        "health_board_code": None,
        "small_area_code": "E01032529",
    }
    assert {**by_ons, "postcode": "CV2 2DX"} == by_ods


def test_ons_codes_of_earlier_years_are_known(bring: Any, folder: Path) -> None:
    bring("nhspd", lines(postcode_line("GU1 1AA", c18="92A", c43="E54000052")))
    assert held(folder)["GU1 1AA"]["icb_code"] == "QXU"


def test_wales_has_a_board_and_no_sub_icb(bring: Any, folder: Path) -> None:
    wales = {"c9": "W06000002", "c13": "W92000004", "c17": "W99999999", "c43": "W99999999"}
    bring(
        "nhspd",
        lines(
            postcode_line("LL57 2PW", c18="7A1", **wales),
            postcode_line("NP20 2UB", c18="W11000028", **wales),
        ),
    )
    bangor, newport = held(folder)["LL57 2PW"], held(folder)["NP20 2UB"]
    assert (bangor["health_board_code"], newport["health_board_code"]) == ("7A1", "7A6")
    assert bangor["sub_icb_code"] is bangor["icb_code"] is bangor["region_code"] is None
    assert bangor["local_authority_code"] == "W06000002"


def test_codes_that_lead_nowhere_are_left_empty_and_counted(bring: Any, folder: Path) -> None:
    outcome = bring("nhspd", lines(postcode_line("CV2 2DX", c18="E38999998", c43="E54999998")))
    assert outcome.notes == {
        "its icb code is not known": 1,
        "its sub icb code is not known": 1,
    }
    assert held(folder)["CV2 2DX"]["sub_icb_code"] is None


def test_an_older_edition_without_boards_takes_them_from_the_sub_icb(
    bring: Any, folder: Path
) -> None:
    bring("nhspd", lines(postcode_line("CV2 2DX", width=41)))
    row = held(folder)["CV2 2DX"]
    assert (row["icb_code"], row["small_area_code"]) == ("QWU", "E01009530")


def test_the_ons_directory_with_its_header(bring: Any, folder: Path) -> None:
    bring(
        "nhspd",
        lines(
            '"pcd7","pcds","doterm","lad25cd","ctry25cd","nhser24cd","sicbl24cd","icb23cd",'
            '"lsoa21cd"',
            '"CV2 2DX","CV2 2DX","","E08000026","E92000001","E40000011","E38000251","E54000018",'
            '"E01032529"',
        ),
    )
    assert held(folder)["CV2 2DX"]["icb_code"] == "QWU"


def test_header_without_a_needed_column(bring: Any) -> None:
    with pytest.raises(BadReferenceFile, match="sub_icb_code"):
        bring("nhspd", "pcds,ctry,oslaua\nCV2 2DX,E92000001,E08000026\n")


def test_rows_refused_and_one_of_each_postcode_kept(bring: Any, folder: Path) -> None:
    outcome = bring(
        "nhspd",
        lines(
            postcode_line("CV2 2DX"),
            postcode_line("CV22DX"),
            postcode_line("NONSENSE"),
            postcode_line("CV1 4FS"),
        ),
    )
    assert outcome.refused == {"its postcode cannot be read": 1, "it stands twice": 1}
    assert sorted(held(folder)) == ["CV1 4FS", "CV2 2DX"]


def test_a_csv_of_postcodes_is_set_aside_not_lost(bring: Any, folder: Path) -> None:
    folder.mkdir()
    (folder / "postcodes.csv").write_text("mine")
    outcome = bring("nhspd", lines(postcode_line("CV2 2DX")))
    [aside] = outcome.set_aside
    assert aside.read_text() == "mine"
    assert list(held(folder)) == ["CV2 2DX"]


def test_another_file_leaves_the_folder_as_it_was(bring: Any, folder: Path) -> None:
    bring("nhspd", lines(postcode_line("CV2 2DX")))
    with pytest.raises(BadReferenceFile, match="another file"):
        bring("nhspd", lines(postcode_line("SOMETHING"), postcode_line("ELSE")))
    assert list(held(folder)) == ["CV2 2DX"]
    assert [path.name for path in folder.iterdir()] == ["postcodes.parquet"]
