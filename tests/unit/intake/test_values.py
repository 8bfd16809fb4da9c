"""What each spelling of a value is read as, what is said of it, and what is never guessed."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speccomm.foundation.periods import FinancialYear
from speccomm.intake import values
from speccomm.intake.values import FLAG_CHECKS, FLAGS

QUIET = settings(max_examples=10, derandomize=True, deadline=None)
CODES = {
    "trusts": ["RKB", "RRK", "G6V2S"],
    "service_lines": ["NCBPS11B", "99999999"],
    "hrgs": ["WF01B"],
    "sites": ["RKB01"],
    "commissioners": ["15E"],
}
LARGEST = 1_000_000_000
PLAIN = ibis.table(values.VALUES_SCHEMA, name="cell_values")
CODED = ibis.table(values.CODES_SCHEMA, name="cell_values")
ALLOWED = ibis.table(values.ALLOWED_SCHEMA, name="allowed_codes")


@pytest.fixture(scope="module")
def read(engine, rules):
    """Judge texts of one kind: their meanings and what is said of each."""
    words = rules.settings["missing_words"]
    kinds = {
        "gbp": values.judged_numbers(PLAIN, scale=4, largest=LARGEST, missing_words=words),
        "activity": values.judged_numbers(PLAIN, scale=3, largest=LARGEST, missing_words=words),
        "integer": values.judged_whole_numbers(PLAIN, missing_words=words),
        "date": values.judged_dates(PLAIN, missing_words=words),
        "timestamp": values.judged_timestamps(PLAIN, missing_words=words),
        "month": values.judged_months(PLAIN, plan=False, missing_words=words),
        "plan_month": values.judged_months(PLAIN, plan=True, missing_words=words),
        "year": values.judged_years(PLAIN, missing_words=words),
        "code": values.judged_codes(CODED, ALLOWED, missing_words=words),
    }
    sql = {
        kind: str(ibis.to_sql(expression.order_by("position"), dialect="duckdb"))
        for kind, expression in kinds.items()
    }
    allowed = [(name, code) for name, codes in CODES.items() for code in codes]
    engine.con.register(
        "allowed_codes",
        pa.table({"code_list": [a for a, _ in allowed], "code": [b for _, b in allowed]}),
    )

    def judge(kind, texts, *, code_list=None, provider=False, text=False, lengths=(None, None)):
        count = len(texts)
        engine.con.register(
            "cell_values",
            pa.table(
                {
                    "position": pa.array(range(count), pa.int64()),
                    "value": pa.array(texts, pa.string()),
                    "code_list": pa.array([code_list] * count, pa.string()),
                    "min_length": pa.array([lengths[0]] * count, pa.int32()),
                    "max_length": pa.array([lengths[1]] * count, pa.int32()),
                    "is_provider": pa.array([provider] * count),
                    "is_text": pa.array([text] * count),
                }
            ),
        )
        rows = engine.con.execute(sql[kind]).to_arrow_table().to_pylist()
        assert len(rows) == count
        assert all(row[flag] is not None for row in rows for flag in FLAGS)
        return [(row["clean"], {flag for flag in FLAGS if row[flag]}) for row in rows]

    return judge


def test_every_flag_leads_to_a_check(rules) -> None:
    assert set(FLAG_CHECKS) == set(FLAGS)
    assert set(FLAG_CHECKS.values()) <= set(rules.checks)


@pytest.mark.parametrize(
    ("kind", "declared"),
    [
        (
            values.judged_numbers(PLAIN, scale=4, largest=LARGEST, missing_words=[]),
            "decimal(18, 4)",
        ),
        (
            values.judged_numbers(PLAIN, scale=3, largest=LARGEST, missing_words=[]),
            "decimal(18, 3)",
        ),
        (values.judged_whole_numbers(PLAIN, missing_words=[]), "int32"),
        (values.judged_dates(PLAIN, missing_words=[]), "date"),
        (values.judged_timestamps(PLAIN, missing_words=[]), "timestamp"),
        (values.judged_months(PLAIN, plan=False, missing_words=[]), "int8"),
        (values.judged_years(PLAIN, missing_words=[]), "string"),
        (values.judged_codes(CODED, ALLOWED, missing_words=[]), "string"),
    ],
)
def test_each_judgement_has_its_declared_shape(kind, declared) -> None:
    schema = kind.schema()
    assert list(schema) == ["position", "clean", *FLAGS]
    assert schema["clean"] == ibis.dtype(declared)
    assert {schema[flag] for flag in FLAGS} == {ibis.dtype("boolean")}


NUMBERS = [
    ("12.5", "12.5", set()),
    ("0", "0", set()),
    ("-3", "-3", set()),
    ("+3", "3", set()),
    (".5", "0.5", set()),
    ("5.", "5", set()),
    (" 7 ", "7", {"number_tidied"}),
    ("£1,234.50", "1234.5", {"number_tidied"}),
    ("£ 1,234.50", "1234.5", {"number_tidied"}),
    ("-£5.00", "-5", {"number_tidied"}),
    ("£-5.00", "-5", {"number_tidied"}),
    ("(1,234.50)", "-1234.5", {"number_tidied"}),
    ("(£5)", "-5", {"number_tidied"}),
    ("£(5)", "-5", {"number_tidied"}),
    ("( 5.00 )", "-5", {"number_tidied"}),
    ("5-", "-5", {"number_tidied"}),
    ("1,234-", "-1234", {"number_tidied"}),
    ("1 234.50", "1234.5", {"number_tidied"}),
    ("1\u00a0234.50", "1234.5", {"number_tidied"}),
    ("12,345,678", "12345678", {"number_tidied"}),
    ("1.00005", "1.0001", {"rounded"}),
    ("-1.00005", "-1.0001", {"rounded"}),
    ("1.00004999", "1", {"rounded"}),
    ("1.0000000", "1", set()),
    ("", None, {"blank"}),
    ("  ", None, {"blank"}),
    ("TBC", None, {"blank", "placeholder"}),
    ("n/a", None, {"blank", "placeholder"}),
    ("-", None, {"blank", "placeholder"}),
]
NO_NUMBERS = [
    "abc", "1.2.3", "1,5", "1,23,456", "12,34", "1,2345", ",5", "5,", "(5", "5)", "((5))", "(-5)", "-5-",
    "--5", "5--", "-(5)", "1£2", "5£", "£", "()", "1e5", "1.2E+05", "0x10", "1_000", "١٢", "½", "5 %",
    "12 34", "1 2", "inf", "nan", "1/2", "99999999999999999999", "$5", "€5", "1.234,50", ".", "-.",
    "5p", "£5m", "1,234,56",
]  # fmt: skip


def test_numbers_in_every_spelling_known(read) -> None:
    for (text, meaning, flags), found in zip(
        NUMBERS, read("gbp", [text for text, *_ in NUMBERS]), strict=True
    ):
        expected = None if meaning is None else Decimal(meaning)
        assert found == (expected, flags), text


@pytest.mark.parametrize("kind", ["gbp", "activity", "integer"])
def test_what_is_no_number_is_never_guessed(read, kind) -> None:
    for text, found in zip(NO_NUMBERS, read(kind, NO_NUMBERS), strict=True):
        assert found == (None, {"unreadable"}), text


def test_amounts_no_line_can_have_are_unreadable(read) -> None:
    texts = ["99999999.9999", "9999999999999.99", "94347659190001", "-94347659190001"]
    assert [flags for _, flags in read("gbp", texts)] == [set(), *[{"unreadable"}] * 3]
    assert read("activity", ["9999999999999.9"]) == [(None, {"unreadable"})]


SPELLINGS = (
    lambda n: f"{n}",
    lambda n: f"{n:,}",
    lambda n: f" {n} ",
    lambda n: f"£{n:,}" if n >= 0 else f"-£{-n:,}",
    lambda n: f"{n:,}" if n >= 0 else f"({-n:,})",
    lambda n: f"{n:,}" if n >= 0 else f"(£{-n:,})",
    lambda n: f"{n}" if n >= 0 else f"{-n}-",
    lambda n: f"{n:,}".replace(",", "\u00a0"),
)


@QUIET
@given(
    st.lists(
        st.tuples(
            st.decimals("-99999999", "99999999", places=4, allow_nan=False), st.sampled_from(SPELLINGS)
        ),
        min_size=20,
    )
)  # fmt: skip
def test_an_amount_reads_back_whatever_its_spelling(read, amounts) -> None:
    amounts = [(abs(n) if n == 0 else n, spell) for n, spell in amounts]
    found = read("gbp", [spell(n) for n, spell in amounts])
    assert [clean for clean, _ in found] == [n for n, _ in amounts]
    assert not any({"unreadable", "rounded", "blank"} & flags for _, flags in found)


@QUIET
@given(st.lists(st.decimals("-9999", "9999", places=7, allow_nan=False), min_size=20))
def test_more_decimals_round_halves_away_from_zero_and_are_said(read, amounts) -> None:
    for n, (clean, flags) in zip(amounts, read("gbp", [f"{n:f}" for n in amounts]), strict=True):
        kept = n.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
        assert clean == kept
        assert ("rounded" in flags) == (kept != n)


def test_whole_numbers(read) -> None:
    texts = ["5", "05", "-2", "5.0", "5.00", "5.5", "1,000", "1e3", "12345678901", "TBC", ""]
    cleans = [clean for clean, _ in read("integer", texts)]
    assert cleans == [5, 5, -2, 5, 5, None, None, None, None, None, None]


DAYS = st.dates(date(1910, 1, 1), date(2060, 12, 31))
DAY_SPELLINGS = (
    lambda d: f"{d:%Y-%m-%d}",
    lambda d: f"{d.year}-{d.month}-{d.day}",
    lambda d: f"{d:%Y/%m/%d}",
    lambda d: f"{d:%d/%m/%Y}",
    lambda d: f"{d.day}/{d.month}/{d.year}",
    lambda d: f"{d:%d-%m-%Y}",
    lambda d: f"{d:%d.%m.%Y}",
    lambda d: f"{d:%Y%m%d}",
    lambda d: f"{d:%d-%b-%Y}",
    lambda d: f"{d:%d-%b-%Y}".upper(),
    lambda d: f"{d:%d %B %Y}",
    lambda d: f"{d:%d/%m/%Y} 00:00",
    lambda d: f"{d:%d/%m/%Y} 9:30",
    lambda d: f"{d:%d %B %Y} 09:30:00",
    lambda d: f"{d:%Y-%m-%d}T09:30:00Z",
    lambda d: f" {d:%Y-%m-%d} 09:30:00.000 ",
)


@QUIET
@given(st.lists(st.tuples(DAYS, st.sampled_from(DAY_SPELLINGS)), min_size=20))
def test_a_day_reads_back_whatever_its_spelling(read, days) -> None:
    found = read("date", [spell(day) for day, spell in days])
    assert [clean for clean, _ in found] == [day for day, _ in days]


@QUIET
@given(st.lists(st.dates(date(1927, 6, 1), date(2060, 1, 1)), min_size=20))
def test_a_spreadsheet_day_number_is_its_day(read, days) -> None:
    serials = [(day - date(1899, 12, 30)) // timedelta(days=1) for day in days]
    for spell in (str, lambda n: f"{n}.0", lambda n: f"{n}.375"):
        found = read("date", [spell(serial) for serial in serials])
        assert found == [(day, {"serial_date"}) for day in days]


NOT_IN_THE_CALENDAR = [
    "2023-02-30", "31/04/2023", "31/02/2023", "29/02/2023", "13/13/2023", "2023-13-01", "0/0/2023", "00/00/0000",
    "20230230", "31 Feb 2023", "31-SEP-2023", "02/31/2023", "2023/02/30",
]  # fmt: skip
NO_DAYS = [
    "01/04/23", "1 Apr 23", "2023",
    "April 2023", "2023-04", "202304", "yesterday", "1 Marvellous 2023", "1 Mayor 2023", "99999", "9999",
    "2023-04-01x", "12th April 2023", "2023-04-01 garbage", "1/4/20234", "2023-04-01 25:00:00",
]  # fmt: skip


def test_a_day_that_the_calendar_lacks_is_told_from_what_is_no_date(read) -> None:
    for text, found in zip(NOT_IN_THE_CALENDAR, read("date", NOT_IN_THE_CALENDAR), strict=True):
        assert found == (None, {"no_such_day"}), text
    times = [f"{text} 09:30:15" for text in NOT_IN_THE_CALENDAR]
    for text, found in zip(times, read("timestamp", times), strict=True):
        assert found == (None, {"no_such_day"}), text


def test_what_is_no_day_is_never_guessed(read) -> None:
    for text, found in zip(NO_DAYS, read("date", NO_DAYS), strict=True):
        assert found == (None, {"unreadable"}), text
    for text, (clean, flags) in zip(NO_DAYS, read("timestamp", NO_DAYS), strict=True):
        assert (clean, "unreadable" in flags) == (None, True), text


TIMES = [
    ("2023-05-17T09:30:15", datetime(2023, 5, 17, 9, 30, 15), set()),
    ("2023-05-17 09:30:15", datetime(2023, 5, 17, 9, 30, 15), set()),
    ("2023-05-17T09:30:15.123", datetime(2023, 5, 17, 9, 30, 15), set()),
    ("2023-05-17T09:30:15Z", datetime(2023, 5, 17, 9, 30, 15), set()),
    ("2023-05-17T09:30:15+01:00", datetime(2023, 5, 17, 9, 30, 15), set()),
    ("2023-05-17 09:30", datetime(2023, 5, 17, 9, 30), {"no_seconds"}),
    ("17/05/2023 9:30", datetime(2023, 5, 17, 9, 30), {"no_seconds", "date_respelt"}),
    ("17/05/2023 9:30:05", datetime(2023, 5, 17, 9, 30, 5), {"date_respelt"}),
    ("17-OCT-2023 09:30:05", datetime(2023, 10, 17, 9, 30, 5), {"date_respelt"}),
    ("17 August 2023 09:30:05", datetime(2023, 8, 17, 9, 30, 5), {"date_respelt"}),
    ("2023-05-17", datetime(2023, 5, 17), {"no_seconds"}),
]
NO_TIMES = ["2023-05-17 9", "2023-05-17 24:01:00", "2023-05-17 12:61:00", "2023-05-17 9:30 PM", "09:30:00", "now"]  # fmt: skip


def test_times_of_creation(read) -> None:
    for (text, meaning, flags), found in zip(
        TIMES, read("timestamp", [text for text, *_ in TIMES]), strict=True
    ):
        assert found == (meaning, flags), text
    for text, (clean, flags) in zip(NO_TIMES, read("timestamp", NO_TIMES), strict=True):
        assert (clean, "unreadable" in flags) == (None, True), text


MONTH_NAMES = [
    "April", "may", "JUN", "Jul", "August", "Sept", "october", "Nov", "DEC", "January", "feb", "March",
]  # fmt: skip


def test_months(read) -> None:
    for number, name in enumerate(MONTH_NAMES, start=1):
        texts = [str(number), f"{number:02d}", f"M{number}", f"m{number:02d}", f"{number}.0", name]
        found = read("month", texts)
        assert [clean for clean, _ in found] == [number] * 6, texts
        assert [bool(flags) for _, flags in found] == [False, False, True, True, True, True]


def test_what_is_no_month_is_never_guessed(read) -> None:
    texts = [
        "0", "13", "14", "99", "-1", "1.5", "Q1", "Mayor", "Marvellous", "Decade", "2023-04", "202304",
        "M", "April 2023", "1st", "M012", "one",
    ]  # fmt: skip
    for text, found in zip(texts, read("month", texts), strict=True):
        assert found == (None, {"unreadable"}), text


def test_a_plan_has_months_0_and_13(read) -> None:
    assert [clean for clean, _ in read("plan_month", ["0", "00", "13", "M13", "14"])] == [
        0, 0, 13, 13, None,
    ]  # fmt: skip


YEAR_SPELLINGS = (
    lambda a, b: f"20{a}{b}",
    lambda a, b: f"20{a}-{b}",
    lambda a, b: f"20{a}/{b}",
    lambda a, b: f"20{a} / {b}",
    lambda a, b: f"20{a}–{b}",
    lambda a, b: f"20{a}-20{b}",
    lambda a, b: f"20{a}/20{b}",
    lambda a, b: f"20{a}20{b}",
    lambda a, b: f"{a}/{b}",
    lambda a, b: f"{a}-{b}",
    lambda a, b: f"FY20{a}/{b}",
    lambda a, b: f"FY {a}/{b}",
    lambda a, b: f"fy{a}/{b}",
)


def test_years_in_every_spelling_known(read) -> None:
    years = range(5, 60)
    for number, spell in enumerate(YEAR_SPELLINGS):
        found = read("year", [spell(f"{y:02d}", f"{y + 1:02d}") for y in years])
        assert [clean for clean, _ in found] == [str(FinancialYear(2000 + y)) for y in years]
        assert {tuple(flags) for _, flags in found} == {("year_respelt",) if number else ()}


def test_what_is_no_financial_year_is_never_guessed(read) -> None:
    texts = [
        "2023", "23", "2324", "2023-25", "2023-23", "202325", "24/23", "1999-00", "99/00", "20239924",
        "2-0-2-3-2-4", "2023-4", "FY", "FY23", "2023--24", "20 23 24", "2023-24-25", "April 2023",
        "1923-24", "19/20/21",
    ]  # fmt: skip
    for text, found in zip(texts, read("year", texts), strict=True):
        assert found == (None, {"unreadable"}), text


def test_codes(read) -> None:
    assert read("code", ["NCBPS11B", " ncbps11b ", "NCBPS99Z"], code_list="service_lines") == [
        ("NCBPS11B", set()),
        ("NCBPS11B", {"code_tidied"}),
        ("NCBPS99Z", {"not_in_list"}),
    ]
    found = read(
        "code", ["RKB00", "rkb00", "RKB", "RKB01", "X0000"], code_list="trusts", provider=True
    )
    assert found == [
        ("RKB", {"suffix_removed"}),
        ("RKB", {"suffix_removed", "code_tidied"}),
        ("RKB", set()),
        ("RKB01", {"not_in_list"}),
        ("X00", {"suffix_removed", "not_in_list"}),
    ]  # fmt: skip
    assert read("code", ["WF01B", "WF01B01", "LOCAL"], code_list="hrgs", lengths=(None, 50)) == [
        ("WF01B", set()),
        ("WF01B01", set()),
        ("LOCAL", {"not_in_list"}),
    ]
    assert read("code", ["RKB01", "R", "TBC", "", "\u00a0"], code_list="sites", lengths=(5, 9)) == [
        ("RKB01", set()),
        ("R", {"unreadable", "not_in_list"}),
        (None, {"blank", "placeholder"}),
        (None, {"blank"}),
        (None, {"blank"}),
    ]
    assert read("code", ["ANY", "any"], code_list="a list not loaded") == [
        ("ANY", set()),
        ("ANY", {"code_tidied"}),
    ]


def test_texts_stand_as_they_are(read) -> None:
    found = read("code", ["A text, tbc", " a ", "TBC", "x" * 11], text=True, lengths=(None, 10))
    assert found == [
        ("A text, tbc", {"unreadable"}),
        ("a", set()),
        ("TBC", set()),
        ("x" * 11, {"unreadable"}),
    ]


ANYTHING = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30) | st.text(
    alphabet="0123456789.,()£-+/: TZMFYaprecmbo", max_size=14
)
KINDS = ("gbp", "activity", "integer", "date", "timestamp", "month", "plan_month", "year", "code")


@settings(max_examples=10, derandomize=True, deadline=None)
@given(st.lists(ANYTHING, min_size=1, max_size=60))
def test_no_judgement_ever_raises_and_each_value_has_one_answer(read, texts) -> None:
    for kind in KINDS:
        for clean, flags in read(kind, texts, code_list="sites", lengths=(5, 9)):
            if kind == "code":
                continue
            assert (clean is None) == bool(flags & {"blank", "unreadable"})
            assert not {"blank", "unreadable"} <= flags
