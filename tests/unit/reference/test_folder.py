"""A bad reference file is refused whole, naming file, row, column and shape, never the value."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from speccomm.foundation.errors import UnknownName
from speccomm.reference import BadReferenceFile, open_reference

PRACTICES = (
    "practice_code,postcode,status,commissioner_code,national_grouping,"
    "high_level_health_geography,open_date,close_date\n"
)
POSTCODES = (
    "postcode,country_code,sub_icb_code,icb_code,region_code,local_authority_code,"
    "health_board_code\n"
)
PROVIDERS = "provider_code,postcode,hub_code,nhs_england_contract\n"


def refusal(folder: Path, name: str, content: str | bytes) -> BadReferenceFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadReferenceFile) as caught:
        open_reference(folder)
    assert name in str(caught.value)
    return caught.value


def test_zero_bytes(tmp_path: Path) -> None:
    assert "empty" in str(refusal(tmp_path, "practices.csv", ""))


def test_header_only(tmp_path: Path) -> None:
    assert "no rows" in str(refusal(tmp_path, "practices.csv", PRACTICES))


def test_unknown_column_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "providers.csv").write_text(
        "provider_code,post_code,hub_code,nhs_england_contract\nRKB,CV2 2DX,14A,Y\n"
    )
    with pytest.raises(UnknownName, match="Did you mean 'postcode'"):
        open_reference(tmp_path)


def test_missing_column(tmp_path: Path) -> None:
    problem = refusal(tmp_path, "providers.csv", "provider_code,postcode\nRKB,CV2 2DX\n")
    assert "hub_code" in str(problem)


def test_duplicate_column(tmp_path: Path) -> None:
    text = "provider_code,postcode,postcode,hub_code,nhs_england_contract\nRKB,A,A,14A,Y\n"
    assert refusal(tmp_path, "providers.csv", text).column == "postcode"


def test_small_area_code_may_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "postcodes.csv").write_text(
        POSTCODES + "CV22DX,E92000001,B2M3M,QWU,Y60,E08000026,\n"
    )
    [row] = open_reference(tmp_path).postcodes.to_pylist()
    assert row["postcode"] == "CV2 2DX"
    assert row["small_area_code"] is None


def test_bad_date_gives_row_column_and_shape(tmp_path: Path) -> None:
    text = PRACTICES + "M86001,CV1 4FS,A,B2M3M,Y60,QWU,1974-04-01,\nM86002,,A,,,,31/02/2024,\n"
    problem = refusal(tmp_path, "practices.csv", text)
    assert (problem.row, problem.column, problem.shape) == (3, "open_date", "99/99/9999")
    assert "31/02" not in str(problem)


def test_bad_postcode_gives_its_shape_only(tmp_path: Path) -> None:
    problem = refusal(tmp_path, "providers.csv", PROVIDERS + "RKB,NOT A CODE,14A,Y\n")
    assert (problem.row, problem.shape) == (2, "AAA A AAAA")
    assert "NOT A CODE" not in str(problem)


def test_bad_flag(tmp_path: Path) -> None:
    assert refusal(tmp_path, "providers.csv", PROVIDERS + "RKB,,14A,maybe\n").shape == "AAAAA"


def test_required_value(tmp_path: Path) -> None:
    problem = refusal(tmp_path, "providers.csv", PROVIDERS + "RKB,,14A,Y\n,CV2 2DX,14A,Y\n")
    assert (problem.row, problem.column) == (3, "provider_code")


def test_duplicate_key_on_the_same_day(tmp_path: Path) -> None:
    text = (
        PRACTICES + "M86001,,A,,,,2000-01-01,2010-12-31\nM86002,,A,,,,,\nM86001,,A,,,,2010-12-31,\n"
    )
    assert refusal(tmp_path, "practices.csv", text).row == 4


def test_same_key_in_two_periods_is_no_duplicate(tmp_path: Path) -> None:
    (tmp_path / "practices.csv").write_text(
        PRACTICES + "M86001,,C,,,,2000-01-01,2010-12-30\nM86001,,A,,,,2010-12-31,\n"
    )
    assert open_reference(tmp_path).practices.num_rows == 2


def test_postcode_twice_in_two_spellings(tmp_path: Path) -> None:
    text = POSTCODES + "CV22DX,,,,,,\nCV2 2DX,,,,,,\n"
    assert refusal(tmp_path, "postcodes.csv", text).row == 3


def test_ragged_row_is_named_and_not_quoted(tmp_path: Path) -> None:
    problem = refusal(tmp_path, "providers.csv", PROVIDERS + "RKB,CV2 2DX,14A,Y\nSECRET,1\n")
    assert problem.row == 3
    assert "SECRET" not in str(problem)


def test_letters_not_in_utf8(tmp_path: Path) -> None:
    content = (PROVIDERS + "RKB,,14A,Y\n").encode() + "RK\xe9,,14A,Y\n".encode("cp1252")
    assert "UTF-8" in str(refusal(tmp_path, "providers.csv", content))


@pytest.mark.parametrize("start", [b"PK\x03\x04rest", b"\xff\xfep\x00"])
def test_other_kinds_of_file(tmp_path: Path, start: bytes) -> None:
    assert "CSV" in str(refusal(tmp_path, "providers.csv", start))


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = PROVIDERS.strip() + "\r\nRKB,CV2 2DX,14A,Y\r\n"
    (tmp_path / "providers.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    [row] = open_reference(tmp_path).providers.to_pylist()
    assert row["nhs_england_contract"] is True


def test_quoted_newline_is_refused(tmp_path: Path) -> None:
    problem = refusal(tmp_path, "providers.csv", PROVIDERS + '"RKB\nX",CV2 2DX,14A,Y\n')
    assert (problem.row, problem.column) == (2, "provider_code")


def test_nhs_number_of_wrong_length(tmp_path: Path) -> None:
    text = "nhs_number,from_date,to_date\n123,2018-05-25,\n"
    assert refusal(tmp_path, "opt_outs.csv", text).shape == "999"


def test_two_files_of_one_table(tmp_path: Path) -> None:
    (tmp_path / "postcodes.parquet").write_bytes(b"")
    assert "Keep only one" in str(refusal(tmp_path, "postcodes.csv", POSTCODES))


def test_a_users_parquet_is_checked_like_csv(tmp_path: Path) -> None:
    names = POSTCODES.strip().split(",")
    columns = {name: pa.array([None, None], pa.string()) for name in names}
    columns["postcode"] = pa.array(["CV22DX", "CV2 2DX"])
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "postcodes.parquet")
    with pytest.raises(BadReferenceFile, match="twice"):
        open_reference(tmp_path)


def test_a_broken_parquet(tmp_path: Path) -> None:
    (tmp_path / "postcodes.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(BadReferenceFile, match="Parquet"):
        open_reference(tmp_path)
