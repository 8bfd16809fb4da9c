"""How contracts stand: plan against actual of a place, its effects and forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from speccomm.activity.tables import CONTRACT_POSITION
from speccomm.foundation.periods import FinancialMonth
from speccomm.jobs.contract import ContractAnswer, ContractRequest, contract
from speccomm_web.accounts.viewer import Viewer
from speccomm_web.api.kept import KEPT
from speccomm_web.api.queries.findings import said_of
from speccomm_web.api.queries.opening import Opened, opened
from speccomm_web.runs.interface.answers import Answer, Asked, Window, field_of
from speccomm_web.runs.library import library
from speccomm_web.runs.places import Place

ROW_FIELDS = tuple(field_of(meaning) for meaning in CONTRACT_POSITION)


@dataclass(frozen=True)
class _Question:
    """The library's question behind an answer."""

    place: Place
    month: FinancialMonth
    plan: str | None


def contract_of(viewer: Viewer, asked: Mapping[str, Any]) -> Asked | None:
    """The contract position of a place, None where the place is none of the viewer's.

    Raises:  NothingHeld; in `work`, as `speccomm.jobs.contract`: a Refusal with its sentence.
    """
    found = opened(viewer)
    place = found.place(asked["place"])
    if place is None:
        return None
    return Asked(found.mark(place), lambda window: _answer(found, place, asked, window))


def _answer(found: Opened, place: Place, asked: Mapping[str, Any], window: Window | None) -> Answer:
    month = FinancialMonth.parse_calendar(asked["to"])
    question = _Question(place, month, asked["plan"] or None)
    answer: ContractAnswer = KEPT.table(
        ("contract", found.mark(place), question), lambda: _worked_out(question)
    )
    provider = found.current(asked["provider"])
    rows = [
        row
        for row in answer.position.to_pylist()
        if provider in {"", row["provider_code"]}
        and asked["service"] in {"", row["service_code"]}
        and (place.service_codes is None or row["service_code"] in place.service_codes)
    ]
    return Answer(
        fields=ROW_FIELDS,
        rows=rows,
        facts={
            "store_version": answer.facts.store_version,
            "financial_year": str(month.year),
            "financial_month": month.number,
            "open_months": list(answer.incomplete_months),
            # They name sums of every service, which not everybody sees.
            "findings": said_of(answer.findings) if place.service_codes is None else None,
        },
    )


def _worked_out(question: _Question) -> tuple[ContractAnswer, int]:
    folder, place = library(), question.place
    answer = contract(
        ContractRequest(
            store=folder.store,
            reference=folder.reference,
            engine=folder.engine,
            year=question.month.year,
            month=question.month.number,
            now=timezone.now(),
            plan=question.plan,
            **{place.kind: place.code},  # type: ignore[arg-type]
        )
    )
    return answer, answer.position.num_rows + answer.lines.num_rows
