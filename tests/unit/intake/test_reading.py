"""Blocks of rows: which spreadsheet row is which, and what is no row."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from speccomm.intake import reading
from speccomm.intake.opening import OpenedFile, UnreadableFile
from speccomm.intake.reading import TextDecoder, parse_block, raw_blocks

HEADER = b"a,b\n"
LONGEST_VALUE = 1000
LONGEST_LINE = 1 << 23


def opened_as(path: Path, body: bytes, header: bytes = HEADER) -> OpenedFile:
    path.write_bytes(header + body)
    size = path.stat().st_size
    return OpenedFile(path, "plcm", (), len(header), size, (), ())


def read_in_blocks(path: Path, body: bytes, *, size: int, columns: int = 2, **limits):
    """Good rows and set apart ones by spreadsheet row, and how many were blank."""
    longest_line = limits.get("longest_line", LONGEST_LINE)
    longest_value = limits.get("longest_value", LONGEST_VALUE)
    file = opened_as(path, body)
    good, bad, row, blank, seen = {}, {}, 2, 0, []
    decoder = TextDecoder(path)
    for block in raw_blocks(file, longest_line=longest_line, see=seen.append, size=size):
        parsed = parse_block(decoder.utf8(block), columns=columns, longest_value=longest_value)
        cells = zip(*(column.to_pylist() for column in parsed.table.columns), strict=True)
        good |= zip((parsed.positions + row).tolist(), map(list, cells), strict=True)
        bad |= {broken.position + row: broken for broken in parsed.broken}
        row += parsed.lines
        blank += parsed.blank
    assert b"".join(seen) == path.read_bytes()
    return good, bad, blank, row - 2


def read_by_csv_module(body: str, *, columns: int = 2):
    """The same by Python's csv module, which numbers records as a spreadsheet does."""
    good, bad, blank, row = {}, {}, 0, 1
    for row, cells in enumerate(csv.reader(io.StringIO(body, newline="")), start=2):
        if not "".join(cells).strip(' \t\r\n",') and len(cells) != columns:
            blank += 1
        elif len(cells) != columns:
            bad[row] = "CHK-S01"
        elif not any(cell.strip() for cell in cells):
            blank += 1
        elif any("\0" in cell for cell in cells):
            bad[row] = "CHK-S03"
        elif any("\n" in cell or "\r" in cell for cell in cells):
            bad[row] = "CHK-S02"
        elif any(len(cell) > LONGEST_VALUE for cell in cells):
            bad[row] = "CHK-S04"
        else:
            good[row] = cells
    return good, bad, blank, row - 1


def agrees(path: Path, body: str, *, size: int, columns: int = 2) -> None:
    good, bad, blank, lines = read_in_blocks(path, body.encode(), size=size, columns=columns)
    checks = {row: broken.check_id for row, broken in bad.items()}
    assert (good, checks, blank, lines) == read_by_csv_module(body, columns=columns)


CELL = st.text(alphabet='ab ,"\n\ré£7', max_size=6)
RECORD = st.lists(CELL, min_size=0, max_size=4)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.lists(RECORD, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 80),
    st.sampled_from([12, 40, reading.PARSE_BYTES]),
)
@example([["a", "b"], [], ["", ""], ["x", 'say "so"'], ["1", "2", "3"]], "\r\n", 3, 12)
def test_a_written_csv_is_read_row_by_row_whatever_the_blocks(
    tmp_path_factory, records, end, size, parser_size
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows(records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PARSE_BYTES", parser_size)
        agrees(tmp_path_factory.getbasetemp() / "written.csv", out.getvalue(), size=size)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.text(alphabet='ab,"', max_size=8), max_size=10), st.integers(1, 30))
@example(['5" tube,x', '"two\nlines",y', '7" tube,z'], 4)
@example(["a,b", '5" tube,"a', 'b",c', "d,e"], 2)
@example(['"a"b"c,d', 'e,"f'], 3)
def test_quotation_marks_inside_a_cell_move_no_row(tmp_path_factory, lines, size) -> None:
    body = "".join(f"{line}\n" for line in lines)
    if next_mark_is_open(body):
        body += '"\n'
    if next_mark_is_open(body):
        return
    agrees(tmp_path_factory.getbasetemp() / "quoted.csv", body, size=size)


def next_mark_is_open(body: str) -> bool:
    """Whether the text ends inside quotation marks."""
    try:
        list(csv.reader(io.StringIO(body, newline=""), strict=False))
        probe = list(csv.reader(io.StringIO(body + "§\n§\n", newline="")))
    except csv.Error:
        return True
    return not probe or probe[-1] != ["§"]


def test_rows_keep_their_spreadsheet_numbers_past_blank_and_ragged_ones(tmp_path) -> None:
    body = "1,2\n\n3\n,\n \n4,5\n6,7,8\n9,10\n"
    for size in (1, 5, 1000):
        good, bad, blank, lines = read_in_blocks(tmp_path / "f.csv", body.encode(), size=size)
        assert good == {2: ["1", "2"], 7: ["4", "5"], 9: ["9", "10"]}
        assert {row: broken.text for row, broken in bad.items()} == {4: "3", 8: "6,7,8"}
        assert (blank, lines) == (3, 8)


def test_a_row_of_blanks_and_commas_is_blank(tmp_path) -> None:
    _, bad, blank, _ = read_in_blocks(tmp_path / "f.csv", b" , \n\t,\n1,2\n", size=100)
    assert (bad, blank) == ({}, 2)


def test_no_line_break_at_the_end(tmp_path) -> None:
    good, *_ = read_in_blocks(tmp_path / "f.csv", b"1,2\n3,4", size=3)
    assert good == {2: ["1", "2"], 3: ["3", "4"]}


def test_a_zero_byte_sets_its_row_apart(tmp_path) -> None:
    good, bad, *_ = read_in_blocks(tmp_path / "f.csv", b"1,2\n3,\0\n5,6\n", size=100)
    assert set(good) == {2, 4}
    assert {row: broken.check_id for row, broken in bad.items()} == {3: "CHK-S03"}


def test_a_row_set_apart_keeps_its_cells_as_csv(tmp_path) -> None:
    _, bad, *_ = read_in_blocks(tmp_path / "f.csv", b'"a, ""b""","two\nlines"\n', size=100)
    assert list(csv.reader(io.StringIO(bad[2].text, newline=""))) == [['a, "b"', "two\nlines"]]


def test_a_value_is_measured_in_characters(tmp_path) -> None:
    body = ("£" * 1000 + ",1\n" + "£" * 1001 + ",2\n").encode()
    good, bad, *_ = read_in_blocks(tmp_path / "f.csv", body, size=100)
    assert set(good) == {2}
    assert bad[3].check_id == "CHK-S04"


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("length", [1_000_000, 3_000_000])
def test_a_line_of_a_million_characters_is_one_refused_row(tmp_path, length, quote) -> None:
    long = f"1,2\n{quote}{'x' * length}{quote},2\n5,6\n".encode()
    good, bad, *_ = read_in_blocks(tmp_path / "f.csv", long, size=1 << 21)
    assert good == {2: ["1", "2"], 4: ["5", "6"]}
    assert bad[3].check_id == "CHK-S04"


def test_a_long_line_after_many_short_ones_is_one_refused_row(tmp_path) -> None:
    body = b"1,2\n" * 300_000 + b"x" * 1_500_000 + b",2\n" + b"5,6\n" * 300_000
    good, bad, _, lines = read_in_blocks(tmp_path / "f.csv", body, size=1 << 23)
    assert (len(good), set(bad), lines) == (600_000, {300_002}, 600_001)
    assert {300_001, 300_003} <= set(good)


def test_broken_rows_far_into_a_block_keep_their_numbers(tmp_path) -> None:
    rows = [b"1,2\n"] * 700_000
    broken = {7: b"x\n", 300_000: b"1,2,3\n", 650_000: b"\n", 699_999: b'"a\nb",2\n'}
    for at, row in broken.items():
        rows[at] = row
    for quoted in (False, True):
        rows[1] = b'"1",2\n' if quoted else b"1,2\n"
        rows[699_999] = broken[699_999] if quoted else b"1\n"
        good, bad, blank, lines = read_in_blocks(tmp_path / "f.csv", b"".join(rows), size=1 << 23)
        assert sorted(bad) == [9, 300_002, 700_001]
        assert (len(good), blank, lines) == (699_996, 1, 700_000)


def test_a_row_longer_than_any_is_refused_with_its_file(tmp_path) -> None:
    with pytest.raises(UnreadableFile, match=r"line 3 is longer than 1,000 bytes.*quotation mark"):
        read_in_blocks(
            tmp_path / "f.csv", b'1,2\n3,"' + b"x,y\n" * 5000, size=100, longest_line=1000
        )


def test_a_quotation_mark_never_closed_is_refused_by_its_row(tmp_path) -> None:
    for size in (3, 1000):
        with pytest.raises(UnreadableFile, match=r"line 4 does not end.*quotation mark"):
            read_in_blocks(tmp_path / "f.csv", b'1,2\n3,4\n5,"6\n7,8\n9,10\n', size=size)


class TestEncodings:
    def test_plain_letters_need_no_encoding(self, tmp_path) -> None:
        decoder = TextDecoder(tmp_path / "f.csv")
        assert decoder.utf8(b"a,b\n") == b"a,b\n"
        assert decoder.encoding == "ascii"

    def test_windows_1252(self, tmp_path) -> None:
        decoder = TextDecoder(tmp_path / "f.csv")
        assert decoder.utf8("£5 – né\n".encode("cp1252")) == "£5 – né\n".encode()
        assert decoder.encoding == "cp1252"

    @pytest.mark.parametrize("blocks", [["£1\n", "é2\n"], ["£1\né2\n"]])
    @pytest.mark.parametrize("first", ["utf-8", "cp1252"])
    def test_a_mixture_is_refused_wherever_the_blocks_are_cut(
        self, tmp_path, blocks, first
    ) -> None:
        other = {"utf-8": "cp1252", "cp1252": "utf-8"}[first]
        text = [block.encode(first) for block in blocks]
        if len(text) == 1:
            text = ["£1\n".encode(first) + "é2\n".encode(other)]
        else:
            text[1] = blocks[1].encode(other)
        decoder = TextDecoder(tmp_path / "f.csv")
        with pytest.raises(UnreadableFile, match="partly in UTF-8"):
            [decoder.utf8(block) for block in text]

    def test_a_marked_file_is_held_to_its_mark(self, tmp_path) -> None:
        decoder = TextDecoder(tmp_path / "f.csv", encoding="utf-8")
        with pytest.raises(UnreadableFile, match="partly in UTF-8"):
            decoder.utf8("é\n".encode("cp1252"))

    def test_bytes_of_neither_are_refused(self, tmp_path) -> None:
        with pytest.raises(UnreadableFile, match="neither UTF-8 nor Windows-1252"):
            TextDecoder(tmp_path / "f.csv").utf8(b"a\x81\n")
