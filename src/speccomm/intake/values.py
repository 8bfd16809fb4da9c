"""Judge cell values: what each stands for, and what is to be said of it.

A column holds few different values, so each different value is judged once and its rows follow.
Every judgement is an Ibis expression over a table (position, value) and gives, for each value, its
meaning (`clean`, null where it is blank or cannot be read) and one flag column for each thing that
may be said of it. All flag columns are never null.

What several expressions need is a column of its own before them (`mutate`): compiled with selects
kept apart, the engine then works it out once. Written into each of them, the question for a date
ran to 76,000 characters and took longer to plan than to answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

NO = False  # what a missing answer counts as

FLAGS = (
    "suffix_removed",
    "year_respelt",
    "code_tidied",
    "number_tidied",
    "date_respelt",
    "serial_date",
    "placeholder",
    "rounded",
    "blank",
    "unreadable",
    "no_such_day",
    "no_seconds",
    "not_in_list",
)
"""Things that may be said of a value; each leads to one check (`FLAG_CHECKS`)."""

FLAG_CHECKS: Mapping[str, str] = {
    "suffix_removed": "CHK-N01",
    "year_respelt": "CHK-N02",
    "code_tidied": "CHK-N03",
    "number_tidied": "CHK-N04",
    "date_respelt": "CHK-N05",
    "serial_date": "CHK-N06",
    "placeholder": "CHK-N07",
    "rounded": "CHK-N10",
    "blank": "CHK-F01",
    "unreadable": "CHK-F02",
    "no_such_day": "CHK-F02D",
    "no_seconds": "CHK-F05",
    "not_in_list": "CHK-F03",
}

VALUES_SCHEMA = ibis.schema({"position": "int64", "value": "string"})
CODES_SCHEMA = ibis.schema(
    {
        "position": "int64",
        "value": "string",
        "code_list": "string",
        "min_length": "int32",
        "max_length": "int32",
        "is_provider": "boolean",
        "is_text": "boolean",
    }
)
ALLOWED_SCHEMA = ibis.schema({"code_list": "string", "code": "string"})

HRG_LENGTH = 5
PROVIDER_WITH_SUFFIX = 5
SERIAL_DAY_ZERO = "1899-12-30"
MONTH_NAMES = (
    ("jan", "january"),
    ("feb", "february"),
    ("mar", "march"),
    ("apr", "april"),
    ("may",),
    ("jun", "june"),
    ("jul", "july"),
    ("aug", "august"),
    ("sep", "sept", "september"),
    ("oct", "october"),
    ("nov", "november"),
    ("dec", "december"),
)
_DIGITS = r"(?:(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+)"
NUMBER = rf"^(?:[-+]? ?£? ?{_DIGITS}|£ ?[-+]{_DIGITS}|\( ?£? ?{_DIGITS} ?\)|£ ?\({_DIGITS}\)|£? ?{_DIGITS}-)$"
TIME = (
    r"[T ]((?:[01]?[0-9]|2[0-3]):[0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]+)?)?"
    r"(?:Z|[-+][0-9]{2}:?[0-9]{2})?$"
)
LONG_YEAR = r"^(?:FY)? *20([0-9]{2}) *[-/–]? *(?:20)?([0-9]{2})$"
SHORT_YEAR = r"^(?:FY)? *([0-9]{2}) *[-/–] *([0-9]{2})$"


def judged_numbers(
    values: ir.Table, *, scale: int, largest: int, missing_words: list[str]
) -> ir.Table:
    """Numbers with `scale` decimals: brackets or a trailing minus mean negative.

    Commas or spaces are read only between groups of three digits. A number further from nothing
    than `largest` is not read: no line is so large, so it is something else.

    Shape:   one row for each row in, in no order: position, clean decimal(18, scale) and flags.
    Missing: clean is null for blanks, placeholders and what is no number; flags tell them apart.
    """
    cells = _words(values, missing_words)
    number = cells.text.re_search(NUMBER)
    cells = cells.mutate(
        digits=number.ifelse(cells.text.re_replace(r"[^0-9.]", ""), ibis.null("string")),
        negative=cells.text.contains("-") | cells.text.contains("("),
    )
    cells = cells.mutate(size=cells.digits.try_cast(f"decimal(18, {scale})"))
    cells = cells.mutate(readable=(cells.size <= largest).fill_null(NO))
    decimals = cells.digits.re_extract(r"\.([0-9]*?)0*$", 1).length()
    return _judged(
        cells,
        clean=ibis.cases(
            (cells.readable & cells.negative, -cells.size), (cells.readable, cells.size)
        ).cast(f"decimal(18, {scale})"),
        unreadable=~cells.blank & ~cells.readable,
        number_tidied=cells.readable & ~cells.value.re_search(r"^[-+]?[0-9]*\.?[0-9]*$"),
        rounded=cells.readable & (decimals > scale),
    )


def judged_whole_numbers(values: ir.Table, *, missing_words: list[str]) -> ir.Table:
    """Whole numbers; 5.0 is one. Same shape as `judged_numbers`, clean int32."""
    cells = _words(values, missing_words)
    cells = cells.mutate(digits=cells.text.re_replace(r"\.0+$", ""))
    whole = cells.digits.re_search(r"^-?[0-9]{1,9}$")
    cells = cells.mutate(
        clean=whole.ifelse(cells.digits, ibis.null("string")).try_cast("int32"),
    )
    return _judged(cells, clean=cells.clean, unreadable=~cells.blank & cells.clean.isnull())


def judged_dates(values: ir.Table, *, missing_words: list[str]) -> ir.Table:
    """Dates in the spellings seen: ISO, day first, month by name, eight digits, spreadsheet serial.

    A two-figure year is not read, as its century is not known. A time after the date is dropped.
    What is spelt as a date and is none (31 February, month 13) is told apart from what is not.
    Same shape as `judged_numbers`, clean date.
    """
    cells = _words(values, missing_words)
    cells = _with_iso(cells.mutate(day=cells.text.re_replace(TIME, "")))
    cells = cells.mutate(serial=cells.day.re_search(r"^[1-6][0-9]{4}(\.[0-9]+)?$"))
    days = cells.serial.ifelse(cells.day.re_extract(r"^([0-9]{5})", 1), "0").cast("int32")
    from_serial = ibis.literal(SERIAL_DAY_ZERO).cast("date") + days.as_interval("D")
    cells = cells.mutate(
        # A day plus an interval is a time to the engine, whatever its declared type.
        clean=cells.serial.ifelse(
            from_serial.cast("timestamp").cast("date"), cells.iso.try_cast("date")
        )
    )
    read = cells.clean.notnull()
    iso_text = cells.text.re_search(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}")
    spelt = cells.iso != ""
    return _judged(
        cells,
        clean=cells.clean,
        unreadable=~cells.blank & ~read & ~spelt,
        no_such_day=~cells.blank & ~read & spelt,
        serial_date=cells.serial & read,
        date_respelt=~cells.serial & read & ~iso_text,
    )


def judged_timestamps(values: ir.Table, *, missing_words: list[str]) -> ir.Table:
    """Dates with a time. Without seconds they are read and flagged; clean timestamp."""
    cells = _words(values, missing_words)
    cells = _with_iso(
        cells.mutate(
            day=cells.text.re_replace(TIME, ""),
            time=cells.text.re_extract(TIME, 1),
            seconds=cells.text.re_extract(TIME, 2),
        )
    )
    cells = cells.mutate(
        clean=cells.iso.nullif("")
        .concat(" ", (cells.time == "").ifelse("00:00", cells.time.lpad(5, "0")), ":")
        .concat((cells.seconds == "").ifelse("00", cells.seconds))
        .try_cast("timestamp")
    )
    read = cells.clean.notnull()
    spelt = cells.iso != ""
    return _judged(
        cells,
        clean=cells.clean,
        unreadable=~cells.blank & ~read & ~spelt,
        no_such_day=~cells.blank & ~read & spelt,
        no_seconds=read & (cells.seconds == ""),
        date_respelt=read & ~cells.text.re_search(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    )


def judged_months(values: ir.Table, *, plan: bool, missing_words: list[str]) -> ir.Table:
    """Financial months 1 to 12, in a plan also 0 and 13. M1, 01 and month names are read too."""
    cells = _words(values, missing_words)
    cells = cells.mutate(
        digits=cells.text.re_extract(r"^[Mm]?(0?[0-9]|1[0-9])(\.0+)?$", 1),
        word=cells.text.lower(),
    )
    number = (cells.digits == "").ifelse(ibis.null("string"), cells.digits).try_cast("int8")
    named = ibis.cases(
        *((cells.word.isin(names), (index - 3) % 12 + 1) for index, names in enumerate(MONTH_NAMES))
    ).cast("int8")
    cells = cells.mutate(month=ibis.coalesce(number, named))
    lowest, highest = (0, 13) if plan else (1, 12)
    held = cells.month.between(lowest, highest)
    cells = cells.mutate(clean=held.ifelse(cells.month, ibis.null("int8")))
    return _judged(
        cells,
        clean=cells.clean,
        unreadable=~cells.blank & cells.clean.isnull(),
        number_tidied=cells.clean.notnull() & ~cells.text.re_search(r"^[0-9]{1,2}$"),
    )


def judged_years(values: ir.Table, *, missing_words: list[str]) -> ir.Table:
    """Financial years, written 2023-24 when clean, read from 202324, 2023/24, 23/24 and the like."""
    cells = _words(values, missing_words)
    upper = cells.text.upper()
    # A bare 2021 may be a calendar year: without a mark between, two and two are not read.
    start, end = (
        ibis.coalesce(
            upper.re_extract(LONG_YEAR, part).nullif(""),
            upper.re_extract(SHORT_YEAR, part).nullif(""),
        )
        for part in (1, 2)
    )
    cells = cells.mutate(start=start, end=end)
    follows = cells.start.try_cast("int32") + 1 == cells.end.try_cast("int32")
    written = ibis.literal("20").concat(cells.start, "-", cells.end)
    cells = cells.mutate(clean=follows.fill_null(NO).ifelse(written, ibis.null("string")))
    return _judged(
        cells,
        clean=cells.clean,
        unreadable=~cells.blank & cells.clean.isnull(),
        year_respelt=cells.clean.notnull() & ~cells.text.re_search(r"^20[0-9]{4}$"),
    )


def judged_codes(values: ir.Table, allowed: ir.Table, *, missing_words: list[str]) -> ir.Table:
    """Codes in capitals, checked against their list and length; texts as they stand, trimmed.

    A provider code of five characters that ends in 00 loses them. A tariff code is looked up by
    its first five characters. A code list that holds nothing (its table is not loaded) is not
    checked. Same shape as `judged_numbers`, clean text.
    """
    cells = _words(values, missing_words)
    text = cells.text
    cells = cells.mutate(
        blank=cells.is_text.ifelse(text == "", cells.blank),
        placeholder=~cells.is_text & cells.placeholder,
        upper=cells.is_text.ifelse(text, text.upper()),
    )
    upper = cells.upper
    suffixed = cells.is_provider & upper.endswith("00") & (upper.length() == PROVIDER_WITH_SUFFIX)
    cells = cells.mutate(suffixed=suffixed)
    short = cells.upper.substr(0, PROVIDER_WITH_SUFFIX - 2)
    judged = cells.mutate(clean=cells.suffixed.ifelse(short, cells.upper))
    key = (judged.code_list == "hrgs").ifelse(judged.clean.substr(0, HRG_LENGTH), judged.clean)
    judged = judged.mutate(key=key)
    loaded = allowed.select("code_list").distinct().select(loaded_list="code_list")
    listed = allowed.select(listed_in="code_list", listed_code="code")
    judged = judged.left_join(loaded, judged.code_list == loaded.loaded_list)
    judged = judged.left_join(
        listed, (judged.code_list == listed.listed_in) & (judged.key == listed.listed_code)
    )
    length = judged.clean.length()
    wrong_length = (length < judged.min_length.fill_null(0)) | (
        length > judged.max_length.fill_null(2**31 - 1)
    )
    known = judged.listed_code.notnull()
    return _judged(
        judged,
        clean=judged.blank.ifelse(ibis.null("string"), judged.clean),
        unreadable=~judged.blank & wrong_length & ~known,
        not_in_list=~judged.blank & judged.loaded_list.notnull() & ~known,
        suffix_removed=judged.suffixed,
        code_tidied=~judged.is_text & ~judged.blank & (judged.upper != judged.value),
    )


def _words(values: ir.Table, missing_words: list[str]) -> ir.Table:
    """The values with `text`, which is what was meant, and whether it is blank or a placeholder."""
    cells = values.mutate(text=values.value.replace("\u00a0", " ").strip())
    cells = cells.mutate(placeholder=cells.text.upper().isin(missing_words))
    return cells.mutate(blank=(cells.text == "") | cells.placeholder)


def _with_iso(cells: ir.Table) -> ir.Table:
    """Add `iso`: the text of `day` as year-month-day where it is spelt in a way we read, else empty."""
    day_first = r"^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})$"
    by_name = r"^([0-9]{1,2})[ -]([A-Za-z]+)[ -]([0-9]{4})$"
    cells = cells.mutate(month_name=cells.day.lower().re_extract(by_name, 2))
    named = cells.month_name
    cells = cells.mutate(
        month_number=ibis.cases(
            *((named.isin(names), str(index)) for index, names in enumerate(MONTH_NAMES, start=1)),
            else_="",
        )
    )
    day, month = cells.day, cells.month_number
    iso = ibis.cases(
        (day.re_search(r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$"), day),
        (
            day.re_search(r"^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$"),
            day.replace("/", "-"),
        ),
        (
            day.re_search(day_first),
            day.re_extract(day_first, 3).concat(
                "-", day.re_extract(day_first, 2), "-", day.re_extract(day_first, 1)
            ),
        ),
        (
            day.re_search(r"^(19|20)[0-9]{6}$"),
            day.substr(0, 4).concat("-", day.substr(4, 2), "-", day.substr(6, 2)),
        ),
        (
            month != "",
            day.re_extract(by_name, 3).concat("-", month, "-", day.re_extract(by_name, 1)),
        ),
        else_="",
    )
    return cells.mutate(iso=iso)


def _judged(cells: ir.Table, *, clean: ir.Value, **flags: Any) -> ir.Table:
    flags |= {"blank": cells.blank, "placeholder": cells.placeholder}
    said = {name: flags[name].fill_null(NO) if name in flags else NO for name in FLAGS}
    return cells.select("position", clean=clean, **said)
