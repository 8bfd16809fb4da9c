"""What a person writes on the command line, read into the library's own values."""

from __future__ import annotations

import argparse
import re
from datetime import date, datetime
from pathlib import Path

from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import MONTHS_IN_YEAR, FinancialMonth, FinancialYear

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")


class NotAValue(Refusal):
    """A text that is not the date, time, number or code the option asks for."""


def instant(text: str) -> datetime:
    """A time with its zone. Raises NotAValue for one without, which would mean two moments."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise NotAValue(
            f"{text!r} is not a time. Write it as 2024-01-31T09:00:00Z or with an offset."
        ) from problem
    if moment.tzinfo is None:
        raise NotAValue(f"{text!r} does not say its time zone. Add Z or an offset such as +01:00.")
    return moment


def day(text: str) -> date:
    """A calendar date, 2024-04-01. Raises NotAValue otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise NotAValue(f"{text!r} is not a date. Write it as 2024-04-01.") from problem


def calendar_month(text: str) -> FinancialMonth:
    """A calendar month, 2023-04. Raises NotAPeriod otherwise."""
    return FinancialMonth.parse_calendar(text)


def financial_year(text: str) -> FinancialYear:
    """A financial year, 2023-24. Raises NotAPeriod otherwise."""
    return FinancialYear.parse(text)


def financial_month_number(text: str) -> int:
    """1 for April to 12 for March. Raises NotAValue otherwise."""
    if not text.isdecimal() or not 1 <= int(text) <= MONTHS_IN_YEAR:
        raise NotAValue(f"{text!r} is not a financial month. April is 1 and March is 12.")
    return int(text)


def plan_month_number(text: str) -> int:
    """0 to 13: plans may hold money outside the twelve months. Raises NotAValue otherwise."""
    if text in {"0", "13"}:
        return int(text)
    return financial_month_number(text)


def code(text: str) -> str:
    """An organisation or service code in capitals. Raises NotAValue for anything else."""
    if not CODE.fullmatch(text):
        raise NotAValue(f"{text!r} is not a code: it should be letters and digits, such as QWU.")
    return text.upper()


def names(text: str) -> tuple[str, ...]:
    """Names between commas, in the order given, without repeats."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def positive_number(text: str) -> float:
    """A number above zero. Raises NotAValue otherwise."""
    try:
        number = float(text)
    except ValueError as problem:
        raise NotAValue(f"{text!r} is not a number.") from problem
    if not 0 < number < float("inf"):
        raise NotAValue(f"{text!r} is not above zero.")
    return number


def positive_integer(text: str) -> int:
    """A whole number above zero. Raises NotAValue otherwise."""
    if not text.isdecimal() or int(text) == 0:
        raise NotAValue(f"{text!r} is not a whole number above zero.")
    return int(text)


def version(text: str) -> int:
    """The number of a version of the store, 0 or above. Raises NotAValue otherwise."""
    if not text.isdecimal():
        raise NotAValue(f"{text!r} is not the number of a version of the store, such as 12.")
    return int(text)


def existing_file(text: str) -> Path:
    """A path that names a file. Raises NotAValue otherwise."""
    path = Path(text)
    if path.is_dir():
        raise NotAValue(f"{text} is a folder; a file is needed.")
    if not path.exists():
        raise NotAValue(f"There is no file {text}.")
    return path


def existing_folder(text: str) -> Path:
    """A path that names a folder. Raises NotAValue otherwise."""
    path = Path(text)
    if not path.is_dir():
        raise NotAValue(f"There is no folder {text}.")
    return path


def add_period(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """--from and --to, both calendar months and both included."""
    parser.add_argument(
        "--from", dest="from_month", metavar="YEAR-MONTH", type=calendar_month, required=required,
        help="first month, such as 2023-04",
    )  # fmt: skip
    parser.add_argument(
        "--to", dest="to_month", metavar="YEAR-MONTH", type=calendar_month, required=required,
        help="last month, included, such as 2023-12",
    )  # fmt: skip


def add_reading(parser: argparse.ArgumentParser) -> None:
    """--as-at, for every command that reads the store."""
    parser.add_argument(
        "--as-at", metavar="T", type=instant,
        help="answer as the store stood at this time (ISO 8601 with zone); default now",
    )  # fmt: skip


def add_map(parser: argparse.ArgumentParser) -> None:
    """--reference and --map-date, for every command that resolves organisations."""
    parser.add_argument(
        "--reference", metavar="DIR", type=existing_folder,
        help="folder of reference files; default the tables speccomm ships",
    )  # fmt: skip
    parser.add_argument(
        "--map-date", metavar="DATE", type=day,
        help="the date whose map of organisations the answer is drawn on",
    )  # fmt: skip


def add_engine(parser: argparse.ArgumentParser) -> None:
    """--memory-mib and --threads, for every command that opens the engine."""
    parser.add_argument(
        "--memory-mib", metavar="N", type=positive_integer, default=2048,
        help="memory the engine may hold before it spills to disk (default %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--threads", metavar="N", type=positive_integer,
        help="threads the engine may use (default: one for each core)",
    )  # fmt: skip


def add_format(parser: argparse.ArgumentParser) -> None:
    """--format, for every command that answers with a table."""
    parser.add_argument(
        "--format", choices=("table", "csv", "json"), default="table",
        help="table for people (the default), csv or json for programs",
    )  # fmt: skip


def add_run(parser: argparse.ArgumentParser) -> None:
    """--run, for every command that answers."""
    parser.add_argument(
        "--run", metavar="DIR", type=Path,
        help="leave a run folder here: tables, findings and how they were made",
    )  # fmt: skip
