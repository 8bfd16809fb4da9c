"""Flows as tables, figures and sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.urls import reverse

from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind, sorted_rows
from speccomm_web.explore.addresses import page
from speccomm_web.explore.queries.flows import FlowsAnswer
from speccomm_web.explore.questions import FlowsQuestion
from speccomm_web.explore.sight import Place, short_name
from speccomm_web.explore.words import BY, MEASURES, month_words

SHOWN = 40  # rows of a table on the page; its downloads hold every row
OF_A_PROVIDER = ("intra", "imported", "provider_total")
Row = Mapping[str, Any]


def measures_of(place: Place) -> dict[str, str]:
    """The measures that say something of a place, with their words."""
    if place.is_provider:
        words = ("Patients of its own ICB", "Patients from elsewhere", "All")
        return dict(zip(OF_A_PROVIDER, words, strict=True))
    return dict(MEASURES)


def headline(place: Place, question: FlowsQuestion, totals: Row) -> list[dict[str, str]]:
    """The totals, each leading to its receipt."""
    return [
        {
            "key": words,
            "value": units(totals[name]),
            "link": receipt_address(question, name),
        }
        for name, words in measures_of(place).items()
    ]


def units(value: Decimal | int | None) -> str:
    """An amount of activity: whole where it is whole."""
    if value is None:
        return formats.NO_VALUE
    whole = value == int(value)
    return formats.whole(value) if whole else formats.decimal(value)


def flows_table(
    place: Place,
    question: FlowsQuestion,
    answer: FlowsAnswer,
    *,
    by: str,
    sort: str,
    whole: bool = False,
) -> DataTable:
    """The flows split as asked. On a page it holds the first rows; `whole` holds every one."""
    columns = flow_columns(place, by, answer.rows)
    rows = [with_words(row, by) for row in answer.rows]
    if not sort and by not in {"month", "crg"}:
        rows.sort(key=lambda row: row["grand_total"], reverse=True)
    ordered = sorted_rows(rows, columns, sort)
    count = len(ordered)
    said = f"Activity by {BY[by][0].lower() + BY[by][1:]}"
    if not whole and count > SHOWN:
        said += f": {SHOWN} of {count} rows, the downloads hold all"
    shown = ordered if whole else ordered[:SHOWN]
    return DataTable(
        name="flows",
        caption=said,
        columns=columns,
        rows=shown,
        header_key=f"{by}_code",
        links=flow_links(place, question, by),
        sorted_by=sort,
        downloads=downloads(question, "flows", by=by),
        empty="No activity fits these filters.",
    )


def with_words(row: Row, by: str) -> dict[str, Any]:
    """A row whose names are short and whose month is in words."""
    said = dict(row)
    if by == "month":
        said["month_code"] = row["month"]
        said["month_name"] = month_words(row["month"])
    if said.get(f"{by}_name"):
        said[f"{by}_name"] = short_name(said[f"{by}_name"])
    return said


def flow_columns(place: Place, by: str, rows: Sequence[Row]) -> tuple[Column, ...]:
    """The code and name of what flows are split by, and the measures."""
    kind = Kind.COUNT if all_whole(rows) else Kind.DECIMAL
    named = () if by == "pod" else (Column(f"{by}_name", "Name", none="No name", sortable=True),)
    measures = tuple(
        Column(name, words, kind, unit="units", sortable=True)
        for name, words in measures_of(place).items()
    )
    return (Column(f"{by}_code", "Code", Kind.CODE, sortable=True), *named, *measures)


def all_whole(rows: Sequence[Row]) -> bool:
    """Whether every amount of some rows is whole."""
    return all(
        value == int(value)
        for row in rows
        for name, value in row.items()
        if name in MEASURES and value is not None
    )


def flow_links(
    place: Place, question: FlowsQuestion, by: str
) -> dict[str, Callable[[Mapping[str, Any]], str]]:
    """Each figure to its receipt, and each code to the flows of it alone."""

    def narrowed(row: Mapping[str, Any]) -> FlowsQuestion:
        if by == "month":
            return question.narrowed(from_month=row["month"], to_month=row["month"])
        return question.narrowed(**{by: row[f"{by}_code"]})

    deeper = {"crg": "service", "service": "provider", "provider": "icb"}.get(by, "month")
    links: dict[str, Callable[[Mapping[str, Any]], str]] = {
        f"{by}_code": lambda row: narrowed(row).address(page("flows"), by=deeper)
    }
    for name in measures_of(place):
        links[name] = lambda row, name=name: receipt_address(narrowed(row), name)  # type: ignore[misc]
    return links


def receipt_address(question: FlowsQuestion, measure: str) -> str:
    """The receipt of one figure."""
    return question.address(page("receipt"), measure=measure)


def downloads(question: FlowsQuestion, name: str, **more: str) -> dict[str, str]:
    """A table of the page as files."""
    return {
        kind.upper(): question.address(reverse("explore:flows_download", args=[name, kind]), **more)
        for kind in ("csv", "xlsx")
    }


def trend_table(place: Place, question: FlowsQuestion, rows: Sequence[Row]) -> DataTable:
    """The months, as the chart draws them."""
    return DataTable(
        name="trend",
        caption="Activity by month",
        columns=flow_columns(place, "month", rows),
        rows=[with_words(row, "month") for row in rows],
        header_key="month_code",
        links=flow_links(place, question, "month"),
        downloads=downloads(question, "trend"),
    )


def findings_table(findings: Sequence[Row]) -> DataTable:
    """What a reader must know of the figures."""
    rows = [
        {"sentence": found["sentence"], "remedy": found["remedy"], "check": found["check_id"]}
        for found in findings
    ]
    return DataTable(
        name="findings",
        caption="What to know about these figures",
        columns=(
            Column("sentence", "What was found"),
            Column("remedy", "What to do"),
            Column("check", "Check", Kind.CODE),
        ),
        rows=rows[:SHOWN],
        empty="Nothing was found that a reader must know.",
    )


def filter_words(place: Place, question: FlowsQuestion, names: Mapping[str, Any]) -> str:
    """The question in a line, for the head of the page."""
    said = [place.words]
    for name in ("provider", "service", "crg", "icb", "pod"):
        code = getattr(question, name)
        if code:
            named = short_name(names.get(name, {}).get(code, "") or code)
            said.append(f"patients of {named}" if name == "icb" else named)
    first, last = month_words(question.from_month), month_words(question.to_month)
    said.append(first if first == last else f"{first} to {last}")
    return ", ".join(said)


def without_links(table: DataTable) -> DataTable:
    """A table that leads nowhere, for where its links stand already."""
    return replace(table, links={})
