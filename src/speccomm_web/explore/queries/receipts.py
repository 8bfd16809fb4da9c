"""The receipt of one figure: what it was made from, and the figure counted again from the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import FLOWS_RULEBOOK
from speccomm.activity.flows import flow_totals
from speccomm.foundation.rulebook import read_rulebook
from speccomm_web.explore.cutting import Cut, cut_of, measured, touching
from speccomm_web.explore.figures import Figures, stored_rows
from speccomm_web.explore.kept import kept
from speccomm_web.explore.queries.flows import DATASET, flow_table
from speccomm_web.explore.queries.opening import Opened
from speccomm_web.explore.questions import FlowsQuestion

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Receipt:
    """What one figure was made from.

    `value` is as the page shows it and `recounted` as the stored rows of the same version give it;
    they must agree. `unstated` rows state no amount and add none. `files` are those whose rows were
    counted, with their loads, of those received by `as_at`. `rulebooks` are identifiers with versions; `tests` say the filter.
    """

    value: Decimal | None
    recounted: Decimal | None
    rows: int
    unstated: int
    files: Rows
    rulebooks: tuple[str, ...]
    map_date: Any
    store_version: int
    as_at: datetime | None
    tests: tuple[tuple[str, str], ...]

    @property
    def agrees(self) -> bool:
        return self.value == self.recounted


def flows_receipt(opened: Opened, question: FlowsQuestion, *, measure: str) -> Receipt:
    """Open the receipt of one figure of the flows.

    Raises:  NotAPeriod, UnknownArea, UnknownName as the flows.
    """
    cut = cut_of(opened.held, opened.place, question)
    return kept(
        opened.key,
        ("flows receipt", question, measure),
        lambda: _flows_receipt(opened.held, cut, measure),
    )


def _flows_receipt(held: Figures, cut: Cut, measure: str) -> Receipt:
    shown = flow_totals(flow_table(held, cut, (), by_crg=True)).to_pylist()[0][measure]
    with stored_rows(held, DATASET) as (con, stored):
        rows = measured(touching(stored, cut), cut, measure)
        counted = con.to_pyarrow(
            rows.group_by(["load_id", "file_name"]).aggregate(
                row_count=rows.count(),
                unstated_rows=rows.activity_count.isnull().sum(),
                activity_count=rows.activity_count.sum().cast("decimal(38, 3)"),
            )
        )
    recounted = pc.sum(counted["activity_count"]).as_py() or Decimal(0)
    return Receipt(
        value=shown,
        recounted=recounted,
        rows=pc.sum(counted["row_count"]).as_py() or 0,
        unstated=pc.sum(counted["unstated_rows"]).as_py() or 0,
        files=files_of(held, counted, DATASET),
        rulebooks=rulebook_words(held, FLOWS_RULEBOOK),
        map_date=cut.places.on,
        store_version=held.version,
        as_at=held.as_at,
        tests=_tests(cut, measure),
    )


def files_of(held: Figures, counted: pa.Table, dataset: str) -> Rows:
    """The files whose rows were counted, with their load, when it came and the file's hash."""
    hashes = {(r["load_id"], r["file_name"]): r for r in held.files.to_pylist()}
    found = []
    for row in counted.sort_by([("load_id", "ascending"), ("file_name", "ascending")]).to_pylist():
        file = hashes.get((row["load_id"], row["file_name"]), {})
        found.append(
            {
                "file_name": row["file_name"],
                "dataset": dataset,
                "load_id": row["load_id"],
                "received_at": held.received_at.get(row["load_id"]),
                "row_count": row["row_count"],
                "accepted_rows": file.get("accepted_rows"),
                "sha256": file.get("sha256"),
            }
        )
    return found


def rulebook_words(held: Figures, *names: str) -> tuple[str, ...]:
    """The identifiers and versions of the rulebooks that a figure rests on."""
    books = [read_rulebook(name) for name in names] + [held.reference.rulebook]
    return tuple(
        f"{book.reference['identifier']} version {book.reference['version']}" for book in books
    )


def _tests(cut: Cut, measure: str) -> tuple[tuple[str, str], ...]:
    """The filter as column and condition, every list of codes by what it stands for."""
    place, asked = cut.place, cut.question
    inside = f"a provider of {place.code}"
    home = f"a commissioner whose patients live in {place.icb_code or place.code}"
    conditions = {
        "intra": ((("provider_code", f"is {inside}"), ("patient_commissioner_code", f"is {home}"))),
        "imported": (
            ("provider_code", f"is {inside}"),
            ("patient_commissioner_code", f"is not {home}, or is missing"),
        ),
        "exported": (
            ("patient_commissioner_code", f"is {home}"),
            ("provider_code", f"is not {inside}"),
        ),
        "provider_total": (("provider_code", f"is {inside}"),),
        "patient_total": (("patient_commissioner_code", f"is {home}"),),
        "grand_total": (("either", f"provider_code is {inside}, or patients live there"),),
    }[measure]
    months = f"{cut.months[0]} to {cut.months[-1]}"
    said = [("financial_year and financial_month", months), *conditions]
    if asked.provider:
        current = cut.places.current.get(asked.provider, asked.provider)
        codes = ", ".join(sorted(cut.places.codes_of({current})))
        said.append(("provider_code", f"is one of {codes}"))
    for name in ("service", "crg", "pod"):
        if code := getattr(asked, name):
            said.append((f"{name}_code", f"is {code}"))
    if asked.icb:
        said.append(("patient_commissioner_code", f"is one whose patients live in {asked.icb}"))
    if place.service_codes is not None:
        codes = ", ".join(sorted(place.service_codes))
        said.append(("service_code", f"is one of those your role covers: {codes}"))
    return tuple(said)
