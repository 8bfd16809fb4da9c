"""A receipt as a summary and a table of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speccomm_web.design import formats
from speccomm_web.design.tables import Column, DataTable, Kind
from speccomm_web.explore.presenters.flows import filter_words, measures_of, units
from speccomm_web.explore.queries.receipts import Receipt
from speccomm_web.explore.questions import ContractQuestion, FlowsQuestion
from speccomm_web.explore.sight import Place

DIRECTLY = "Added up from the rows"
EFFECT = (
    "Worked out line by line from plan and actual, as the rulebook says, and added up: "
    "the six effects add up to the variance"
)
MADE = {
    "Variance": "Actual less plan, wherever anything was sent",
    "Volume": EFFECT,
    "Mix": EFFECT,
    "Price": EFFECT,
    "Not planned": EFFECT,
    "Not activity": EFFECT,
    "Market forces": EFFECT,
    "Year end, straight on": "Actual to date, divided by its months and taken twelve times; "
    "fixed elements as the rulebook says",
    "Year end, along the plan": "Actual to date, taken on as the plan of the year runs; "
    "fixed elements as the rulebook says",
}


def flows_receipt(
    place: Place,
    question: FlowsQuestion,
    receipt: Receipt,
    *,
    measure: str,
    names: Mapping[str, Any],
) -> dict[str, Any]:
    """A receipt of the flows, for its page."""
    figure = measures_of(place).get(measure, measure)
    value = f"{units(receipt.value)} units of activity"
    return {
        "figure": f"{figure}: {value}",
        "asked": filter_words(place, question, names),
        "agrees": receipt.agrees,
        "shown": value,
        "again": f"{units(receipt.recounted)} units",
        "summary": [
            {"key": "Rows counted", "value": formats.whole(receipt.rows)},
            {"key": "Rows that state no amount", "value": formats.whole(receipt.unstated)},
            *common(receipt),
        ],
        "tests": tests_table(receipt),
        "files": files_table(receipt),
    }


def common(receipt: Receipt) -> list[dict[str, str]]:
    """What every receipt says."""
    stood = [] if receipt.as_at is None else [receipt.as_at]
    return [
        {"key": "Store version", "value": str(receipt.store_version)},
        *({"key": "As it stood", "value": formats.moment(at)} for at in stood),
        {"key": "Map of organisations", "value": formats.day(receipt.map_date)},
        {"key": "Rulebooks", "value": ", ".join(receipt.rulebooks)},
    ]


def tests_table(receipt: Receipt) -> DataTable:
    """The filter, a condition in each row; all of them hold of every row counted."""
    return DataTable(
        name="filter",
        caption="The filter: every row counted meets all of these",
        columns=(Column("column", "Column"), Column("test", "Condition")),
        rows=[{"column": column, "test": test} for column, test in receipt.tests],
        header_key="column",
    )


def files_table(receipt: Receipt) -> DataTable:
    """The files whose rows were counted."""
    return DataTable(
        name="files",
        caption="The files that the rows came in",
        columns=(
            Column("file_name", "File"),
            Column("dataset", "Data set", Kind.CODE),
            Column("row_count", "Rows counted", Kind.COUNT),
            Column("accepted_rows", "Rows accepted", Kind.COUNT, none="Not recorded"),
            Column("received_at", "Received", Kind.MOMENT, none="Not recorded"),
            Column("load_id", "Load", Kind.CODE),
            Column("sha256", "SHA-256", none="Not recorded"),
        ),
        rows=receipt.files,
        header_key="file_name",
        empty="No row of the store fits the filter, so the figure is zero.",
    )


def contract_receipt(
    place: Place, question: ContractQuestion, receipt: Receipt, *, words: str
) -> dict[str, Any]:
    """A receipt of the contract position, for its page."""
    value = formats.pounds(receipt.value, pence=True)
    return {
        "figure": f"{words}: {value}",
        "asked": contract_words(place, question),
        "agrees": receipt.agrees,
        "shown": value,
        "again": formats.pounds(receipt.recounted, pence=True),
        "summary": [
            {"key": "Rows counted", "value": formats.whole(receipt.rows)},
            {"key": "How it is made", "value": MADE.get(words, DIRECTLY)},
            *common(receipt),
        ],
        "tests": tests_table(receipt),
        "files": files_table(receipt),
    }


def contract_words(place: Place, question: ContractQuestion) -> str:
    """The question in a line."""
    said = [place.words, *filter(None, (question.provider, question.service))]
    return ", ".join([*said, f"financial year {question.year} to month {question.month}"])
