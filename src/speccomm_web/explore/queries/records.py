"""Single rows of a slice that the viewer may see, and why each is whose. Never by a patient.

A row is known by its slice (data set, provider, month), its file and its row number. Whoever pays
sees the rows whose patients live in their area, or whose commissioner, as sent or as derived, is
theirs; a provider sees what it sent. What could point to a person is never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from speccomm.assignment.contract_explain import explain_contract_row
from speccomm.assignment.contract_rules import read_contract_rules
from speccomm.assignment.tables import CONTRACT_ROW
from speccomm.foundation.errors import Refusal
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.flows import last_day
from speccomm_web.explore.cutting import area_of, within
from speccomm_web.explore.figures import stored_rows
from speccomm_web.explore.queries.opening import Opened

__all__ = ["DATASETS", "Refusal", "Slice", "Walk", "rows_of", "walk_of"]

DATASETS = {
    "plcm": "Patient level",
    "drplcm": "Drugs",
    "deplcm": "Devices",
    "acm": "Aggregate",
}
SHOWN = (
    "file_name",
    "row_number",
    "service_code",
    "pod_code",
    "commissioner_code",
    "patient_commissioner_code",
    "derived_commissioner_code",
    "derived_category_code",
    "reason_code",
)
ON_A_PAGE = 50


@dataclass(frozen=True)
class Slice:
    """One provider's rows of a data set in a month (2023-04), and which of them are asked for."""

    dataset: str
    provider: str
    month: str
    service: str = ""
    differs: bool = False
    as_at: str = ""


@dataclass(frozen=True)
class SliceRows:
    """Some rows of a slice that the viewer may see, and how many there are."""

    rows: list[dict[str, Any]]
    row_count: int


@dataclass(frozen=True)
class Walk:
    """One row, the sentences of its walk, and whether the walk still ends where the load did.

    `row` holds codes only. `sentences` end with the reason. `now` and `then` are the commissioner,
    category and reason of this walk and of the load.
    """

    row: dict[str, Any]
    sentences: tuple[str, ...]
    now: tuple[str | None, str | None, str | None]
    then: tuple[str | None, str | None, str | None]
    specialised: bool | None
    rulebook: str

    @property
    def same(self) -> bool:
        return self.now == self.then


def rows_of(opened: Opened, asked: Slice, *, first: int) -> SliceRows:
    """Rows `first` and on of a slice, as far as the viewer may see them. Nothing is kept of them."""
    with _seen(opened, asked) as (con, rows):
        count = int(con.to_pyarrow(rows.count()).as_py())
        page = rows.order_by(["file_name", "row_number"]).limit(ON_A_PAGE, offset=first)
        return SliceRows(con.to_pyarrow(page.select(*SHOWN)).to_pylist(), count)


def walk_of(opened: Opened, asked: Slice, *, file_name: str, row_number: int) -> Walk | None:
    """Why one row is whose, step by step; None where it is no row that the viewer may see."""
    with _seen(opened, asked) as (con, rows):
        chosen = rows.filter(rows.row_number == row_number, rows.file_name == file_name)
        names = list(dict.fromkeys([*SHOWN, "load_id", *CONTRACT_ROW]))
        names = [name for name in names if name in rows.columns]
        found = con.to_pyarrow(chosen.select(*names).limit(1)).to_pylist()
    if not found:
        return None
    row = found[0]
    rules = read_contract_rules()
    told = {name: row.get(name) for name in CONTRACT_ROW}
    explained = explain_contract_row(told, opened.held.reference_rows, rules=rules)
    book = rules.rulebook.reference
    return Walk(
        row=row,
        sentences=explained.sentences,
        now=(
            explained.derived_commissioner_code,
            explained.derived_category_code,
            explained.reason_code,
        ),
        then=(
            row["derived_commissioner_code"],
            row["derived_category_code"],
            row["reason_code"],
        ),
        specialised=explained.specialised,
        rulebook=f"{book['identifier']} version {book['version']}",
    )


@contextmanager
def _seen(opened: Opened, asked: Slice) -> Iterator[tuple[Backend, ir.Table]]:
    """The rows of a slice that the viewer may see, as the store has them."""
    month = FinancialMonth.parse_calendar(asked.month)
    places = opened.held.places(last_day(month))
    area = area_of(opened.place, places)
    with stored_rows(opened.held, asked.dataset) as (con, rows):
        current = places.current.get(asked.provider, asked.provider)
        tests = [
            rows.financial_year == str(month.year),
            rows.financial_month == month.number,
            within(rows.provider_code, places.codes_of({current})),
        ]
        if opened.place.is_provider:
            tests.append(within(rows.provider_code, area.provider_codes))
        else:
            own = area.patient_codes
            tests.append(
                within(rows.patient_commissioner_code, own)
                | within(rows.commissioner_code, own)
                | within(rows.derived_commissioner_code, own)
            )
        if opened.place.service_codes is not None:
            tests.append(within(rows.service_code, opened.place.service_codes))
        if asked.service:
            tests.append(rows.service_code == asked.service)
        if asked.differs:
            tests.append(~rows.commissioner_code.identical_to(rows.derived_commissioner_code))
        yield con, rows.filter(tests)
