"""The workbook: typed figures equal to the pack's, totals by formula, words for what is missing."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pyarrow as pa
import pytest

from speccomm.publishing.assembly import assemble_pack
from speccomm.publishing.cells import file_cell
from speccomm.publishing.model import Column, Making, PackTable, Section, Unit
from speccomm.publishing.receipts.identifiers import row_keys
from speccomm.publishing.rendering.workbook import table_sheet_names, workbook_bytes
from speccomm.publishing.rendering.workbook_cells import text_cell
from speccomm.publishing.rendering.workbook_sheets import FIRST_ROW, HEADING_ROW, sheet_names

HOSTILE = '=HYPERLINK("http://127.0.0.1","x")'


@pytest.fixture(scope="module")
def pack(facts):
    return assemble_pack(facts)


@pytest.fixture(scope="module")
def data(pack):
    return workbook_bytes(pack)


@pytest.fixture(scope="module")
def shown(data):
    return openpyxl.load_workbook(BytesIO(data), data_only=True)


@pytest.fixture(scope="module")
def written(data):
    return openpyxl.load_workbook(BytesIO(data), data_only=False)


def made_up_table(rows, columns, **changes):
    values = {
        "id": "made",
        "title": "Made up",
        "columns": columns,
        "rows": rows,
        "row_header": columns[0].name,
        "making": Making("a count", ("plcm",), "all rows"),
        **changes,
    }
    return PackTable(**values)


def with_table(pack, table):
    return replace(pack, sections=(Section("only", "Only", (table,)),))


def book_of(pack, table, *, data_only=True):
    made = workbook_bytes(with_table(pack, table))
    return openpyxl.load_workbook(BytesIO(made), data_only=data_only)


def exact(cell):
    value = Decimal(repr(cell.value))
    return value * 100 if "%" in cell.number_format else value


def headed(page):
    """The last line of each heading, which ends identifiers, and the column it is over."""
    cells = page[HEADING_ROW + 1]
    return {c.value.splitlines()[-1]: c.column for c in cells if isinstance(c.value, str)}


def by_receipt(page):
    """The number of each row by its receipt."""
    place = headed(page)["receipt"]
    column = (row[0] for row in page.iter_rows(min_col=place, max_col=place))
    return {c.value: c.row for c in column if isinstance(c.value, str)}


def test_every_figure_of_every_table_has_the_value_of_its_file_and_receipt(pack, shown):
    names = table_sheet_names(pack)
    compared = 0
    for table in pack.tables():
        page = shown[names[table.id]]
        columns, receipts = headed(page), by_receipt(page)
        keys = row_keys(table)
        for number, (key, row) in enumerate(zip(keys, table.records(), strict=True)):
            at = receipts[f"{pack.area}.{table.id}.{key}"]
            assert table.together or at == FIRST_ROW + 1 + number
            for column in table.columns:
                value, cell = row.get(column.name), page.cell(at, columns[column.name])
                if not column.unit.is_figure:
                    continue
                if value is None:
                    assert isinstance(cell.value, str)
                    assert cell.value
                else:
                    assert exact(cell) == Decimal(file_cell(column, value)), (table.id, cell)
                    compared += 1
    assert compared > 300


def test_a_heading_ends_with_the_name_that_ends_the_identifier(pack, shown):
    for table in pack.tables():
        page = shown[table_sheet_names(pack)[table.id]]
        headings = [c.value for c in page[HEADING_ROW + 1]][: len(table.columns) + 1]
        names = [heading.splitlines()[-1] for heading in headings]
        own = [*(column.name for column in table.columns), "receipt"]
        first = [column.name for column, _ in table.together.first] if table.together else []
        assert list(headed(page)) == [*first, *own]
        assert names == [*first, *own][: len(names)]
        assert len(set(headings)) == len(headings)


def test_totals_are_formulas_outside_the_filter_and_equal_the_stated_total(pack, shown, written):
    totals = 0
    for table in pack.tables():
        total = table.total()
        if total is None or not table.rows.num_rows or table.together:
            continue
        name = table_sheet_names(pack)[table.id]
        at = FIRST_ROW + table.rows.num_rows + 2
        last_filtered = int(
            written[name].auto_filter.ref.split(":")[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ$")
        )
        assert last_filtered < at - 1
        for place, column in enumerate(table.columns, start=1):
            if not column.adds_up or total[column.name] is None:
                continue
            formula = written[name].cell(at, place).value
            assert "SUM(" in formula
            assert "SUBTOTAL" not in formula
            stated = Decimal(file_cell(column, total[column.name]))
            assert exact(shown[name].cell(at, place)) == stated
            cells = [shown[name].cell(r, place).value for r in range(FIRST_ROW + 1, at - 1)]
            assert sum(Decimal(repr(c)) for c in cells if not isinstance(c, str)) == stated
            totals += 1
    assert totals > 10


def test_tables_of_one_kind_stand_on_one_sheet_told_apart_by_service(pack, shown):
    names = table_sheet_names(pack)
    tables = [table for table in pack.tables() if table.id.startswith("profile_")]
    kinds = {names[table.id] for table in tables}
    assert "profile_providers" in kinds
    assert kinds <= {"profile_providers", "profile_hubs"}
    assert len(tables) > len(kinds)
    assert not {table.id for table in tables} & set(shown.sheetnames)
    page = shown["profile_providers"]
    columns, receipts = headed(page), by_receipt(page)
    assert list(columns)[:2] == ["service_code", "profile"]
    for table in tables:
        if names[table.id] != "profile_providers":
            continue
        code, title = (value for _, value in table.together.first)
        for key in row_keys(table):
            at = receipts[f"{pack.area}.{table.id}.{key}"]
            assert page.cell(at, columns["service_code"]).value == code
            assert page.cell(at, columns["profile"]).value == title
    rows = sum(t.rows.num_rows for t in tables if names[t.id] == "profile_providers")
    assert page.auto_filter.ref.endswith(f"{FIRST_ROW + rows}")


def test_totals_of_tables_on_one_sheet_stand_on_their_own_with_their_receipts(pack, shown):
    page = shown["profile_providers_totals"]
    columns, receipts = headed(page), by_receipt(page)
    compared = 0
    for table in pack.tables():
        if table.together is None or not (total := table.total()) or not table.rows.num_rows:
            continue
        at = receipts[f"{pack.area}.{table.id}.all"]
        for column in (c for c in table.columns if c.adds_up):
            cell = page.cell(at, columns[column.name])
            if total[column.name] is None:
                assert isinstance(cell.value, str)
            else:
                assert exact(cell) == Decimal(file_cell(column, total[column.name]))
                compared += 1
    assert compared > 2
    assert "sites" not in columns  # sites do not add up over providers


def test_the_dictionary_explains_what_stands_together_once(pack, shown):
    rows = list(shown["Data dictionary"].iter_rows(min_row=5, values_only=True))
    told = [(row[0], row[2]) for row in rows if row[0] == "profile_providers" and row[2]]
    assert len(told) == len(set(told))
    assert {name for _, name in told} >= {"provider_code", "actual_gbp"}
    assert [row[1] for row in rows if row[0] == "profile_providers" and not row[2]] == [
        "Code",
        "Service",
    ]
    (totals,) = [row for row in rows if row[0] == "profile_providers_totals"]
    assert "profile_providers" in totals[4]


def test_no_two_kinds_of_missing_look_alike(pack):
    rows = pa.table(
        {
            "name": ["zero", "one", "two", "three"],
            "figure": pa.array([0, None, None, None], pa.int64()),
            "words": [None, "suppressed", "not collected", "not applicable"],
        }
    )
    columns = (
        Column("name", "Name", Unit.TEXT, "A name"),
        Column("figure", "Figure", Unit.NUMBER, "A figure", missing_from="words"),
    )
    page = book_of(pack, made_up_table(rows, columns))["made"]
    values = [page.cell(FIRST_ROW + 1 + n, 2).value for n in range(4)]
    assert values == [0, "suppressed", "not collected", "not applicable"]


def test_money_beyond_a_float_is_said_exactly_below_the_table(pack):
    money = Decimal("12345678901234567.89")
    rows = pa.table(
        {"name": ["a", "b"], "gbp": pa.array([money, Decimal("0.10")], pa.decimal128(38, 2))}
    )
    columns = (
        Column("name", "Name", Unit.TEXT, "A name"),
        Column("gbp", "Pounds", Unit.GBP, "Money", adds_up=True),
    )
    page = book_of(pack, made_up_table(rows, columns))["made"]
    notes = [c.value for c in page["A"] if isinstance(c.value, str)]
    assert (
        "Cell B5 is exactly 12,345,678,901,234,567.89: a spreadsheet keeps fifteen digits." in notes
    )
    assert page["B6"].value == 0.1
    assert page["B6"].number_format.startswith("£#,##0.00")


def test_dates_marks_and_answers_are_typed_or_in_words(pack):
    moment = datetime(2024, 1, 19, 16, 5, 30, tzinfo=UTC)
    rows = pa.table(
        {
            "name": ["a"],
            "mark": ["contracted"],
            "answer": ["not looked at"],
            "day": [date(2023, 12, 31)],
            "old": [date(1066, 10, 14)],
            "at": pa.array([moment], pa.timestamp("us", "UTC")),
        }
    )
    units = (Unit.TEXT, Unit.MARK, Unit.ANSWER, Unit.DATE, Unit.DATE, Unit.TIME)
    columns = tuple(
        Column(name, name.title(), unit, "A column")
        for name, unit in zip(rows.column_names, units, strict=True)
    )
    page = book_of(pack, made_up_table(rows, columns))["made"]
    row = [cell.value for cell in page[FIRST_ROW + 1]][:6]
    assert row[:3] == ["a", "contracted", "not looked at"]
    assert row[3] == datetime(2023, 12, 31)
    assert row[4] == "1066-10-14"
    assert row[5] == datetime(2024, 1, 19, 16, 5, 30)


@pytest.mark.parametrize(
    "text", [HOSTILE, "+1", "-1", "@SUM(1)", "\t=1", "http://127.0.0.1", "{=1}"]
)
def test_text_is_never_a_formula_or_a_link(pack, text):
    rows = pa.table({"name": [text]})
    columns = (Column("name", "Name", Unit.TEXT, "A name"),)
    page = book_of(pack, made_up_table(rows, columns, title=text), data_only=False)["made"]
    cell = page.cell(FIRST_ROW + 1, 1)
    assert cell.data_type == "s"
    assert cell.value == text
    assert cell.hyperlink is None
    assert cell.quotePrefix == text.startswith(("=", "+", "-", "@", "\t"))
    assert page["A1"].data_type == "s"


def test_text_that_a_workbook_cannot_hold_is_shown_as_such():
    assert text_cell("a\x00b\x1bc\nd").value == "a�b�c\nd"
    assert len(str(text_cell("x" * 40_000).value)) < 32_767
    assert str(text_cell("x" * 40_000).value).endswith("has the whole)")


def test_an_empty_table_says_so_and_has_no_total(pack):
    rows = pa.table({"name": pa.array([], pa.string()), "n": pa.array([], pa.int64())})
    columns = (
        Column("name", "Name", Unit.TEXT, "A name"),
        Column("n", "Number", Unit.NUMBER, "A number", adds_up=True),
    )
    page = book_of(pack, made_up_table(rows, columns, total_label="All"), data_only=False)["made"]
    assert page.cell(FIRST_ROW + 1, 1).value == "No rows."
    assert not any(cell.data_type == "f" for row in page.iter_rows() for cell in row)


def test_every_sheet_says_how_it_may_be_handled_and_keeps_its_headings(pack, shown):
    names = set(table_sheet_names(pack).values())
    for page in shown.worksheets:
        assert pack.handling.short in [page["A2"].value, page["A3"].value], page.title
        assert pack.handling.short[:20] in page.oddHeader.center.text
        if page.title in names:
            assert int("".join(filter(str.isdigit, page.freeze_panes))) == FIRST_ROW + 1
            assert page.auto_filter.ref.startswith(f"A{HEADING_ROW + 1}:")


def test_the_contents_lead_to_every_sheet(shown):
    page = shown["Contents"]
    cells = [cell for row in page.iter_rows() for cell in row if cell.hyperlink]
    led = {cell.hyperlink.location.split("!")[0].strip("'") for cell in cells}
    assert led == set(shown.sheetnames) - {"Contents"}


def test_headline_figures_are_typed(pack, shown):
    page = shown["Headline figures"]
    for number, figure in enumerate(pack.headlines(), start=5):
        if figure.value is not None:
            assert Decimal(repr(page.cell(number, 2).value)) == Decimal(figure.value)
        assert page.cell(number, 5).value == f"{pack.area}.headlines.pack.{figure.id}"


def test_the_same_pack_gives_the_same_bytes_and_its_own_time(pack, data, shown):
    assert workbook_bytes(pack) == data
    assert shown.properties.created == pack.built_at.replace(tzinfo=None)


def test_sheet_names_are_short_and_each_once():
    long = [
        "a_table_with_a_name_that_is_very_long_one",
        "a_table_with_a_name_that_is_very_long_two",
    ]
    names = sheet_names([*long, "contents"], taken=["Contents"])
    assert all(len(name) <= 31 for name in names.values())
    assert len({name.casefold() for name in names.values()} | {"contents"}) == 4
    assert json.dumps(names) == json.dumps(sheet_names([*long, "contents"], taken=["Contents"]))
