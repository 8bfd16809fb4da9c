"""What is sent under the name of a submission, and what each wrong thing is told."""

import gzip
import io

import openpyxl
import pytest

from speccomm.intake.opening import UnreadableFile
from speccomm.intake.rules import DATASETS, header_key
from tests.made_up.provider_files import ROWS, field_names, made, text_of

PLCM = text_of("plcm", [made("plcm")])
HEADER, ROW = PLCM.splitlines()


def workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


@pytest.mark.parametrize("dataset", DATASETS)
def test_each_data_set_is_recognised_from_its_published_header(opened, dataset) -> None:
    file = opened(text_of(dataset, [ROWS[dataset]]).encode())
    assert file.dataset == dataset
    assert [field.column for field in file.columns] == list(field_names(dataset))
    assert (file.respelt, file.missing) == ((), ())


@pytest.mark.parametrize("dataset", DATASETS)
def test_each_data_set_is_recognised_from_our_column_names(opened, dataset) -> None:
    columns = list(ROWS[dataset])
    file = opened(f"{','.join(columns)}\n{',' * (len(columns) - 1)}\n".encode())
    assert file.dataset == dataset
    assert {field.column for field in file.missing} == set(field_names(dataset)) - set(columns)


def test_any_column_order_and_any_spelling_of_the_published_names(opened) -> None:
    names = [f' "{name.lower().replace(" ", "_")}"' for name in field_names("plcm").values()]
    file = opened(f"{','.join(reversed(names))}\n{',' * (len(names) - 1)}\n".encode())
    assert file.dataset == "plcm"
    assert [field.column for field in file.columns] == list(reversed(field_names("plcm")))
    assert set(file.respelt) == set(field_names("plcm").values())


def test_every_header_variant_of_the_rulebook_leads_to_its_column(rules) -> None:
    from speccomm.foundation.rulebook import read_rule_table

    for row in read_rule_table("intake/header_variants"):
        led = {
            rules.header_columns[dataset].get(header_key(row["header"]))
            for dataset in DATASETS
            if row["column"] in field_names(dataset)
        }
        assert led == {row["column"]}, row["header"]


def test_a_byte_order_mark_is_no_part_of_the_first_name(opened) -> None:
    file = opened(b"\xef\xbb\xbf" + PLCM.encode())
    assert file.columns[0].column == "financial_month"
    assert file.body_start == len(HEADER) + 4
    assert file.respelt == ()


def test_a_header_may_be_in_windows_1252(opened) -> None:
    variant = HEADER.replace("POSTCODE OF USUAL ADDRESS", "Post\xa0code")
    assert opened(f"{variant}\n{ROW}\n".encode("cp1252")).dataset == "plcm"


def test_windows_line_ends(opened) -> None:
    file = opened(PLCM.replace("\n", "\r\n").encode())
    assert file.columns[-1].column == "total_cost_gbp"
    assert file.respelt == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty (0 bytes)"),
        (HEADER.encode(), "a header and no rows"),
        (HEADER.encode() + b"\r\n", "a header and no rows"),
        (PLCM.encode("utf-16"), "UTF-16"),
        (PLCM.encode("utf-16-le"), "zero byte"),
        (workbook(), "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel workbook"),
        (gzip.compress(PLCM.encode(), mtime=0), "a gzip archive"),
        (b"%PDF-1.7\n", "a PDF document"),
        (PLCM.replace(",", ";").encode(), "separated by semicolons"),
        (PLCM.replace(",", "\t").encode(), "separated by tabs"),
        (PLCM.replace(",", "|").encode(), "separated by upright bars"),
        (PLCM.replace("\n", "\r").encode(), "old Macintosh"),
        (b"Contract monitoring\n" + PLCM.encode(), "not a header"),
        (f"{HEADER},\n{ROW},\n".encode(), "column 44 has no name"),
        (f"{HEADER},TOTAL COST\n{ROW},1\n".encode(), "columns 43 and 44"),
        (f"{HEADER},Cost\n{ROW},1\n".encode(), "columns 43 and 44"),
        (f"{HEADER},TOTAL COSTS\n{ROW},1\n".encode(), "Did you mean 'TOTAL COST'?"),
        (f"{HEADER},TOTAL COSTS\n{ROW},1\n".encode(), "column 44, 'TOTAL COSTS'"),
        (HEADER.replace("FINANCIAL MONTH,", "", 1).encode() + b"\n1\n", "'FINANCIAL MONTH'"),
        (b"name,age,town\nA,1,B\n", "not that of one known data set"),
        (b'"FINANCIAL\nMONTH",FINANCIAL YEAR\n1,2\n', "line break"),
        (b"A" * 1_000_000 + b",B\n1,2\n", "header"),
        (b"A" * 3_000_000 + b",B\n1,2\n", "longer than"),
        (b"a," * 500_000 + b"b\n1\n", "columns 1 and 2 are both named"),
    ],
)  # fmt: skip
def test_what_is_no_submission_is_told_what_it_is(opened, content, says) -> None:
    with pytest.raises(UnreadableFile) as refused:
        opened(content)
    message = str(refused.value)
    assert says in message
    assert message.startswith("sent.csv: ")
    assert message.rstrip("?").endswith((".", "'"))
    assert len(message) < 400


def test_an_absent_file_or_a_folder_is_no_file(opened, tmp_path, rules) -> None:
    from speccomm.intake.opening import open_submission

    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(UnreadableFile, match="no such file"):
            open_submission(path, dataset=None, rules=rules)


def test_a_million_character_header_is_refused_also_when_the_data_set_is_told(opened) -> None:
    for content in (b"A" * 1_000_000 + b",B\n1,2\n", b'"' + b"A" * 200_000 + b'",B\n1,2\n'):
        with pytest.raises(UnreadableFile) as refused:
            opened(content, dataset="plcm")
        assert len(str(refused.value)) < 400


@pytest.mark.parametrize("dataset", [None, "plcm"])
def test_a_file_without_header_tells_no_one_its_first_patient(opened, dataset) -> None:
    cells = {"nhs_number": "9990000018", "postcode": "CV2 2DX", "birth_date": "1960-05-01"}
    person_first = {**cells, **ROWS["plcm"]}
    for order in (ROWS["plcm"], person_first, {**cells, "again": "9990000018"}):
        line = ",".join(order.values())
        with pytest.raises(UnreadableFile) as refused:
            opened(f"{line}\n{line}\n".encode(), dataset=dataset)
        assert not any(cell in str(refused.value) for cell in cells.values())
