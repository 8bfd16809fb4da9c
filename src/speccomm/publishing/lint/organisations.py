"""Codes of organisations, sites and services against the reference data of the table's period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from speccomm.foundation.errors import nearest_name
from speccomm.publishing.lint.codes import CodeBook, Ending
from speccomm.publishing.lint.description import Kind, Period
from speccomm.publishing.lint.findings import Found, NotChecked, found
from speccomm.publishing.lint.grid import Row, folded
from speccomm.publishing.lint.table import DescribedTable
from speccomm.publishing.lint.values import read_financial_year
from speccomm.publishing.wording import say_list

CODED = (Kind.PROVIDER, Kind.COMMISSIONER, Kind.SITE, Kind.SERVICE_CODE)


def check_codes(table: DescribedTable, book: CodeBook) -> Iterator[Found | NotChecked]:
    """Every code and published name of the table; what no reference table can judge is said."""
    for name, spec in table.columns(*CODED, Kind.SERVICE_NAME):
        if spec.kind is Kind.SERVICE_NAME:
            if spec.in_reference:
                yield from _check_service_names(table, name, book)
        elif table.spec.period is None:
            why = "the description gives no period"
            yield NotChecked(f"codes in {name}", why, table.id)
        elif spec.kind is Kind.SERVICE_CODE:
            yield from _check_service_codes(table, name, table.spec.period, book)
        else:
            yield from _check_places(table, name, spec.kind, table.spec.period, book)


def _check_places(
    table: DescribedTable, name: str, kind: Kind, period: Period, book: CodeBook
) -> Iterator[Found]:
    on = table.spec.organisations_on
    first = on or period.first.from_date
    last = on + timedelta(days=1) if on else period.last.to_date
    for row, code in _codes(table, name):
        if kind is Kind.PROVIDER:
            known, ending = book.knows_provider(code), book.provider_ended(code, first)
        elif kind is Kind.SITE:
            known, ending = code in book.sites, book.site_ended(code, first)
        else:
            known = book.knows_commissioner(code, first)
            ending = book.commissioner_ended(code, first)
        cell, where = table.address(row, name), table.where(row, name)
        opened = book.provider_opened(code) if kind is Kind.PROVIDER else None
        if not known and ending is None:
            unknown = "LINT-421" if kind is Kind.SITE else "LINT-404"
            yield found(unknown, table.id, cell, where=where, code=code)
        elif ending is not None:
            yield _ended(table, row, name, code, ending, period, book)
        elif opened is not None and opened >= last:
            yield found(
                "LINT-403",
                table.id,
                cell,
                where=where,
                code=code,
                name=_bracketed(book.provider_name(code)),
                opened=_say_day(opened),
                period=_say_period(table, period),
            )


def _ended(
    table: DescribedTable,
    row: Row,
    name: str,
    code: str,
    ending: Ending,
    period: Period,
    book: CodeBook,
) -> Found:
    values = {
        "where": table.where(row, name),
        "code": code,
        "name": _bracketed(ending.name),
        "ended": _say_day(ending.on),
        "period": _say_period(table, period),
    }
    cell = table.address(row, name)
    if table.kind(name) is Kind.SITE:
        return found("LINT-422", table.id, cell, **values)
    if not ending.successors:
        return found("LINT-402", table.id, cell, **values)
    return found(
        "LINT-401",
        table.id,
        cell,
        **values,
        successor=book.successor_name(ending),
        successor_code=ending.current if ending.current != code else ending.successors[0],
        more=_also_listed(table, name, ending),
    )


def _also_listed(table: DescribedTable, name: str, ending: Ending) -> str:
    """That the successor has a row too, so that one organisation stands in the table twice."""
    rows = [row for row, code in _codes(table, name) if code == ending.current]
    if not rows:
        return ""
    numbers = say_list([str(row.number) for row in rows])
    return f" {ending.current} is in row {numbers} as well, so one organisation is listed twice."


def _check_service_codes(
    table: DescribedTable, name: str, period: Period, book: CodeBook
) -> Iterator[Found | NotChecked]:
    year_columns = [column for column, _ in table.columns(Kind.YEAR)]
    for row, code in _codes(table, name):
        own = [read_financial_year(table.text(row, column)) for column in year_columns]
        years = [year for year in own if year] or list(period.years)
        listed = [year for year in years if year in book.service_years]
        cell, where = table.address(row, name), table.where(row, name)
        if code not in book.service_codes:
            nearest = nearest_name(code, list(book.service_codes))
            hint = f" The nearest is {nearest}, {book.service_codes[nearest]}." if nearest else ""
            yield found("LINT-411", table.id, cell, where=where, code=code, hint=hint)
        elif len(listed) < len(years):
            absent = say_list([year for year in years if year not in listed])
            why = f"no list of service lines is held for {absent}"
            yield NotChecked(f"whether codes in {name} were valid in the year", why, table.id)
        elif not any(_in_list(book, year, code) for year in years):
            assumed = any(_is_assumed(book, year) for year in years)
            yield found(
                "LINT-414" if assumed else "LINT-412",
                table.id,
                cell,
                where=where,
                code=code,
                years=say_list(years),
            )


def _in_list(book: CodeBook, year: str, code: str) -> bool:
    row = book.service_years[year].get(code)
    return bool(row and row["in_list"])


def _is_assumed(book: CodeBook, year: str) -> bool:
    return any(row["assumed"] for row in book.service_years[year].values())


def _check_service_names(table: DescribedTable, name: str, book: CodeBook) -> Iterator[Found]:
    for row in table.data_rows:
        text = table.text(row, name)
        if not text or not table.is_legible(row, name) or folded(text) in book.service_names:
            continue
        if folded(text) in table.rules.unknown_words:
            continue
        nearest = nearest_name(text, list(book.service_names))
        known = book.service_names.get(folded(nearest)) if nearest else None
        hint = f" The nearest is “{book.service_codes[known]}”." if known else ""
        yield found(
            "LINT-413",
            table.id,
            table.address(row, name),
            where=table.where(row, name),
            name=text,
            hint=hint,
        )


def _codes(table: DescribedTable, name: str) -> Iterator[tuple[Row, str]]:
    """The codes of a column in capitals; blanks and words for unknown are other checks' matter."""
    for row in table.data_rows:
        code = table.code(row, name)
        if code and folded(code) not in table.rules.unknown_words:
            yield row, code.upper()


def _say_period(table: DescribedTable, period: Period) -> str:
    on = table.spec.organisations_on
    if on:
        return f"{_say_day(on)}, whose organisations the table is drawn on"
    return f"the months of the table ({period})"


def _bracketed(name: str) -> str:
    return f" ({name})" if name else ""


def _say_day(day: date) -> str:
    return f"{day:%-d %B %Y}"
